//! From a written price to santim, exactly.

/// The santim of an amount of birr with exactly two decimals, such as `1299.00`.
///
/// `None` for anything else: signs, spaces, leading zeros, other decimals, zero, an overflow.
pub(super) fn santim(text: &str) -> Option<i64> {
    let (birr, cents) = text.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if birr.is_empty() || cents.len() != 2 || !digits(birr) || !digits(cents) {
        return None;
    }
    if birr.len() > 1 && birr.starts_with('0') {
        return None;
    }
    let birr: i64 = birr.parse().ok()?;
    let cents: i64 = cents.parse().ok()?;
    birr.checked_mul(100)?
        .checked_add(cents)
        .filter(|santim| *santim > 0)
}

#[cfg(test)]
mod tests {
    use super::santim;

    #[test]
    fn a_price_is_exact_or_refused() {
        for (text, expected) in [
            ("1299.00", Some(129_900)),
            ("0.05", Some(5)),
            ("85.50", Some(8_550)),
            ("92233720368547758.07", Some(i64::MAX)),
            ("92233720368547758.08", None),
            ("0.00", None),
            ("1299", None),
            ("1299.0", None),
            ("1299.000", None),
            ("1,299.00", None),
            ("01299.00", None),
            ("-5.00", None),
            ("+5.00", None),
            (" 5.00", None),
            (".50", None),
            ("፭.00", None),
            ("", None),
        ] {
            assert_eq!(santim(text), expected, "{text:?}");
        }
    }
}
