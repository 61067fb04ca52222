//! Stock counts: opened, entered, applied or cancelled.

use chrono::{DateTime, Utc};
use ids::{StaffId, StockCountId, VariantId};
use kit::{Error, Result, Tx};

use super::moving::{lock_places, move_units, require_no_bundle};
use crate::{
    model::{
        Count, InventoryRefusal, Level, MovementKind, NewMovement, Pick, ReasonCode, Wish, weigh,
    },
    store,
};

pub(crate) async fn open_count(tx: &Tx, new: &Count) -> Result<()> {
    let opened = store::insert_count(tx, new).await;
    opened.map_err(refuse_by_constraint)
}

/// Enters what was counted into an open count.
pub(crate) async fn enter_counted(
    tx: &Tx,
    id: StockCountId,
    entered: &[(VariantId, i64)],
    now: DateTime<Utc>,
) -> Result<Count> {
    let count = lock_open(tx, id).await?;
    let kept = store::insert_count_lines(tx, id, entered, now).await;
    kept.map_err(refuse_by_constraint)?;
    Ok(count)
}

/// Moves the differences of an open count, all or nothing: not what was counted is written, but
/// by how much it was more or less, so that what moved since then stands. Locks the count, then
/// the levels in the order of ids.
pub(crate) async fn apply_count(
    tx: &Tx,
    id: StockCountId,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Count> {
    let count = lock_open(tx, id).await?;
    let lines = store::list_count_lines(tx, id).await?;
    let differing: Vec<_> = lines.iter().filter(|line| line.difference() != 0).collect();
    let places: Vec<_> = differing
        .iter()
        .map(|line| (line.variant_id, count.location_id))
        .collect();
    let levels = lock_places(tx, &places, now).await?;
    let levels: Vec<Level> = levels
        .into_iter()
        .collect::<Result<_, InventoryRefusal>>()?;
    let more = differing.iter().filter(|line| line.difference() > 0);
    let more: Vec<VariantId> = more.map(|line| line.variant_id).collect();
    require_no_bundle(tx, &more).await?;
    let mut movements = Vec::new();
    for (line, level) in differing.iter().zip(&levels) {
        let quantity = if tx.sabotage().has_removed("count differences") {
            line.counted - level.on_hand
        } else {
            line.difference()
        };
        if quantity == 0 {
            continue;
        }
        let pick = Pick {
            variant_id: line.variant_id,
            location_id: count.location_id,
            quantity,
        };
        let movement = NewMovement {
            reason_code: Some(ReasonCode::Count),
            count_id: Some(id),
            ..NewMovement::new(MovementKind::Adjustment, pick)
        };
        let wish = Wish {
            movement: movement.clone(),
            version: None,
        };
        weigh(level, &wish)?;
        movements.push(movement);
    }
    if !movements.is_empty() {
        move_units(tx, &movements, Some(staff_id), now).await?;
    }
    close(tx, count, "applied", now).await
}

pub(crate) async fn cancel_count(tx: &Tx, id: StockCountId, now: DateTime<Utc>) -> Result<Count> {
    let count = lock_open(tx, id).await?;
    close(tx, count, "cancelled", now).await
}

async fn close(tx: &Tx, count: Count, state: &str, now: DateTime<Utc>) -> Result<Count> {
    store::update_count_closed(tx, count.id, state, now).await?;
    Ok(Count {
        state: state.to_owned(),
        closed_at: Some(now),
        ..count
    })
}

async fn lock_open(tx: &Tx, id: StockCountId) -> Result<Count> {
    let count = if tx.sabotage().has_removed("count lock") {
        store::find_count(tx, id).await?
    } else {
        store::lock_count(tx, id).await?
    };
    let count = count.ok_or(InventoryRefusal::UnknownCount)?;
    if count.state != "open" {
        return Err(InventoryRefusal::CountClosed.into());
    }
    Ok(count)
}

fn refuse_by_constraint(error: Error) -> Error {
    match error.constraint() {
        Some("stock_counts_location_fkey") => InventoryRefusal::UnknownLocation.into(),
        Some("stock_count_lines_variant_fkey") => InventoryRefusal::UnknownVariant.into(),
        _ => error,
    }
}
