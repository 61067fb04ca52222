//! Units that will never leave: what of them stood on a shelf is back there, what was waited for is
//! waited for no more.

use chrono::{DateTime, Utc};
use ids::{CancellationId, OrderId, StaffId};
use inventory::{Pick, TakenBack, Want};
use kit::{Result, Tx};
use orders::{Order, OrderStatus};
use payments::GiveBack;

use super::{lock, units_of};
use crate::{
    model::{
        Cancellation, FulfilmentRefusal, LineUnits, Taken, Units, by_line, picks_of, status_of,
        waiting_of,
    },
    store,
};

/// A wish to call units of an order off.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Each line once; without it all that has not left.
    pub(crate) wants: Option<Vec<Want>>,
    /// Why, in words.
    pub(crate) reason: String,
    /// Who; a buyer when nobody of the staff.
    pub(crate) staff_id: Option<StaffId>,
    /// Whether what was paid for the units goes back.
    pub(crate) is_refunded: bool,
}

/// Calls units off that have not left: they are on the shelf again, or not waited for any more, and
/// what was paid for them is promised to the buyer. An order of which nothing is left is cancelled.
/// Locks the order, then payments, then stock.
///
/// # Errors
/// `order_not_found`; `order_status_conflict` for one that is gone; `order_not_paid`,
/// `order_already_processed`, `order_line_not_found`, `exceeds_open_quantity`, `nothing_to_ship`;
/// those of refunds.
pub(crate) async fn call_off(
    tx: &Tx,
    order_id: OrderId,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<(Cancellation, Vec<Taken>)> {
    let order = lock(tx, order_id).await?;
    match (order.status, call.staff_id) {
        (OrderStatus::Paid, Some(staff_id)) => call_off_paid(tx, &order, call, staff_id, now).await,
        (OrderStatus::Paid, None) => Err(FulfilmentRefusal::PaidAlready.into()),
        (OrderStatus::PendingPayment, _) if call.wants.is_some() => {
            Err(FulfilmentRefusal::PartOfUnpaid.into())
        }
        _ => call_off_unpaid(tx, &order, call, now).await,
    }
}

async fn call_off_unpaid(
    tx: &Tx,
    order: &Order,
    call: &Call,
    now: DateTime<Utc>,
) -> Result<(Cancellation, Vec<Taken>)> {
    // First, because it refuses an order that is gone.
    orders::cancel(tx, order, &call.reason, now).await?;
    payments::cancel_attempts(tx, order.id, now).await?;
    // From here on nothing comes that would be given back and not be told.
    inventory::lock_awaited(tx, order.id).await?;
    let units = units_of(tx, order.id).await?;
    let taken = units.everything_uncalled();
    inventory::release(tx, order.id, now).await?;
    terms::release(tx, order.id, now).await?;
    let cancellation = new_cancellation(order, call, false, now);
    record(tx, order, (&units.lines, &taken), &cancellation).await?;
    let status = orders::FulfilmentStatus::Cancelled;
    orders::record_fulfilment(tx, order, status, &call.reason, now).await?;
    Ok((cancellation, taken))
}

async fn call_off_paid(
    tx: &Tx,
    order: &Order,
    call: &Call,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<(Cancellation, Vec<Taken>)> {
    let units = units_of(tx, order.id).await?;
    let taken = called(&units, call)?;
    let (lines, status) = (by_line(&taken), status_of(&units.with(&taken, false)));
    let is_whole = status == orders::FulfilmentStatus::Cancelled;
    let mut cancellation = new_cancellation(order, call, true, now);
    if call.is_refunded {
        let what = if is_whole {
            GiveBack::All
        } else {
            GiveBack::Lines(&lines)
        };
        let why = (call.reason.as_str(), staff_id);
        let refunds = payments::give_back(tx, order.id, what, why, now).await?;
        cancellation.refund_id = refunds.first().map(|refund| refund.id);
    }
    // What comes moves units from those that are waited for to those that are there; their sum
    // stays. From here on nothing comes.
    inventory::lock_awaited(tx, order.id).await?;
    let units = units_of(tx, order.id).await?;
    let taken = called(&units, call)?;
    record(tx, order, (&units.lines, &taken), &cancellation).await?;
    inventory::await_less(tx, order.id, &waiting_of(&taken)).await?;
    let back: Vec<TakenBack> = picks_of(&taken).iter().map(back).collect();
    if !tx.sabotage().has_removed("restock") {
        let reason = format!("order {} was called off", order.number);
        inventory::take_back(tx, order.id, &back, &reason, Some(staff_id), now).await?;
    }
    if is_whole {
        orders::cancel(tx, order, &call.reason, now).await?;
        inventory::end_uses(tx, order.id, now).await?;
        terms::release(tx, order.id, now).await?;
    }
    orders::record_fulfilment(tx, order, status, &call.reason, now).await?;
    Ok((cancellation, taken))
}

/// What a wish calls off of what is left.
fn called(units: &Units, call: &Call) -> Result<Vec<Taken>> {
    let taken = match &call.wants {
        Some(wants) => units.call_off(wants)?,
        None => units.everything_uncalled(),
    };
    match taken.is_empty() {
        true => Err(FulfilmentRefusal::NothingOpen.into()),
        false => Ok(taken),
    }
}

const fn back(pick: &Pick) -> TakenBack {
    TakenBack {
        variant_id: pick.variant_id,
        location_id: pick.location_id,
        restocked: pick.quantity,
        written_off: 0,
    }
}

async fn record(
    tx: &Tx,
    order: &Order,
    (lines, taken): (&[LineUnits], &[Taken]),
    cancellation: &Cancellation,
) -> Result<()> {
    store::upsert_cancelled(tx, order.id, lines, &by_line(taken)).await?;
    store::insert_cancellation(tx, cancellation, taken).await
}

fn new_cancellation(
    order: &Order,
    call: &Call,
    is_restocked: bool,
    now: DateTime<Utc>,
) -> Cancellation {
    Cancellation {
        id: CancellationId::generate(now),
        order_id: order.id,
        reason: call.reason.clone(),
        refund_id: None,
        staff_id: call.staff_id,
        is_restocked,
        cancelled_at: now,
    }
}
