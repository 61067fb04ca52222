//! Verbs of returns: open, decide, receive, refund, exchange. Rows are taken in one order: order,
//! return, payment, stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, ReturnId, StaffId, VariantId};
use inventory::{Pick, TakenBack};
use kit::{Result, Tx, outbox};
use orders::{LinePart, Order, OrderLine, OrderRefusal, ReturnStatus};
use payments::GiveBack;
use uuid::Uuid;

use crate::{
    events::{ReturnApproved, ReturnReceived, ReturnRejected, ReturnRequested},
    model::{
        Arrived, Resolution, Return, ReturnLine, ReturnRefusal, ReturnState, WantedReturn, receive,
        settle,
    },
    store::{self, Exchange, Step},
};

/// What is to come back, and who says so.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) lines: Vec<WantedReturn>,
    pub(crate) note: String,
    /// Staff need nobody's approval.
    pub(crate) staff_id: Option<StaffId>,
}

/// Opens a return of what was shipped: asked for by the buyer, or approved at once by staff.
/// Locks the order.
///
/// # Errors
/// `order_not_found`; `exceeds_shipped_quantity` for more of a line than has left and is neither
/// back nor on its way back; `order_line_not_found`.
pub(crate) async fn open(
    tx: &Tx,
    order_id: OrderId,
    opening: &Opening,
    now: DateTime<Utc>,
) -> Result<Return> {
    let order = lock(tx, order_id).await?;
    let units = |line: &WantedReturn| (line.variant_id, line.quantity);
    let units: Vec<(VariantId, i64)> = opening.lines.iter().map(units).collect();
    fulfilment::expect_back(tx, order_id, &units).await?;
    let state = match opening.staff_id {
        Some(_) => ReturnState::Approved,
        None => ReturnState::Requested,
    };
    let new = Return {
        id: ReturnId::generate(now),
        order_id,
        number: store::find_next_number(tx, order_id).await?,
        state,
        note: opening.note.clone(),
        opened_by: opening.staff_id,
        version: 1,
        requested_at: now,
        received_at: None,
    };
    store::insert_return(tx, &new).await?;
    store::insert_lines(tx, new.id, order_id, &opening.lines).await?;
    let step = Step {
        from: None,
        to: state,
        note: "",
        staff_id: opening.staff_id,
        occurred_at: now,
    };
    store::insert_step(tx, new.id, &step).await?;
    announce(tx, &new, state, now).await?;
    let reason = format!("return {} was opened", new.number);
    orders::record_return(tx, &order, ReturnStatus::Open, &reason, now).await?;
    Ok(new)
}

async fn announce(tx: &Tx, one: &Return, state: ReturnState, now: DateTime<Utc>) -> Result<()> {
    let (order_id, return_id) = (one.order_id, one.id);
    match state {
        ReturnState::Requested => {
            let event = ReturnRequested {
                order_id,
                return_id,
            };
            outbox::announce(tx, &event, now).await
        }
        ReturnState::Approved => {
            let event = ReturnApproved {
                order_id,
                return_id,
            };
            outbox::announce(tx, &event, now).await
        }
        ReturnState::Rejected => {
            let event = ReturnRejected {
                order_id,
                return_id,
            };
            outbox::announce(tx, &event, now).await
        }
        ReturnState::Received => {
            let event = ReturnReceived {
                order_id,
                return_id,
            };
            outbox::announce(tx, &event, now).await
        }
        ReturnState::Cancelled => Ok(()),
    }
}

/// The order and the return as they are, locked in this order.
pub(crate) async fn lock_both(tx: &Tx, id: ReturnId) -> Result<(Order, Return)> {
    let seen = store::find_return(tx, id).await?;
    let seen = seen.ok_or(ReturnRefusal::NotFound)?;
    let order = lock(tx, seen.order_id).await?;
    if tx.sabotage().has_removed("return guard") {
        return Ok((order, seen));
    }
    let one = store::lock_return(tx, id).await?;
    Ok((order, one.ok_or(ReturnRefusal::NotFound)?))
}

/// Approves, rejects or cancels a locked return.
///
/// # Errors
/// `return_state_conflict`.
pub(crate) async fn decide(
    tx: &Tx,
    (order, one): (&Order, Return),
    to: ReturnState,
    (note, staff_id): (&str, StaffId),
    now: DateTime<Utc>,
) -> Result<Return> {
    let one = change(tx, one, to, (note, staff_id), now).await?;
    if to != ReturnState::Approved {
        let lines = store::list_lines(tx, &[one.id]).await?;
        let back = |line: &ReturnLine| (line.variant_id, line.quantity, 0);
        let back: Vec<_> = lines.iter().map(back).collect();
        fulfilment::settle_back(tx, order.id, &back).await?;
        note_status(tx, order, &one, now).await?;
    }
    Ok(one)
}

async fn change(
    tx: &Tx,
    one: Return,
    to: ReturnState,
    (note, staff_id): (&str, StaffId),
    now: DateTime<Utc>,
) -> Result<Return> {
    if !one.state.may_become(to) {
        return Err(ReturnRefusal::conflict(one.state).into());
    }
    store::update_state(tx, one.id, to, now).await?;
    let step = Step {
        from: Some(one.state),
        to,
        note,
        staff_id: Some(staff_id),
        occurred_at: now,
    };
    store::insert_step(tx, one.id, &step).await?;
    announce(tx, &one, to, now).await?;
    Ok(Return {
        state: to,
        version: one.version + 1,
        received_at: (to == ReturnState::Received).then_some(now),
        ..one
    })
}

/// Whether something of the order still comes back, or has, once a return of it has ended.
async fn note_status(tx: &Tx, order: &Order, one: &Return, now: DateTime<Utc>) -> Result<()> {
    let returns = store::list_returns_of_order(tx, order.id).await?;
    let is = |state: ReturnState| returns.iter().any(|other| other.state == state);
    let status = if is(ReturnState::Requested) || is(ReturnState::Approved) {
        ReturnStatus::Open
    } else if is(ReturnState::Received) {
        ReturnStatus::Returned
    } else {
        ReturnStatus::None
    };
    let reason = format!("return {} was {}", one.number, one.state.as_str());
    orders::record_return(tx, order, status, &reason, now).await
}

/// Takes in what came of an approved return, once: on the shelf of a location, or written off.
/// What did not come can be asked for again. Locks the order, the return, then stock.
///
/// # Errors
/// `return_not_found`, `return_state_conflict`, `return_line_not_found`,
/// `exceeds_expected_quantity`; `unknown_location`.
pub(crate) async fn take_in(
    tx: &Tx,
    id: ReturnId,
    (location_id, arrived): (LocationId, &[Arrived]),
    (note, staff_id): (&str, StaffId),
    now: DateTime<Utc>,
) -> Result<Return> {
    let (order, one) = lock_both(tx, id).await?;
    let lines = store::list_lines(tx, &[id]).await?;
    receive(&lines, arrived)?;
    let one = change(tx, one, ReturnState::Received, (note, staff_id), now).await?;
    let came = |line: &ReturnLine| {
        let own = arrived.iter().find(|one| one.variant_id == line.variant_id);
        own.map_or(0, |one| one.restocked + one.written_off)
    };
    let back = |line: &ReturnLine| (line.variant_id, line.quantity, came(line));
    let back: Vec<_> = lines.iter().map(back).collect();
    fulfilment::settle_back(tx, order.id, &back).await?;
    let made_of = made_of(tx, order.id).await?;
    let back = |one: &Arrived| (one.variant_id, [one.restocked, one.written_off]);
    let units = in_units(&made_of, arrived.iter().map(back));
    let taken = |(variant_id, [restocked, written_off]): Units| TakenBack {
        variant_id,
        location_id,
        restocked,
        written_off,
    };
    let taken: Vec<TakenBack> = units.into_iter().map(taken).collect();
    let reason = format!("return {} of order {}", one.number, order.number);
    inventory::take_back(tx, order.id, &taken, &reason, Some(staff_id), now).await?;
    store::update_received(tx, id, location_id, arrived).await?;
    note_status(tx, &order, &one, now).await?;
    Ok(one)
}

/// Promises the buyer what was paid for units that came. Locks the order, the return, then the
/// payment.
///
/// # Errors
/// `return_not_found`, `return_state_conflict`, `return_line_not_found`,
/// `exceeds_received_quantity`, `nothing_to_settle`; those of refunds.
pub(crate) async fn refund(
    tx: &Tx,
    id: ReturnId,
    wanted: Option<&[(VariantId, i64)]>,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Return> {
    let (order, one) = lock_both(tx, id).await?;
    let units = unsettled(tx, &one, wanted, Resolution::Refund).await?;
    let why = format!("return {} of order {}", one.number, order.number);
    let what = GiveBack::Lines(&units);
    for refund in payments::give_back(tx, order.id, what, (&why, staff_id), now).await? {
        store::insert_refund(tx, id, refund.id).await?;
    }
    note_settled(tx, one, &units, Resolution::Refund, now).await
}

/// How goods are sent in the place of others.
#[derive(Debug, Clone)]
pub(crate) struct Dispatch {
    pub(crate) location_id: LocationId,
    pub(crate) carrier: String,
    pub(crate) tracking_number: String,
}

/// Sends the same again for units that came: they leave the shelf of a location. Locks the order,
/// the return, then stock.
///
/// # Errors
/// As [`refund`]; `insufficient_stock`, `unknown_location`.
pub(crate) async fn exchange(
    tx: &Tx,
    id: ReturnId,
    wanted: Option<&[(VariantId, i64)]>,
    dispatch: &Dispatch,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<Return> {
    let (order, one) = lock_both(tx, id).await?;
    let units = unsettled(tx, &one, wanted, Resolution::Exchange).await?;
    let made_of = made_of(tx, order.id).await?;
    let lines = units.iter().map(|line| (line.0, [line.1, 0]));
    let pick = |(variant_id, [quantity, _]): Units| Pick {
        variant_id,
        location_id: dispatch.location_id,
        quantity,
    };
    let picks = in_units(&made_of, lines).into_iter().map(pick);
    let picks: Vec<Pick> = picks.collect();
    let reason = format!("return {} of order {}", one.number, order.number);
    inventory::replace(tx, order.id, &picks, &reason, staff_id, now).await?;
    for (variant_id, quantity) in &units {
        let sent = Exchange {
            return_id: id,
            variant_id: *variant_id,
            quantity: *quantity,
            location_id: dispatch.location_id,
            carrier: dispatch.carrier.clone(),
            tracking_number: dispatch.tracking_number.clone(),
            sent_by: staff_id,
            sent_at: now,
        };
        store::insert_exchange(tx, new_id(now), &sent).await?;
    }
    note_settled(tx, one, &units, Resolution::Exchange, now).await
}

/// What one unit of each line of an order is made of on shelves.
type MadeOf = BTreeMap<VariantId, Vec<LinePart>>;

/// Units of a variant, of two kinds.
type Units = (VariantId, [i64; 2]);

async fn made_of(tx: &Tx, order_id: OrderId) -> Result<MadeOf> {
    let lines = orders::list_lines(tx, &[order_id]).await?;
    let made_of = |(_, line): (OrderId, OrderLine)| (line.variant_id, line.parts);
    Ok(lines.into_iter().map(made_of).collect())
}

/// Units of lines as units on shelves: bundles by their parts, each variant once.
fn in_units(made_of: &MadeOf, lines: impl Iterator<Item = Units>) -> BTreeMap<VariantId, [i64; 2]> {
    let mut units: BTreeMap<VariantId, [i64; 2]> = BTreeMap::new();
    for (variant_id, quantities) in lines {
        let itself = LinePart {
            variant_id,
            quantity: 1,
        };
        let parts = made_of.get(&variant_id).filter(|parts| !parts.is_empty());
        for part in parts.map_or(std::slice::from_ref(&itself), Vec::as_slice) {
            let own = units.entry(part.variant_id).or_default();
            for (sum, quantity) in own.iter_mut().zip(quantities) {
                *sum += quantity * part.quantity;
            }
        }
    }
    units
}

fn new_id(now: DateTime<Utc>) -> Uuid {
    ids::FulfilmentId::generate(now).uuid()
}

async fn unsettled(
    tx: &Tx,
    one: &Return,
    wanted: Option<&[(VariantId, i64)]>,
    how: Resolution,
) -> Result<Vec<(VariantId, i64)>> {
    if one.state != ReturnState::Received {
        return Err(ReturnRefusal::conflict(one.state).into());
    }
    let lines = store::list_lines(tx, &[one.id]).await?;
    Ok(settle(&lines, wanted, how)?)
}

async fn note_settled(
    tx: &Tx,
    one: Return,
    units: &[(VariantId, i64)],
    how: Resolution,
    now: DateTime<Utc>,
) -> Result<Return> {
    store::update_settled(tx, one.id, units, how).await?;
    store::update_version(tx, one.id, now).await?;
    Ok(Return {
        version: one.version + 1,
        ..one
    })
}

async fn lock(tx: &Tx, order_id: OrderId) -> Result<Order> {
    let order = if tx.sabotage().has_removed("return guard") {
        orders::find_order(tx, order_id).await?
    } else {
        orders::lock_order(tx, order_id).await?
    };
    order.ok_or_else(|| OrderRefusal::NotFound.into())
}
