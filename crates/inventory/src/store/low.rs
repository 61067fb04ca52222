//! Every statement on what is low. What is there is summed over the locations that sell; what
//! reservations and safety stock keep does not count. Of a bundle, its parts are low.

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::LowStock;

macro_rules! stock {
    ($end:literal) => {
        concat!(
            "
    with stock as (
        select variant_id, coalesce(sum(greatest(on_hand - reserved - safety_stock, 0)) filter (
                where location_id = any(array(select id from stock_locations where is_active))
            ), 0)::bigint as units
        from stock_levels
        where ($2::uuid is null or variant_id > $2)
            and not exists (select from bundle_parts where bundle_id = variant_id)
        group by variant_id
    ), judged as (
        select variant_id, units, coalesce(low_stock_threshold, $1) as threshold
        from stock
        left join stock_terms using (variant_id)
    )
    ",
            $end
        )
    };
}

const DELETE_RECOVERED: &str = stock!(
    "delete from low_stock
    where variant_id in (
        select variant_id from judged where units > threshold
        union all
        select bundle_id from bundle_parts
    )"
);

/// Forgets what is not low any more.
pub(crate) async fn delete_recovered(tx: &Tx, threshold: i64) -> Result<()> {
    tx.execute(DELETE_RECOVERED, &[&threshold, &None::<VariantId>])
        .await?;
    Ok(())
}

// Two who look at once: the second insert waits for the first, then does nothing.
const INSERT_LOW: &str = stock!(
    "insert into low_stock (variant_id, since)
    select variant_id, $3::timestamptz
    from judged
    where units <= threshold
        and not exists (select from low_stock where low_stock.variant_id = judged.variant_id)
    order by variant_id
    limit $4
    on conflict (variant_id) do nothing
    returning variant_id"
);

// What a naive shop does. Only with the `low stock guard` switched off.
const INSERT_LOW_UNGUARDED: &str = stock!(
    "insert into low_stock (variant_id, since)
    select variant_id, $3::timestamptz
    from judged
    where units <= threshold
        and not exists (select from low_stock where low_stock.variant_id = judged.variant_id)
    order by variant_id
    limit $4
    returning variant_id"
);

/// Notes what has become low; answers which.
pub(crate) async fn insert_low(
    tx: &Tx,
    threshold: i64,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<VariantId>> {
    let statement = if tx.sabotage().has_removed("low stock guard") {
        INSERT_LOW_UNGUARDED
    } else {
        INSERT_LOW
    };
    let none = None::<VariantId>;
    let rows = tx
        .query(statement, &[&threshold, &none, &now, &limit])
        .await?;
    Ok(rows.iter().map(|row| row.get("variant_id")).collect())
}

fn low(row: &Row) -> LowStock {
    LowStock {
        variant_id: row.get("variant_id"),
        in_stock: row.get("units"),
        threshold: row.get("threshold"),
        since: row.get("since"),
    }
}

const LIST_LOW: &str = stock!(
    "select judged.variant_id, units, threshold, since
    from judged
    left join low_stock using (variant_id)
    where units <= threshold
    order by judged.variant_id
    limit $3::bigint + 1"
);

/// Up to `limit` variants that are low, after one, and one more if there are more.
pub(crate) async fn list_low(
    conn: &Conn,
    threshold: i64,
    after: Option<VariantId>,
    limit: i64,
) -> Result<Vec<LowStock>> {
    let rows = conn.query(LIST_LOW, &[&threshold, &after, &limit]).await?;
    Ok(rows.iter().map(low).collect())
}

const LIST_LOW_OF: &str = "
    select stock_offers.variant_id, in_stock as units,
        coalesce(low_stock_threshold, $1) as threshold, since
    from stock_offers
    left join stock_terms on stock_terms.variant_id = stock_offers.variant_id
    left join low_stock on low_stock.variant_id = stock_offers.variant_id
    where stock_offers.variant_id = any($2)";

/// How some variants stand that have become low.
pub(crate) async fn list_low_of(
    conn: &Conn,
    threshold: i64,
    variants: &[VariantId],
) -> Result<Vec<LowStock>> {
    let rows = conn.query(LIST_LOW_OF, &[&threshold, &variants]).await?;
    Ok(rows.iter().map(low).collect())
}
