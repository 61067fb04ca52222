//! The one table from event to jobs. The jobs are written in the event's own transaction.

use fulfilment::{OrderDelivered, OrderShipped};
use kit::outbox::Subscriptions;
use orders::OrderPaid;
use payments::{RefundRequested, RefundSucceeded};

/// Which jobs follow from which event.
#[must_use]
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on::<OrderPaid>(notifications::receipt_of)
        .on::<OrderPaid>(invoices::invoice_of)
        .on::<RefundRequested>(notifications::mail_of_promised_refund)
        .on::<RefundSucceeded>(notifications::mail_of_refund)
        .on::<RefundSucceeded>(invoices::credit_note_of)
        .on::<OrderShipped>(notifications::mail_of_shipped_parcel)
        .on::<OrderDelivered>(notifications::mail_of_delivered_parcel)
}
