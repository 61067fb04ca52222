//! The books: every amount that came, went or is owed, in double entry.
//!
//! Owns: `ledger_accounts`, `ledger_transfers`.
//! Promises: an entry moves money from one account to another, so it balances by its form; a
//! fact is booked once; what is booked is never changed.
//! Never: what an amount means for an order or a payment: that is its capability's.

mod actions;
mod model;
mod store;

pub use actions::post;
pub use model::{Account, Transfer};
