//! What was sold beyond the shelf: whoever brings units gives them to those who wait, in the order
//! of their arrival, in the same transaction and under the locks of the levels.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ids::{BackorderId, LocationId, OrderId, VariantId};
use kit::{Result, Tx, outbox};

use crate::{
    events::BackorderFilled,
    model::{Fill, Level, NewMovement, Pick, Want, fill},
    store,
};

/// Locks the levels of an order that waits for something: until the end of `tx` nothing comes for
/// it. Nothing where it waits for nothing.
///
/// # Errors
/// Faults of the database.
pub async fn lock_awaited(tx: &Tx, order_id: OrderId) -> Result<()> {
    if tx.sabotage().has_removed("awaited lock") {
        return Ok(());
    }
    store::lock_levels_of_waiting(tx, order_id).await
}

/// An order waits for so much less of some variants, one entry for each. Its levels are locked by
/// [`lock_awaited`].
///
/// # Errors
/// Faults of the database: the schema refuses more than it waits for.
pub async fn await_less(tx: &Tx, order_id: OrderId, wants: &[Want]) -> Result<()> {
    if wants.is_empty() {
        return Ok(());
    }
    store::update_backorders_less(tx, order_id, wants).await?;
    tx.changes(wants.iter().map(|want| want.variant_id.uuid()));
    Ok(())
}

/// Gives what is available at locked levels to orders that wait for it. What a paid order gets
/// leaves the shelf; what an unpaid one gets is held for it.
pub(super) async fn fill_waiting(
    tx: &Tx,
    places: impl IntoIterator<Item = (VariantId, LocationId)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let places: BTreeSet<(VariantId, LocationId)> = places.into_iter().collect();
    let variants: BTreeSet<VariantId> = places.iter().map(|place| place.0).collect();
    let variants: Vec<VariantId> = variants.into_iter().collect();
    if variants.is_empty() {
        return Ok(());
    }
    let waiting = store::lock_waiting(tx, &variants).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let locations = store::list_selling_locations(tx).await?;
    let mut levels = store::list_levels(tx, &variants).await?;
    let turn = |level: &Level| locations.iter().position(|at| at.id == level.location_id);
    levels.retain(|level| {
        let is_locked = places.contains(&(level.variant_id, level.location_id));
        is_locked && turn(level).is_some()
    });
    levels.sort_by_key(turn);
    let fills = fill(&waiting, &levels);
    if fills.is_empty() {
        return Ok(());
    }
    store::insert_fills(tx, &fills, now).await?;
    let sales: Vec<NewMovement> = fills.iter().filter_map(sale).collect();
    if !sales.is_empty() {
        store::insert_movements(tx, &sales, None, now).await?;
    }
    outbox::announce_all(tx, &news(&fills), now).await
}

fn sale(fill: &Fill) -> Option<NewMovement> {
    let pick = Pick {
        variant_id: fill.backorder.variant_id,
        location_id: fill.location_id,
        quantity: fill.quantity,
    };
    fill.backorder.is_paid.then(|| NewMovement {
        fill: fill.backorder.fills + 1,
        ..NewMovement::sale(fill.backorder.order_id, pick)
    })
}

fn news(fills: &[Fill]) -> Vec<BackorderFilled> {
    let mut news: BTreeMap<BackorderId, BackorderFilled> = BTreeMap::new();
    for one in fills {
        let backorder = &one.backorder;
        let told = news.entry(backorder.id).or_insert(BackorderFilled {
            backorder_id: backorder.id,
            order_id: backorder.order_id,
            variant_id: backorder.variant_id,
            quantity: 0,
            waiting: backorder.waiting,
        });
        told.quantity += one.quantity;
        told.waiting -= one.quantity;
    }
    news.into_values().collect()
}
