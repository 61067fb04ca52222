//! What the facts of other capabilities tell of an order. Pure.

use serde::Serialize;
use utoipa::ToSchema;

/// How far the parcels of an order are: derived from facts, stored by one writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    /// Nothing has left.
    Unfulfilled,
    /// Some units have left, and others are still to.
    PartiallyShipped,
    /// All that was not called off has left.
    Shipped,
    /// All has left, and some of it has arrived.
    PartiallyDelivered,
    /// All has arrived.
    Delivered,
    /// All was called off before anything left.
    Cancelled,
}

impl FulfilmentStatus {
    const ALL: [Self; 6] = [
        Self::Unfulfilled,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::PartiallyDelivered,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::PartiallyShipped => "partially_shipped",
            Self::Shipped => "shipped",
            Self::PartiallyDelivered => "partially_delivered",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether an order may go from this status to the other: parcels do not come back to be
    /// shipped again.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Unfulfilled => matches!(
                next,
                Self::PartiallyShipped | Self::Shipped | Self::Cancelled
            ),
            Self::PartiallyShipped => matches!(
                next,
                Self::Shipped | Self::PartiallyDelivered | Self::Delivered
            ),
            Self::Shipped => matches!(next, Self::PartiallyDelivered | Self::Delivered),
            Self::PartiallyDelivered => matches!(next, Self::Delivered),
            Self::Delivered | Self::Cancelled => false,
        }
    }
}

/// Whether something of an order comes back: derived from its returns, stored by one writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Nothing comes back, and nothing has.
    None,
    /// A return is asked for or on its way.
    Open,
    /// Something has come back, and nothing more is to.
    Returned,
}

impl ReturnStatus {
    const ALL: [Self; 3] = [Self::None, Self::Open, Self::Returned];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Returned => "returned",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether an order may go from this status to the other.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::None | Self::Returned, Self::Open) | (Self::Open, Self::None | Self::Returned)
        )
    }
}
