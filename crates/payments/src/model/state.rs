//! The states of an attempt and the steps between them. Pure.

use serde::Serialize;
use utoipa::ToSchema;

/// Where an attempt stands. Only the provider's verified word moves money states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Written down; the provider is being asked for a checkout page.
    Created,
    /// The provider was asked for a page and it is not known whether it made one.
    Unknown,
    /// The buyer has a checkout page.
    Pending,
    /// Its money pays the order, which was waiting for it.
    Charged,
    /// Refused by the provider, or the buyer's tries failed until the page closed.
    Failed,
    /// Its page was closed before it was paid.
    Cancelled,
    /// Its order was not paid in time.
    Expired,
    /// Money moved, but not the money that was asked for: a person decides.
    Review,
    /// Its money came when the order no longer waited for any: it brings the order back if that
    /// has expired and its units are still there, and goes back to the buyer otherwise.
    ChargedLate,
}

use AttemptState::{
    Cancelled, Charged, ChargedLate, Created, Expired, Failed, Pending, Review, Unknown,
};

/// Every step there is, and why.
///
/// | from | to | because |
/// |---|---|---|
/// | created | pending | the provider has made a page |
/// | created | unknown | nobody knows whether it has |
/// | created | failed | the provider refused, or was not reached |
/// | created, unknown, pending | charged, charged late, review | the provider has money |
/// | created, unknown, pending | failed | its tries failed and the page is closed |
/// | created, unknown, pending | cancelled | the page was closed unpaid |
/// | created, unknown, pending | expired | the order's time is over, and the page is closed |
/// | failed, cancelled, expired | charged, charged late, review | money came all the same |
/// | review | charged, charged late | the provider now reports the money that was asked for |
///
/// Nothing follows a charge: money that has come is never forgotten, and what is given back is
/// a refund of its own.
const STEPS: [(AttemptState, &[AttemptState]); 9] = [
    (
        Created,
        &[
            Unknown,
            Pending,
            Charged,
            Failed,
            Cancelled,
            Expired,
            Review,
            ChargedLate,
        ],
    ),
    (
        Unknown,
        &[Charged, Failed, Cancelled, Expired, Review, ChargedLate],
    ),
    (
        Pending,
        &[Charged, Failed, Cancelled, Expired, Review, ChargedLate],
    ),
    (Charged, &[]),
    (Failed, &[Charged, Review, ChargedLate]),
    (Cancelled, &[Charged, Review, ChargedLate]),
    (Expired, &[Charged, Review, ChargedLate]),
    (Review, &[Charged, ChargedLate]),
    (ChargedLate, &[]),
];

impl AttemptState {
    pub(crate) const ALL: [Self; 9] = [
        Self::Created,
        Self::Unknown,
        Self::Pending,
        Self::Charged,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::Review,
        Self::ChargedLate,
    ];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Charged => "charged",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Review => "review",
            Self::ChargedLate => "charged_late",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the buyer may still be paying: an order has one such attempt at the most.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Unknown | Self::Pending)
    }

    /// Whether an attempt may go from this state to the other: there is no step but those of the
    /// table.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        STEPS
            .iter()
            .any(|(from, steps)| *from == self && steps.contains(&next))
    }

    /// What the buyer is told of an attempt whose money, if there is any, is not used otherwise.
    #[must_use]
    pub const fn status(self) -> PaymentStatus {
        match self {
            Self::Created | Self::Unknown | Self::Pending => PaymentStatus::Pending,
            Self::Charged => PaymentStatus::Paid,
            Self::Failed => PaymentStatus::Failed,
            Self::Cancelled => PaymentStatus::Cancelled,
            Self::Expired => PaymentStatus::Expired,
            Self::Review | Self::ChargedLate => PaymentStatus::Review,
        }
    }
}

/// What the buyer is told about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Not paid so far.
    Pending,
    /// Paid; the order is paid with it.
    Paid,
    /// The provider refused it.
    Failed,
    /// Its page was closed; start another payment.
    Cancelled,
    /// The order was not paid in time.
    Expired,
    /// Money came that does not pay the order; the shop looks at it and gets in touch.
    Review,
    /// Money came, and all of it is with the buyer again.
    Refunded,
}
