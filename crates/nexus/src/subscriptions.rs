//! The one table from event to jobs. The jobs are written in the event's own transaction.

use fulfilment::{OrderDelivered, OrderShipped};
use kit::outbox::Subscriptions;
use orders::{OrderCancelled, OrderPaid, OrderPlaced};
use payments::{RefundRequested, RefundSucceeded};

/// Which jobs follow from which event.
#[must_use]
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on::<OrderPlaced>(notifications::mail_of_placed_order)
        .on::<OrderCancelled>(notifications::mail_of_cancelled_order)
        .on::<OrderPaid>(notifications::receipt_of)
        .on::<OrderPaid>(invoices::invoice_of)
        .on::<RefundRequested>(notifications::mail_of_promised_refund)
        .on::<RefundSucceeded>(notifications::mail_of_refund)
        .on::<RefundSucceeded>(invoices::credit_note_of)
        .on::<OrderShipped>(notifications::mail_of_shipped_parcel)
        .on::<OrderDelivered>(notifications::mail_of_delivered_parcel)
}
