//! Verbs of parcels: ship, deliver, call off. Rows are taken in one order: order, payment, parcel,
//! stock.

mod coming_back;

use chrono::{DateTime, Utc};
use ids::{CancellationId, FulfilmentId, LocationId, OrderId, StaffId, StockTransferId, VariantId};
use inventory::{Pick, TakenBack, TransferOrder, Wait, Want};
use kit::{Error, Result, Tx, outbox};
use orders::{Order, OrderRefusal, OrderStatus};
use payments::GiveBack;

pub use self::coming_back::{expect_back, settle_back};
use crate::{
    events::{OrderDelivered, OrderShipped},
    model::{
        Cancellation, Fulfilment, FulfilmentRefusal, LineUnits, ParcelState, Tracking, Units,
        by_line, common_location, status_of,
    },
    store,
};

/// What is to leave.
#[derive(Debug, Clone)]
pub(crate) struct Shipment {
    /// Each line once; without it all that can leave.
    pub(crate) wants: Option<Vec<Want>>,
    /// Without it where the units stand, if that is one place.
    pub(crate) location_id: Option<LocationId>,
    pub(crate) tracking: Tracking,
}

/// Sends a parcel of a paid order. Units that its order had taken at another location are moved
/// there on paper, because they are still there. Locks the order, then stock.
///
/// # Errors
/// `order_not_found`, `order_not_shippable`, `order_line_not_found`, `exceeds_open_quantity`,
/// `nothing_to_ship`, `location_needed`; `insufficient_stock` where it leaves from elsewhere and
/// not so much is free there; `unknown_location`.
pub(crate) async fn ship(
    tx: &Tx,
    order_id: OrderId,
    shipment: Shipment,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<(Fulfilment, Vec<Pick>)> {
    let order = lock(tx, order_id).await?;
    if order.status != OrderStatus::Paid {
        let status = order.status;
        return Err(FulfilmentRefusal::NotShippable { status }.into());
    }
    let units = units_of(tx, order_id).await?;
    let wants = shipment.wants.unwrap_or_else(|| units.everything());
    if wants.is_empty() {
        return Err(FulfilmentRefusal::NothingOpen.into());
    }
    let picks = units.take(&wants, shipment.location_id)?;
    let location_id = match shipment.location_id {
        Some(location_id) => location_id,
        None => common_location(&picks).ok_or(FulfilmentRefusal::LocationNeeded)?,
    };
    bring(tx, &order, &picks, location_id, staff_id, now).await?;
    store::upsert_shipped(tx, order_id, &units.lines, &by_line(&picks)).await?;
    let parcel = Fulfilment {
        id: FulfilmentId::generate(now),
        order_id,
        number: store::find_next_number(tx, order_id).await?,
        location_id,
        tracking: shipment.tracking,
        state: ParcelState::Shipped,
        version: 1,
        shipped_by: staff_id,
        shipped_at: now,
        delivered_at: None,
    };
    store::insert_fulfilment(tx, &parcel, &picks).await?;
    let status = status_of(&units.with(&picks, true));
    let reason = format!("parcel {} was shipped", parcel.number);
    orders::record_fulfilment(tx, &order, status, &reason, now).await?;
    let event = OrderShipped {
        order_id,
        fulfilment_id: parcel.id,
        parcel: parcel.number,
        shipped_at: now,
    };
    outbox::announce(tx, &event, now).await?;
    Ok((parcel, picks))
}

/// On paper, units come to where their order had taken them from where they leave in truth.
async fn bring(
    tx: &Tx,
    order: &Order,
    picks: &[Pick],
    from: LocationId,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<()> {
    let elsewhere: Vec<&Pick> = picks
        .iter()
        .filter(|pick| pick.location_id != from)
        .collect();
    if elsewhere.is_empty() {
        return Ok(());
    }
    let variants: Vec<VariantId> = elsewhere.iter().map(|pick| pick.variant_id).collect();
    // All levels at once, in their order, before any transfer takes some of them.
    inventory::lock_shelf(tx, &variants, Wait::InOrder).await?;
    let mut places: Vec<LocationId> = elsewhere.iter().map(|pick| pick.location_id).collect();
    places.sort();
    places.dedup();
    for to in places {
        let own = elsewhere.iter().filter(|pick| pick.location_id == to);
        let want = |pick: &&Pick| Want {
            variant_id: pick.variant_id,
            quantity: pick.quantity,
        };
        let transfer = TransferOrder {
            id: StockTransferId::generate(now),
            from,
            to,
            lines: own.map(want).collect(),
            reason: format!("order {} was shipped from elsewhere", order.number),
        };
        inventory::transfer(tx, &transfer, staff_id, now).await?;
    }
    Ok(())
}

/// A parcel is with its buyer. Nothing happens the second time. Locks the order, then the parcel.
///
/// # Errors
/// `fulfilment_not_found`.
pub(crate) async fn deliver(tx: &Tx, id: FulfilmentId, now: DateTime<Utc>) -> Result<Fulfilment> {
    let seen = store::find_fulfilment(tx, id).await?;
    let seen = seen.ok_or(FulfilmentRefusal::NotFound)?;
    let order = lock(tx, seen.order_id).await?;
    let parcel = store::lock_fulfilment(tx, id).await?;
    let parcel = parcel.ok_or(FulfilmentRefusal::NotFound)?;
    if parcel.state == ParcelState::Delivered {
        return Ok(parcel);
    }
    store::update_delivered(tx, id, now).await?;
    let status = status_of(&lines_of(tx, order.id).await?);
    let reason = format!("parcel {} was delivered", parcel.number);
    orders::record_fulfilment(tx, &order, status, &reason, now).await?;
    let event = OrderDelivered {
        order_id: order.id,
        fulfilment_id: id,
        parcel: parcel.number,
        delivered_at: now,
    };
    outbox::announce(tx, &event, now).await?;
    Ok(Fulfilment {
        state: ParcelState::Delivered,
        delivered_at: Some(now),
        version: parcel.version + 1,
        ..parcel
    })
}

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

/// Calls units off that have not left: they are on the shelf again, and what was paid for them is
/// promised to the buyer. An order of which nothing is left is cancelled. Locks the order, then
/// payments, then stock.
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
) -> Result<(Cancellation, Vec<Pick>)> {
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
) -> Result<(Cancellation, Vec<Pick>)> {
    // First, because it refuses an order that is gone.
    orders::cancel(tx, order, &call.reason, now).await?;
    payments::cancel_attempts(tx, order.id, now).await?;
    let picks = inventory::list_units_of_order(tx, order.id).await?;
    let lines = lines_of(tx, order.id).await?;
    inventory::release(tx, order.id, now).await?;
    let cancellation = new_cancellation(order, call, false, now);
    // Also what it waited for, and what therefore stands at no location.
    let all: Vec<_> = lines
        .iter()
        .map(|line| (line.variant_id, line.ordered))
        .collect();
    store::upsert_cancelled(tx, order.id, &lines, &all).await?;
    store::insert_cancellation(tx, &cancellation, &picks).await?;
    let status = orders::FulfilmentStatus::Cancelled;
    orders::record_fulfilment(tx, order, status, &call.reason, now).await?;
    Ok((cancellation, picks))
}

async fn call_off_paid(
    tx: &Tx,
    order: &Order,
    call: &Call,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<(Cancellation, Vec<Pick>)> {
    let units = units_of(tx, order.id).await?;
    let wants = match &call.wants {
        Some(wants) => wants.clone(),
        None => units.everything(),
    };
    if wants.is_empty() {
        return Err(FulfilmentRefusal::NothingOpen.into());
    }
    let picks = units.take(&wants, None)?;
    let status = status_of(&units.with(&picks, false));
    let is_whole = status == orders::FulfilmentStatus::Cancelled;
    let mut cancellation = new_cancellation(order, call, true, now);
    if call.is_refunded {
        let lines = by_line(&picks);
        let what = if is_whole {
            GiveBack::All
        } else {
            GiveBack::Lines(&lines)
        };
        let why = (call.reason.as_str(), staff_id);
        let refund = payments::give_back(tx, order.id, what, why, now).await?;
        cancellation.refund_id = refund.map(|refund| refund.id);
    }
    store::upsert_cancelled(tx, order.id, &units.lines, &by_line(&picks)).await?;
    store::insert_cancellation(tx, &cancellation, &picks).await?;
    let back = |pick: &Pick| TakenBack {
        variant_id: pick.variant_id,
        location_id: pick.location_id,
        restocked: pick.quantity,
        written_off: 0,
    };
    let back: Vec<TakenBack> = picks.iter().map(back).collect();
    if !tx.sabotage().has_removed("restock") {
        let reason = format!("order {} was called off", order.number);
        inventory::take_back(tx, order.id, &back, &reason, Some(staff_id), now).await?;
    }
    if is_whole {
        orders::cancel(tx, order, &call.reason, now).await?;
        inventory::end_uses(tx, order.id, now).await?;
    }
    orders::record_fulfilment(tx, order, status, &call.reason, now).await?;
    Ok((cancellation, picks))
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

async fn lock(tx: &Tx, order_id: OrderId) -> Result<Order> {
    let order = if tx.sabotage().has_removed("parcel guard") {
        orders::find_order(tx, order_id).await?
    } else {
        orders::lock_order(tx, order_id).await?
    };
    order.ok_or_else(|| OrderRefusal::NotFound.into())
}

/// What became of the units of each line, in the order of the lines.
pub(crate) async fn lines_of(conn: &kit::Conn, order_id: OrderId) -> Result<Vec<LineUnits>> {
    let known = store::list_line_units(conn, order_id).await?;
    let lines = orders::list_lines(conn, &[order_id]).await?;
    if lines.is_empty() {
        return Err(Error::fault("an order has no lines"));
    }
    let units = |line: &orders::OrderLine| {
        let fresh = LineUnits {
            variant_id: line.variant_id,
            ordered: line.quantity,
            cancelled: 0,
            shipped: 0,
            delivered: 0,
            returning: 0,
            returned: 0,
        };
        let own = known.iter().find(|one| one.variant_id == line.variant_id);
        own.copied().unwrap_or(fresh)
    };
    Ok(lines.iter().map(|(_, line)| units(line)).collect())
}

/// What of an order is still to leave.
pub(crate) async fn units_of(conn: &kit::Conn, order_id: OrderId) -> Result<Units> {
    let lines = lines_of(conn, order_id).await?;
    let taken = inventory::list_units_of_order(conn, order_id).await?;
    let used = store::list_used(conn, order_id).await?;
    Ok(Units::new(lines, taken, &used))
}
