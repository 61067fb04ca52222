//! What an observation means for an attempt and its order. Pure; the heart of the crate.

use chrono::{DateTime, Utc};
use money::{Currency, Money};

use super::{Attempt, AttemptState, Mode, Observation, Observed, Witness};

/// A charge in the provider's books, as it is recorded in ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The provider's reference; our own where the provider names none.
    pub(crate) provider_reference: String,
    /// What was taken from the buyer.
    pub(crate) amount: Money,
    /// What the provider keeps of it, in minor units.
    pub(crate) fee_minor: i64,
}

impl Charge {
    /// What is announced of it.
    pub(crate) fn told(&self) -> (Money, &str) {
        (self.amount, &self.provider_reference)
    }
}

/// What is to be done about an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No news.
    Nothing,
    /// The money pays the order.
    Apply(Charge),
    /// The money is there and the order does not need it.
    Surplus(Charge),
    /// A charge that is not the one asked for. Real money among it is recorded, never applied.
    Review {
        detail: String,
        charge: Option<Charge>,
    },
    /// It will not be paid: it fails or is cancelled.
    Close(AttemptState),
    /// Money of ours went back.
    Reversal,
}

/// Decides by exact equality of status, reference, amount, currency and mode.
pub(crate) fn verdict(
    attempt: &Attempt,
    is_order_payable: bool,
    observation: &Observation,
    now: DateTime<Utc>,
) -> Verdict {
    if attempt.is_settled() {
        let went_back = matches!(observation.state, Observed::Refunded | Observed::Reversed);
        return if went_back {
            Verdict::Reversal
        } else {
            Verdict::Nothing
        };
    }
    if observation.state != Observed::Charged {
        return closing(attempt, &observation.state, now);
    }
    let differences = differences(attempt, observation);
    if differences.is_empty() {
        let charge = charge(attempt, observation, attempt.amount);
        return if is_order_payable {
            Verdict::Apply(charge)
        } else {
            Verdict::Surplus(charge)
        };
    }
    let charge = differing_charge(attempt, observation);
    // The same news about money that cannot be recorded is told once.
    if attempt.state == AttemptState::Review && charge.is_none() {
        return Verdict::Nothing;
    }
    let who = match observation.witness {
        Witness::Provider { .. } => "The provider reports a charge",
        Witness::Staff { .. } => "Staff report money",
    };
    Verdict::Review {
        detail: format!("{who} with {}.", differences.join(", ")),
        charge,
    }
}

fn charge(attempt: &Attempt, observation: &Observation, amount: Money) -> Charge {
    let reference = observation
        .provider_reference
        .as_ref()
        .unwrap_or(&attempt.tx_ref);
    Charge {
        provider_reference: reference.clone(),
        amount,
        fee_minor: observation.fee_minor.unwrap_or(0).max(0),
    }
}

/// Real money for this very attempt that is not what was asked for. Another transaction's
/// money belongs to that transaction, and test money is none.
pub(crate) fn differing_charge(attempt: &Attempt, observation: &Observation) -> Option<Charge> {
    let is_ours = observation.tx_ref.as_ref() == Some(&attempt.tx_ref)
        && observation.mode == Some(attempt.mode);
    let currency: Currency = observation.currency.as_deref()?.parse().ok()?;
    let minor = observation.amount_minor.filter(|minor| *minor > 0)?;
    is_ours.then(|| charge(attempt, observation, Money::new(minor, currency)))
}

fn closing(attempt: &Attempt, observed: &Observed, now: DateTime<Utc>) -> Verdict {
    if !attempt.state.is_open() {
        return Verdict::Nothing;
    }
    match observed {
        // While the page is open the buyer may try again.
        Observed::Failed if now < attempt.expires_at => Verdict::Nothing,
        Observed::Failed | Observed::Refunded | Observed::Reversed => {
            Verdict::Close(AttemptState::Failed)
        }
        Observed::Cancelled => Verdict::Close(AttemptState::Cancelled),
        Observed::NotFound | Observed::Pending | Observed::Charged | Observed::Unknown(_) => {
            Verdict::Nothing
        }
    }
}

/// In which ways a charge is not the one that was asked for, in words; none when every field is
/// equal.
fn differences(attempt: &Attempt, observation: &Observation) -> Vec<String> {
    let named = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let currency = attempt.amount.currency();
    let mut differences = Vec::new();
    if observation.tx_ref.as_ref() != Some(&attempt.tx_ref) {
        let observed = named(&observation.tx_ref);
        differences.push(format!(
            "reference {observed} instead of {}",
            attempt.tx_ref
        ));
    }
    if observation.amount_minor != Some(attempt.amount.minor()) {
        let observed = observation.amount_minor.map_or_else(
            || "an unreadable amount".to_owned(),
            |minor| Money::new(minor, currency).to_decimal(),
        );
        let hint = if differs_by_fee(attempt, observation) {
            " (differs by the provider's fee)"
        } else {
            ""
        };
        let asked = attempt.amount.to_decimal();
        differences.push(format!("amount {observed} instead of {asked}{hint}"));
    }
    if observation.currency.as_deref() != Some(currency.code()) {
        let observed = named(&observation.currency);
        differences.push(format!("currency {observed} instead of {currency}"));
    }
    if observation.mode != Some(attempt.mode) {
        let observed = observation.mode.map_or("none", Mode::as_str);
        differences.push(format!(
            "mode {observed} instead of {}",
            attempt.mode.as_str()
        ));
    }
    differences
}

/// A hint for whoever reviews it: the buyer paid the fee on top, or it was taken off.
fn differs_by_fee(attempt: &Attempt, observation: &Observation) -> bool {
    let difference = observation
        .amount_minor
        .and_then(|amount| amount.checked_sub(attempt.amount.minor()));
    match (difference, observation.fee_minor) {
        (Some(difference), Some(fee)) => difference.checked_abs() == Some(fee),
        _ => false,
    }
}
