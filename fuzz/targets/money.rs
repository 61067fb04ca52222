//! Decimal text and minor units: `money::parse_minor` and the amounts in the provider's answers,
//! against [`Exact`]. A first line of one digit is the number of decimals, otherwise two.
#![no_main]

use fuzz::{exact::Exact, input, json};
use libfuzzer_sys::fuzz_target;
use money::{Currency, DecimalError, Money, format_minor, parse_minor};

fuzz_target!(|data: &[u8]| {
    let (decimals, text) = match input::split_line(data) {
        ([digit @ b'0'..=b'9'], rest) => (u32::from(*digit - b'0'), rest),
        _ => (2, data),
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    decimal(text, decimals);
    in_an_answer(text);
    numbers(data);
});

/// Every text has one right outcome.
fn decimal(text: &str, decimals: u32) {
    let expected = match Exact::of_plain(text) {
        None => Err(DecimalError::Malformed),
        Some(exact) if !exact.is_whole(decimals) => Err(DecimalError::TooPrecise),
        Some(exact) => exact.minor(decimals).ok_or(DecimalError::TooLarge),
    };
    assert_eq!(parse_minor(text, decimals), expected, "{text:?} {decimals}");
    if let Ok(minor) = expected {
        round_trip(minor, decimals);
    }
    if decimals == 2 {
        let parsed = Money::parse_decimal(text, Currency::ETB).map(|money| money.minor());
        assert_eq!(parsed.ok(), expected.ok(), "{text:?}");
    }
}

fn round_trip(minor: i64, decimals: u32) {
    let written = format_minor(minor, decimals);
    let exact = Exact::of_plain(&written).expect("what is written is plain");
    assert_eq!(exact, Exact::of_minor(minor, decimals), "{written}");
    assert_eq!(parse_minor(&written, decimals), Ok(minor), "{written}");
}

/// The same text as a member of an answer: a plain number or text without a sign, or nothing.
fn in_an_answer(text: &str) {
    let strict = json::parse(text);
    let written = strict.as_ref().and_then(json::Json::written);
    let expected = written
        .filter(|written| !written.starts_with('-'))
        .and_then(Exact::of_plain)
        .and_then(|exact| exact.minor(2));
    assert_eq!(chapa::fuzzing::amount(text), expected, "{text:?}");
}

/// The bytes as numbers: what is written is read again, and a split loses nothing.
fn numbers(data: &[u8]) {
    let mut words = data
        .chunks_exact(8)
        .filter_map(|chunk| chunk.try_into().ok());
    let Some(minor) = words.next().map(i64::from_le_bytes) else {
        return;
    };
    for decimals in [0, 2, 3, 18] {
        round_trip(minor, decimals);
    }
    let whole = Money::new(minor, Currency::ETB);
    let weights: Vec<u64> = words.map(u64::from_le_bytes).collect();
    let parts = whole.split(&weights);
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        assert!(parts.is_empty());
        return;
    }
    assert_eq!(parts.len(), weights.len());
    let sum: i128 = parts.iter().map(|part| i128::from(part.minor())).sum();
    assert_eq!(sum, i128::from(minor), "{minor} {weights:?}");
    for (part, weight) in parts.iter().zip(&weights) {
        let least = (i128::from(minor) * i128::from(*weight)).div_euclid(total);
        let more = i128::from(part.minor()) - least;
        assert!((0..=1).contains(&more), "{minor} {weights:?}");
    }
}
