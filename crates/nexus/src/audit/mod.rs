//! The audit: does the shop prove its books and its shelf?
//!
//! Promises: every invariant is checked against one snapshot of the database, read only, with
//! one statement each; a violation names its row. Safe to run at any time beside a busy shop.
//! Never: a repair.

mod model;
mod store;

use chrono::{DateTime, Utc};
use kit::{Clock, Db, Result, Tx};

pub use self::model::{Captured, Check, Report, Summary, Violation};

/// Checks every invariant, by the system's clock.
///
/// # Errors
/// A fault when the database is away or its schema is not the one of this binary.
pub async fn audit(db: &Db) -> Result<Report> {
    audit_at(db, Clock::system().now()).await
}

/// Checks every invariant as of `now`: by which leases count as long over.
///
/// # Errors
/// As [`audit`].
pub async fn audit_at(db: &Db, now: DateTime<Utc>) -> Result<Report> {
    let tx = db.begin_snapshot("audit").await?;
    let report = audit_in(&tx, now).await?;
    tx.rollback().await?;
    Ok(report)
}

/// Checks every invariant on what `tx` sees. Changes the limits of `tx` to those of an audit.
///
/// # Errors
/// As [`audit`].
pub async fn audit_in(tx: &Tx, now: DateTime<Utc>) -> Result<Report> {
    store::set_limits(tx).await?;
    let mut checks = Vec::new();
    for invariant in store::invariants() {
        checks.push(store::check(tx, invariant, now).await?);
    }
    let summary = store::summarize(tx).await?;
    Ok(Report { checks, summary })
}
