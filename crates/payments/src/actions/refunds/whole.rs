//! Giving back what pays an order, however many parts its money has.

use chrono::{DateTime, Utc};
use ids::{CaptureId, OrderId, StaffId};
use kit::{Error, Result, Tx};
use money::Money;
use orders::OrderRefusal;

use super::{plan, promise, request_refund};
use crate::{
    model::{
        CaptureBalance, Destination, PaymentRefusal, ProviderId, Refund, RefundCause,
        RefundRequest, WantedLine, spread,
    },
    store,
};

/// A wish of staff to give back money of an order, whichever part of it.
#[derive(Debug, Clone)]
pub(crate) struct RefundWish {
    /// Without it and without lines: all that is left.
    pub(crate) amount: Option<Money>,
    pub(crate) lines: Vec<WantedLine>,
    pub(crate) destination: Destination,
    pub(crate) reason: String,
    pub(crate) staff_id: StaffId,
}

impl RefundWish {
    /// Of one part.
    pub(crate) fn of(self, capture_id: CaptureId) -> RefundRequest {
        RefundRequest {
            capture_id,
            amount: self.amount,
            lines: self.lines,
            cause: RefundCause::Staff,
            destination: self.destination,
            reason: self.reason,
            requested_by: Some(self.staff_id),
        }
    }
}

/// Promises money of an order to its buyer, of each part as far as it goes: credit first. Locks
/// the order, then the captures in the order of their ids.
///
/// # Errors
/// `order_not_found`; `order_not_refundable` where nothing pays it; those of one refund.
pub(crate) async fn refund_order(
    tx: &Tx,
    order_id: OrderId,
    wish: RefundWish,
    now: DateTime<Utc>,
) -> Result<Vec<Refund>> {
    let parts = money_of_order(tx, order_id).await?;
    if let [only] = parts.as_slice() {
        return Ok(vec![request_refund(tx, &wish.of(only.id), now).await?]);
    }
    let order = orders::lock_order(tx, order_id).await?;
    let order = order.ok_or(OrderRefusal::NotFound)?;
    let mut parts = store::lock_applied(tx, order_id).await?;
    parts.sort_by_key(|part| (part.provider != ProviderId::Credit, part.id));
    let whole = sum(&parts).ok_or(PaymentRefusal::OrderNotRefundable)?;
    let request = wish.of(whole.id);
    let (amount, lines, balances) = plan(tx, &order, &whole, &request).await?;
    let refundable = whole.refundable();
    if amount.minor() <= 0 || amount.minor() > refundable.minor() {
        return Err(PaymentRefusal::RefundExceedsCaptured { refundable }.into());
    }
    let left: Vec<i64> = parts.iter().map(|part| part.refundable().minor()).collect();
    let mut refunds = Vec::new();
    for (place, amount, lines) in spread(amount, &lines, &left) {
        let part = parts.get(place);
        let part = part.ok_or_else(|| Error::fault("a part of an order's money is gone"))?;
        let what = (amount, lines.as_slice(), balances.as_slice());
        refunds.push(promise(tx, (&order, part), &request, what, now).await?);
    }
    Ok(refunds)
}

/// What pays an order, in the order in which it goes back.
///
/// # Errors
/// `order_not_found`; `order_not_refundable` where nothing pays it.
pub(super) async fn money_of_order(tx: &Tx, order_id: OrderId) -> Result<Vec<CaptureBalance>> {
    if orders::find_order(tx, order_id).await?.is_none() {
        return Err(OrderRefusal::NotFound.into());
    }
    let parts = store::list_applied(tx, order_id).await?;
    if parts.is_empty() {
        return Err(PaymentRefusal::OrderNotRefundable.into());
    }
    Ok(parts)
}

/// All parts as one, for what is asked of all of them.
fn sum(parts: &[CaptureBalance]) -> Option<CaptureBalance> {
    let (first, rest) = parts.split_first()?;
    let mut whole = first.clone();
    for part in rest {
        whole.amount = whole.amount.checked_add(part.amount).ok()?;
        whole.refunding_minor += part.refunding_minor;
        whole.refunded_minor += part.refunded_minor;
        whole.reversed_minor += part.reversed_minor;
        whole.written_off_minor += part.written_off_minor;
    }
    Some(whole)
}
