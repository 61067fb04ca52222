//! Units that come back from an order: to the shelf, or to nobody.

use chrono::{DateTime, Utc};
use ids::{OrderId, StaffId};
use kit::{Result, Tx};

use super::moving::{lock_places, move_units};
use crate::model::{
    InventoryRefusal, Level, MovementKind, NewMovement, Pick, Shortage, TakenBack, UNITS_MAX,
};

/// Takes units of an order back: what can be sold again is on hand from now on, the rest came
/// back and is written off. One entry per variant and location. Locks the levels in the order of
/// ids.
///
/// # Errors
/// `unknown_variant`, `unknown_location`; `stock_too_many` for more than one shelf may have.
pub async fn take_back(
    tx: &Tx,
    order_id: OrderId,
    taken: &[TakenBack],
    reason: &str,
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let place = |back: &TakenBack| (back.variant_id, back.location_id);
    let places: Vec<_> = taken.iter().map(place).collect();
    let levels = lock_places(tx, &places, now).await?;
    let levels: Vec<Level> = levels
        .into_iter()
        .collect::<Result<_, InventoryRefusal>>()?;
    let is_full = |(level, back): (&Level, &TakenBack)| {
        level.on_hand + back.restocked + back.written_off > UNITS_MAX
    };
    if levels.iter().zip(taken).any(is_full) {
        return Err(InventoryRefusal::TooMany.into());
    }
    let movements: Vec<NewMovement> = taken
        .iter()
        .flat_map(|back| movements_of(order_id, back, reason))
        .collect();
    if movements.is_empty() {
        return Ok(());
    }
    move_units(tx, &movements, staff_id, now).await
}

/// Takes units off the shelf of a location that are sent to the buyer of an order in the place of
/// others. One entry per variant and location. Locks the levels in the order of ids.
///
/// # Errors
/// `insufficient_stock` where orders hold the rest; `unknown_variant`, `unknown_location`.
pub async fn replace(
    tx: &Tx,
    order_id: OrderId,
    picks: &[Pick],
    reason: &str,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<()> {
    let places: Vec<_> = picks
        .iter()
        .map(|pick| (pick.variant_id, pick.location_id))
        .collect();
    let levels = lock_places(tx, &places, now).await?;
    let levels: Vec<Level> = levels
        .into_iter()
        .collect::<Result<_, InventoryRefusal>>()?;
    let short = |(level, pick): (&Level, &Pick)| {
        let available = level.on_hand - level.reserved;
        (available < pick.quantity).then_some(Shortage {
            variant_id: pick.variant_id,
            wanted: pick.quantity,
            available,
        })
    };
    let short: Vec<Shortage> = levels.iter().zip(picks).filter_map(short).collect();
    if !short.is_empty() {
        return Err(InventoryRefusal::InsufficientStock(short).into());
    }
    let sent = |pick: &Pick| {
        let gone = Pick {
            quantity: -pick.quantity,
            ..*pick
        };
        NewMovement {
            reason: reason.to_owned(),
            order_id: Some(order_id),
            ..NewMovement::new(MovementKind::Replacement, gone)
        }
    };
    let movements: Vec<NewMovement> = picks.iter().map(sent).collect();
    move_units(tx, &movements, Some(staff_id), now).await
}

/// All that came back, and what of it nobody can sell any more.
fn movements_of(order_id: OrderId, back: &TakenBack, reason: &str) -> Vec<NewMovement> {
    let moved = |kind, quantity| NewMovement {
        reason: reason.to_owned(),
        order_id: (kind == MovementKind::Return).then_some(order_id),
        ..NewMovement::new(
            kind,
            Pick {
                variant_id: back.variant_id,
                location_id: back.location_id,
                quantity,
            },
        )
    };
    let all = moved(MovementKind::Return, back.restocked + back.written_off);
    let lost = moved(MovementKind::Damage, -back.written_off);
    let moves = |movement: &NewMovement| movement.quantity != 0;
    [all, lost].into_iter().filter(moves).collect()
}
