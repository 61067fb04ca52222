//! Percentages, exact to a ten-thousandth: written as decimal text, counted as millionths.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A whole, in millionths.
pub(crate) const WHOLE: i64 = 1_000_000;

/// From 0 to 100 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percentage(i64);

impl Percentage {
    /// Everything.
    pub const ALL: Self = Self(WHOLE);
    /// 10 %.
    pub const A_TENTH: Self = Self(100_000);
    /// 15 %.
    pub const ETHIOPIAN_VAT: Self = Self(150_000);

    /// So many millionths; `None` for more than the whole or less than nothing.
    #[must_use]
    pub fn of_millionths(millionths: i64) -> Option<Self> {
        (0..=WHOLE)
            .contains(&millionths)
            .then_some(Self(millionths))
    }

    /// 15 % are 150,000.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// This part of an amount that is not negative; halves are rounded up.
    pub(crate) fn of(self, minor: i64) -> i64 {
        ratio(minor, self.0, WHOLE)
    }

    /// What of an amount is tax, when the amount has it in it.
    pub(crate) fn within(self, minor: i64) -> i64 {
        ratio(minor, self.0, WHOLE + self.0)
    }
}

/// `amount × numerator ÷ denominator`, halves up; nothing here is negative.
fn ratio(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (numerator, denominator) = (i128::from(numerator), i128::from(denominator));
    let doubled = 2 * i128::from(amount) * numerator + denominator;
    // Not larger than the amount: the numerator is not larger than the denominator.
    i64::try_from(doubled / (2 * denominator)).unwrap_or(amount)
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = money::format_minor(self.0, 4);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let reason = "it must be a decimal text from 0 to 100 with at most 4 decimals";
        let millionths = money::parse_minor(&text, 4).map_err(|_| D::Error::custom(reason))?;
        Self::of_millionths(millionths).ok_or_else(|| D::Error::custom(reason))
    }
}
