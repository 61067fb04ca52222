//! Verbs of orders: record, mark paid, expire.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{CartId, OrderId};
use kit::{Conn, Error, Result, Tx, db::try_join, outbox};
use money::Money;

use crate::{
    events::{OrderCancelled, OrderExpired, OrderPaid, OrderPlaced},
    http::OrderView,
    model::{FulfilmentStatus, NewOrder, Order, OrderRefusal, OrderStatus, ReturnStatus},
    store::{self, Step},
};

/// Draws the numbers of so many orders and answers the first. They stay drawn only if `tx` is
/// committed; until then nobody else draws one.
///
/// # Errors
/// Faults of the database.
pub async fn draw_numbers(tx: &Tx, count: usize) -> Result<i64> {
    let count = i64::try_from(count).map_err(Error::fault)?;
    let last = store::update_order_number(tx, count).await?;
    Ok(last - count + 1)
}

/// Records placed orders with their lines, numbers them from `first_number` in the order given,
/// and announces them. As many statements for many orders as for one, in one round trip.
///
/// # Errors
/// A fault with the constraint `orders_cart_id_key` when a cart was ordered before.
pub async fn record(
    tx: &Tx,
    new: &[NewOrder],
    first_number: i64,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let placed = |(number, new): (i64, &NewOrder)| OrderPlaced {
        order_id: new.id,
        number,
        total: new.total,
        expires_at,
    };
    let events: Vec<OrderPlaced> = (first_number..).zip(new).map(placed).collect();
    let reason = "placed by the shopper";
    try_join(
        store::insert_orders(tx, new, first_number, (now, expires_at), reason),
        outbox::announce_all(tx, &events, now),
    )
    .await?;
    Ok(())
}

/// Orders as they go over the wire once [`record`] has been given the same. Pure.
#[must_use]
pub fn views_of(
    new: &[NewOrder],
    first_number: i64,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Vec<OrderView> {
    let view = |(number, new): (i64, &NewOrder)| {
        let lines = new.lines.iter().map(|new| new.line.clone()).collect();
        OrderView::of(new.placed(number, now, expires_at), lines)
    };
    (first_number..).zip(new).map(view).collect()
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
    let (from, to) = (order.status.as_str(), to.as_str());
    let step = Step::of_order(from, to, reason, now);
    store::insert_history(tx, order.id, &step).await
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

/// Calls a locked order off as a whole and announces it. Its units and its money are the
/// caller's to give back.
///
/// # Errors
/// `order_status_conflict` when it is neither waiting for payment nor paid.
pub async fn cancel(tx: &Tx, order: &Order, reason: &str, now: DateTime<Utc>) -> Result<()> {
    transition(tx, order, OrderStatus::Cancelled, reason, now).await?;
    let event = OrderCancelled {
        order_id: order.id,
        number: order.number,
        was_paid: order.paid_at.is_some(),
    };
    outbox::announce(tx, &event, now).await
}

/// Notes how far the parcels of a locked order are; nothing happens where it is known already.
///
/// # Errors
/// A fault when facts went backwards.
pub async fn record_fulfilment(
    tx: &Tx,
    order: &Order,
    to: FulfilmentStatus,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let from = order.fulfilment_status;
    if from == to {
        return Ok(());
    }
    if !from.may_become(to) {
        let (from, to) = (from.as_str(), to.as_str());
        return Err(Error::fault(format_args!(
            "the parcels of an order went from {from} to {to}"
        )));
    }
    store::update_fulfilment_status(tx, order.id, to).await?;
    let step = Step {
        aspect: "fulfilment",
        ..Step::of_order(from.as_str(), to.as_str(), reason, now)
    };
    store::insert_history(tx, order.id, &step).await
}

/// Notes whether something of a locked order comes back; nothing happens where it is known
/// already.
///
/// # Errors
/// A fault for a step that there is not.
pub async fn record_return(
    tx: &Tx,
    order: &Order,
    to: ReturnStatus,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let from = order.return_status;
    if from == to {
        return Ok(());
    }
    if !from.may_become(to) {
        let (from, to) = (from.as_str(), to.as_str());
        return Err(Error::fault(format_args!(
            "the returns of an order went from {from} to {to}"
        )));
    }
    store::update_return_status(tx, order.id, to).await?;
    let step = Step {
        aspect: "return",
        ..Step::of_order(from.as_str(), to.as_str(), reason, now)
    };
    store::insert_history(tx, order.id, &step).await
}

/// Notes that money of a locked order has gone back to its buyer.
///
/// # Errors
/// A fault with the constraint `orders_refunded_within` when it is more than was paid.
pub async fn record_refund(tx: &Tx, order: &Order, amount: Money) -> Result<()> {
    store::update_refunded(tx, order.id, amount).await
}

/// Notes how much of a locked order's total is set aside, or paid, with credit.
///
/// # Errors
/// A fault with the constraint `orders_credit_within` when it is more than the total.
pub async fn record_credit(tx: &Tx, id: OrderId, credit: Money) -> Result<()> {
    store::update_credit(tx, id, credit).await
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
/// `order_not_found`; faults of the database.
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

/// The orders that some carts have become, as they go over the wire.
///
/// # Errors
/// Faults of the database.
pub async fn views_of_carts(
    conn: &Conn,
    carts: &[CartId],
) -> Result<BTreeMap<CartId, (OrderId, OrderView)>> {
    if carts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let orders = store::list_orders_of_carts(conn, carts).await?;
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut lines: BTreeMap<OrderId, Vec<_>> = BTreeMap::new();
    for (id, line) in store::list_lines(conn, &ids).await? {
        lines.entry(id).or_default().push(line);
    }
    let view = |order: Order| {
        let (cart_id, id) = (order.cart_id, order.id);
        let own = lines.remove(&id).unwrap_or_default();
        (cart_id, (id, OrderView::of(order, own)))
    };
    Ok(orders.into_iter().map(view).collect())
}
