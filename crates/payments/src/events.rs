//! Facts that payments announce. Their subject is the order, so that they are numbered in one
//! row with what happens to it.

use ids::{AttemptId, OrderId};
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
}
