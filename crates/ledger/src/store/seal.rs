//! Sealing: transfers come into the chain, days are closed. Adds and never changes, except for
//! the chain's end and the sums.

use kit::{Error, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Day, Head};

fn head(row: &Row) -> Head {
    Head {
        day: row.get("day"),
        first_sequence: row.get("first_sequence"),
        opening_hash: row.get("opening_hash"),
        last_sequence: row.get("last_sequence"),
        last_hash: row.get("last_hash"),
    }
}

const LOCK_HEAD: &str = "
    select day, first_sequence, opening_hash, last_sequence, last_hash
    from ledger_head
    for update";

/// The end of the chain; nobody else moves it until the end of `tx`.
pub(crate) async fn lock_head(tx: &Tx) -> Result<Head> {
    Ok(head(&tx.query_one(LOCK_HEAD, &[]).await?))
}

const FIND_HEAD: &str = "
    select day, first_sequence, opening_hash, last_sequence, last_hash
    from ledger_head";

/// The end of the chain at this moment.
pub(crate) async fn find_head(conn: &kit::Conn) -> Result<Head> {
    Ok(head(&conn.query_one(FIND_HEAD, &[]).await?))
}

const INSERT_DAY: &str = "
    insert into ledger_days
        (day, first_sequence, last_sequence, opening_hash, closing_hash, closed_at)
    values ($1, $2, $3, $4, $5, $6)";

/// Writes a day that has ended.
pub(crate) async fn insert_day(tx: &Tx, day: &Day) -> Result<()> {
    tx.execute(
        INSERT_DAY,
        &[
            &day.day,
            &day.first_sequence,
            &day.last_sequence,
            &day.opening_hash,
            &day.closing_hash,
            &day.closed_at,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_HEAD_DAY: &str = "
    update ledger_head
    set day = $1, first_sequence = $2, opening_hash = $3";

/// Opens another day.
pub(crate) async fn update_head_day(tx: &Tx, head: &Head) -> Result<()> {
    tx.execute(
        UPDATE_HEAD_DAY,
        &[&head.day, &head.first_sequence, &head.opening_hash],
    )
    .await?;
    Ok(())
}

// In the order of their ids, which is that of their birth within a batch. The sums move with the
// chain, so a reader sees each transfer in them or among the unsealed, never in both.
const INSERT_CHAIN: &str = "
    with taken as (
        delete from ledger_unsealed
        where transfer_id in (
            select transfer_id
            from ledger_unsealed
            order by transfer_id
            limit $3
        )
        returning transfer_id
    ), linked as materialized (
        select $1::bigint + row_number() over steps as sequence, id as transfer_id,
            ledger_chain_hash($2::bytea, ledger_bytes(ledger_transfers)) over steps as hash,
            debit_account, credit_account, amount_minor, currency, posted_at
        from taken
        join ledger_transfers on id = transfer_id
        window steps as (order by id rows unbounded preceding)
    ), chained as (
        insert into ledger_chain (sequence, transfer_id, hash)
        select sequence, transfer_id, hash
        from linked
        order by sequence
        returning sequence
    ), summed as (
        insert into ledger_sums (day, account, currency, debit_minor, credit_minor)
        select (posted_at at time zone 'UTC')::date, account, currency,
            sum(debit_minor), sum(credit_minor)
        from linked
        cross join lateral (
            values (debit_account, amount_minor, 0), (credit_account, 0, amount_minor)
        ) as side (account, debit_minor, credit_minor)
        group by 1, account, currency
        on conflict (day, account, currency) do update
        set debit_minor = ledger_sums.debit_minor + excluded.debit_minor,
            credit_minor = ledger_sums.credit_minor + excluded.credit_minor
    ), moved as (
        update ledger_head
        set last_sequence = last.sequence, last_hash = last.hash
        from (
            select sequence, hash
            from linked
            order by sequence desc
            limit 1
        ) as last
        where last_sequence = $1
        returning 1
    )
    select (select count(*) from chained) as chained, (select count(*) from moved) as moved";

/// Chains at most `limit` unsealed transfers to `head`; answers how many.
pub(crate) async fn insert_chain(tx: &Tx, head: &Head, limit: i64) -> Result<i64> {
    let row = tx
        .query_one(
            INSERT_CHAIN,
            &[&head.last_sequence, &head.last_hash, &limit],
        )
        .await?;
    let (chained, moved): (i64, i64) = (row.get("chained"), row.get("moved"));
    if (chained > 0) != (moved == 1) && !tx.sabotage().has_removed("seal lock") {
        return Err(Error::fault(
            "the end of the books' chain was moved meanwhile",
        ));
    }
    Ok(chained)
}
