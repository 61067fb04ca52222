//! What stands in the way of ordering a line, and what to tell the shopper about it.

use chrono::{DateTime, SecondsFormat, Utc};
use sales::SaleRefusal;

/// What stands in the way of ordering a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineProblem {
    /// Less is available than wanted.
    InsufficientStock {
        /// Units that can be had.
        available: i64,
    },
    /// More than one order or one buyer may have.
    LimitExceeded {
        /// Units that may still be ordered.
        allowed: i64,
    },
    /// It is not for sale any more.
    Unpublished,
    /// It is priced in another currency than the cart.
    OtherCurrency,
    /// Its sale has not started.
    SaleNotStarted {
        /// From when it can be ordered.
        starts_at: DateTime<Utc>,
    },
    /// Its sale is over.
    SaleEnded,
}

impl LineProblem {
    pub(super) const fn of_sale(refusal: &SaleRefusal) -> Self {
        match refusal {
            SaleRefusal::NotStarted { starts_at, .. } => Self::SaleNotStarted {
                starts_at: *starts_at,
            },
            _ => Self::SaleEnded,
        }
    }

    /// Whether the shelf, a limit or a sale speaks, each of which decides again under its locks
    /// when the cart is ordered.
    #[must_use]
    pub const fn is_decided_later(self) -> bool {
        matches!(
            self,
            Self::InsufficientStock { .. }
                | Self::LimitExceeded { .. }
                | Self::SaleNotStarted { .. }
                | Self::SaleEnded
        )
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InsufficientStock { .. } => "insufficient_stock",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::Unpublished => "unpublished",
            Self::OtherCurrency => "other_currency",
            Self::SaleNotStarted { .. } => "sale_not_started",
            Self::SaleEnded => "sale_ended",
        }
    }

    /// What to tell the shopper.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::InsufficientStock { available: 0 } => "It is sold out.".to_owned(),
            Self::InsufficientStock { available } => format!("Only {available} can be had."),
            Self::LimitExceeded { allowed: 0 } => {
                "No more of it can be ordered by one buyer.".to_owned()
            }
            Self::LimitExceeded { allowed } => format!("Only {allowed} may be ordered."),
            Self::Unpublished => "It is not for sale any more.".to_owned(),
            Self::OtherCurrency => "It is priced in another currency than the cart.".to_owned(),
            Self::SaleNotStarted { starts_at } => {
                let at = starts_at.to_rfc3339_opts(SecondsFormat::Secs, true);
                format!("It can be ordered from {at} on.")
            }
            Self::SaleEnded => "Its sale is over.".to_owned(),
        }
    }
}
