//! Codes and shares.

use chrono::{DateTime, TimeDelta, Utc};
use ids::CreditAccountId;
use money::{Currency, Money};
use proptest::prelude::*;

use crate::model::{CreditAccount, CreditKind, CreditRefusal, code_of, normal_code};

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

fn card(minor: i64) -> CreditAccount {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    CreditAccount {
        id: CreditAccountId::generate(now),
        kind: CreditKind::GiftCard,
        code_end: Some("WXYZ".to_owned()),
        customer_id: None,
        balance: etb(minor),
        expires_at: None,
        closed_at: None,
        note: String::new(),
        version: 1,
        created_at: now,
    }
}

#[test]
fn a_code_is_found_however_it_is_typed() {
    let code = code_of(&[0xff; 20]);
    assert_eq!(code, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    let zeros = code_of(&[0; 20]);
    let typed = zeros.replace('0', "o").replace('-', " ");
    assert_eq!(normal_code(&typed), Some("0".repeat(32)));
    for wrong in ["", "0000", "u000-0000-0000-0000-0000-0000-0000-0000", "ዕቃ"] {
        assert_eq!(normal_code(wrong), None, "{wrong}");
    }
    assert_eq!(normal_code(&"0".repeat(33)), None);
    assert_eq!(normal_code(&"-".repeat(1_000)), None);
}

proptest! {
    #[test]
    fn codes_differ_as_their_bits_do(one: [u8; 20], other: [u8; 20]) {
        let (a, b) = (code_of(&one), code_of(&other));
        prop_assert_eq!(a == b, one == other);
        prop_assert_eq!(normal_code(&a).map(|code| code.len()), Some(32));
    }
}

#[test]
fn no_more_is_taken_than_is_there_is_due_and_is_wanted() {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    for (balance, due, most, share) in [
        (500, 300, None, 300),
        (300, 500, None, 300),
        (500, 400, Some(100), 100),
        (50, 400, Some(100), 50),
    ] {
        let found = card(balance).share(etb(due), most.map(etb), now);
        assert_eq!(found, Ok(etb(share)), "{balance} {due} {most:?}");
    }
}

#[test]
fn what_cannot_be_spent_says_why() {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let share = |card: CreditAccount| card.share(etb(1), None, now);
    assert_eq!(share(card(0)), Err(CreditRefusal::Empty));
    let mut over = card(5);
    over.expires_at = Some(now);
    assert_eq!(share(over), Err(CreditRefusal::Expired));
    let mut later = card(5);
    later.expires_at = Some(now + TimeDelta::seconds(1));
    assert_eq!(share(later), Ok(etb(1)));
    let mut closed = card(5);
    closed.closed_at = Some(now);
    assert_eq!(share(closed), Err(CreditRefusal::Closed));
    let dollar = Money::new(1, Currency::USD);
    let found = card(5).share(dollar, None, now);
    assert_eq!(found, Err(CreditRefusal::OtherCurrency));
}
