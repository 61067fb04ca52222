//! Every statement on stock counts.

use chrono::{DateTime, Utc};
use ids::{StockCountId, VariantId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Count, CountLine};

fn count(row: &Row) -> Count {
    Count {
        id: row.get("id"),
        location_id: row.get("location_id"),
        note: row.get("note"),
        state: row.get("state"),
        opened_by: row.get("opened_by"),
        opened_at: row.get("opened_at"),
        closed_at: row.get("closed_at"),
    }
}

const INSERT_COUNT: &str = "
    insert into stock_counts (id, location_id, note, opened_by, opened_at)
    values ($1, $2, $3, $4, $5)";

pub(crate) async fn insert_count(tx: &Tx, new: &Count) -> Result<()> {
    tx.execute(
        INSERT_COUNT,
        &[
            &new.id,
            &new.location_id,
            &new.note,
            &new.opened_by,
            &new.opened_at,
        ],
    )
    .await?;
    Ok(())
}

const LIST_COUNTS: &str = "
    select id, location_id, note, state, opened_by, opened_at, closed_at
    from stock_counts
    where $1::timestamptz is null or (opened_at, id) < ($1, $2::uuid)
    order by opened_at desc, id desc
    limit $3::bigint + 1";

/// Up to `limit` counts, newest first, and one more if there are more.
pub(crate) async fn list_counts(
    conn: &Conn,
    before: Option<(DateTime<Utc>, StockCountId)>,
    limit: i64,
) -> Result<Vec<Count>> {
    let (at, id) = before.unzip();
    let rows = conn.query(LIST_COUNTS, &[&at, &id, &limit]).await?;
    Ok(rows.iter().map(count).collect())
}

const FIND_COUNT: &str = "
    select id, location_id, note, state, opened_by, opened_at, closed_at
    from stock_counts
    where id = $1";

pub(crate) async fn find_count(conn: &Conn, id: StockCountId) -> Result<Option<Count>> {
    let row = conn.query_opt(FIND_COUNT, &[&id]).await?;
    Ok(row.as_ref().map(count))
}

const LOCK_COUNT: &str = "
    select id, location_id, note, state, opened_by, opened_at, closed_at
    from stock_counts
    where id = $1
    for update";

pub(crate) async fn lock_count(tx: &Tx, id: StockCountId) -> Result<Option<Count>> {
    let row = tx.query_opt(LOCK_COUNT, &[&id]).await?;
    Ok(row.as_ref().map(count))
}

const LIST_COUNT_LINES: &str = "
    select variant_id, counted, expected, counted_at
    from stock_count_lines
    where count_id = $1
    order by variant_id";

/// What was counted, in the order of the variants' ids.
pub(crate) async fn list_count_lines(conn: &Conn, id: StockCountId) -> Result<Vec<CountLine>> {
    let rows = conn.query(LIST_COUNT_LINES, &[&id]).await?;
    let line = |row: &Row| CountLine {
        variant_id: row.get("variant_id"),
        counted: row.get("counted"),
        expected: row.get("expected"),
        counted_at: row.get("counted_at"),
    };
    Ok(rows.iter().map(line).collect())
}

// Where the variant never was, nothing was expected.
const INSERT_COUNT_LINES: &str = "
    insert into stock_count_lines (count_id, variant_id, counted, expected, counted_at)
    select $1, entered.variant_id, entered.counted, coalesce((
            select on_hand from stock_levels
            where stock_levels.variant_id = entered.variant_id
                and location_id = (select location_id from stock_counts where id = $1)
        ), 0), $4
    from unnest($2::uuid[], $3::bigint[]) as entered (variant_id, counted)
    on conflict (count_id, variant_id) do update
    set counted = excluded.counted, expected = excluded.expected,
        counted_at = excluded.counted_at";

/// Enters what was counted of some variants; what was entered before is forgotten.
pub(crate) async fn insert_count_lines(
    tx: &Tx,
    id: StockCountId,
    entered: &[(VariantId, i64)],
    now: DateTime<Utc>,
) -> Result<()> {
    let (variants, counted): (Vec<VariantId>, Vec<i64>) = entered.iter().copied().unzip();
    tx.execute(INSERT_COUNT_LINES, &[&id, &variants, &counted, &now])
        .await?;
    Ok(())
}

const UPDATE_COUNT_CLOSED: &str = "
    update stock_counts
    set state = $2, closed_at = $3
    where id = $1 and state = 'open'";

/// Closes an open count.
pub(crate) async fn update_count_closed(
    tx: &Tx,
    id: StockCountId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_COUNT_CLOSED, &[&id, &state, &now])
        .await?;
    Ok(())
}
