//! Rules of queues, without a database.

use chrono::{DateTime, TimeDelta};
use ids::{CartId, SaleId, VariantId};

use crate::model::{Admission, AdmissionRefusal, Queue, Seal, Seen, Ticket, require};

const SECRET: &str = "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6";

fn admission() -> Admission {
    let now = DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap();
    Admission {
        sale_id: SaleId::generate(now),
        cart_id: CartId::generate(now),
        expires_at: now,
    }
}

#[test]
fn a_token_says_what_it_was_signed_for_and_nothing_else() {
    let (seal, admission) = (Seal::new(SECRET), admission());
    let token = seal.sign(&admission);
    assert_eq!(seal.read(&token), Some(admission));
    assert_eq!(seal.sign(&admission), token);
    assert_eq!(Seal::new("another secret").read(&token), None);
    for at in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert_eq!(seal.read(&other), None, "{other}");
    }
    for other in ["", "x", &token[1..], &format!("{token}A"), &"A".repeat(96)] {
        assert_eq!(seal.read(other), None, "{other}");
    }
}

#[test]
fn a_ticket_is_for_one_cart_in_one_sale_until_its_end() {
    let own = admission();
    let elsewhere = admission();
    let variant = VariantId::generate(own.expires_at);
    let before = own.expires_at - TimeDelta::microseconds(1);
    let reason = |tickets: &[Ticket], now| {
        let found = require(tickets, own.sale_id, variant, own.cart_id, now);
        match found {
            Ok(()) => "in",
            Err(AdmissionRefusal::QueueRequired { reason, .. }) => reason,
            Err(_) => "otherwise",
        }
    };
    let foreign = Admission {
        cart_id: elsewhere.cart_id,
        ..own
    };
    assert_eq!(reason(&[Some(own)], before), "in");
    assert_eq!(reason(&[None, Some(elsewhere), Some(own)], before), "in");
    assert_eq!(reason(&[Some(own)], own.expires_at), "expired");
    assert_eq!(reason(&[Some(foreign)], before), "of_another_cart");
    assert_eq!(reason(&[Some(elsewhere)], before), "of_another_sale");
    assert_eq!(reason(&[Some(elsewhere), None], before), "not_ours");
    assert_eq!(reason(&[], before), "missing");
}

#[test]
fn positions_waits_and_room() {
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let queue = Queue {
        starts_at: now,
        ends_at: Some(now + TimeDelta::hours(1)),
        slots: Some(10),
        token_seconds: Some(60),
        seed: String::new(),
        drawn_at: Some(now),
        drawn_number: Some(0),
        last_number: 500,
        called_number: 100,
        variants: Vec::new(),
    };
    assert_eq!(queue.room(3, 1), 2);
    assert_eq!(queue.room(1_000, 4), 6);
    assert_eq!(queue.room(0, 4), 0);
    let lifetime = Some(TimeDelta::seconds(60));
    assert_eq!(queue.calls_for(now), lifetime);
    assert_eq!(queue.calls_for(now - TimeDelta::microseconds(1)), None);
    assert_eq!(queue.calls_for(now + TimeDelta::hours(1)), None);
    let seen = |calls| Seen {
        queue: queue.clone(),
        units: 1,
        tokens: 0,
        calls,
        is_over: false,
        left: vec![105, 107],
    };
    assert_eq!(seen((0, 60)).position(101), 1);
    // Two of those before have left.
    let positions = [104, 106, 108].map(|number| seen((0, 60)).position(number));
    assert_eq!(positions, [4, 5, 6]);
    assert_eq!(seen((0, 60)).wait_seconds(1), None);
    assert_eq!(seen((50, 60)).wait_seconds(1), Some(2));
    assert_eq!(seen((50, 60)).wait_seconds(100), Some(120));
}
