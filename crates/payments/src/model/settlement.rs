//! What an observation means for an attempt and its order. Pure; the heart of the crate.

use chapa::{Mismatch, Observation, Observed, Settlement};
use chrono::{DateTime, Utc};
use money::{Currency, Money};

use super::{Attempt, AttemptState};

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
    let settlement = chapa::settles(&attempt.expected(), observation);
    if attempt.is_settled() {
        let went_back = matches!(observation.state, Observed::Refunded | Observed::Reversed);
        return if went_back {
            Verdict::Reversal
        } else {
            Verdict::Nothing
        };
    }
    match settlement {
        Settlement::Paid => {
            let charge = charge(attempt, observation, attempt.amount);
            if is_order_payable {
                Verdict::Apply(charge)
            } else {
                Verdict::Surplus(charge)
            }
        }
        Settlement::Mismatch(mismatches) => {
            let charge = differing_charge(attempt, observation);
            // The same news about money that cannot be recorded is told once.
            if attempt.state == AttemptState::Review && charge.is_none() {
                return Verdict::Nothing;
            }
            Verdict::Review {
                detail: describe(attempt, &mismatches),
                charge,
            }
        }
        Settlement::NotPaid(observed) => closing(attempt, &observed, now),
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

fn describe(attempt: &Attempt, mismatches: &[Mismatch]) -> String {
    let named = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let parts: Vec<String> = mismatches
        .iter()
        .map(|mismatch| match mismatch {
            Mismatch::TxRef { observed } => {
                format!(
                    "reference {} instead of {}",
                    named(observed),
                    attempt.tx_ref
                )
            }
            Mismatch::Amount {
                observed_minor,
                differs_by_fee,
            } => {
                let observed = observed_minor.map_or_else(
                    || "an unreadable amount".to_owned(),
                    |minor| Money::new(minor, attempt.amount.currency()).to_decimal(),
                );
                let hint = if *differs_by_fee {
                    " (differs by the provider's fee)"
                } else {
                    ""
                };
                format!(
                    "amount {observed} instead of {}{hint}",
                    attempt.amount.to_decimal()
                )
            }
            Mismatch::Currency { observed } => {
                format!(
                    "currency {} instead of {}",
                    named(observed),
                    attempt.amount.currency()
                )
            }
            Mismatch::Mode { observed } => {
                let observed = observed.map_or("none", chapa::Mode::as_str);
                format!("mode {observed} instead of {}", attempt.mode.as_str())
            }
        })
        .collect();
    format!("The provider reports a charge with {}.", parts.join(", "))
}
