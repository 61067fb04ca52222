//! Days in both calendars.

use chrono::{DateTime, NaiveDate};

use crate::model::{EthiopianDate, Language};

#[test]
fn days_are_those_of_addis_ababa() {
    let late = |text| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    for (instant, english, amharic) in [
        (
            "2026-09-10T20:59:59Z",
            "10 September 2026",
            "ጳጉሜን 5 ቀን 2018 ዓ.ም.",
        ),
        (
            "2026-09-10T21:00:00Z",
            "11 September 2026",
            "መስከረም 1 ቀን 2019 ዓ.ም.",
        ),
        (
            "2026-01-06T23:30:00Z",
            "7 January 2026",
            "ታኅሣሥ 29 ቀን 2018 ዓ.ም.",
        ),
    ] {
        assert_eq!(Language::English.day(late(instant)), english);
        assert_eq!(Language::Amharic.day(late(instant)), amharic);
    }
}

#[test]
fn ethiopian_dates_that_are_known() {
    for (gregorian, year, month, day) in [
        // New year: 11 September, and 12 September before a Gregorian leap year.
        ((2026, 9, 11), 2019, 1, 1),
        ((2023, 9, 12), 2016, 1, 1),
        ((2024, 9, 11), 2017, 1, 1),
        ((2007, 9, 12), 2000, 1, 1),
        // Pagumen has a sixth day at the end of 2015 and 2011, and a fifth as its last else.
        ((2023, 9, 11), 2015, 13, 6),
        ((2019, 9, 11), 2011, 13, 6),
        ((2024, 9, 10), 2016, 13, 5),
        ((2023, 9, 6), 2015, 13, 1),
        // Around the Gregorian leap day.
        ((2024, 2, 29), 2016, 6, 21),
        ((2024, 3, 1), 2016, 6, 22),
        // Christmas, and the victory of Adwa: 23 Yekatit 1888.
        ((2026, 1, 7), 2018, 4, 29),
        ((1896, 3, 1), 1888, 6, 23),
        // 1900 was no Gregorian leap year, so the new year moved from 10 to 11 September after it.
        ((1899, 9, 11), 1892, 1, 1),
        ((1900, 9, 11), 1893, 1, 1),
        // The first day of the calendar: 29 August 8 in the Julian one.
        ((8, 8, 27), 1, 1, 1),
        ((8, 8, 26), 0, 13, 5),
    ] {
        let date = NaiveDate::from_ymd_opt(gregorian.0, gregorian.1, gregorian.2).unwrap();
        assert_eq!(
            EthiopianDate::from(date),
            EthiopianDate { year, month, day },
            "{date}"
        );
    }
}

#[test]
fn every_day_of_eight_centuries_follows_the_one_before() {
    let mut date = NaiveDate::from_ymd_opt(1600, 1, 1).unwrap();
    let mut before = EthiopianDate::from(date);
    while date < NaiveDate::from_ymd_opt(2400, 1, 1).unwrap() {
        date = date.succ_opt().unwrap();
        let day = EthiopianDate::from(date);
        let month_days = match (before.month, before.year % 4) {
            (13, 3) => 6,
            (13, _) => 5,
            _ => 30,
        };
        let expected = if before.day < month_days {
            EthiopianDate {
                day: before.day + 1,
                ..before
            }
        } else if before.month < 13 {
            EthiopianDate {
                month: before.month + 1,
                day: 1,
                ..before
            }
        } else {
            EthiopianDate {
                year: before.year + 1,
                month: 1,
                day: 1,
            }
        };
        assert_eq!(day, expected, "{date}");
        before = day;
    }
}
