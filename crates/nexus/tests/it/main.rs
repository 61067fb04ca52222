//! Features over HTTP, against real PostgreSQL, the payment simulator and the mailbox.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may fail"
)]

mod world;

mod accounts;
mod audit;
mod authorisation;
mod bad_input;
mod cache;
mod cart;
mod catalogue;
mod contract;
mod conventions;
mod crash;
mod credit;
mod demo;
mod desk;
mod fulfilment;
mod hangup;
mod histories;
mod imports;
mod inventory;
mod invoices;
mod jobs;
mod ledger;
mod media;
mod orders;
mod overload;
mod payments;
mod prices;
mod prove;
mod queues;
mod races;
mod reconciliation;
mod returns;
mod sales;
mod serve;
mod sql;
mod staff;
mod stock;
mod story;
mod terms;
mod webhooks;
