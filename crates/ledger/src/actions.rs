//! Verbs of the books: post, seal. Nothing is ever changed or taken back; a mistake is booked
//! again, the other way round.

use chrono::{DateTime, Utc};
use kit::{Conn, Result, Tx};
use money::Currency;

use crate::{
    model::{AccountBalance, CurrencyBalances, Export, Sealed, Transfer, currency_balances},
    store,
};

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

/// Transfers of one page of an export.
const EXPORT_PAGE: i64 = 500;

/// The next page of an export as CSV, the first one with its header; `None` behind the last.
///
/// # Errors
/// Faults of the database.
pub async fn export_page(conn: &Conn, export: &mut Export) -> Result<Option<String>> {
    if export.is_finished {
        return Ok(None);
    }
    let titles = store::list_account_titles(conn).await?;
    let (after, to) = (export.after, export.to);
    let transfers = store::list_transfers_onward(conn, after, to, EXPORT_PAGE).await?;
    let limit = usize::try_from(EXPORT_PAGE).unwrap_or(usize::MAX);
    Ok(Some(export.page(&transfers, limit, &titles)))
}

/// Takes at most `limit` committed transfers into the chain, and closes a day that is over before.
/// Waits for whoever else is at it.
pub(crate) async fn seal(tx: &Tx, limit: i64, now: DateTime<Utc>) -> Result<Sealed> {
    let mut head = if tx.sabotage().has_removed("seal lock") {
        store::find_head(tx).await?
    } else {
        store::lock_head(tx).await?
    };
    let day_before = head.day;
    let closed = head.turn_to(now.date_naive(), now);
    if let Some(day) = &closed {
        store::insert_day(tx, day).await?;
    }
    if head.day != day_before {
        store::update_head_day(tx, &head).await?;
    }
    Ok(Sealed {
        transfers_count: store::insert_chain(tx, &head, limit).await?,
        closed,
    })
}

/// Every account as of an instant: all that was booked up to and with it, by currency. Currencies
/// in which nothing was booked are left out, unless one is asked for.
///
/// # Errors
/// Faults of the database.
pub async fn balances(
    conn: &Conn,
    as_of: DateTime<Utc>,
    currency: Option<Currency>,
) -> Result<Vec<CurrencyBalances>> {
    let mut groups: Vec<(Currency, Vec<AccountBalance>)> = Vec::new();
    for (currency, account) in store::sum_balances(conn, as_of, currency).await? {
        match groups.last_mut() {
            Some((last, accounts)) if *last == currency => accounts.push(account),
            _ => groups.push((currency, vec![account])),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(currency, accounts)| currency_balances(currency, accounts))
        .collect()
}
