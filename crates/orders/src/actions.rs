//! Verbs of orders: record, mark paid, expire.

use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{Conn, Result, Tx, outbox};
use money::Money;

use crate::{
    events::{OrderExpired, OrderPaid, OrderPlaced},
    http::OrderView,
    model::{NewOrder, Order, OrderRefusal, OrderStatus},
    store,
};

/// Records a placed order with its lines, numbers it, and announces it.
///
/// # Errors
/// A fault with the constraint `orders_cart_id_key` when the cart was ordered before.
pub async fn record(tx: &Tx, new: &NewOrder) -> Result<i64> {
    let number = store::insert_order(tx, new).await?;
    let (placed, now) = (OrderStatus::PendingPayment, new.placed_at);
    store::insert_history(tx, new.id, None, placed, "placed by the shopper", now).await?;
    let event = OrderPlaced {
        order_id: new.id,
        number,
        total: new.total,
        expires_at: new.expires_at,
    };
    outbox::announce(tx, &event, now).await?;
    Ok(number)
}

async fn transition(
    tx: &Tx,
    order: &Order,
    to: OrderStatus,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if !order.status.may_become(to) {
        return Err(OrderRefusal::Illegal {
            from: order.status,
            to,
        }
        .into());
    }
    store::update_status(tx, order.id, to, now).await?;
    store::insert_history(tx, order.id, Some(order.status), to, reason, now).await
}

/// Marks a locked order as paid and announces it. One that has expired comes back by this; its
/// units are the caller's to take again first.
///
/// # Errors
/// `order_status_conflict` when it neither waits for payment nor has expired.
pub async fn mark_paid(tx: &Tx, order: &Order, now: DateTime<Utc>) -> Result<()> {
    let reason = match order.status {
        OrderStatus::Expired => "paid after it had expired; its units were still there",
        _ => "its payment was verified",
    };
    transition(tx, order, OrderStatus::Paid, reason, now).await?;
    let event = OrderPaid {
        order_id: order.id,
        number: order.number,
        total: order.total,
    };
    outbox::announce(tx, &event, now).await
}

/// Lets a locked order go because it was not paid in time, and announces it. Its units are the
/// caller's to release.
///
/// # Errors
/// `order_status_conflict` when it is not waiting for payment.
pub async fn expire(tx: &Tx, order: &Order, now: DateTime<Utc>) -> Result<()> {
    transition(tx, order, OrderStatus::Expired, "not paid in time", now).await?;
    outbox::announce(
        tx,
        &OrderExpired {
            order_id: order.id,
            number: order.number,
        },
        now,
    )
    .await
}

/// Notes that money of a locked order has gone back to its buyer.
///
/// # Errors
/// A fault with the constraint `orders_refunded_within` when it is more than was paid.
pub async fn record_refund(tx: &Tx, order: &Order, amount: Money) -> Result<()> {
    store::update_refunded(tx, order.id, amount).await
}

/// Lets a locked order wait for its payment until then; never less long than it does, and not
/// once it is paid or gone. Its units are the caller's to hold as long.
///
/// # Errors
/// Faults.
pub async fn extend(tx: &Tx, id: OrderId, expires_at: DateTime<Utc>) -> Result<()> {
    store::update_expires_at(tx, id, expires_at).await
}

/// The whole order as it goes over the wire.
///
/// # Errors
/// `order_not_found`.
pub async fn get_view(conn: &Conn, id: OrderId) -> Result<OrderView> {
    let order = store::find_order(conn, id)
        .await?
        .ok_or(OrderRefusal::NotFound)?;
    let lines = store::list_lines(conn, &[id]).await?;
    Ok(OrderView::of(
        order,
        lines.into_iter().map(|(_, line)| line).collect(),
    ))
}
