//! What Chapa says about a transaction or a refund, as data. Not what it means for an
//! order: that is `settlement`, and the caller's own state machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Test money or real money; decided by the key, told by every observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// No money moves.
    Test,
    /// Money moves.
    Live,
}

impl Mode {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "test" => Some(Self::Test),
            "live" => Some(Self::Live),
            _ => None,
        }
    }

    /// The word Chapa uses: `test` or `live`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// The state of a transaction in Chapa's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// Chapa does not know the reference.
    NotFound,
    /// Known, and not paid so far.
    Pending,
    /// Paid: HTTP 200 and a `data.status` of exactly `success`. Only [`crate::settles`]
    /// decides whether it pays what was asked for.
    Charged,
    /// A try failed. Not final while the checkout page is open: the buyer may try again.
    Failed,
    /// The checkout was cancelled.
    Cancelled,
    /// Paid once, given back.
    Refunded,
    /// Paid once, taken back.
    Reversed,
    /// Something else, in Chapa's words. Never to be taken as paid.
    Unknown(String),
}

impl Observed {
    /// Only the exact word `success` is a charge; all other words are read leniently.
    pub(crate) fn from_status(text: &str) -> Self {
        if text == "success" {
            return Self::Charged;
        }
        match text.trim().to_ascii_lowercase().as_str() {
            "pending" | "initiated" | "processing" => Self::Pending,
            "failed" | "failed/cancelled" => Self::Failed,
            "cancelled" | "canceled" => Self::Cancelled,
            "refunded" => Self::Refunded,
            "reversed" => Self::Reversed,
            _ => Self::Unknown(crate::wire::shorten(text)),
        }
    }
}

/// The answer as it came, for the record. `Debug` shows its size only: it holds names.
#[derive(Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// The HTTP status.
    pub http_status: u16,
    /// The body as text.
    pub body: String,
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RawAnswer({}, {} bytes)",
            self.http_status,
            self.body.len()
        )
    }
}

/// What `verify` saw. A field that Chapa left out, or wrote unreadably, is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The state.
    pub state: Observed,
    /// Minor units of `currency`; `None` when absent or not an exact decimal number.
    pub amount_minor: Option<i64>,
    /// As written by Chapa, for example `ETB`.
    pub currency: Option<String>,
    /// The merchant's own reference as Chapa knows it.
    pub tx_ref: Option<String>,
    /// Chapa's reference; refunds are addressed by it.
    pub provider_reference: Option<String>,
    /// Chapa's fee in minor units.
    pub fee_minor: Option<i64>,
    /// Test or live.
    pub mode: Option<Mode>,
    /// How it was paid: `telebirr`, `cbebirr`, `mpesa`, `card`, `test`, …
    pub method: Option<String>,
    /// The answer as it came.
    pub raw: RawAnswer,
}

/// The state of a refund in Chapa's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    /// Chapa does not know the refund.
    NotFound,
    /// Accepted.
    Initiated,
    /// Under way.
    Processing,
    /// The buyer has the money. Final.
    Refunded,
    /// It did not go through; the money is back with the merchant. Final.
    Reversed,
    /// Something else, in Chapa's words.
    Unknown(String),
}

impl RefundState {
    pub(crate) fn from_status(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase();
        match lower.strip_prefix("refund ").unwrap_or(&lower).trim() {
            "initiated" | "pending" | "queued" => Self::Initiated,
            "processing" => Self::Processing,
            "refunded" | "success" | "completed" => Self::Refunded,
            "reversed" | "failed" => Self::Reversed,
            _ => Self::Unknown(crate::wire::shorten(text)),
        }
    }
}

/// What `refund` or `verify_refund` saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundObservation {
    /// The state.
    pub state: RefundState,
    /// Chapa's reference of the refund, which `verify_refund` wants. Chapa may accept a
    /// refund without telling it.
    pub refund_reference: Option<String>,
    /// Chapa's reference of the payment.
    pub provider_reference: Option<String>,
    /// The merchant's own reference of the refund.
    pub merchant_reference: Option<String>,
    /// Minor units.
    pub amount_minor: Option<i64>,
    /// As written by Chapa.
    pub currency: Option<String>,
    /// The answer as it came.
    pub raw: RawAnswer,
}

/// One row of Chapa's list of transactions; the list does not tell the `tx_ref`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTransaction {
    /// Chapa's reference.
    pub provider_reference: Option<String>,
    /// The state.
    pub state: Observed,
    /// Minor units.
    pub amount_minor: Option<i64>,
    /// Chapa's fee in minor units.
    pub fee_minor: Option<i64>,
    /// As written by Chapa.
    pub currency: Option<String>,
    /// How it was paid.
    pub method: Option<String>,
    /// As written by Chapa.
    pub created_at: Option<String>,
}

/// A page of Chapa's list of transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionPage {
    /// The rows, newest first.
    pub transactions: Vec<ListedTransaction>,
    /// Whether Chapa offers a further page.
    pub has_next: bool,
}

/// What Chapa holds in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// As written by Chapa, for example `ETB`.
    pub currency: String,
    /// Minor units that can be paid out now; `None` when they are not an exact decimal number.
    pub available_minor: Option<i64>,
    /// Minor units in all.
    pub ledger_minor: Option<i64>,
}

/// One line of what happened on the checkout page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Chapa's words.
    pub message: String,
    /// Whether it is an error rather than a log line.
    pub is_error: bool,
    /// As written by Chapa.
    pub created_at: Option<String>,
}
