//! How orders come to be paid: attempts at the provider, its messages, the money that arrived.
//!
//! Owns: `payment_attempts`, `payment_calls`, `captures`, `payment_reviews`,
//! `webhooks_received`, `refunds`, `refund_lines`, `refund_history`, `line_refunds`,
//! `reconciliations` with `reconciliation_rows`, `reconciliation_questions` and
//! `reconciliation_breaks`.
//! Promises: an attempt is written down before the provider hears of it; only the provider's own
//! answer, equal in reference, amount, currency and mode, pays an order, once; money that pays
//! none is kept as surplus and a review is open; a payment is found even if every message about
//! it is lost; the provider is never called while a transaction is open; no more goes back than
//! came in, and a refund that may have happened is asked about and never sent again; our books
//! are compared with the provider's every day and each difference is written down.
//! Never: a card number, an amount from the browser, a status that a webhook or callback claims.

mod actions;
mod events;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{cancel_attempts, expire_attempts, find_refund_of_order, give_back};
pub use events::{
    PaymentCaptured, PaymentMismatched, PaymentReversed, PaymentSurplus, RefundFailed,
    RefundRequested, RefundReversed, RefundSucceeded,
};
pub use http::{AttemptView, routes};
pub use jobs::{
    CheckPayment, CheckRefund, ConfirmPayment, Gateway, ProcessWebhook, ReconcileProvider,
    SubmitRefund, WatchPayments, ask_before_expiry, jobs, make_step, plan_watch, reconcile,
    verify_and_settle,
};
pub use model::{
    Attempt, AttemptState, BankTransferSettings, Break, CashOnDeliverySettings, Destination,
    GiveBack, Mode, PaymentNews, PaymentRefusal, PaymentSettings, PaymentStatus, ProviderError,
    ProviderId, REFUSALS, Reconciliation, Refund, RefundCause, RefundLine, RefundState,
    StaticTokenPolicy, SurplusPolicy, Window,
};
