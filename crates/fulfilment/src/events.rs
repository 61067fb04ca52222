//! Facts that fulfilment announces.

use chrono::{DateTime, Utc};
use ids::{FulfilmentId, OrderId};
use kit::outbox::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A parcel has left for its buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderShipped {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub fulfilment_id: FulfilmentId,
    /// Its number in the order.
    pub parcel: i32,
    /// When it left.
    pub shipped_at: DateTime<Utc>,
}

/// A parcel has arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub fulfilment_id: FulfilmentId,
    /// Its number in the order.
    pub parcel: i32,
    /// When it was said to have arrived.
    pub delivered_at: DateTime<Utc>,
}

impl Event for OrderShipped {
    const NAME: &'static str = "order.shipped";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}

impl Event for OrderDelivered {
    const NAME: &'static str = "order.delivered";

    fn subject(&self) -> Uuid {
        self.order_id.uuid()
    }
}
