//! Facts that orders announce.

use ids::OrderId;
use kit::outbox::Event;
use money::Money;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A shopper has placed an order; its units are held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Which order.
    pub order_id: OrderId,
    /// Its number.
    pub number: i64,
    /// What is to be paid.
    pub total: Money,
    /// Until when its units are held.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// An order has been paid in full.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderPaid {
    /// Which order.
    pub order_id: OrderId,
    /// Its number.
    pub number: i64,
    /// What was paid.
    pub total: Money,
}

/// An order was not paid in time; its units are back for sale.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderExpired {
    /// Which order.
    pub order_id: OrderId,
    /// Its number.
    pub number: i64,
}

/// An order was called off as a whole; its units are back for sale.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Which order.
    pub order_id: OrderId,
    /// Its number.
    pub number: i64,
    /// Whether it had been paid.
    pub was_paid: bool,
}

impl Event for OrderPlaced {
    const NAME: &'static str = "order.placed";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}

impl Event for OrderPaid {
    const NAME: &'static str = "order.paid";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}

impl Event for OrderExpired {
    const NAME: &'static str = "order.expired";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}

impl Event for OrderCancelled {
    const NAME: &'static str = "order.cancelled";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}
