//! Facts that the shelf announces.

use ids::{BackorderId, OrderId, VariantId};
use kit::outbox::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::LowStock;

/// Units came for an order that has waited for them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackorderFilled {
    /// Which wait.
    pub backorder_id: BackorderId,
    /// Of which order.
    pub order_id: OrderId,
    /// For which variant.
    pub variant_id: VariantId,
    /// Units that came.
    pub quantity: i64,
    /// Units that are still waited for.
    pub waiting: i64,
}

impl Event for BackorderFilled {
    const NAME: &'static str = "stock.backorder_filled";

    fn subject(&self) -> Uuid {
        self.backorder_id.uuid()
    }
}

/// Of a variant there is as little as its threshold, and there was more before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StockLow {
    /// Which variant.
    pub variant_id: VariantId,
    /// Units that are there for sale.
    pub in_stock: i64,
    /// As few as this are low.
    pub threshold: i64,
}

impl StockLow {
    pub(crate) const fn of(low: &LowStock) -> Self {
        Self {
            variant_id: low.variant_id,
            in_stock: low.in_stock,
            threshold: low.threshold,
        }
    }
}

impl Event for StockLow {
    const NAME: &'static str = "stock.low";

    fn subject(&self) -> Uuid {
        self.variant_id.uuid()
    }
}
