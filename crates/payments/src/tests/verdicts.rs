//! What an observation means: the table of section "settlement".

use chrono::TimeDelta;

use super::{TX_REF, attempt, observation, start};
use crate::model::{AttemptState, Mode, Observation, Observed, Verdict, verdict};

fn decide(state: AttemptState, is_payable: bool, observed: &Observation) -> Verdict {
    verdict(&attempt(state), is_payable, observed, start())
}

const UNSETTLED: [AttemptState; 7] = [
    AttemptState::Created,
    AttemptState::Unknown,
    AttemptState::Pending,
    AttemptState::Failed,
    AttemptState::Cancelled,
    AttemptState::Expired,
    AttemptState::Review,
];

#[test]
fn an_exact_charge_pays_an_order_that_waits_whatever_the_attempt_was_taken_for() {
    for state in UNSETTLED {
        let Verdict::Apply(charge) = decide(state, true, &observation(Observed::Charged)) else {
            panic!("{state:?} is not applied")
        };
        assert_eq!(charge.amount, attempt(state).amount);
        assert_eq!(charge.provider_reference, "AP634JFwEbxd");
        assert_eq!(charge.fee_minor, 1_200);
    }
}

#[test]
fn an_exact_charge_that_no_order_needs_is_surplus() {
    for state in UNSETTLED {
        let verdict = decide(state, false, &observation(Observed::Charged));
        assert!(
            matches!(verdict, Verdict::Surplus(_)),
            "{state:?}: {verdict:?}"
        );
    }
}

#[test]
fn recorded_money_is_not_recorded_again() {
    for state in [AttemptState::Charged, AttemptState::ChargedLate] {
        for is_payable in [true, false] {
            let verdict = decide(state, is_payable, &observation(Observed::Charged));
            assert_eq!(verdict, Verdict::Nothing);
        }
        for observed in [Observed::Refunded, Observed::Reversed] {
            assert_eq!(
                decide(state, false, &observation(observed)),
                Verdict::Reversal
            );
        }
        for observed in [Observed::Failed, Observed::Cancelled, Observed::NotFound] {
            assert_eq!(
                decide(state, false, &observation(observed)),
                Verdict::Nothing
            );
        }
    }
}

#[test]
fn a_charge_without_the_provider_s_reference_is_known_by_ours() {
    let observed = Observation {
        provider_reference: None,
        ..observation(Observed::Charged)
    };
    let Verdict::Apply(charge) = decide(AttemptState::Pending, true, &observed) else {
        panic!("not applied")
    };
    assert_eq!(charge.provider_reference, TX_REF);
}

/// A change that makes a charge another charge; the amount that is recorded of it, if any.
type Case = (fn(&mut Observation), Option<i64>, &'static str);

const DIFFERENCES: [Case; 12] = [
    (
        |o| o.amount_minor = Some(39_999),
        Some(39_999),
        "amount 399.99 instead of 400.00",
    ),
    (
        |o| o.amount_minor = Some(100),
        Some(100),
        "amount 1.00 instead of 400.00",
    ),
    (
        |o| o.amount_minor = Some(40_100),
        Some(40_100),
        "amount 401.00 instead of 400.00",
    ),
    (
        |o| o.amount_minor = Some(41_200),
        Some(41_200),
        "amount 412.00 instead of 400.00 (differs by the provider's fee)",
    ),
    (
        |o| o.amount_minor = None,
        None,
        "an unreadable amount instead of 400.00",
    ),
    (
        |o| o.amount_minor = Some(-40_000),
        None,
        "amount -400.00 instead of 400.00",
    ),
    (
        |o| o.currency = Some("USD".into()),
        Some(40_000),
        "currency USD instead of ETB",
    ),
    (|o| o.currency = None, None, "currency none instead of ETB"),
    (
        |o| o.tx_ref = Some("nx-other".into()),
        None,
        "reference nx-other instead of nx-4ix",
    ),
    (
        |o| o.tx_ref = None,
        None,
        "reference none instead of nx-4ix",
    ),
    (
        |o| o.mode = Some(Mode::Live),
        None,
        "mode live instead of test",
    ),
    (|o| o.mode = None, None, "mode none instead of test"),
];

#[test]
fn any_difference_is_a_review_and_never_a_payment() {
    for (change, recorded, words) in DIFFERENCES {
        let mut observed = observation(Observed::Charged);
        change(&mut observed);
        for is_payable in [true, false] {
            let Verdict::Review { detail, charge } =
                decide(AttemptState::Pending, is_payable, &observed)
            else {
                panic!("{words}: no review")
            };
            assert!(detail.contains(words), "{detail}");
            assert_eq!(
                charge.map(|charge| charge.amount.minor()),
                recorded,
                "{words}"
            );
        }
    }
}

#[test]
fn a_review_without_money_is_opened_once_and_ended_by_an_exact_charge() {
    let unreadable = Observation {
        amount_minor: None,
        ..observation(Observed::Charged)
    };
    assert_eq!(
        decide(AttemptState::Review, true, &unreadable),
        Verdict::Nothing
    );
    let exact = decide(AttemptState::Review, true, &observation(Observed::Charged));
    assert!(matches!(exact, Verdict::Apply(_)));
}

#[test]
fn a_failed_try_is_final_only_when_the_page_is_closed() {
    let failed = observation(Observed::Failed);
    let pending = attempt(AttemptState::Pending);
    let last_moment = pending.expires_at - TimeDelta::microseconds(1);
    assert_eq!(
        verdict(&pending, true, &failed, last_moment),
        Verdict::Nothing
    );
    let closed = verdict(&pending, true, &failed, pending.expires_at);
    assert_eq!(closed, Verdict::Close(AttemptState::Failed));
}

#[test]
fn what_is_not_a_charge_moves_only_open_attempts() {
    let closing = |observed: &Observed| match observed {
        Observed::Cancelled => Verdict::Close(AttemptState::Cancelled),
        Observed::Refunded | Observed::Reversed => Verdict::Close(AttemptState::Failed),
        _ => Verdict::Nothing,
    };
    for observed in [
        Observed::NotFound,
        Observed::Pending,
        Observed::Failed,
        Observed::Cancelled,
        Observed::Refunded,
        Observed::Reversed,
        Observed::Unknown("Success".to_owned()),
    ] {
        for state in UNSETTLED {
            let verdict = decide(state, true, &observation(observed.clone()));
            let expected = if state.is_open() {
                closing(&observed)
            } else {
                Verdict::Nothing
            };
            assert_eq!(verdict, expected, "{state:?}, {observed:?}");
        }
    }
}
