//! What may be done about a review. Pure.

use money::Money;
use orders::OrderStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CaptureBalance, ReviewKind};

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewAction {
    /// The money goes back to the buyer; the review ends when it is there.
    Refund,
    /// Late money brings its expired order back, if the units are there again.
    Reinstate,
    /// The shop gives the difference up: it keeps surplus money, or bears a loss.
    WriteOff,
    /// There is nothing to do.
    Dismiss,
    /// The buyer has the money back, and the order counts as given back.
    Accept,
    /// A refund that did not go through is asked for once more.
    Retry,
}

impl ReviewAction {
    /// The word on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Reinstate => "reinstate",
            Self::WriteOff => "write_off",
            Self::Dismiss => "dismiss",
            Self::Accept => "accept",
            Self::Retry => "retry",
        }
    }

    /// Whether it asks the provider to give money back.
    pub(crate) const fn gives_money_back(self) -> bool {
        matches!(self, Self::Refund | Self::Retry)
    }
}

/// How a person has ended a review; the others end by what becomes of their money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    Reinstated,
    WrittenOff,
    Dismissed,
    Accepted,
    Retried,
}

impl Resolution {
    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reinstated => "reinstated",
            Self::WrittenOff => "written_off",
            Self::Dismissed => "dismissed",
            Self::Accepted => "accepted",
            Self::Retried => "retried",
        }
    }
}

/// The money behind a review and the order that it came for.
#[derive(Debug, Clone)]
pub(crate) struct ReviewMoney {
    pub(crate) capture: Option<CaptureBalance>,
    /// What the refund that it is about was to give back.
    pub(crate) refund: Option<Money>,
    pub(crate) order_status: OrderStatus,
}

/// What may be done about an open review as things stand.
pub(crate) fn legal_actions(kind: ReviewKind, money: &ReviewMoney) -> Vec<ReviewAction> {
    use ReviewAction::{Accept, Dismiss, Refund, Reinstate, Retry, WriteOff};
    let capture = money.capture.as_ref();
    // Nothing of it is on its way back.
    let is_free = capture
        .is_some_and(|capture| capture.refunding_minor == 0 && capture.refundable().minor() > 0);
    let is_whole = capture.is_some_and(|capture| capture.refundable() == capture.amount);
    match kind {
        ReviewKind::Surplus if is_free => {
            if is_whole && money.order_status == OrderStatus::Expired {
                vec![Refund, Reinstate, WriteOff]
            } else {
                vec![Refund, WriteOff]
            }
        }
        ReviewKind::Mismatch if is_free => vec![Refund, WriteOff],
        ReviewKind::Mismatch if capture.is_none() => vec![Dismiss],
        ReviewKind::Surplus | ReviewKind::Mismatch | ReviewKind::RefundUnknown => Vec::new(),
        ReviewKind::Reversal => {
            if capture.is_some_and(|capture| capture.reversed_minor > 0) {
                vec![Accept, WriteOff]
            } else {
                vec![Dismiss]
            }
        }
        ReviewKind::RefundFailed => {
            let left = capture.map(CaptureBalance::refundable);
            match (left, money.refund) {
                (Some(left), Some(wanted)) if left.minor() >= wanted.minor() => {
                    vec![Retry, Dismiss]
                }
                _ => vec![Dismiss],
            }
        }
    }
}
