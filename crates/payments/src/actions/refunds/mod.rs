//! Verbs of refunds: promise, submit, and what an answer makes of them. Rows are taken in one
//! order: order, attempt, capture, refund.

mod outcome;
mod whole;

use chrono::{DateTime, Utc};
use ids::{OrderId, RefundId, StaffId, VariantId};
use kit::{
    Error, Result, Tx,
    http::body::invalid_member,
    jobs::{self, NewJob},
    outbox, random,
};
use ledger::{Account, Transfer};
use money::Money;
use orders::Order;

use self::{outcome::put_onto_credit, whole::money_of_order};
pub(crate) use self::{
    outcome::{Asked, Confirmed, confirm_refund, record_refund_news},
    whole::{RefundWish, refund_order},
};
use crate::{
    events::RefundRequested,
    jobs::{CheckRefund, SubmitRefund},
    model::{
        CaptureBalance, Destination, Disposition, GiveBack, LineBalance, PaymentRefusal,
        ProviderId, Refund, RefundLine, RefundRequest, RefundState, RefundStep, WantedLine,
        line_balances, next_refund_check, plan_lines,
    },
    store,
};

/// Promises money of a capture to its buyer: the amount is set aside, and the provider is asked
/// for it soon. Locks the order, then the capture.
///
/// # Errors
/// `capture_not_found`; `refund_exceeds_captured` and `refund_line_exceeds` for more than is left;
/// `order_not_refundable` for lines of money that pays no order; `invalid_body` for another
/// currency or a line that the order does not have.
pub(crate) async fn request_refund(
    tx: &Tx,
    request: &RefundRequest,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let (order, capture) = lock_money(tx, request).await?;
    let (amount, lines, balances) = plan(tx, &order, &capture, request).await?;
    promise(
        tx,
        (&order, &capture),
        request,
        (amount, &lines, &balances),
        now,
    )
    .await
}

/// Sets the amount aside and has it given back.
async fn promise(
    tx: &Tx,
    (order, capture): (&Order, &CaptureBalance),
    request: &RefundRequest,
    (amount, lines, balances): (Money, &[RefundLine], &[LineBalance]),
    now: DateTime<Utc>,
) -> Result<Refund> {
    let left = capture.refundable();
    let exceeds = || PaymentRefusal::RefundExceedsCaptured { refundable: left };
    if amount.minor() <= 0 || amount.minor() > left.minor() {
        return Err(exceeds().into());
    }
    if request.destination == Destination::StoreCredit && order.customer_id.is_none() {
        return Err(PaymentRefusal::NoCustomer.into());
    }
    if !store::update_refunding(tx, capture.id, amount).await? {
        return Err(exceeds().into());
    }
    let refund = new_refund(capture, request, amount, now)?;
    store::insert_refund(tx, &refund).await?;
    if !lines.is_empty() {
        store::insert_refund_lines(tx, &refund, lines).await?;
        store::upsert_line_refunds(tx, order.id, balances, lines).await?;
    }
    let step = step(None, RefundState::Requested, &request.reason, now);
    let step = RefundStep {
        staff_id: request.requested_by,
        ..step
    };
    store::insert_refund_step(tx, refund.id, &step).await?;
    let legs = [(owed_by(&refund), Account::RefundsPayable)];
    book(tx, &refund, "requested", legs, now).await?;
    announce_request(tx, &refund, now).await?;
    Ok(refund)
}

/// Promises money of a paid order to its buyer, because goods of it are not delivered or come
/// back: all that is left, or what was paid for so many units of lines. Nothing where all has gone
/// back already. What was paid in several parts goes back in several, credit first. Locks the
/// order, then the captures.
///
/// # Errors
/// `order_not_refundable` where nothing pays it; `refund_line_exceeds` for more of a line than is
/// left of it.
pub async fn give_back(
    tx: &Tx,
    order_id: OrderId,
    what: GiveBack<'_>,
    (reason, staff_id): (&str, StaffId),
    now: DateTime<Utc>,
) -> Result<Vec<Refund>> {
    let units = match what {
        GiveBack::All => &[],
        GiveBack::Lines(units) => units,
    };
    if let GiveBack::All = what {
        let money = money_of_order(tx, order_id).await?;
        if money.iter().all(|part| part.refundable().minor() == 0) {
            return Ok(Vec::new());
        }
    }
    let wanted = |(variant_id, quantity): &(VariantId, i64)| WantedLine {
        variant_id: *variant_id,
        quantity: *quantity,
        amount: None,
    };
    let wish = RefundWish {
        amount: None,
        lines: units.iter().map(wanted).collect(),
        destination: Destination::Origin,
        reason: reason.to_owned(),
        staff_id,
    };
    refund_order(tx, order_id, wish, now).await
}

/// A refund that is with its buyer and whose money had paid its order; `None` for any other.
///
/// # Errors
/// Faults.
pub async fn find_refund_of_order(tx: &Tx, id: RefundId) -> Result<Option<Refund>> {
    let refund = store::find_refund(tx, id).await?;
    Ok(refund.filter(|refund| {
        refund.state == RefundState::Succeeded && refund.disposition == Disposition::Applied
    }))
}

/// Writes down that the provider is about to be asked, before it is; where staff give the money
/// by hand, that it is theirs now; where it goes onto credit, that it is there. `None` when the
/// refund is not waiting for that any more.
///
/// # Errors
/// Faults.
pub(crate) async fn submit_refund(
    tx: &Tx,
    id: RefundId,
    is_by_hand: impl Fn(ProviderId) -> bool,
    now: DateTime<Utc>,
) -> Result<Option<(Order, Refund)>> {
    let (order, refund) = lock_refund(tx, id).await?;
    if refund.state != RefundState::Requested {
        return Ok(None);
    }
    let submitted = Refund {
        submitted_at: Some(now),
        ..refund
    };
    if submitted.is_to_credit() {
        let refund = put_onto_credit(tx, &order, submitted, now).await?;
        return Ok(Some((order, refund)));
    }
    let note = "the provider is asked";
    let refund = change_refund(tx, submitted, RefundState::Submitted, note, None, now).await?;
    if is_by_hand(refund.provider) {
        let note = "staff give it back by hand";
        let refund = change_refund(tx, refund, RefundState::Processing, note, None, now).await?;
        return Ok(Some((order, refund)));
    }
    if let Some(at) = next_refund_check(&refund, now) {
        let check = CheckRefund {
            refund_id: refund.id,
        };
        jobs::insert(tx, &NewJob::at(&check, at)?, now).await?;
    }
    Ok(Some((order, refund)))
}

/// The order and the money as they are, locked in this order.
async fn lock_money(tx: &Tx, request: &RefundRequest) -> Result<(Order, CaptureBalance)> {
    let seen = store::find_balance(tx, request.capture_id)
        .await?
        .ok_or(PaymentRefusal::CaptureNotFound)?;
    let gone = || Error::fault("captured money or its order is gone");
    if tx.sabotage().has_removed("refund guard") {
        let order = orders::find_order(tx, seen.order_id).await?;
        return Ok((order.ok_or_else(gone)?, seen));
    }
    let order = orders::lock_order(tx, seen.order_id)
        .await?
        .ok_or_else(gone)?;
    let capture = store::lock_balance(tx, seen.id).await?.ok_or_else(gone)?;
    Ok((order, capture))
}

/// How much goes back, of which lines, and what is left of those.
async fn plan(
    tx: &Tx,
    order: &Order,
    capture: &CaptureBalance,
    request: &RefundRequest,
) -> Result<(Money, Vec<RefundLine>, Vec<LineBalance>)> {
    let currency = capture.amount.currency();
    if request.lines.is_empty() {
        let amount = request.amount.unwrap_or_else(|| capture.refundable());
        if amount.currency() != currency {
            let reason = format!("it must be {currency}");
            return Err(invalid_member("/amount/currency", reason));
        }
        return Ok((amount, Vec::new(), Vec::new()));
    }
    if capture.disposition != Disposition::Applied {
        return Err(PaymentRefusal::OrderNotRefundable.into());
    }
    let lines = orders::list_lines(tx, &[order.id]).await?;
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    let balances = line_balances(order, &lines);
    let balances = store::list_line_refunds(tx, order.id, balances).await?;
    let planned = plan_lines(&balances, &request.lines)?;
    let mut amount = Money::zero(currency);
    for line in &planned {
        amount = amount.checked_add(line.amount).map_err(Error::fault)?;
    }
    Ok((amount, planned, balances))
}

fn new_refund(
    capture: &CaptureBalance,
    request: &RefundRequest,
    amount: Money,
    now: DateTime<Utc>,
) -> Result<Refund> {
    Ok(Refund {
        id: RefundId::generate(now),
        reference: format!("rf-{}", random::token()?),
        capture_id: capture.id,
        order_id: capture.order_id,
        provider: capture.provider,
        destination: request.destination,
        amount,
        cause: request.cause,
        reason: request.reason.clone(),
        state: RefundState::Requested,
        provider_reference: None,
        requested_by: request.requested_by,
        failure: None,
        version: 1,
        created_at: now,
        submitted_at: None,
        updated_at: now,
        finished_at: None,
        attempt_id: capture.attempt_id,
        capture_reference: capture.provider_reference.clone(),
        disposition: capture.disposition,
    })
}

async fn announce_request(tx: &Tx, refund: &Refund, now: DateTime<Utc>) -> Result<()> {
    let job = NewJob::now(&SubmitRefund {
        refund_id: refund.id,
    })?;
    jobs::insert(tx, &job, now).await?;
    let cause = refund.cause.as_str();
    metrics::counter!("refunds_requested_total", "cause" => cause).increment(1);
    let event = RefundRequested {
        refund_id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
        cause: cause.to_owned(),
        requested_at: now,
    };
    outbox::announce(tx, &event, now).await
}

/// The order and the refund as they are; order, capture and refund are locked, in this order.
async fn lock_refund(tx: &Tx, id: RefundId) -> Result<(Order, Refund)> {
    let gone = || Error::fault("a refund, its money or its order is gone");
    let seen = store::find_refund(tx, id).await?.ok_or_else(gone)?;
    let order = orders::lock_order(tx, seen.order_id)
        .await?
        .ok_or_else(gone)?;
    store::lock_balance(tx, seen.capture_id)
        .await?
        .ok_or_else(gone)?;
    let refund = store::lock_refund(tx, id).await?.ok_or_else(gone)?;
    Ok((order, refund))
}

/// Moves a locked refund to another state and writes the rest of it down with that.
async fn change_refund(
    tx: &Tx,
    mut refund: Refund,
    state: RefundState,
    note: &str,
    staff_id: Option<StaffId>,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let from = refund.state;
    if !from.may_become(state) {
        let (from, to) = (from.as_str(), state.as_str());
        return Err(Error::fault(format_args!(
            "a refund went from {from} to {to}"
        )));
    }
    refund.state = state;
    refund.updated_at = now;
    refund.version += 1;
    refund.finished_at = (!state.is_open()).then_some(now);
    store::update_refund(tx, &refund).await?;
    let step = RefundStep {
        staff_id,
        ..step(Some(from), state, note, now)
    };
    store::insert_refund_step(tx, refund.id, &step).await?;
    metrics::counter!("refunds_changed_total", "state" => state.as_str()).increment(1);
    Ok(refund)
}

fn step(from: Option<RefundState>, to: RefundState, note: &str, now: DateTime<Utc>) -> RefundStep {
    RefundStep {
        from: from.map(|from| from.as_str().to_owned()),
        to: to.as_str().to_owned(),
        note: note.to_owned(),
        staff_id: None,
        occurred_at: now,
    }
}

/// The account that the money of a refund comes from.
fn owed_by(refund: &Refund) -> Account {
    match refund.disposition {
        Disposition::Applied => Account::Orders,
        Disposition::Surplus => Account::Surplus,
    }
}

/// Books what has become of a refund's money.
async fn book(
    tx: &Tx,
    refund: &Refund,
    what: &str,
    [(debit, credit)]: [(Account, Account); 1],
    now: DateTime<Utc>,
) -> Result<()> {
    let leg = Transfer {
        debit,
        credit,
        amount: refund.amount,
        order_id: Some(refund.order_id),
    };
    let fact = format!("refund:{}:{what}", refund.id);
    ledger::post(tx, &fact, &format!("a refund, {what}"), &[leg], now).await
}
