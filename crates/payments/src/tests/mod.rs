//! Rules of payments, case by case: states, verdicts, schedule, settings, what is written down.
//! Whole features are tested over HTTP elsewhere.

mod providers;
mod reconciliation;
mod records;
mod refunds;
mod rules;
mod verdicts;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{AttemptId, OrderId};
use money::{Currency, Money};

use crate::model::{Attempt, AttemptState, Mode, Observation, Observed, ProviderId, Witness};

const TX_REF: &str = "nx-4ixUKlhbT0mK0oDHxq2y6Yp2eOZ8o7b1r0nqzK0h3Zk";

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_603_600, 0).unwrap()
}

fn attempt(state: AttemptState) -> Attempt {
    let is_charged = matches!(state, AttemptState::Charged | AttemptState::ChargedLate);
    Attempt {
        id: AttemptId::generate(start()),
        order_id: OrderId::generate(start()),
        provider: ProviderId::Chapa,
        tx_ref: TX_REF.to_owned(),
        amount: Money::new(40_000, Currency::ETB),
        mode: Mode::Test,
        state,
        checkout_url: Some("https://checkout.chapa.co/checkout/payment/x".to_owned()),
        customer_reference: None,
        instructions: None,
        provider_reference: None,
        failure: None,
        created_at: start(),
        updated_at: start(),
        expires_at: start() + TimeDelta::hours(1),
        charged_at: is_charged.then(start),
        is_applied: state == AttemptState::Charged,
        is_given_back: false,
        confirmed_by: None,
    }
}

fn observation(state: Observed) -> Observation {
    Observation {
        state,
        amount_minor: Some(40_000),
        currency: Some("ETB".to_owned()),
        tx_ref: Some(TX_REF.to_owned()),
        provider_reference: Some("AP634JFwEbxd".to_owned()),
        fee_minor: Some(1_200),
        mode: Some(Mode::Test),
        method: Some("telebirr".to_owned()),
        witness: Witness::Provider { http_status: 200 },
    }
}
