//! How the provider's list is read, when it is compared, which rounds were missed.

use chrono::{NaiveTime, TimeDelta};

use super::{attempt, start};
use crate::model::{
    AttemptState, ListedTransaction, Observed, SLACK, TransactionPage, Window, is_due, last_round,
    next_check, pause, read_page,
};

fn row(reference: Option<&str>, state: Observed, created_at: &str) -> ListedTransaction {
    ListedTransaction {
        provider_reference: reference.map(str::to_owned),
        state,
        amount_minor: Some(40_000),
        fee_minor: Some(1_200),
        currency: Some("ETB".to_owned()),
        method: None,
        created_at: Some(created_at.to_owned()),
    }
}

fn page(transactions: Vec<ListedTransaction>, has_next: bool) -> TransactionPage {
    TransactionPage {
        transactions,
        has_next,
    }
}

fn at(seconds: i64) -> String {
    (start() + TimeDelta::seconds(seconds)).to_rfc3339()
}

#[test]
fn the_list_is_read_until_a_page_is_older_than_the_window() {
    let slack = SLACK.num_seconds();
    let young = row(Some("AP1"), Observed::Charged, &at(-slack));
    let old = row(Some("AP2"), Observed::Charged, &at(-slack - 1));
    for (rows, has_next, count, is_last) in [
        (vec![young.clone()], true, 1, false),
        (vec![young.clone()], false, 1, true),
        (vec![young.clone(), old.clone()], true, 1, false),
        (vec![old.clone(), old.clone()], true, 0, true),
        (
            vec![row(Some("AP3"), Observed::Charged, "soon")],
            true,
            1,
            false,
        ),
        (Vec::new(), true, 0, true),
    ] {
        let read = read_page(&page(rows, has_next), start());
        assert_eq!((read.rows.len(), read.is_last), (count, is_last));
    }
}

#[test]
fn an_instant_is_read_in_each_way_that_it_is_written() {
    let read = |text: &str| {
        let rows = vec![row(Some("AP1"), Observed::Charged, text)];
        let read = read_page(&page(rows, true), start() - TimeDelta::days(40_000));
        read.rows[0].listed_at
    };
    for text in [
        "2026-01-05T09:00:00Z",
        "2026-01-05T09:00:00.000000Z",
        "2026-01-05T12:00:00+03:00",
        " 2026-01-05 09:00:00",
        "2026-01-05 09:00:00.000",
    ] {
        assert_eq!(read(text), Some(start()), "{text}");
    }
    for text in ["", "now", "2026-13-05T09:00:00Z", "9999-01-01T00:00:00Z"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_stands_twice_on_a_page_is_counted_and_what_has_no_name_gets_one() {
    let rows = vec![
        row(Some("AP1"), Observed::Charged, &at(0)),
        row(None, Observed::Pending, &at(1)),
        row(None, Observed::Charged, &at(2)),
        row(Some("AP1"), Observed::Charged, &at(0)),
        row(
            Some("A\0P\u{7}2"),
            Observed::Unknown("odd".to_owned()),
            &at(3),
        ),
    ];
    let read = read_page(&page(rows, true), start());
    let told: Vec<(&str, i32, &str)> = read
        .rows
        .iter()
        .map(|row| (row.provider_reference.as_str(), row.copies, row.status))
        .collect();
    let nameless = "without a reference: 2026-01-05T09:00:02+00:00 40000 ETB";
    assert_eq!(
        told,
        [
            ("AP1", 2, "charged"),
            ("AP2", 1, "unreadable"),
            (nameless, 1, "charged")
        ]
    );
    assert_eq!(read.count, 5);
}

#[test]
fn the_pause_doubles_up_to_an_hour_and_is_never_shorter_than_asked_for() {
    let minutes: Vec<i64> = (1..=9).map(|n| pause(n, None).num_minutes()).collect();
    assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert_eq!(pause(1, Some(90)), TimeDelta::seconds(90));
    assert_eq!(pause(9, Some(90)), TimeDelta::minutes(60));
}

#[test]
fn a_comparison_is_due_once_a_day_at_its_time() {
    // It is nine o'clock.
    let now = start();
    for (hour, started_hours_ago, due) in [
        (2, None, true),
        (2, Some(8), true),
        (2, Some(7), false),
        (2, Some(6), false),
        (9, Some(1), true),
        (9, Some(0), false),
        (10, Some(22), false),
        (10, Some(24), true),
    ] {
        let at = NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let started = started_hours_ago.map(|hours| now - TimeDelta::hours(hours));
        assert_eq!(
            is_due(at, started, now),
            due,
            "{hour} {started_hours_ago:?}"
        );
    }
}

#[test]
fn a_window_ends_now_and_begins_three_days_before() {
    let now = start();
    let daily = Window::daily(now);
    assert_eq!(Window::asked_for(None, None, now), Ok(daily));
    assert_eq!(daily.to - daily.from, TimeDelta::days(3));
    assert!(Window::asked_for(Some(now), None, now).is_err());
    let most = Window::asked_for(Some(now - TimeDelta::days(92)), None, now);
    assert!(most.is_ok());
}

#[test]
fn a_round_is_missed_ten_minutes_after_it() {
    let pending = attempt(AttemptState::Pending);
    let minute = |minutes: i64| start() + TimeDelta::minutes(minutes);
    for (now, round) in [
        (10, None),
        (11, Some(1)),
        (19, Some(3)),
        (20, Some(10)),
        (129, Some(60)),
        (130, Some(120)),
        (90 * 60, Some(72 * 60)),
    ] {
        assert_eq!(
            last_round(&pending, minute(now)),
            round.map(minute),
            "{now}"
        );
    }
    assert_eq!(
        last_round(&attempt(AttemptState::Charged), minute(90)),
        None
    );
}

#[test]
fn the_days_after_closing_count_from_the_closing() {
    let mut expired = attempt(AttemptState::Expired);
    expired.updated_at = start() + TimeDelta::hours(70);
    let mut now = start();
    let mut hours = Vec::new();
    while let Some(at) = next_check(&expired, now) {
        hours.push((at - start()).num_hours());
        now = at;
    }
    assert_eq!(hours, [94, 118, 142]);
}
