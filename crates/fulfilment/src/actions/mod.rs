//! Verbs of parcels: ship, deliver, call off. Rows are taken in one order: order, payment, parcel,
//! stock.

mod calling_off;
mod coming_back;

use chrono::{DateTime, Utc};
use ids::{FulfilmentId, LocationId, OrderId, StaffId, StockTransferId, VariantId};
use inventory::{Pick, TransferOrder, Wait, Want};
use kit::{Error, Result, Tx, outbox};
use orders::{Order, OrderRefusal, OrderStatus};

pub(crate) use self::calling_off::{Call, call_off};
pub use self::coming_back::{expect_back, settle_back};
use crate::{
    events::{OrderDelivered, OrderShipped},
    model::{
        Fulfilment, FulfilmentRefusal, LineUnits, ParcelState, Tracking, Units, by_line,
        common_location, picks_of, status_of,
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
) -> Result<Fulfilment> {
    let order = lock(tx, order_id).await?;
    if order.status != OrderStatus::Paid {
        let status = order.status;
        return Err(FulfilmentRefusal::NotShippable { status }.into());
    }
    let units = units_of(tx, order_id).await?;
    let taken = match &shipment.wants {
        Some(wants) => units.take(wants, shipment.location_id)?,
        None => units.everything(shipment.location_id),
    };
    if taken.is_empty() {
        return Err(FulfilmentRefusal::NothingOpen.into());
    }
    let picks = picks_of(&taken);
    let location_id = match shipment.location_id {
        Some(location_id) => location_id,
        None => common_location(&picks).ok_or(FulfilmentRefusal::LocationNeeded)?,
    };
    bring(tx, &order, &picks, location_id, staff_id, now).await?;
    store::upsert_shipped(tx, order_id, &units.lines, &by_line(&taken)).await?;
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
    store::insert_fulfilment(tx, &parcel, &taken).await?;
    let status = status_of(&units.with(&taken, true));
    let reason = format!("parcel {} was shipped", parcel.number);
    orders::record_fulfilment(tx, &order, status, &reason, now).await?;
    let event = OrderShipped {
        order_id,
        fulfilment_id: parcel.id,
        parcel: parcel.number,
        shipped_at: now,
    };
    outbox::announce(tx, &event, now).await?;
    Ok(parcel)
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
    let part = |part: &orders::LinePart| Want {
        variant_id: part.variant_id,
        quantity: part.quantity,
    };
    let units = |line: &orders::OrderLine| {
        let fresh = LineUnits {
            variant_id: line.variant_id,
            parts: Vec::new(),
            ordered: line.quantity,
            cancelled: 0,
            shipped: 0,
            delivered: 0,
            returning: 0,
            returned: 0,
        };
        let own = known.iter().find(|one| one.variant_id == line.variant_id);
        LineUnits {
            parts: line.parts.iter().map(part).collect(),
            ..own.cloned().unwrap_or(fresh)
        }
    };
    Ok(lines.iter().map(|(_, line)| units(line)).collect())
}

/// What of an order is still to leave.
pub(crate) async fn units_of(conn: &kit::Conn, order_id: OrderId) -> Result<Units> {
    let lines = lines_of(conn, order_id).await?;
    let (taken, awaited) = inventory::list_units_of_order(conn, order_id).await?;
    let used = store::list_used(conn, order_id).await?;
    Ok(Units::new(lines, taken, &used, &awaited))
}
