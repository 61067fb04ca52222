//! Decimal numbers without a limit and without rounding: digits and a power of ten.

/// `digits × 10^exponent`, in lowest terms: neither the first digit nor the last is a zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Exact {
    fn new(negative: bool, digits: &str, exponent: i64) -> Self {
        let digits = digits.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        let zeros = i64::try_from(digits.len() - kept.len()).unwrap_or(i64::MAX);
        Self {
            negative,
            digits: kept.to_owned(),
            exponent: exponent + zeros,
        }
    }

    /// What a plain decimal number says: one minus at most, digits, and behind a point more
    /// digits. `None` for everything else.
    #[must_use]
    pub fn of_plain(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            _ => (false, text),
        };
        let mut parts = rest.split('.');
        let (whole, fraction, end) = (parts.next()?, parts.next(), parts.next());
        let is_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if end.is_some() || !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return None;
        }
        let fraction = fraction.unwrap_or_default();
        let places = i64::try_from(fraction.len()).ok()?;
        Some(Self::new(negative, &format!("{whole}{fraction}"), -places))
    }

    /// An amount in minor units.
    #[must_use]
    pub fn of_minor(minor: i64, decimals: u32) -> Self {
        let digits = minor.unsigned_abs().to_string();
        Self::new(minor < 0, &digits, -i64::from(decimals))
    }

    /// Whether it is a whole number of minor units.
    #[must_use]
    pub fn is_whole(&self, decimals: u32) -> bool {
        self.exponent >= -i64::from(decimals)
    }

    /// The number of minor units; `None` when it is not whole or does not fit into 64 bits.
    #[must_use]
    pub fn minor(&self, decimals: u32) -> Option<i64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(self.exponent + i64::from(decimals)).ok()?;
        if self.digits.len() + zeros > 19 {
            return None;
        }
        let size: i128 = format!("{}{}", self.digits, "0".repeat(zeros))
            .parse()
            .ok()?;
        i64::try_from(if self.negative { -size } else { size }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Exact;

    #[test]
    fn numbers_are_compared_by_their_value() {
        let of = |text| Exact::of_plain(text).expect("a plain number");
        assert_eq!(of("100.00"), of("0100"));
        assert_eq!(of("100.00"), Exact::of_minor(10_000, 2));
        assert_eq!(of("-0.0"), Exact::of_minor(0, 2));
        assert_ne!(of("100"), of("100.001"));
        assert_eq!(of("-12.5").minor(2), Some(-1_250));
        assert_eq!(of("12.555").minor(2), None);
        assert_eq!(of("-92233720368547758.08").minor(2), Some(i64::MIN));
        assert_eq!(of("92233720368547758.08").minor(2), None);
        for strange in ["", "-", "+1", "1.", ".1", "1e2", " 1", "1.1.1", "፩", "--1"] {
            assert_eq!(Exact::of_plain(strange), None, "{strange}");
        }
    }
}
