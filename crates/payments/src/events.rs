//! Facts that payments announce. Their subject is the order, so that they are numbered in one
//! row with what happens to it.

use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId, RefundId};
use kit::outbox::Event;
use money::Money;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Money came and paid its order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentCaptured {
    /// By which attempt.
    pub attempt_id: AttemptId,
    /// Which order.
    pub order_id: OrderId,
    /// What came.
    pub amount: Money,
    /// The provider's reference.
    pub provider_reference: String,
}

/// Money came that the order does not need; a review is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentSurplus {
    /// By which attempt.
    pub attempt_id: AttemptId,
    /// Which order.
    pub order_id: OrderId,
    /// What came.
    pub amount: Money,
    /// The provider's reference.
    pub provider_reference: String,
}

/// The provider reports a charge that is not the one asked for; a review is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentMismatched {
    /// By which attempt.
    pub attempt_id: AttemptId,
    /// Which order.
    pub order_id: OrderId,
    /// What differs, in words.
    pub detail: String,
}

/// The provider gave or took back money that was in our books; a review is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentReversed {
    /// By which attempt.
    pub attempt_id: AttemptId,
    /// Which order.
    pub order_id: OrderId,
}

/// Money was promised to the buyer; the provider is asked for it next.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundRequested {
    /// Which refund.
    pub refund_id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// `staff`, `late_money`, `surplus` or `mismatch`.
    pub cause: String,
    /// When.
    pub requested_at: DateTime<Utc>,
}

/// The buyer has the money.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundSucceeded {
    /// Which refund.
    pub refund_id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// When the shop learned of it.
    pub refunded_at: DateTime<Utc>,
}

/// A refund did not happen; its money is free again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundFailed {
    /// Which refund.
    pub refund_id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// Why, in words.
    pub reason: String,
}

/// The provider began a refund and took it back; its money is free again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundReversed {
    /// Which refund.
    pub refund_id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
}

macro_rules! events {
    ($($event:ident $name:literal)*) => {$(
        impl Event for $event {
            const NAME: &'static str = $name;

            fn subject(&self) -> Uuid {
                self.order_id.uuid()
            }
        }
    )*};
}

events! {
    PaymentCaptured "payment.captured"
    PaymentSurplus "payment.surplus"
    PaymentMismatched "payment.mismatched"
    PaymentReversed "payment.reversed"
    RefundRequested "refund.requested"
    RefundSucceeded "refund.succeeded"
    RefundFailed "refund.failed"
    RefundReversed "refund.reversed"
}
