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
    Failed,
}

impl RefundState {
    /// Chapa's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Processing => "processing",
            Self::Refunded => "refunded",
            Self::Reversed => "reversed",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Refunded | Self::Reversed | Self::Failed)
    }

    /// Whether the money is the buyer's, or on its way there.
    pub(crate) fn takes_money(self) -> bool {
        !matches!(self, Self::Reversed | Self::Failed)
    }
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) ref_id: String,
    /// Whose it is; empty in files of older versions, where there was one merchant only.
    #[serde(default)]
    pub(crate) merchant: String,
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
