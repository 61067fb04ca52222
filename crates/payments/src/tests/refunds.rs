//! Refunds: what may follow what, what belongs to a line, when to ask, what an answer means.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{AttemptId, CaptureId, OrderId, RefundId, VariantId};
use money::{Currency, Money};

use super::start;
use crate::model::{
    Destination, Disposition, LineBalance, ProviderError, ProviderId, Refund, RefundCause,
    RefundNews, RefundObservation, RefundState, RefundTold, WantedLine, news_of_check,
    news_of_submission, next_refund_check, next_submission, plan_lines,
};

use RefundState::{Failed, Processing, Requested, Reversed, Submitted, Succeeded, Unknown};

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

fn refund(state: RefundState) -> Refund {
    let at = start();
    Refund {
        id: RefundId::generate(at),
        reference: "rf-1".to_owned(),
        capture_id: CaptureId::generate(at),
        order_id: OrderId::generate(at),
        provider: ProviderId::Chapa,
        destination: Destination::Origin,
        amount: etb(10_000),
        cause: RefundCause::Staff,
        reason: "a crack".to_owned(),
        state,
        provider_reference: None,
        requested_by: None,
        failure: None,
        version: 1,
        created_at: at,
        submitted_at: (state != Requested).then_some(at),
        updated_at: at,
        finished_at: None,
        attempt_id: AttemptId::generate(at),
        capture_reference: "AP1".to_owned(),
        disposition: Disposition::Applied,
    }
}

#[test]
fn the_legal_steps_are_these_and_the_schema_knows_the_same() {
    let legal: &[(RefundState, &[RefundState])] = &[
        (Requested, &[Submitted]),
        (
            Submitted,
            &[Requested, Processing, Unknown, Succeeded, Failed, Reversed],
        ),
        (Processing, &[Unknown, Succeeded, Failed, Reversed]),
        (Unknown, &[Processing, Succeeded, Failed, Reversed]),
        (Succeeded, &[]),
        (Failed, &[]),
        (Reversed, &[]),
    ];
    let schema = include_str!("../../../../migrations/0009_refunds.sql");
    for (from, next) in legal {
        for to in RefundState::ALL {
            let is_legal = next.contains(&to);
            let (from_word, to_word) = (from.as_str(), to.as_str());
            assert_eq!(from.may_become(to), is_legal, "{from_word} to {to_word}");
            let step = format!("('{from_word}', '{to_word}')");
            assert_eq!(schema.contains(&step), is_legal, "{step}");
        }
        assert_eq!(from.is_open(), !next.is_empty());
        assert_eq!(RefundState::parse(from.as_str()), Some(*from));
    }
}

#[test]
fn a_refund_is_asked_about_by_its_schedule_for_ten_days() {
    let sent = refund(Processing);
    let mut now = start();
    let mut minutes = Vec::new();
    while let Some(at) = next_refund_check(&sent, now) {
        minutes.push((at - start()).num_minutes());
        now = at;
    }
    assert_eq!(minutes[..6], [1, 5, 15, 60, 120, 180]);
    assert_eq!(minutes.last(), Some(&(10 * 24 * 60)));
    assert_eq!(minutes.len(), 3 + 240);
    assert!(next_refund_check(&refund(Succeeded), start()).is_none());
    let waiting = next_refund_check(&refund(Requested), start());
    assert_eq!(waiting, Some(start() + TimeDelta::hours(1)));
}

#[test]
fn what_could_not_be_sent_is_tried_ever_more_slowly() {
    let waiting = refund(Requested);
    let after = |age: TimeDelta, wanted| {
        let now: DateTime<Utc> = start() + age;
        (next_submission(&waiting, wanted, now) - now).num_seconds()
    };
    assert_eq!(after(TimeDelta::zero(), None), 30);
    assert_eq!(after(TimeDelta::minutes(4), None), 120);
    assert_eq!(after(TimeDelta::days(4), None), 3_600);
    assert_eq!(after(TimeDelta::zero(), Some(90)), 90);
    assert_eq!(after(TimeDelta::zero(), Some(u64::MAX)), 30);
}

#[test]
fn a_person_is_called_after_a_day_of_ignorance_or_ten_of_waiting() {
    let after = |state, age: TimeDelta| refund(state).needs_a_person(start() + age);
    assert!(!after(Unknown, TimeDelta::hours(23)));
    assert!(after(Unknown, TimeDelta::hours(24)));
    assert!(!after(Processing, TimeDelta::days(9)));
    assert!(after(Processing, TimeDelta::days(10)));
    assert!(!after(Requested, TimeDelta::days(99)));
    assert!(!after(Succeeded, TimeDelta::days(99)));
}

fn line(bought: i64, paid: i64, refunded: (i64, i64)) -> LineBalance {
    LineBalance {
        variant_id: VariantId::generate(start()),
        bought_quantity: bought,
        paid: etb(paid),
        refunded_quantity: refunded.0,
        refunded_minor: refunded.1,
    }
}

#[test]
fn units_share_what_was_paid_to_the_last_santim() {
    // Three units for 100.00: the earlier ones carry the odd santim.
    let mut line = line(3, 10_000, (0, 0));
    let mut shares = Vec::new();
    for _ in 0..3 {
        let wanted = WantedLine {
            variant_id: line.variant_id,
            quantity: 1,
            amount: None,
        };
        let planned = plan_lines(&[line], &[wanted]).unwrap();
        line.refunded_quantity += planned[0].quantity;
        line.refunded_minor += planned[0].amount.minor();
        shares.push(planned[0].amount.minor());
    }
    assert_eq!(shares, [3_334, 3_333, 3_333]);
}

#[test]
fn the_last_units_take_what_is_left_of_a_line_and_no_more() {
    let of = |line: LineBalance, quantity, minor: Option<i64>| {
        let wanted = WantedLine {
            variant_id: line.variant_id,
            quantity,
            amount: minor.map(etb),
        };
        let planned = plan_lines(&[line], &[wanted]);
        planned
            .map(|lines| lines[0].amount.minor())
            .map_err(|error| error.code().unwrap_or("a fault"))
    };
    let reduced = line(2, 10_000, (0, 3_000));
    assert_eq!(of(reduced, 1, None), Ok(5_000));
    assert_eq!(of(reduced, 2, None), Ok(7_000));
    assert_eq!(of(reduced, 2, Some(7_001)), Err("refund_line_exceeds"));
    assert_eq!(of(reduced, 3, None), Err("refund_line_exceeds"));
    let used_up = line(2, 10_000, (1, 9_000));
    assert_eq!(of(used_up, 1, None), Ok(1_000));
    assert_eq!(of(line(1, 0, (0, 0)), 1, None), Err("refund_line_exceeds"));
}

fn told(state: RefundTold) -> RefundObservation {
    RefundObservation {
        state,
        refund_reference: Some("M1".to_owned()),
        provider_reference: Some("AP1".to_owned()),
        merchant_reference: Some("rf-1".to_owned()),
        amount_minor: Some(10_000),
        currency: Some("ETB".to_owned()),
        http_status: Some(200),
    }
}

#[test]
fn only_the_very_same_money_is_a_success() {
    let ours = refund(Processing);
    let news = |observation| news_of_check(&ours, &Ok(observation));
    let named = Some("M1".to_owned());
    let done = news(told(RefundTold::Refunded));
    let expected = RefundNews::Done {
        provider_reference: named.clone(),
    };
    assert_eq!(done, expected);
    let returned = RefundNews::Returned {
        provider_reference: named.clone(),
    };
    assert_eq!(news(told(RefundTold::Reversed)), returned);
    for state in [RefundTold::Initiated, RefundTold::Processing] {
        let under_way = RefundNews::UnderWay {
            provider_reference: named.clone(),
        };
        assert_eq!(news(told(state)), under_way);
    }
    let differing: [fn(&mut RefundObservation); 4] = [
        |told| told.amount_minor = Some(9_999),
        |told| told.currency = Some("USD".to_owned()),
        |told| told.merchant_reference = Some("rf-2".to_owned()),
        |told| {
            told.merchant_reference = None;
            told.provider_reference = Some("AP2".to_owned());
        },
    ];
    for change in differing {
        let mut other = told(RefundTold::Refunded);
        change(&mut other);
        assert!(matches!(news(other), RefundNews::Differs { .. }));
    }
    let silent: [fn(&mut RefundObservation); 4] = [
        |told| told.amount_minor = None,
        |told| told.currency = None,
        |told| told.state = RefundTold::NotFound,
        |told| told.state = RefundTold::Unknown("?".to_owned()),
    ];
    for change in silent {
        let mut vague = told(RefundTold::Refunded);
        change(&mut vague);
        assert!(matches!(news(vague), RefundNews::Silent { .. }));
    }
}

#[test]
fn what_may_have_happened_is_never_taken_for_refused_or_unsent() {
    let ours = refund(Submitted);
    let of = |error: ProviderError| news_of_submission(&ours, &Err(error), &[]);
    for error in [
        ProviderError::Unknown,
        ProviderError::Duplicate,
        ProviderError::Protocol("x".to_owned()),
    ] {
        assert!(matches!(of(error), RefundNews::Silent { .. }));
    }
    for error in [ProviderError::Unavailable, ProviderError::RateLimited(None)] {
        assert!(matches!(of(error), RefundNews::NotSent { .. }));
    }
    for error in [
        ProviderError::Auth,
        ProviderError::Unsupported,
        ProviderError::Invalid {
            field: "amount",
            reason: "must be less",
        },
    ] {
        assert!(matches!(of(error), RefundNews::Refused { .. }));
    }
}
