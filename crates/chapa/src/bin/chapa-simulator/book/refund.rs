//! One refund in the simulated Chapa's books.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    Initiated,
    Processing,
    Refunded,
    Reversed,
}

impl RefundState {
    /// Chapa's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Processing => "processing",
            Self::Refunded => "refunded",
            Self::Reversed => "reversed",
        }
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Refunded | Self::Reversed)
    }
}

/// A refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) ref_id: String,
    pub(crate) tx_ref: String,
    pub(crate) payment_reference: String,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) reason: Option<String>,
    pub(crate) state: RefundState,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}
