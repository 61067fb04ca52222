//! Transfers as they are read back, and which of them are asked for.

use chrono::{DateTime, Utc};
use ids::{OrderId, TransferId};
use money::Money;

/// A transfer that is in the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostedTransfer {
    /// Its id.
    pub(crate) id: TransferId,
    /// What is booked by it.
    pub(crate) fact: String,
    /// Which transfer of its fact, from 1.
    pub(crate) leg: i16,
    /// The account that is debited.
    pub(crate) debit_account: String,
    /// The account that is credited.
    pub(crate) credit_account: String,
    /// How much.
    pub(crate) amount: Money,
    /// The order that it is about.
    pub(crate) order_id: Option<OrderId>,
    /// That order's number, for people.
    pub(crate) order_number: Option<i64>,
    /// In words.
    pub(crate) memo: String,
    /// When it was booked.
    pub(crate) posted_at: DateTime<Utc>,
    /// Its place in the chain, once it is sealed.
    pub(crate) sequence: Option<i64>,
    /// Its hash in the chain, once it is sealed.
    pub(crate) hash: Option<Vec<u8>>,
}

/// A stretch of time: from an instant on, up to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first instant in it.
    pub from: DateTime<Utc>,
    /// The first instant behind it.
    pub to: DateTime<Utc>,
}

/// Which transfers; every part narrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Booked in this stretch.
    pub(crate) range: Range,
    /// Debits or credits this account.
    pub(crate) account: Option<String>,
    /// About this order.
    pub(crate) order_id: Option<OrderId>,
    /// Of this fact.
    pub(crate) fact: Option<String>,
}
