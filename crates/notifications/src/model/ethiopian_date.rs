//! From the Gregorian calendar to the Ethiopian one. Never: the hour.

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// A day of the Ethiopian calendar: twelve months of 30 days and Pagumen with 5, or 6 in the
/// year before a year that four divides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EthiopianDate {
    /// In the Era of Mercy (ዓመተ ምሕረት).
    pub(crate) year: i32,
    /// 1 (Meskerem) to 13 (Pagumen).
    pub(crate) month: usize,
    /// From 1.
    pub(crate) day: i32,
}

const MONTHS: [&str; 13] = [
    "መስከረም",
    "ጥቅምት",
    "ኅዳር",
    "ታኅሣሥ",
    "ጥር",
    "የካቲት",
    "መጋቢት",
    "ሚያዝያ",
    "ግንቦት",
    "ሰኔ",
    "ሐምሌ",
    "ነሐሴ",
    "ጳጉሜን",
];

/// Days from the first day of year 0 to Gregorian 31 December of year 0 (1 BC).
const YEAR_ZERO_OFFSET_DAYS: i32 = -2_431;
const FOUR_YEARS_DAYS: i32 = 4 * 365 + 1;

impl From<NaiveDate> for EthiopianDate {
    fn from(date: NaiveDate) -> Self {
        let days = date.num_days_from_ce() + YEAR_ZERO_OFFSET_DAYS;
        let in_cycle = days.rem_euclid(FOUR_YEARS_DAYS);
        // The last day of a cycle is 6 Pagumen of its fourth year, not the first of a fifth.
        let year_of_cycle = (in_cycle / 365).min(3);
        let day_of_year = in_cycle - 365 * year_of_cycle;
        Self {
            year: 4 * days.div_euclid(FOUR_YEARS_DAYS) + year_of_cycle,
            month: usize::try_from(day_of_year / 30).unwrap_or(0) + 1,
            day: day_of_year % 30 + 1,
        }
    }
}

impl fmt::Display for EthiopianDate {
    /// In Amharic: `መስከረም 1 ቀን 2019 ዓ.ም.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} ቀን {} ዓ.ም.",
            MONTHS[self.month - 1],
            self.day,
            self.year
        )
    }
}
