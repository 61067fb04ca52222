//! The answers about a refund. What is read stands in the body; a final state is said in so many
//! words; and an answer that cannot be read never proves that no money went.
#![no_main]

use chapa::{Error, RefundObservation, RefundState, fuzzing};
use fuzz::{exact::Exact, input, json};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] = [
    "status",
    "amount",
    "currency",
    "ref_id",
    "ref",
    "payment_reference",
    "chapa_reference",
    "merchant_reference",
];

fuzz_target!(|data: &[u8]| {
    let (status, body) = input::answer(data);
    let accepted = fuzzing::refund_accepted(status, body);
    let verified = fuzzing::refund_verified(status, body);
    let text = String::from_utf8_lossy(body);
    if text.contains(fuzzing::SECRET_KEY) {
        return;
    }
    let strict = json::parse(&text);
    match &accepted {
        Ok(seen) => stands_there(seen, status, strict.as_ref(), &text),
        Err(error) => asked(error, status, strict.as_ref(), &text),
    }
    if let Ok(seen) = &verified {
        if seen.state == RefundState::NotFound {
            assert_eq!(status, 404, "{text:?}");
        } else {
            stands_there(seen, status, strict.as_ref(), &text);
        }
    }
});

fn stands_there(seen: &RefundObservation, status: u16, strict: Option<&json::Json>, text: &str) {
    assert!((200..300).contains(&status), "{status} {text:?}");
    let strict = strict.expect("only JSON is an answer");
    assert!(strict.object(&["message", "status", "data"]).is_some());
    let Some(data @ json::Json::Object(_)) = strict.member("data") else {
        assert_eq!(seen.state, RefundState::Initiated, "{text:?}");
        assert_eq!(
            strict
                .member("status")
                .and_then(json::Json::text)
                .map(str::trim),
            Some("success")
        );
        return;
    };
    assert!(data.object(&NAMES).is_some(), "{text:?}");
    let says = |name: &str| data.member(name).and_then(json::Json::written);
    let words = says("status")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let word = words.strip_prefix("refund ").unwrap_or(&words).trim();
    match &seen.state {
        RefundState::Refunded => assert!(["refunded", "success", "completed"].contains(&word)),
        RefundState::Reversed => assert!(["reversed", "failed"].contains(&word)),
        _ => {}
    }
    if let Some(minor) = seen.amount_minor {
        let exact = says("amount").and_then(Exact::of_plain);
        assert_eq!(exact, Some(Exact::of_minor(minor, 2)), "{text:?}");
    }
    if let Some(currency) = &seen.currency {
        assert_eq!(says("currency"), Some(currency.as_str()), "{text:?}");
    }
    for (read, names) in [
        (&seen.refund_reference, ["ref_id", "ref"]),
        (
            &seen.provider_reference,
            ["payment_reference", "chapa_reference"],
        ),
        (
            &seen.merchant_reference,
            ["merchant_reference", "merchant_reference"],
        ),
    ] {
        if let Some(read) = read {
            let named = names.map(|name| says(name).map(str::trim));
            assert!(named.contains(&Some(read.as_str())), "{text:?}");
            assert!(read.len() <= 500 && !read.chars().any(char::is_control));
        }
    }
}

/// The answer to the wish itself: "it did not happen" needs a refusal.
fn asked(error: &Error, status: u16, strict: Option<&json::Json>, text: &str) {
    if error.may_have_happened() {
        return;
    }
    let says_no = strict
        .and_then(|strict| strict.member("status"))
        .and_then(json::Json::written)
        .map(|word| word.trim().to_ascii_lowercase())
        .is_some_and(|word| word == "failed" || word == "error");
    assert!(
        (400..500).contains(&status) || ((200..300).contains(&status) && says_no),
        "{status} {text:?} {error:?}"
    );
}
