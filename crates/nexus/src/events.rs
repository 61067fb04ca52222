//! The registry: every event that the shop announces; a test compares it with the sources.

use customers::{CustomerPasswordChanged, CustomerRegistered};
use kit::outbox::Event;
use orders::{OrderExpired, OrderPaid, OrderPlaced};
use payments::{
    PaymentCaptured, PaymentMismatched, PaymentReversed, PaymentSurplus, RefundFailed,
    RefundRequested, RefundReversed, RefundSucceeded,
};
use webhooks::WebhookEndpointPaused;

/// Their names.
pub static NAMES: &[&str] = &[
    CustomerRegistered::NAME,
    CustomerPasswordChanged::NAME,
    OrderPlaced::NAME,
    OrderPaid::NAME,
    OrderExpired::NAME,
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
