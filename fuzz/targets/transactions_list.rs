//! A page of the provider's own list, which reconciliation compares with the books. Every row that
//! is read stands in the body, in its place, as an object; a charge is said in so many words.
#![no_main]

use chapa::{ListedTransaction, Observed, fuzzing};
use fuzz::{exact::Exact, input, json};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 7] = [
    "status",
    "ref_id",
    "currency",
    "amount",
    "charge",
    "payment_method",
    "created_at",
];

fuzz_target!(|data: &[u8]| {
    let (status, body) = input::answer(data);
    let Ok(page) = fuzzing::transactions(status, body) else {
        return;
    };
    let text = String::from_utf8_lossy(body);
    if text.contains(fuzzing::SECRET_KEY) {
        return;
    }
    assert!((200..300).contains(&status), "{status}");
    let strict = json::parse(&text).expect("only JSON is an answer");
    assert!(strict.object(&["message", "status", "data"]).is_some());
    let data = strict.member("data").expect("a list stands in the data");
    assert!(data.object(&["transactions", "pagination"]).is_some());
    let rows = match data.member("transactions") {
        Some(json::Json::List(rows)) => rows.as_slice(),
        other => panic!("{other:?} is read as a list"),
    };
    assert_eq!(rows.len(), page.transactions.len(), "{text:?}");
    for (row, read) in rows.iter().zip(&page.transactions) {
        stands_there(row, read, status, &text);
    }
    let next = data
        .member("pagination")
        .and_then(|pages| pages.member("next_page_url"));
    let is_named = next
        .and_then(json::Json::written)
        .is_some_and(|url| !url.trim().is_empty());
    assert!(is_named || !page.has_next, "{text:?}");
});

fn stands_there(row: &json::Json, read: &ListedTransaction, status: u16, text: &str) {
    assert!(row.object(&NAMES).is_some(), "{text:?}");
    let says = |name: &str| row.member(name).and_then(json::Json::written);
    if read.state == Observed::Charged {
        assert_eq!(status, 200, "{text:?}");
        let word = row.member("status").and_then(json::Json::text);
        assert_eq!(word, Some("success"), "{text:?}");
    }
    for (minor, name) in [(read.amount_minor, "amount"), (read.fee_minor, "charge")] {
        if let Some(minor) = minor {
            let exact = says(name).and_then(Exact::of_plain);
            assert_eq!(exact, Some(Exact::of_minor(minor, 2)), "{text:?}");
        }
    }
    if let Some(currency) = &read.currency {
        assert_eq!(says("currency"), Some(currency.as_str()), "{text:?}");
    }
    if let Some(reference) = &read.provider_reference {
        let said = says("ref_id").map(str::trim);
        assert_eq!(said, Some(reference.as_str()), "{text:?}");
        assert!(reference.len() <= 500 && !reference.chars().any(char::is_control));
    }
}
