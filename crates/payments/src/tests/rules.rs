//! States, schedule, settings.

use chrono::TimeDelta;
use serde::de::value::{Error as ValueError, MapDeserializer};

use super::{attempt, start};
use crate::model::{AttemptState, PaymentStatus, next_check};

use AttemptState::{
    Cancelled, Charged, ChargedLate, Created, Expired, Failed, Pending, Review, Unknown,
};

#[test]
fn the_legal_transitions_are_these_and_no_others() {
    let legal: &[(AttemptState, &[AttemptState])] = &[
        (
            Created,
            &[
                Unknown,
                Pending,
                Charged,
                Failed,
                Cancelled,
                Expired,
                Review,
                ChargedLate,
            ],
        ),
        (
            Unknown,
            &[Charged, Failed, Cancelled, Expired, Review, ChargedLate],
        ),
        (
            Pending,
            &[Charged, Failed, Cancelled, Expired, Review, ChargedLate],
        ),
        (Charged, &[]),
        (Failed, &[Charged, Review, ChargedLate]),
        (Cancelled, &[Charged, Review, ChargedLate]),
        (Expired, &[Charged, Review, ChargedLate]),
        (Review, &[Charged, ChargedLate]),
        (ChargedLate, &[]),
    ];
    assert_eq!(legal.len(), AttemptState::ALL.len());
    for (from, targets) in legal {
        for to in AttemptState::ALL {
            assert_eq!(
                from.may_become(to),
                targets.contains(&to),
                "{from:?} to {to:?}"
            );
        }
    }
}

#[test]
fn each_state_has_its_word_and_is_read_back() {
    for state in AttemptState::ALL {
        assert_eq!(AttemptState::parse(state.as_str()), Some(state));
    }
    assert_eq!(AttemptState::parse("success"), None);
}

#[test]
fn only_a_charge_that_pays_the_order_is_told_as_paid() {
    let paid: Vec<AttemptState> = AttemptState::ALL
        .into_iter()
        .filter(|state| state.status() == PaymentStatus::Paid)
        .collect();
    assert_eq!(paid, [Charged]);
    assert_eq!(ChargedLate.status(), PaymentStatus::Review);
}

fn rounds(state: AttemptState) -> Vec<i64> {
    let attempt = attempt(state);
    let mut rounds = Vec::new();
    let mut now = start();
    while let Some(at) = next_check(&attempt, now) {
        assert!(at > now);
        rounds.push((at - start()).num_minutes());
        now = at;
    }
    rounds
}

#[test]
fn an_open_attempt_is_asked_about_for_three_days() {
    let hours = (2..=72).map(|hour| hour * 60);
    let expected: Vec<i64> = [1, 3, 10, 30, 60].into_iter().chain(hours).collect();
    for state in [Created, Unknown, Pending, Review] {
        assert_eq!(rounds(state), expected, "{state:?}");
    }
}

#[test]
fn a_closed_attempt_is_asked_about_once_a_day() {
    for state in [Failed, Cancelled, Expired] {
        assert_eq!(rounds(state), [24 * 60, 48 * 60, 72 * 60], "{state:?}");
    }
}

#[test]
fn nothing_is_asked_once_the_money_is_there_or_never_had_a_page() {
    assert_eq!(rounds(Charged), [0_i64; 0]);
    assert_eq!(rounds(ChargedLate), [0_i64; 0]);
    let mut refused = attempt(Failed);
    refused.checkout_url = None;
    assert_eq!(next_check(&refused, start()), None);
    let mut recorded = attempt(Review);
    recorded.charged_at = Some(start());
    assert_eq!(next_check(&recorded, start()), None);
}

#[test]
fn a_late_worker_goes_on_with_the_next_round() {
    let late = start() + TimeDelta::minutes(45);
    assert_eq!(
        next_check(&attempt(Pending), late),
        Some(start() + TimeDelta::hours(1))
    );
}

mod settings {
    //! The section as it comes from a file, and as it comes from the environment.

    use super::{MapDeserializer, ValueError};
    use crate::model::{PaymentSettings, StaticTokenPolicy};
    use serde::Deserialize;
    use serde_json::{Value, json};

    fn section(secrets: Value) -> Value {
        json!({
            "base_url": "http://127.0.0.1:9/v1",
            "secret_key": "CHASECK_TEST-abc",
            "mode": "test",
            "webhook_secrets": secrets,
            "checkout_hosts": "127.0.0.1:9, checkout.chapa.co",
            "connect_timeout_ms": 1_000,
            "total_timeout_ms": 2_000,
            "page_lifetime_minutes": 60,
            "static_token": "hint",
            "cash_on_delivery": {
                "is_enabled": true, "hold_days": 30, "amount_max": { "ETB": 2_000_000 },
            },
            "bank_transfer": {
                "is_enabled": false, "hold_hours": 72, "amount_max": { "ETB": 100_000_000 },
                "bank_name": "", "account_holder": "", "account_number": "",
            },
            "late_money": "refund",
            "second_payment": "hold",
        })
    }

    fn count(secrets: Value) -> usize {
        let settings: PaymentSettings = serde_json::from_value(section(secrets)).unwrap();
        assert_eq!(
            settings.checkout_hosts,
            ["127.0.0.1:9", "checkout.chapa.co"]
        );
        assert_eq!(settings.static_token, StaticTokenPolicy::Hint);
        settings.webhook_secrets.len()
    }

    #[test]
    fn a_list_may_be_written_as_one_text() {
        assert_eq!(count(json!(["one", "two"])), 2);
        assert_eq!(count(json!("one,two")), 2);
        assert_eq!(count(json!("")), 0);
    }

    #[test]
    fn no_secret_is_shown() {
        let settings: PaymentSettings =
            serde_json::from_value(section(json!(["webhook-canary"]))).unwrap();
        let shown = format!("{settings:?}");
        assert!(
            !shown.contains("canary") && !shown.contains("CHASECK"),
            "{shown}"
        );
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let pairs = [("mock", "true")].into_iter();
        let refused = PaymentSettings::deserialize(MapDeserializer::<_, ValueError>::new(pairs));
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("unknown field `mock`")
        );
    }
}
