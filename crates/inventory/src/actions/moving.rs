//! Movements: what is on hand changes by nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ids::{LocationId, StaffId, VariantId};
use kit::{Error, Result, Tx};

use super::fill_waiting;
use crate::{
    model::{
        InventoryRefusal, Level, MAIN_LOCATION, MovementKind, NewMovement, Pick, ReasonCode,
        Shortage, StockOpening, TransferOrder, UNITS_MAX, Want, Wish, weigh,
    },
    store,
};

/// Opens the shelves of new variants with their first stock, at the main location.
///
/// # Errors
/// Faults of the database.
pub async fn open_levels(tx: &Tx, openings: &[StockOpening], now: DateTime<Utc>) -> Result<()> {
    store::insert_levels(tx, openings, now).await?;
    let receipt = |opening: &StockOpening| {
        let pick = Pick {
            variant_id: opening.variant_id,
            location_id: MAIN_LOCATION,
            quantity: opening.on_hand,
        };
        NewMovement {
            reason: "opening stock".to_owned(),
            ..NewMovement::new(MovementKind::Receipt, pick)
        }
    };
    let stocked = openings.iter().filter(|opening| opening.on_hand > 0);
    let receipts: Vec<NewMovement> = stocked.map(receipt).collect();
    store::insert_movements(tx, &receipts, None, now).await
}

/// Refuses to bring units to what has no stock of its own. The levels are locked by the caller.
///
/// # Errors
/// `bundle_has_no_stock`.
pub(super) async fn require_no_bundle(tx: &Tx, variants: &[VariantId]) -> Result<()> {
    if !variants.is_empty() && !store::list_bundles(tx, variants).await?.is_empty() {
        return Err(InventoryRefusal::IsBundle.into());
    }
    Ok(())
}

/// Sets what is on hand to what was counted. The level is locked by the caller.
///
/// # Errors
/// `stock_below_reserved`, `bundle_has_no_stock`; the version is the caller's to check.
pub async fn adjust(
    tx: &Tx,
    level: Level,
    on_hand: i64,
    (code, reason): (ReasonCode, &str),
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Level> {
    if on_hand < level.reserved {
        return Err(InventoryRefusal::BelowReserved {
            reserved: level.reserved,
        }
        .into());
    }
    let change = Pick {
        variant_id: level.variant_id,
        location_id: level.location_id,
        quantity: on_hand - level.on_hand,
    };
    if change.quantity == 0 {
        return Ok(level);
    }
    if change.quantity > 0 {
        require_no_bundle(tx, &[level.variant_id]).await?;
    }
    let movement = NewMovement {
        reason: reason.to_owned(),
        reason_code: Some(code),
        ..NewMovement::new(MovementKind::Adjustment, change)
    };
    move_units(tx, &[movement], staff_id, now).await?;
    read_again(tx, level).await
}

/// Keeps units of a locked level from being offered.
pub(crate) async fn keep_back(
    tx: &Tx,
    level: Level,
    safety_stock: i64,
    now: DateTime<Utc>,
) -> Result<Level> {
    if safety_stock == level.safety_stock {
        return Ok(level);
    }
    require_no_bundle(tx, &[level.variant_id]).await?;
    store::update_safety_stock(tx, &level, safety_stock, now).await?;
    tx.changes([level.variant_id.uuid()]);
    fill_waiting(tx, [(level.variant_id, level.location_id)], now).await?;
    read_again(tx, level).await
}

/// A locked level as it is now: some of what came may have gone to those who waited.
async fn read_again(tx: &Tx, level: Level) -> Result<Level> {
    let found = store::find_level(tx, level.variant_id, level.location_id).await?;
    Ok(found.unwrap_or(level))
}

/// Moves units at locked levels: what is on hand, and the movements that say why. What comes goes
/// to orders that wait for it.
pub(crate) async fn move_units(
    tx: &Tx,
    movements: &[NewMovement],
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let changes: Vec<Pick> = movements.iter().map(NewMovement::change).collect();
    store::update_on_hand(tx, &changes, now).await?;
    tx.changes(changes.iter().map(|change| change.variant_id.uuid()));
    store::insert_movements(tx, movements, staff_id, now).await?;
    let came = changes.iter().filter(|change| change.quantity > 0);
    let places = came.map(|change| (change.variant_id, change.location_id));
    fill_waiting(tx, places, now).await
}

/// The level of a variant at a location, which stays as it is until the end of `tx`.
pub(crate) async fn lock_level(
    tx: &Tx,
    variant_id: VariantId,
    location_id: LocationId,
    now: DateTime<Utc>,
) -> Result<Level> {
    let place = (variant_id, location_id);
    let mut levels = lock_places(tx, &[place], now).await?;
    levels.remove(0).map_err(Error::from)
}

/// The levels of some places, in their order; for each that is not there, what is not known.
/// Locked in the order of ids, until the end of `tx`.
pub(super) async fn lock_places(
    tx: &Tx,
    places: &[(VariantId, LocationId)],
    now: DateTime<Utc>,
) -> Result<Vec<Result<Level, InventoryRefusal>>> {
    store::insert_missing_levels(tx, places, now).await?;
    let levels = if tx.sabotage().has_removed("movement locks") {
        let variants: Vec<VariantId> = places.iter().map(|place| place.0).collect();
        store::list_levels(tx, &variants).await?
    } else {
        store::lock_places(tx, places).await?
    };
    let key = |level: Level| ((level.variant_id, level.location_id), level);
    let levels: BTreeMap<_, Level> = levels.into_iter().map(key).collect();
    let missing = places.iter().filter(|place| !levels.contains_key(place));
    let locations: Vec<LocationId> = missing.map(|place| place.1).collect();
    let known = match locations.is_empty() {
        true => BTreeSet::new(),
        false => store::list_location_ids(tx, &locations).await?,
    };
    let found = |place: &(VariantId, LocationId)| match levels.get(place) {
        Some(level) => Ok(*level),
        None if known.contains(&place.1) => Err(InventoryRefusal::UnknownVariant),
        None => Err(InventoryRefusal::UnknownLocation),
    };
    Ok(places.iter().map(found).collect())
}

/// Moves what staff ask for, each by itself, in their order: the levels as they are after each,
/// or why it was not moved. Locks the levels in the order of ids.
pub(crate) async fn move_each(
    tx: &Tx,
    wishes: &[Wish],
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Level, InventoryRefusal>>> {
    let place = |wish: &Wish| (wish.movement.variant_id, wish.movement.location_id);
    let places: Vec<_> = wishes.iter().map(place).collect();
    let found = lock_places(tx, &places, now).await?;
    let coming = wishes.iter().filter(|wish| wish.movement.quantity > 0);
    let coming: Vec<VariantId> = coming.map(|wish| wish.movement.variant_id).collect();
    let bundles = match coming.is_empty() {
        true => BTreeSet::new(),
        false => store::list_bundles(tx, &coming).await?,
    };
    let mut levels: BTreeMap<(VariantId, LocationId), Level> = BTreeMap::new();
    let (mut results, mut movements) = (Vec::new(), Vec::new());
    for ((wish, place), found) in wishes.iter().zip(&places).zip(found) {
        let is_refused = wish.movement.quantity > 0 && bundles.contains(&place.0);
        let result = found.and_then(|found| match is_refused {
            true => Err(InventoryRefusal::IsBundle),
            false => weigh(levels.get(place).unwrap_or(&found), wish),
        });
        if let Ok(level) = &result {
            levels.insert(*place, *level);
            movements.push(wish.movement.clone());
        }
        results.push(result);
    }
    if !movements.is_empty() {
        move_units(tx, &movements, Some(staff_id), now).await?;
    }
    // Several movements of one level are one change of it.
    let settled = lock_places(tx, &places, now).await?;
    for (result, settled) in results.iter_mut().zip(settled) {
        if result.is_ok() {
            *result = settled;
        }
    }
    Ok(results)
}

/// Moves units from one location to another, all or nothing: the levels of each line, here and
/// there. Locks the levels of both in the order of ids.
///
/// # Errors
/// `insufficient_stock`, `stock_too_many`, `unknown_variant`, `unknown_location`.
pub async fn transfer(
    tx: &Tx,
    order: &TransferOrder,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Vec<Level>> {
    let (from, to) = (order.from, order.to);
    let place = |want: &Want| [(want.variant_id, from), (want.variant_id, to)];
    let places: Vec<_> = order.lines.iter().flat_map(place).collect();
    let found = lock_places(tx, &places, now).await?;
    let found: Vec<Level> = found.into_iter().collect::<Result<_, InventoryRefusal>>()?;
    let short = |(want, levels): (&Want, &[Level])| {
        let available = levels
            .first()
            .map_or(0, |from| from.on_hand - from.reserved);
        (available < want.quantity).then_some(Shortage {
            variant_id: want.variant_id,
            wanted: want.quantity,
            available,
        })
    };
    let pairs = || order.lines.iter().zip(found.chunks(2));
    let short: Vec<Shortage> = pairs().filter_map(short).collect();
    if !short.is_empty() {
        return Err(InventoryRefusal::InsufficientStock(short).into());
    }
    let is_full = |(want, levels): (&Want, &[Level])| {
        levels
            .last()
            .is_some_and(|to| to.on_hand + want.quantity > UNITS_MAX)
    };
    if pairs().any(is_full) {
        return Err(InventoryRefusal::TooMany.into());
    }
    let legs = |want: &Want| {
        [(from, -want.quantity), (to, want.quantity)].map(|(location_id, quantity)| {
            let pick = Pick {
                variant_id: want.variant_id,
                location_id,
                quantity,
            };
            NewMovement {
                reason: order.reason.clone(),
                transfer_id: Some(order.id),
                ..NewMovement::new(MovementKind::Transfer, pick)
            }
        })
    };
    let movements: Vec<NewMovement> = order.lines.iter().flat_map(legs).collect();
    move_units(tx, &movements, Some(staff_id), now).await?;
    let settled = lock_places(tx, &places, now).await?;
    Ok(settled
        .into_iter()
        .collect::<Result<_, InventoryRefusal>>()?)
}
