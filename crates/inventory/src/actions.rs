//! Verbs of the shelf: open, adjust, reserve, claim, release, reacquire.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{OrderId, StaffId, VariantId};
use kit::{Result, Tx};

use crate::{
    model::{Hold, InventoryRefusal, Level, Shelf, StockOpening, Wait},
    store::{self, Adjustment},
};

/// Opens the shelves of new variants with their first stock.
///
/// # Errors
/// Faults of the database.
pub async fn open_levels(tx: &Tx, openings: &[StockOpening], now: DateTime<Utc>) -> Result<()> {
    store::insert_levels(tx, openings, now).await
}

/// Sets what is on hand to what was counted. Locks the level.
///
/// # Errors
/// `unknown_variant`, `stock_below_reserved`; the version is the caller's to check.
pub async fn adjust(
    tx: &Tx,
    level: Level,
    on_hand: i64,
    reason: &str,
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Level> {
    if on_hand < level.reserved {
        return Err(InventoryRefusal::BelowReserved {
            reserved: level.reserved,
        }
        .into());
    }
    let change = on_hand - level.on_hand;
    if change == 0 {
        return Ok(level);
    }
    let adjustment = Adjustment {
        variant_id: level.variant_id,
        change,
        reason,
        staff_id,
    };
    store::update_on_hand(tx, &adjustment, now).await?;
    Ok(Level {
        on_hand,
        version: level.version + 1,
        updated_at: now,
        ..level
    })
}

/// Locks the levels of all the variants that some orders want. One statement, however many; the
/// locks are taken in the order of ids.
///
/// # Errors
/// Faults of the database; also when the wait was too long.
pub async fn lock_shelf(tx: &Tx, variants: &[VariantId], wait: Wait) -> Result<Shelf> {
    if variants.is_empty() {
        return Ok(Shelf::default());
    }
    if tx.sabotage().has_removed("stock guard") {
        let levels = store::list_levels(tx, variants).await?;
        return Ok(Shelf::new(levels, BTreeSet::new()));
    }
    if tx.sabotage().has_removed("stock lock order") {
        let mut levels = Vec::new();
        for variant_id in variants {
            levels.extend(store::lock_level(tx, *variant_id).await?);
        }
        return Ok(Shelf::new(levels, BTreeSet::new()));
    }
    if wait == Wait::InOrder {
        let levels = store::lock_levels(tx, variants).await?;
        return Ok(Shelf::new(levels, BTreeSet::new()));
    }
    if let Wait::For(variant_id) = wait {
        store::lock_level(tx, variant_id).await?;
    }
    let levels = store::lock_free_levels(tx, variants).await?;
    let locked: BTreeSet<VariantId> = levels.iter().map(|level| level.variant_id).collect();
    let is_missing = |id: &VariantId| !locked.contains(id);
    let missing: Vec<VariantId> = variants.iter().copied().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(Shelf::new(levels, BTreeSet::new()));
    }
    // What is there nevertheless is somebody else's at the moment.
    let held = store::list_levels(tx, &missing).await?;
    let held = held.iter().map(|level| level.variant_id).collect();
    Ok(Shelf::new(levels, held))
}

/// Sets the units of orders aside until `expires_at`, as they were taken from a locked shelf.
///
/// # Errors
/// Faults of the database: the schema refuses more than there is.
pub async fn reserve(
    tx: &Tx,
    shelf: &Shelf,
    holds: &[Hold],
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    store::insert_reservations(tx, holds, expires_at, now).await?;
    if tx.sabotage().has_removed("stock guard") {
        store::update_reserved_unguarded(tx, shelf).await?;
    }
    Ok(())
}

/// Holds what an order holds until then; never less long than it is held. The order is locked by
/// the caller.
///
/// # Errors
/// Faults of the database.
pub async fn extend(tx: &Tx, order_id: OrderId, expires_at: DateTime<Utc>) -> Result<()> {
    store::update_reservations_extended(tx, order_id, expires_at).await
}

/// Takes what an order holds off the shelf, because it is paid. Nothing happens the second time.
/// Locks the levels in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn claim(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let held = store::update_reservations_ended(tx, order_id, "claimed", now).await?;
    store::update_released(tx, &held, true, now).await?;
    store::insert_sales(tx, order_id, &held, now).await
}

/// Takes what an order once held off the shelf after all, all or nothing, because it is paid
/// although its hold had ended. Answers whether it was there; if not, nothing has changed. Locks
/// the levels in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn reacquire(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<bool> {
    let wants = store::list_released(tx, order_id).await?;
    let variants: Vec<VariantId> = wants.iter().map(|want| want.variant_id).collect();
    let mut shelf = if tx.sabotage().has_removed("late stock guard") {
        Shelf::new(store::list_levels(tx, &variants).await?, BTreeSet::new())
    } else {
        lock_shelf(tx, &variants, Wait::InOrder).await?
    };
    if wants.is_empty() || shelf.take(&wants).is_err() {
        return Ok(false);
    }
    store::update_reservations_taken_again(tx, order_id, now).await?;
    store::update_taken(tx, &wants, now).await?;
    store::insert_sales(tx, order_id, &wants, now).await?;
    Ok(true)
}

/// Gives what an order holds back for sale. Nothing happens the second time. Locks the levels
/// in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn release(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let held = store::update_reservations_ended(tx, order_id, "released", now).await?;
    store::update_released(tx, &held, false, now).await
}
