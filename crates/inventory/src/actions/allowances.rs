//! Limits: read before orders are decided on, used with their reservations, given back once.

use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{Conn, Result, Tx};

use crate::{
    model::{Allowances, Key, Use},
    store,
};

/// What stands open as long as an order is not paid.
const OPEN: [&str; 2] = ["open_orders", "open_units"];

/// Every kind of limit.
const ALL: [&str; 3] = ["variant", "open_orders", "open_units"];

/// How much of the limits that some orders need is used: one statement, and none where nothing is
/// limited.
///
/// # Errors
/// Faults of the database.
pub async fn allowances_of(conn: &Conn, uses: &[&Use]) -> Result<Allowances> {
    if uses.is_empty() {
        return Ok(Allowances::default());
    }
    let mut keys: Vec<Key> = uses.iter().map(|one| one.key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    store::list_used(conn, &keys).await
}

/// Prepares what [`crate::reserve`] writes about limits, so that what is started after it runs
/// after it.
///
/// # Errors
/// Faults of the database.
pub async fn prepare_uses(tx: &Tx) -> Result<()> {
    tx.prepare_all(&store::USING).await
}

/// A paid order is not open any more; what its buyer has of limited variants stays counted.
pub(super) async fn pay(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    store::update_uses_ended(tx, order_id, &OPEN, now).await
}

/// An order that is gone, or called off as a whole, uses nothing any more; nothing happens the
/// second time. Comes after the levels.
///
/// # Errors
/// Faults of the database.
pub async fn end_uses(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    store::update_uses_ended(tx, order_id, &ALL, now).await
}

/// Whether there is room for what an order that comes back once used of limited variants; it stays
/// so until the end of `tx`.
pub(super) async fn lock_ended(tx: &Tx, order_id: OrderId) -> Result<bool> {
    store::lock_ended_uses(tx, order_id).await
}

/// An order that comes back, paid, uses again what it used of limited variants: there is room.
pub(super) async fn resume(tx: &Tx, order_id: OrderId) -> Result<()> {
    store::update_uses_resumed(tx, order_id).await
}
