//! Verbs of invoices: issue. The number is drawn last, because its row stays locked until the
//! commit.

use chrono::{DateTime, Utc};
use ids::{InvoiceId, OrderId, RefundId};
use kit::{Result, Tx};
use orders::OrderRefusal;

use crate::{
    model::{Document, InvoiceRefusal, Issued, Kind, SellerSettings},
    store,
};

/// Issues the invoice of a paid order, once: the second time it answers the first. Locks the order.
///
/// # Errors
/// `order_not_found`; `invoice_needs_payment`.
pub(crate) async fn issue_invoice(
    tx: &Tx,
    order_id: OrderId,
    seller: &SellerSettings,
    now: DateTime<Utc>,
) -> Result<Issued> {
    let order = orders::lock_order(tx, order_id).await?;
    let order = order.ok_or(OrderRefusal::NotFound)?;
    if order.paid_at.is_none() {
        return Err(InvoiceRefusal::NotPaid.into());
    }
    if let Some(issued) = store::find_invoice_of_order(tx, order_id).await? {
        return Ok(issued);
    }
    let lines = orders::list_lines(tx, &[order_id]).await?;
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    let document = Document::of_order(seller, &order, &lines);
    let new = Issued {
        id: InvoiceId::generate(now),
        kind: Kind::Invoice,
        number: 0,
        order_id,
        refund_id: None,
        total: order.total,
        document,
        issued_at: now,
    };
    issue(tx, new).await
}

/// Issues the credit note of a refund that is with the buyer and whose money paid its order, once,
/// behind the invoice of the order. Nothing is issued for other money. Locks the order.
///
/// # Errors
/// Faults.
pub(crate) async fn issue_credit_note(
    tx: &Tx,
    (order_id, refund_id): (OrderId, RefundId),
    seller: &SellerSettings,
    now: DateTime<Utc>,
) -> Result<Option<Issued>> {
    let order = orders::lock_order(tx, order_id).await?;
    let order = order.ok_or(OrderRefusal::NotFound)?;
    let refund = payments::find_refund_of_order(tx, refund_id).await?;
    let Some(refund) = refund else {
        return Ok(None);
    };
    if store::exists_credit_note(tx, refund_id).await? {
        return Ok(None);
    }
    // The note names the invoice that it corrects, and the job that issues that one may be late.
    let invoice = issue_invoice(tx, order_id, seller, now).await?;
    let new = Issued {
        id: InvoiceId::generate(now),
        kind: Kind::CreditNote,
        number: 0,
        order_id,
        refund_id: Some(refund_id),
        total: refund.amount,
        document: Document::of_refund(seller, &order, &refund, invoice.number),
        issued_at: now,
    };
    issue(tx, new).await.map(Some)
}

async fn issue(tx: &Tx, new: Issued) -> Result<Issued> {
    let number = if tx.sabotage().has_removed("invoice numbers") {
        store::find_next_number(tx, new.kind).await?
    } else {
        store::update_number(tx, new.kind).await?
    };
    let issued = Issued { number, ..new };
    store::insert_invoice(tx, &issued).await?;
    Ok(issued)
}
