//! Rules of the books by example.

use chrono::{DateTime, NaiveDate, Utc};
use money::Currency;

use crate::model::{AccountBalance, AccountKind, Head, currency_balances};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn head(first_sequence: i64, last_sequence: i64) -> Head {
    Head {
        day: date("2026-11-22"),
        first_sequence,
        opening_hash: vec![1],
        last_sequence,
        last_hash: vec![2],
    }
}

#[test]
fn a_day_closes_when_another_one_begins() {
    let mut end = head(5, 9);
    let now: DateTime<Utc> = "2026-11-24T00:00:07Z".parse().unwrap();
    assert_eq!(end.turn_to(date("2026-11-22"), now), None);
    assert_eq!(end.turn_to(date("2026-11-21"), now), None, "clocks go back");
    assert_eq!(end, head(5, 9));
    let closed = end.turn_to(date("2026-11-24"), now).unwrap();
    assert_eq!(
        (closed.day, closed.transfers_count()),
        (date("2026-11-22"), 5)
    );
    assert_eq!(
        (closed.opening_hash, closed.closing_hash),
        (vec![1], vec![2])
    );
    assert_eq!(closed.closed_at, Some(now));
    assert_eq!((end.first_sequence, end.last_sequence), (10, 9));
    assert_eq!((end.opening_hash, end.last_hash), (vec![2], vec![2]));
}

#[test]
fn a_day_on_which_nothing_was_sealed_leaves_no_trace() {
    let mut end = head(10, 9);
    let now: DateTime<Utc> = "2026-11-24T00:00:07Z".parse().unwrap();
    assert_eq!(end.turn_to(date("2026-11-24"), now), None);
    assert_eq!((end.day, end.first_sequence), (date("2026-11-24"), 10));
}

fn account(kind: AccountKind, debit: i64, credit: i64) -> AccountBalance {
    let named = ("a".to_owned(), kind, "A".to_owned());
    AccountBalance::new(named, (debit, credit), Currency::ETB).unwrap()
}

#[test]
fn each_kind_grows_on_its_side() {
    let balances = [
        (AccountKind::Asset, 7),
        (AccountKind::Expense, 7),
        (AccountKind::Liability, -7),
        (AccountKind::Income, -7),
    ];
    for (kind, balance) in balances {
        assert_eq!(account(kind, 10, 3).balance.minor(), balance, "{kind:?}");
    }
}

#[test]
fn what_is_owned_and_spent_is_what_is_owed_and_earned() {
    let accounts = vec![
        account(AccountKind::Asset, 100, 3),
        account(AccountKind::Expense, 3, 0),
        account(AccountKind::Liability, 0, 20),
        account(AccountKind::Income, 0, 80),
    ];
    let books = currency_balances(Currency::ETB, accounts).unwrap();
    let sums = [books.is_owed, books.spent, books.owes, books.earned];
    assert_eq!(sums.map(|sum| sum.minor()), [97, 3, 20, 80]);
}

#[test]
fn a_sum_beyond_all_numbers_is_a_fault() {
    let beyond = ("a".to_owned(), AccountKind::Asset, "A".to_owned());
    assert!(AccountBalance::new(beyond, (i64::MAX, -1), Currency::ETB).is_err());
    let accounts = vec![account(AccountKind::Asset, i64::MAX, 0); 2];
    assert!(currency_balances(Currency::ETB, accounts).is_err());
}
