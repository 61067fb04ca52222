//! Writing into the books. There is no statement that changes or deletes what is booked.

use chrono::{DateTime, Utc};
use ids::{OrderId, TransferId};
use kit::{Result, Tx};
use money::Currency;

use crate::model::Transfer;

const INSERT_TRANSFERS: &str = "
    insert into ledger_transfers
        (id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id, memo,
         posted_at)
    select id, $1, leg, debit, credit, amount_minor, currency, order_id, $2, $3
    from unnest($4::uuid[], $5::smallint[], $6::text[], $7::text[], $8::bigint[], $9::text[],
        $10::uuid[]) as leg (id, leg, debit, credit, amount_minor, currency, order_id)";

/// Writes the legs of one entry.
pub(crate) async fn insert_transfers(
    tx: &Tx,
    fact: &str,
    memo: &str,
    transfers: &[&Transfer],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<TransferId> = transfers
        .iter()
        .map(|_| TransferId::generate(now))
        .collect();
    let legs: Vec<i16> = (1_i16..).take(ids.len()).collect();
    let debits: Vec<_> = transfers.iter().map(|leg| leg.debit.code()).collect();
    let credits: Vec<_> = transfers.iter().map(|leg| leg.credit.code()).collect();
    let amounts: Vec<i64> = transfers.iter().map(|leg| leg.amount.minor()).collect();
    let currencies: Vec<_> = transfers.iter().map(|leg| leg.amount.currency()).collect();
    let currencies: Vec<&str> = currencies.iter().map(Currency::code).collect();
    let orders: Vec<Option<OrderId>> = transfers.iter().map(|leg| leg.order_id).collect();
    let debits: Vec<&str> = debits.iter().map(AsRef::as_ref).collect();
    let credits: Vec<&str> = credits.iter().map(AsRef::as_ref).collect();
    tx.execute(
        INSERT_TRANSFERS,
        &[
            &fact,
            &memo,
            &now,
            &ids,
            &legs,
            &debits,
            &credits,
            &amounts,
            &currencies,
            &orders,
        ],
    )
    .await?;
    Ok(())
}
