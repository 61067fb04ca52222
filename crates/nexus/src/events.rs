//! The registry: every event that the shop announces; a test compares it with the sources.

use customers::{CustomerPasswordChanged, CustomerRegistered};
use fulfilment::{OrderDelivered, OrderShipped};
use inventory::{BackorderFilled, StockLow};
use kit::outbox::Event;
use orders::{OrderCancelled, OrderExpired, OrderPaid, OrderPlaced};
use payments::{
    PaymentCaptured, PaymentMismatched, PaymentReversed, PaymentSurplus, RefundFailed,
    RefundRequested, RefundReversed, RefundSucceeded,
};
use returns::{ReturnApproved, ReturnReceived, ReturnRejected, ReturnRequested};
use webhooks::WebhookEndpointPaused;

/// Their names.
pub static NAMES: &[&str] = &[
    CustomerRegistered::NAME,
    CustomerPasswordChanged::NAME,
    BackorderFilled::NAME,
    StockLow::NAME,
    OrderPlaced::NAME,
    OrderPaid::NAME,
    OrderExpired::NAME,
    OrderCancelled::NAME,
    OrderShipped::NAME,
    OrderDelivered::NAME,
    ReturnRequested::NAME,
    ReturnApproved::NAME,
    ReturnRejected::NAME,
    ReturnReceived::NAME,
    PaymentCaptured::NAME,
    PaymentSurplus::NAME,
    PaymentMismatched::NAME,
    PaymentReversed::NAME,
    RefundRequested::NAME,
    RefundSucceeded::NAME,
    RefundFailed::NAME,
    RefundReversed::NAME,
    WebhookEndpointPaused::NAME,
];
