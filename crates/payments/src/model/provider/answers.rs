//! What providers answer. A field that a provider left out, or wrote unreadably, is `None`.

use std::{collections::BTreeMap, fmt, time::Duration};

use chrono::{DateTime, Utc};
use ids::StaffId;

use super::Mode;
use crate::model::Instructions;

/// How the buyer pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Initialized {
    /// On this page of the provider.
    Redirect {
        /// Checked to be on one of the provider's own hosts.
        url: String,
    },
    /// By following these instructions; staff see whether it came.
    AwaitCustomer {
        /// In the language of the order.
        instructions: Instructions,
    },
}

/// What closing a payment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelOutcome {
    /// Nobody can pay it any more.
    Cancelled,
    /// It was closed before, perhaps by being paid: ask about it.
    AlreadyClosed,
    /// The provider does not know the reference.
    NotFound,
}

/// The state of a payment in the provider's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observed {
    /// The provider does not know the reference.
    NotFound,
    /// Known, and not paid so far.
    Pending,
    /// Paid. Whether it pays what was asked for is decided elsewhere.
    Charged,
    /// A try failed. Not final while the payment is open: the buyer may try again.
    Failed,
    /// It was called off.
    Cancelled,
    /// Paid once, given back.
    Refunded,
    /// Paid once, taken back.
    Reversed,
    /// Something else, in the provider's words. Never to be taken as paid.
    Unknown(String),
}

/// On whose word an observation rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The provider answered our question.
    Provider {
        /// The HTTP status of its answer.
        http_status: u16,
    },
    /// A member of the staff has seen the money.
    Staff {
        /// Who.
        staff_id: StaffId,
        /// When the money came.
        received_at: DateTime<Utc>,
    },
}

/// What somebody who must know says about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// The state.
    pub(crate) state: Observed,
    /// Minor units of `currency`.
    pub(crate) amount_minor: Option<i64>,
    /// As it was said, for example `ETB`.
    pub(crate) currency: Option<String>,
    /// Our own reference.
    pub(crate) tx_ref: Option<String>,
    /// The provider's reference; refunds are addressed by it.
    pub(crate) provider_reference: Option<String>,
    /// What the provider keeps, in minor units.
    pub(crate) fee_minor: Option<i64>,
    /// Test money or real money.
    pub(crate) mode: Option<Mode>,
    /// How it was paid: `telebirr`, `card`, …
    pub(crate) method: Option<String>,
    /// Whose word it is.
    pub(crate) witness: Witness,
}

/// The state of a refund in the provider's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefundTold {
    /// The provider does not know the refund.
    NotFound,
    /// Accepted.
    Initiated,
    /// Under way.
    Processing,
    /// The buyer has the money. Final.
    Refunded,
    /// It did not go through; the money is back with the shop. Final.
    Reversed,
    /// Something else, in the provider's words.
    Unknown(String),
}

/// What the provider says about a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefundObservation {
    /// The state.
    pub(crate) state: RefundTold,
    /// The provider's reference of the refund. It may accept a refund without telling it.
    pub(crate) refund_reference: Option<String>,
    /// The provider's reference of the payment.
    pub(crate) provider_reference: Option<String>,
    /// Our own reference of the refund.
    pub(crate) merchant_reference: Option<String>,
    /// Minor units.
    pub(crate) amount_minor: Option<i64>,
    /// As the provider writes it.
    pub(crate) currency: Option<String>,
    /// The HTTP status of the answer; none where nobody was asked over HTTP.
    pub(crate) http_status: Option<u16>,
}

/// One row of the provider's list of transactions; the list need not tell our reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedTransaction {
    /// The provider's reference.
    pub(crate) provider_reference: Option<String>,
    /// The state.
    pub(crate) state: Observed,
    /// Minor units.
    pub(crate) amount_minor: Option<i64>,
    /// What the provider keeps, in minor units.
    pub(crate) fee_minor: Option<i64>,
    /// As the provider writes it.
    pub(crate) currency: Option<String>,
    /// How it was paid.
    pub(crate) method: Option<String>,
    /// As the provider writes it.
    pub(crate) created_at: Option<String>,
}

/// A page of the provider's list of transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransactionPage {
    /// The rows, newest first.
    pub(crate) transactions: Vec<ListedTransaction>,
    /// Whether there is a further page.
    pub(crate) has_next: bool,
}

/// What a provider holds for the shop in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderBalance {
    /// As the provider writes it.
    pub(crate) currency: String,
    /// Minor units that can be paid out now.
    pub(crate) available_minor: Option<i64>,
    /// Minor units in all.
    pub(crate) total_minor: Option<i64>,
}

/// Why a call gave no result. Ask [`ProviderError::may_have_happened`] before doing it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderError {
    /// Not sent: the request itself breaks a rule of the provider.
    Invalid {
        /// The provider's name of the field.
        field: &'static str,
        /// What is wrong with it, without its value.
        reason: &'static str,
    },
    /// The provider refused; nothing happened there.
    Rejected {
        /// The HTTP status of the answer.
        http_status: u16,
        /// Its words, which may name the buyer.
        message: String,
        /// Complaints by field, where it named fields.
        fields: BTreeMap<String, Vec<String>>,
    },
    /// The reference is taken. After [`ProviderError::Unknown`] it means that the first try
    /// arrived: look at it and use a new reference.
    Duplicate,
    /// The provider does not accept our key; nothing happened.
    Auth,
    /// Too many calls; nothing happened. Carries the wait that was asked for, if any.
    RateLimited(Option<Duration>),
    /// Never sent: no connection was made. Safe to do again.
    Unavailable,
    /// Sent, and the outcome is not known. It may have taken effect.
    Unknown,
    /// An answer that must not be acted upon.
    Protocol(String),
    /// The provider declares that it cannot do this; nothing was sent.
    Unsupported,
}

impl ProviderError {
    /// Whether the provider may have done what it was asked for. `false` proves that the call
    /// may be made again; `true` asks for a look first.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(self, Self::Duplicate | Self::Unknown | Self::Protocol(_))
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { field, reason } => write!(f, "{field} {reason}"),
            Self::Rejected {
                http_status,
                message,
                ..
            } => write!(f, "the provider refused ({http_status}): {message}"),
            Self::Duplicate => f.write_str("the reference has been used before"),
            Self::Auth => f.write_str("the provider does not accept the secret key"),
            Self::RateLimited(_) => f.write_str("the provider asks to slow down"),
            Self::Unavailable => f.write_str("no connection to the provider could be made"),
            Self::Unknown => f.write_str("the outcome of the call to the provider is not known"),
            Self::Protocol(what) => {
                write!(
                    f,
                    "the provider's answer does not keep the protocol: {what}"
                )
            }
            Self::Unsupported => f.write_str("the provider cannot do this"),
        }
    }
}
