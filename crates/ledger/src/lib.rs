//! The books: every amount that came, went or is owed, in double entry.
//!
//! Owns: `ledger_accounts`, `ledger_transfers`, `ledger_unsealed`, `ledger_chain`, `ledger_days`,
//! `ledger_head`, `ledger_sums`.
//! Promises: an entry moves money from one account to another, so it balances by its form; a
//! fact is booked once; what is booked is never changed, and a change that was made past the
//! database's own guards is found (decision 0011).
//! Never: what an amount means for an order or a payment: that is its capability's.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{balances, export_page, post};
pub use http::routes;
pub use jobs::{SealLedger, jobs, plan, seal};
pub use model::{Account, AccountBalance, AccountKind, CurrencyBalances, Export, Range, Transfer};
