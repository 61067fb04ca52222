//! Verbs of the shelf: open, move, reserve, claim, release, come back.

mod allowances;
mod backorders;
mod bundles;
mod coming_back;
mod counts;
mod locations;
mod moving;
mod returning;
mod terms;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{OrderId, VariantId};
use kit::{
    Result, Tx,
    db::{try_join, try_join3},
};

use self::backorders::fill_waiting;
pub(crate) use self::bundles::{change_bundle, get_bundle, lock_bundle};
pub use self::{
    allowances::{allowances_of, end_uses, prepare_uses},
    backorders::{await_less, lock_awaited},
    coming_back::{Comeback, find_again, take_again},
    moving::{adjust, open_levels, transfer},
    returning::{replace, take_back},
};
pub(crate) use self::{
    counts::{apply_count, cancel_count, enter_counted, open_count},
    locations::{change_location, create_location},
    moving::{keep_back, lock_level, move_each, move_units},
    terms::{change_terms, get_terms, lock_terms},
};
use crate::{
    model::{Allowances, Hold, Level, NewMovement, Pick, Shelf, Wait},
    store,
};

/// Locks the levels of all the variants that some orders want. One statement, however many; the
/// locks are taken in the order of ids.
///
/// # Errors
/// Faults of the database; also when the wait was too long.
pub async fn lock_shelf(tx: &Tx, variants: &[VariantId], wait: Wait) -> Result<Shelf> {
    if variants.is_empty() {
        return Ok(Shelf::default());
    }
    let ((levels, held), locations) = try_join(
        lock_variants(tx, variants, wait),
        store::list_selling_locations(tx),
    )
    .await?;
    Ok(Shelf::new(levels, locations, held))
}

/// The locked levels, and the variants of which somebody else has a level locked.
async fn lock_variants(
    tx: &Tx,
    variants: &[VariantId],
    wait: Wait,
) -> Result<(Vec<Level>, BTreeSet<VariantId>)> {
    if tx.sabotage().has_removed("stock guard") {
        return Ok((store::list_levels(tx, variants).await?, BTreeSet::new()));
    }
    if tx.sabotage().has_removed("stock lock order") {
        let mut levels = Vec::new();
        for variant_id in variants {
            levels.extend(store::lock_levels(tx, &[*variant_id]).await?);
        }
        return Ok((levels, BTreeSet::new()));
    }
    if wait == Wait::InOrder {
        return Ok((store::lock_levels(tx, variants).await?, BTreeSet::new()));
    }
    if let Wait::For(waited) = &wait {
        let waited: Vec<VariantId> = waited.iter().copied().collect();
        store::lock_levels(tx, &waited).await?;
    }
    let levels = store::lock_free_levels(tx, variants).await?;
    let locked: BTreeSet<VariantId> = levels.iter().map(|level| level.variant_id).collect();
    let is_missing = |id: &VariantId| !locked.contains(id);
    let missing: Vec<VariantId> = variants.iter().copied().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok((levels, BTreeSet::new()));
    }
    // What is there nevertheless is somebody else's at the moment.
    let held = store::list_levels(tx, &missing).await?;
    let held = held.iter().map(|level| level.variant_id).collect();
    Ok((levels, held))
}

/// Prepares the statements of [`lock_shelf`], so that what is started after it runs after it.
///
/// # Errors
/// Faults of the database.
pub async fn prepare_shelf(tx: &Tx) -> Result<()> {
    tx.prepare_all(&store::LOCKS).await
}

/// Sets the units of orders aside until `expires_at`, as they were taken from a locked shelf, and
/// uses the limits that they need; `read` is what was known of these. Answers `false` when
/// somebody else has used a limit meanwhile: then nothing of it may be kept.
///
/// # Errors
/// Faults of the database: the schema refuses more than there is.
pub async fn reserve(
    tx: &Tx,
    shelf: &Shelf,
    holds: &[Hold],
    read: &Allowances,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let ((), (), has_room) = try_join3(
        store::insert_reservations(tx, holds, expires_at, now),
        store::insert_backorders(tx, holds, expires_at, now),
        store::insert_uses(tx, holds, read),
    )
    .await?;
    if tx.sabotage().has_removed("backorder guard") {
        store::update_backordered_unguarded(tx, shelf).await?;
    }
    if tx.sabotage().has_removed("stock guard") {
        store::update_reserved_unguarded(tx, shelf).await?;
    }
    Ok(has_room)
}

/// Holds what an order holds until then; never less long than it is held. The order is locked by
/// the caller.
///
/// # Errors
/// Faults of the database.
pub async fn extend(tx: &Tx, order_id: OrderId, expires_at: DateTime<Utc>) -> Result<()> {
    try_join(
        store::update_reservations_extended(tx, order_id, expires_at),
        store::update_backorders_extended(tx, order_id, expires_at),
    )
    .await?;
    Ok(())
}

/// Takes what an order holds off the shelf, because it is paid. Nothing happens the second time.
/// Locks the levels in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn claim(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let held = end_hold(tx, order_id, "claimed", now).await?;
    store::update_released(tx, &held, true, now).await?;
    let sold = write_sales(tx, order_id, &held, now);
    let paid = store::update_backorders_paid(tx, order_id);
    try_join3(paid, sold, allowances::pay(tx, order_id, now)).await?;
    Ok(())
}

/// Ends what an order holds. Where the order waits for more, its levels are locked first: so
/// nothing comes for it meanwhile, and what has come is ended too.
async fn end_hold(
    tx: &Tx,
    order_id: OrderId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Pick>> {
    tx.prepare_all(&store::ENDING).await?;
    let ((), held) = try_join(
        store::lock_levels_of_waiting(tx, order_id),
        store::update_reservations_ended(tx, order_id, state, now),
    )
    .await?;
    Ok(held)
}

async fn write_sales(tx: &Tx, order_id: OrderId, sold: &[Pick], now: DateTime<Utc>) -> Result<()> {
    let sale = |pick: &Pick| NewMovement::sale(order_id, *pick);
    let sales: Vec<NewMovement> = sold.iter().map(sale).collect();
    store::insert_movements(tx, &sales, None, now).await
}

/// Gives what an order holds back for sale. Nothing happens the second time. Locks the levels
/// in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn release(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    let held = end_hold(tx, order_id, "released", now).await?;
    tx.changes(held.iter().map(|want| want.variant_id.uuid()));
    store::update_released(tx, &held, false, now).await?;
    let awaited = store::update_backorders_released(tx, order_id).await?;
    tx.changes(awaited.iter().map(|variant_id| variant_id.uuid()));
    let places = held.iter().map(|pick| (pick.variant_id, pick.location_id));
    fill_waiting(tx, places, now).await?;
    end_uses(tx, order_id, now).await
}
