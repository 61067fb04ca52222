//! The answer to `verify`: is it paid? The shop's reader and a strict second one must agree on
//! every body, whether it pays or not.
#![no_main]

use chapa::{Expected, Mode, Settlement, fuzzing, settles};
use fuzz::{exact::Exact, input, json};
use libfuzzer_sys::fuzz_target;

const TX_REF: &str = "ord-1";
const AMOUNT_MINOR: i64 = 40_000;
const CURRENCY: &str = "ETB";

fuzz_target!(|data: &[u8]| {
    let (status, body) = input::answer(data);
    let expected = Expected {
        tx_ref: TX_REF.to_owned(),
        amount_minor: AMOUNT_MINOR,
        currency: CURRENCY.to_owned(),
        mode: Mode::Test,
    };
    let observed = fuzzing::verified(status, body);
    let is_paid = observed
        .as_ref()
        .is_ok_and(|seen| settles(&expected, seen) == Settlement::Paid);
    let text = String::from_utf8_lossy(body);
    // The reader strikes the key out before it reads.
    if text.contains(fuzzing::SECRET_KEY) {
        return;
    }
    let pays =
        status == 200 && std::str::from_utf8(body).is_ok_and(|text| pays(text) == Some(true));
    assert_eq!(is_paid, pays, "{status} {text:?} {observed:?}");
});

/// Whether a body says, in so many words, that this very payment was made.
fn pays(body: &str) -> Option<bool> {
    let answer = json::parse(body)?;
    answer.object(&["message", "status", "data"])?;
    let data = answer.member("data")?;
    data.object(&[
        "status",
        "amount",
        "charge",
        "currency",
        "tx_ref",
        "reference",
        "mode",
        "method",
        "payment_method",
    ])?;
    let amount = data.member("amount")?.written()?;
    let mode = data.member("mode")?.text()?.trim().to_ascii_lowercase();
    Some(
        data.member("status")?.text()? == "success"
            && data.member("tx_ref")?.text()? == TX_REF
            && data.member("currency")?.text()? == CURRENCY
            && Exact::of_plain(amount)? == Exact::of_minor(AMOUNT_MINOR, 2)
            && mode == "test",
    )
}
