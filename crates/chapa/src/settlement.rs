//! Does an observation pay what was asked for? Pure; exact equality in every field.

use crate::{Mode, Observation, Observed};

/// What was asked for, from the shop's own books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The attempt's own reference.
    pub tx_ref: String,
    /// Minor units.
    pub amount_minor: i64,
    /// Three capital letters.
    pub currency: String,
    /// The shop's mode: test money never settles a live shop.
    pub mode: Mode,
}

/// One way in which a charge is not the charge that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Another transaction, or none named.
    TxRef {
        /// What Chapa says.
        observed: Option<String>,
    },
    /// More, less, or unreadable.
    Amount {
        /// What Chapa says, in minor units.
        observed_minor: Option<i64>,
        /// The amount differs by exactly Chapa's fee: the buyer paid the fee on top, or
        /// the fee was taken off. A hint for the person who reviews it.
        differs_by_fee: bool,
    },
    /// Another currency, or none named.
    Currency {
        /// What Chapa says.
        observed: Option<String>,
    },
    /// Test against live, or not named.
    Mode {
        /// What Chapa says.
        observed: Option<Mode>,
    },
}

/// The verdict on an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Charged, and every field is equal.
    Paid,
    /// Not a charge; says what it is.
    NotPaid(Observed),
    /// Money moved, but not the money that was asked for: a case for review.
    Mismatch(Vec<Mismatch>),
}

/// Compares status, reference, amount, currency and mode, each exactly.
#[must_use]
pub fn settles(expected: &Expected, observation: &Observation) -> Settlement {
    if observation.state != Observed::Charged {
        return Settlement::NotPaid(observation.state.clone());
    }
    let mut mismatches = Vec::new();
    if observation.tx_ref.as_deref() != Some(expected.tx_ref.as_str()) {
        mismatches.push(Mismatch::TxRef {
            observed: observation.tx_ref.clone(),
        });
    }
    if observation.amount_minor != Some(expected.amount_minor) {
        let difference = observation
            .amount_minor
            .and_then(|amount| amount.checked_sub(expected.amount_minor));
        let differs_by_fee = match (difference, observation.fee_minor) {
            (Some(difference), Some(fee)) => difference.checked_abs() == Some(fee),
            _ => false,
        };
        mismatches.push(Mismatch::Amount {
            observed_minor: observation.amount_minor,
            differs_by_fee,
        });
    }
    if observation.currency.as_deref() != Some(expected.currency.as_str()) {
        mismatches.push(Mismatch::Currency {
            observed: observation.currency.clone(),
        });
    }
    if observation.mode != Some(expected.mode) {
        mismatches.push(Mismatch::Mode {
            observed: observation.mode,
        });
    }
    if mismatches.is_empty() {
        Settlement::Paid
    } else {
        Settlement::Mismatch(mismatches)
    }
}
