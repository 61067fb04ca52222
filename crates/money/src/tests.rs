//! Rules of money by example and by property.

use proptest::prelude::*;

use crate::{Currency, DecimalError, Money, MoneyError, format_minor, parse_minor};

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

#[test]
fn text_is_exact_or_refused() {
    for (text, expected) in [
        ("400", Ok(40_000)),
        ("400.5", Ok(40_050)),
        ("400.50", Ok(40_050)),
        ("400.500", Ok(40_050)),
        ("-0.01", Ok(-1)),
        ("0", Ok(0)),
        ("92233720368547758.07", Ok(i64::MAX)),
        ("92233720368547758.08", Err(DecimalError::TooLarge)),
        ("-92233720368547758.08", Ok(i64::MIN)),
        ("-92233720368547758.09", Err(DecimalError::TooLarge)),
        ("400.001", Err(DecimalError::TooPrecise)),
        ("", Err(DecimalError::Malformed)),
        (".", Err(DecimalError::Malformed)),
        ("1.", Err(DecimalError::Malformed)),
        (".5", Err(DecimalError::Malformed)),
        ("1e2", Err(DecimalError::Malformed)),
        ("1,000.00", Err(DecimalError::Malformed)),
        ("+1", Err(DecimalError::Malformed)),
        ("--1", Err(DecimalError::Malformed)),
        ("NaN", Err(DecimalError::Malformed)),
        ("፩", Err(DecimalError::Malformed)),
        (" 1", Err(DecimalError::Malformed)),
    ] {
        assert_eq!(parse_minor(text, 2), expected, "{text:?}");
    }
}

#[test]
fn currencies_are_known_or_refused() {
    assert_eq!("ETB".parse::<Currency>(), Ok(Currency::ETB));
    for text in ["etb", "EUR", "", "ETBX"] {
        assert!(
            matches!(
                text.parse::<Currency>(),
                Err(MoneyError::UnknownCurrency(_))
            ),
            "{text}"
        );
    }
    let mixed = etb(1).checked_add(Money::new(1, Currency::USD));
    assert_eq!(
        mixed,
        Err(MoneyError::CurrencyMismatch(Currency::ETB, Currency::USD))
    );
}

#[test]
fn arithmetic_never_wraps() {
    assert_eq!(etb(i64::MAX).checked_add(etb(1)), Err(MoneyError::Overflow));
    assert_eq!(etb(i64::MAX).checked_mul(2), Err(MoneyError::Overflow));
}

#[test]
fn the_wire_form_is_the_contract() {
    let json = serde_json::to_string(&etb(129_900)).expect("serializable");
    assert_eq!(json, r#"{"amount":129900,"currency":"ETB"}"#);
    for bad in [
        r#"{"amount":1.5,"currency":"ETB"}"#,
        r#"{"amount":"1","currency":"ETB"}"#,
        r#"{"amount":1,"currency":"EUR"}"#,
        r#"{"amount":1}"#,
        r#"{"amount":1,"currency":"ETB","x":1}"#,
    ] {
        assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
    }
}

#[test]
fn splitting_gives_the_largest_remainder_its_unit() {
    let parts: Vec<i64> = etb(100)
        .split(&[1, 1, 1])
        .iter()
        .map(Money::minor)
        .collect();
    assert_eq!(parts, [34, 33, 33]);
    assert!(etb(100).split(&[0, 0]).is_empty());
}

proptest! {
    #[test]
    fn splitting_loses_nothing(
        minor in any::<i64>(),
        weights in prop::collection::vec(0_u64..1_000_000, 1..40),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let parts = etb(minor).split(&weights);
        let sum: i128 = parts.iter().map(|part| i128::from(part.minor())).sum();
        prop_assert_eq!(sum, i128::from(minor));
    }

    #[test]
    fn text_round_trips(minor in any::<i64>()) {
        prop_assert_eq!(parse_minor(&format_minor(minor, 2), 2), Ok(minor));
    }
}
