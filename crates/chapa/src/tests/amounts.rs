//! Amounts are exact or they are not read.

use serde_json::value::RawValue;

use crate::wire;

fn check(json: &str, expected: Option<i64>) {
    let raw = RawValue::from_string(json.to_owned()).unwrap();
    assert_eq!(wire::minor(Some(&raw)), expected, "{json}");
}

#[test]
fn exact_amounts_are_read() {
    check("400", Some(40_000));
    check("400.00", Some(40_000));
    check("12.5", Some(1_250));
    check("12.0", Some(1_200));
    check("0.01", Some(1));
    check("1.230", Some(123));
    check(r#""400""#, Some(40_000));
    check(r#""400.00""#, Some(40_000));
    check(r#""9999999.99""#, Some(999_999_999));
}

#[test]
fn everything_else_is_refused() {
    for json in [
        "null",
        "true",
        "[]",
        "{}",
        "-100",
        "-0",
        "1e2",
        "1E2",
        "4e-1",
        "1.001",
        r#""""#,
        r#"" 400""#,
        r#""400 ""#,
        r#""400\t""#,
        r#""100,00""#,
        r#""1,000.00""#,
        r#""1e2""#,
        r#""+400""#,
        r#""-400""#,
        r#""NaN""#,
        r#""Infinity""#,
        r#""400.""#,
        r#"".5""#,
        r#""0x10""#,
        r#""٤٠٠""#,
        r#""400.005""#,
        "1000000000000000000000000000000",
        r#""1000000000000000000000000000000""#,
        "92233720368547758.08",
    ] {
        check(json, None);
    }
}

#[test]
fn amounts_are_written_with_two_decimals() {
    assert_eq!(wire::decimal(40_000), "400.00");
    assert_eq!(wire::decimal(1), "0.01");
    assert_eq!(wire::decimal(999_999_999), "9999999.99");
}
