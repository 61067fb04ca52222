//! Gift cards and store credit as money of an order: set aside while it waits, recorded like any
//! other money when it is paid, given back when it is let go.

use chrono::{DateTime, Utc};
use credit::{CreditUse, Payer, UseState};
use ids::{AttemptId, CaptureId, OrderId};
use kit::{Result, Tx, random};
use money::Money;
use orders::{Order, OrderStatus};
use serde_json::json;

use super::settlement::{announce_captured, book};
use crate::{
    model::{
        Attempt, AttemptState, Charge, Disposition, Mode, NewCapture, ProviderId,
        reason_not_payable,
    },
    store,
};

/// What came of a wish to change what credit pays of an order.
#[derive(Debug)]
pub(crate) enum Credited {
    /// The order as it is now.
    Done(Box<Order>),
    /// The buyer may be paying it: ask about that first, close it, and try again.
    AskFirst(Box<Attempt>),
}

/// Sets credit aside for a locked order that waits to be paid. One that needs nothing else is paid
/// by it. The same card again changes nothing. Locks payments, the account, then stock.
///
/// # Errors
/// `order_already_paid`, `order_not_payable`; those of credit.
pub(crate) async fn use_credit(
    tx: &Tx,
    order: Order,
    (payer, most): (&Payer, Option<Money>),
    mode: Mode,
    now: DateTime<Utc>,
) -> Result<Credited> {
    if let Some(live) = check_waiting(tx, &order, now).await? {
        return Ok(Credited::AskFirst(Box::new(live)));
    }
    credit::set_aside(tx, payer, (order.id, order.due()), most, now).await?;
    let order = with_credit(tx, order).await?;
    if order.due().minor() == 0 {
        spend(tx, &order, mode, now).await?;
        orders::mark_paid(tx, &order, now).await?;
        inventory::claim(tx, order.id, now).await?;
    }
    Ok(Credited::Done(Box::new(order)))
}

/// Gives back what is set aside for a locked order that waits to be paid. Locks as [`use_credit`].
///
/// # Errors
/// `order_already_paid`, `order_not_payable`.
pub(crate) async fn release_credit(tx: &Tx, order: Order, now: DateTime<Utc>) -> Result<Credited> {
    if let Some(live) = check_waiting(tx, &order, now).await? {
        return Ok(Credited::AskFirst(Box::new(live)));
    }
    let_go(tx, order.id, now).await?;
    Ok(Credited::Done(Box::new(with_credit(tx, order).await?)))
}

/// What is asked for is fixed once the buyer has a page: it is never changed below it.
async fn check_waiting(tx: &Tx, order: &Order, now: DateTime<Utc>) -> Result<Option<Attempt>> {
    if order.status != OrderStatus::PendingPayment || now >= order.expires_at {
        return Err(reason_not_payable(order.status).into());
    }
    store::lock_live_attempt(tx, order.id).await
}

/// The order with what is set aside for it.
async fn with_credit(tx: &Tx, order: Order) -> Result<Order> {
    let uses = credit::list_uses(tx, order.id).await?;
    let live = uses.iter().filter(|one| one.state != UseState::Released);
    let minor = live.map(|one| one.amount.minor()).sum();
    let credit = Money::new(minor, order.currency());
    orders::record_credit(tx, order.id, credit).await?;
    Ok(Order { credit, ..order })
}

/// Gives back what is set aside for a locked order, once.
pub(super) async fn let_go(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<()> {
    if tx.sabotage().has_removed("credit release") {
        return Ok(());
    }
    if credit::release(tx, order_id, now).await? == 0 {
        return Ok(());
    }
    let Some(order) = orders::find_order(tx, order_id).await? else {
        return Ok(());
    };
    orders::record_credit(tx, order_id, Money::zero(order.currency())).await
}

/// What becomes of credit when an attempt pays a locked order: it is spent where the attempt asked
/// for the rest, and given back where it asked for all of it.
pub(super) async fn settle_credit(
    tx: &Tx,
    order: &Order,
    paid: &Attempt,
    now: DateTime<Utc>,
) -> Result<()> {
    if order.credit.minor() == 0 {
        return Ok(());
    }
    if paid.amount == order.due() {
        return spend(tx, order, paid.mode, now).await;
    }
    let_go(tx, order.id, now).await
}

/// Records what is set aside as money that pays its order.
async fn spend(tx: &Tx, order: &Order, mode: Mode, now: DateTime<Utc>) -> Result<()> {
    for one in credit::spend(tx, order.id, now).await? {
        record(tx, &one, mode, now).await?;
    }
    Ok(())
}

async fn record(tx: &Tx, one: &CreditUse, mode: Mode, now: DateTime<Utc>) -> Result<()> {
    let reference = one.id.to_string();
    let attempt = Attempt {
        id: AttemptId::generate(now),
        order_id: one.order_id,
        provider: ProviderId::Credit,
        tx_ref: format!("nx-{}", random::token()?),
        amount: one.amount,
        mode,
        state: AttemptState::Charged,
        checkout_url: None,
        customer_reference: None,
        instructions: None,
        provider_reference: Some(reference.clone()),
        failure: None,
        created_at: now,
        updated_at: now,
        expires_at: now,
        charged_at: Some(now),
        is_applied: true,
        is_given_back: false,
        confirmed_by: None,
    };
    store::insert_charged_attempt(tx, &attempt).await?;
    let evidence = json!({
        "operation": "credit", "status": "success", "tx_ref": attempt.tx_ref,
        "amount_minor": one.amount.minor(), "currency": one.amount.currency().code(),
        "mode": mode.as_str(), "reference": reference,
    });
    let charge = Charge {
        provider_reference: reference,
        amount: one.amount,
        fee_minor: 0,
    };
    let capture = NewCapture {
        id: CaptureId::generate(now),
        attempt: &attempt,
        charge: &charge,
        disposition: Disposition::Applied,
        evidence: &evidence,
        captured_at: now,
    };
    store::insert_capture(tx, &capture).await?;
    book(tx, &attempt, capture.id, &charge, now).await?;
    announce_captured(tx, &attempt, charge.told(), now).await
}
