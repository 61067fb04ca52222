//! The story of an order: placed with others, let go if nobody pays.

mod asked;
mod batch;
mod lines;
mod placement;

use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{Result, Tx};
use orders::OrderStatus;

pub(crate) use self::placement::{Answer, Outcome, Progress, Turn, place};

/// What the end of an order's time came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// It is gone.
    LetGo,
    /// It was paid, or gone before.
    Over,
    /// It waits longer: until then.
    NotBefore(DateTime<Utc>),
}

/// Lets an order go that nobody paid: its status, its open payment attempts, its units. An order
/// that is paid or gone stays as it is, and so does one that may wait longer than it might once.
pub(crate) async fn expire(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<Expiry> {
    let order = orders::lock_order(tx, order_id).await?;
    let Some(order) = order.filter(|order| order.status == OrderStatus::PendingPayment) else {
        return Ok(Expiry::Over);
    };
    if now < order.expires_at {
        return Ok(Expiry::NotBefore(order.expires_at));
    }
    payments::expire_attempts(tx, order_id, now).await?;
    orders::expire(tx, &order, now).await?;
    if !tx.sabotage().has_removed("hold release") {
        inventory::release(tx, order_id, now).await?;
    }
    terms::release(tx, order_id, now).await?;
    Ok(Expiry::LetGo)
}
