//! What an audit finds: checks, what breaks them, and the figures they were made on.
//! No SQL, no clock, no wording of a command.

use std::collections::BTreeMap;

use serde::Serialize;

/// The whole of an audit: one snapshot of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry per invariant, in the order of their ids.
    pub checks: Vec<Check>,
    /// The figures behind them.
    pub summary: Summary,
}

impl Report {
    /// Whether no invariant is broken.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(Check::holds)
    }

    /// How many violations there are, also those that are not listed.
    #[must_use]
    pub fn violation_count(&self) -> i64 {
        self.checks.iter().map(|check| check.violation_count).sum()
    }
}

/// What came of one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its stable id, such as `I1`.
    pub id: &'static str,
    /// What must hold, in a few words.
    pub title: &'static str,
    /// How many rows it was held against.
    pub rows_checked: i64,
    /// How many violations there are; not all of them need be listed.
    pub violation_count: i64,
    /// The first hundred violations, by their subjects.
    pub violations: Vec<Violation>,
}

impl Check {
    /// Whether nothing breaks it.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.violation_count == 0
    }
}

/// One thing that breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The kind of thing and its id: `order 0190…`.
    pub subject: String,
    /// What is wrong with it, in one sentence.
    pub detail: String,
}

/// The figures of the shop at the moment of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Number of orders by status; a status that no order has is left out.
    pub orders_by_status: BTreeMap<String, i64>,
    /// Units on all shelves.
    pub units_on_hand: i64,
    /// Units of them that are held for unpaid orders.
    pub units_reserved: i64,
    /// Units that have left the shelves for paid orders.
    pub units_sold: i64,
    /// Money that came, by currency.
    pub captured: Vec<Captured>,
}

/// Money of one currency that the provider took for the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Captured {
    /// ISO 4217.
    pub currency: String,
    /// What paid orders, in minor units.
    pub applied_minor: i64,
    /// What paid none and waits for a person, in minor units.
    pub surplus_minor: i64,
}
