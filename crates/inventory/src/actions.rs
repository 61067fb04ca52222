//! Verbs of the shelf: open, adjust, reserve, claim, release, reacquire.

use chrono::{DateTime, Utc};
use ids::{OrderId, StaffId, VariantId};
use kit::{Result, Tx};

use crate::{
    model::{InventoryRefusal, Level, StockOpening, Want, shortages},
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

/// Sets units aside for an order until `expires_at`, all or nothing. Locks the levels in the
/// order of their ids.
///
/// # Errors
/// `insufficient_stock` with every line that is short.
pub async fn reserve(
    tx: &Tx,
    order_id: OrderId,
    wants: &[Want],
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let levels = lock_levels(tx, wants).await?;
    let short = shortages(&levels, wants);
    if !short.is_empty() {
        return Err(InventoryRefusal::InsufficientStock(short).into());
    }
    store::insert_reservations(tx, order_id, wants, expires_at, now).await?;
    if tx.sabotage().has_removed("stock guard") {
        store::update_reserved_unguarded(tx, &levels, wants).await?;
    }
    Ok(())
}

async fn lock_levels(tx: &Tx, wants: &[Want]) -> Result<Vec<Level>> {
    let variants: Vec<VariantId> = wants.iter().map(|want| want.variant_id).collect();
    if tx.sabotage().has_removed("stock guard") {
        return store::list_levels(tx, &variants).await;
    }
    if tx.sabotage().has_removed("stock lock order") {
        let mut levels = Vec::new();
        for variant_id in variants {
            levels.extend(store::lock_level(tx, variant_id).await?);
        }
        return Ok(levels);
    }
    store::lock_levels(tx, &variants).await
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
    let levels = if tx.sabotage().has_removed("late stock guard") {
        let variants: Vec<VariantId> = wants.iter().map(|want| want.variant_id).collect();
        store::list_levels(tx, &variants).await?
    } else {
        lock_levels(tx, &wants).await?
    };
    if wants.is_empty() || !shortages(&levels, &wants).is_empty() {
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
