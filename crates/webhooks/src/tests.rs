//! Rules of webhooks, case by case.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use ids::WebhookDeliveryId;

use crate::model::{PAUSES, Secret, Verdict, matches, next_attempt, signatures, verdict};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_603_600, 0).unwrap()
}

#[test]
fn a_pattern_is_a_name_or_a_family() {
    for (pattern, event, is_wanted) in [
        ("order.paid", "order.paid", true),
        ("order.paid", "order.placed", false),
        ("order.*", "order.paid", true),
        ("order.*", "orders.paid", false),
        ("order.*", "order", false),
        ("*", "order.paid", false),
        (".*", "order.paid", false),
        ("", "order.paid", false),
    ] {
        assert_eq!(matches(pattern, event), is_wanted, "{pattern} {event}");
    }
}

// The vector that the libraries of the standard are tested with.
#[test]
fn the_signature_is_the_standards() {
    let secret = Secret(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let signed = signatures(&[&secret], id, 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let two = signatures(&[&secret, &Secret(vec![7; 32])], "id", 1, "{}");
    assert_eq!(two.split(' ').count(), 2);
}

#[test]
fn a_secret_does_not_show_itself() {
    assert_eq!(format!("{:?}", Secret(vec![1; 32])), "Secret(…)");
    assert_eq!(
        Secret(vec![0; 24]).reveal(),
        format!("whsec_{}", "A".repeat(32))
    );
}

#[test]
fn tries_go_on_for_three_days() {
    let total: TimeDelta = PAUSES.iter().sum();
    assert!(
        total > TimeDelta::hours(71) && total <= TimeDelta::days(3),
        "{total}"
    );
    let id = WebhookDeliveryId::generate(start());
    for (tried, pause) in (1_i32..).zip(PAUSES) {
        let at = next_attempt(id, tried, start()).unwrap();
        assert!(
            at >= start() + pause && at <= start() + pause + pause / 10,
            "{tried}"
        );
    }
    assert_eq!(next_attempt(id, 10, start()), None);
    assert_eq!(next_attempt(id, 0, start()), None);
}

#[test]
fn only_two_hundreds_are_a_yes() {
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(verdict(Some(status)), Verdict::Delivered, "{status}");
    }
    for status in [
        100, 199, 300, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503,
    ] {
        assert_eq!(verdict(Some(status)), Verdict::Failed, "{status}");
    }
    assert_eq!(verdict(Some(410)), Verdict::Gone);
    assert_eq!(verdict(None), Verdict::Failed);
}
