//! One payment in the simulated Chapa's books.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ledger::{About, Purse};
use super::merchant::DEFAULT_MERCHANT;

/// Where a payment stands. Whether an open one has expired depends on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TransactionState {
    Pending,
    Charged,
    Failed,
    Cancelled,
    Reversed,
}

/// A line of the payment's timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TimelineRow {
    pub(crate) message: String,
    pub(crate) is_error: bool,
    pub(crate) at: DateTime<Utc>,
}

/// A payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// Counts from 1 in the order of arrival.
    pub(crate) number: u64,
    #[serde(default = "default_merchant")]
    pub(crate) merchant: String,
    pub(crate) tx_ref: String,
    pub(crate) reference: String,
    pub(crate) token: String,
    pub(crate) amount_minor: i64,
    pub(crate) charge_minor: i64,
    pub(crate) currency: String,
    pub(crate) mode: String,
    /// `API`, or `Payment Link` for what no shop asked for.
    #[serde(default = "of_api")]
    pub(crate) kind: String,
    pub(crate) state: TransactionState,
    pub(crate) method: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) logo: Option<String>,
    pub(crate) meta: Value,
    pub(crate) attempt_count: u32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) timeline: Vec<TimelineRow>,
}

fn default_merchant() -> String {
    DEFAULT_MERCHANT.to_owned()
}

fn of_api() -> String {
    "API".to_owned()
}

impl Transaction {
    /// Whose money it moves.
    pub(crate) fn purse(&self) -> Purse {
        Purse {
            merchant: self.merchant.clone(),
            mode: self.mode.clone(),
            currency: self.currency.clone(),
        }
    }

    /// What its lines in the ledger are about.
    pub(crate) fn about(&self, refund: Option<&str>) -> About {
        About {
            tx_ref: Some(self.tx_ref.clone()),
            reference: Some(self.reference.clone()),
            refund: refund.map(str::to_owned),
        }
    }

    /// Whether it was paid, whatever became of the money afterwards.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(
            self.state,
            TransactionState::Charged | TransactionState::Reversed
        )
    }

    /// Whether the buyer may still try on the page.
    pub(crate) fn is_open(&self, now: DateTime<Utc>, max_attempts: u32) -> bool {
        matches!(
            self.state,
            TransactionState::Pending | TransactionState::Failed
        ) && now < self.expires_at
            && self.attempt_count < max_attempts
    }

    pub(crate) fn note(&mut self, message: impl Into<String>, is_error: bool, at: DateTime<Utc>) {
        self.timeline.push(TimelineRow {
            message: message.into(),
            is_error,
            at,
        });
        self.updated_at = at;
    }
}
