//! The real client against the real simulator, each a process of its own, over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail the test that calls them"
)]

mod answers;
mod clock;
mod events;
mod faults;
mod ledger;
mod lifecycle;
mod listing;
mod merchants;
mod page;
mod readme;
mod refunds;
mod refusals;
mod shop;
mod simulator;
mod webhooks;
