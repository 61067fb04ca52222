//! Verbs of the books: post. Nothing is ever changed or taken back; a mistake is booked again,
//! the other way round.

use chrono::{DateTime, Utc};
use kit::{Result, Tx};

use crate::{model::Transfer, store};

/// Books a fact as one entry of some transfers, in the caller's transaction. Transfers of nothing
/// are left out. `fact` names what is booked, such as `capture:0190…`.
///
/// # Errors
/// A fault with the constraint `ledger_transfers_fact_key` when the fact is in the books already;
/// a fault for a negative amount or an account that the chart does not have.
pub async fn post(
    tx: &Tx,
    fact: &str,
    memo: &str,
    transfers: &[Transfer],
    now: DateTime<Utc>,
) -> Result<()> {
    let transfers: Vec<&Transfer> = transfers
        .iter()
        .filter(|transfer| transfer.amount.minor() != 0)
        .collect();
    store::insert_transfers(tx, fact, memo, &transfers, now).await
}
