//! An order that had ended comes back, because its money came after all: what it takes is found
//! under locks first, and taken once nothing else stands in the way.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{OrderId, VariantId};
use kit::{Result, Tx};

use super::{allowances, lock_shelf, move_units};
use crate::{
    model::{Given, Hold, NewMovement, Pick, Shelf, Wait, Want},
    store,
};

/// What an order that comes back takes of shelves and limits. It can be taken until the end of
/// the transaction that has found it.
#[derive(Debug)]
pub struct Comeback {
    order_id: OrderId,
    given: Given,
}

/// Finds what an order once held, all of it: where it was, or at other locations. `None` when it is
/// not there any more, or its buyer may not have it. Writes nothing. Locks the levels in the order
/// of their ids, then what is used of limits.
///
/// # Errors
/// Faults of the database.
pub async fn find_again(tx: &Tx, order_id: OrderId) -> Result<Option<Comeback>> {
    let held = store::list_released(tx, order_id).await?;
    let owed = store::list_released_backorders(tx, order_id).await?;
    let variants = held.iter().map(|pick| pick.variant_id);
    let variants = variants.chain(owed.iter().map(|want| want.variant_id));
    let variants: BTreeSet<VariantId> = variants.collect();
    let variants: Vec<VariantId> = variants.into_iter().collect();
    let mut shelf = if tx.sabotage().has_removed("late stock guard") {
        let locations = store::list_selling_locations(tx).await?;
        let levels = store::list_levels(tx, &variants).await?;
        Shelf::new(levels, locations, BTreeSet::new())
    } else {
        lock_shelf(tx, &variants, Wait::InOrder).await?
    };
    if held.is_empty() && owed.is_empty() {
        return Ok(None);
    }
    shelf = shelf.with_beyond(store::list_beyond(tx, &variants).await?);
    let Ok(given) = shelf.take_again(&held, &owed) else {
        return Ok(None);
    };
    let has_room = allowances::lock_ended(tx, order_id).await?;
    Ok(has_room.then_some(Comeback { order_id, given }))
}

/// Takes what was found off the shelf, because its order is paid although its hold had ended.
///
/// # Errors
/// Faults of the database.
pub async fn take_again(tx: &Tx, comeback: Comeback, now: DateTime<Utc>) -> Result<()> {
    let Comeback {
        order_id,
        given: Given { picks, beyond },
    } = comeback;
    allowances::resume(tx, order_id).await?;
    store::update_taken_again(tx, order_id, &picks, now).await?;
    let sale = |pick: &Pick| NewMovement::sale(order_id, *pick);
    let sales: Vec<NewMovement> = picks.iter().map(sale).collect();
    move_units(tx, &sales, None, now).await?;
    owe_again(tx, order_id, beyond, now).await
}

/// Owes a paid order what was not there when its money came.
async fn owe_again(
    tx: &Tx,
    order_id: OrderId,
    beyond: Vec<Want>,
    now: DateTime<Utc>,
) -> Result<()> {
    store::delete_backorders(tx, order_id).await?;
    let hold = Hold {
        order_id,
        picks: Vec::new(),
        beyond,
        uses: Vec::new(),
    };
    store::insert_backorders(tx, &[hold], now, now).await?;
    store::update_backorders_paid(tx, order_id).await
}
