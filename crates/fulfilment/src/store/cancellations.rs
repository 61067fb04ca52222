//! The statements on what was called off.

use ids::{CancellationId, OrderId, VariantId};
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use super::parcels::Columns;
use crate::model::{Cancellation, Taken};

const INSERT_CANCELLATION: &str = "
    insert into cancellations
        (id, order_id, reason, refund_id, staff_id, is_restocked, cancelled_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_ITEMS: &str = "
    insert into cancellation_items (cancellation_id, order_id, variant_id, claimed_at, quantity)
    select $1, $2, variant_id, claimed_at, quantity
    from unnest($3::uuid[], $4::uuid[], $5::bigint[])
        as new (variant_id, claimed_at, quantity)";

const INSERT_PARTS: &str = "
    insert into cancellation_parts
        (cancellation_id, order_id, variant_id, part_id, claimed_at, quantity)
    select $1, $2, variant_id, part_id, claimed_at, quantity
    from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[])
        as new (variant_id, part_id, claimed_at, quantity)";

/// Writes down what was called off.
pub(crate) async fn insert_cancellation(
    tx: &Tx,
    new: &Cancellation,
    taken: &[Taken],
) -> Result<()> {
    let columns: [Param<'_>; 7] = [
        &new.id,
        &new.order_id,
        &new.reason,
        &new.refund_id,
        &new.staff_id,
        &new.is_restocked,
        &new.cancelled_at,
    ];
    tx.execute(INSERT_CANCELLATION, &columns).await?;
    let (id, order_id) = (&new.id, &new.order_id);
    let new = Columns::of(taken);
    let (lines, at, units) = (&new.lines, &new.at, &new.units);
    tx.execute(INSERT_ITEMS, &[id, order_id, lines, at, units])
        .await?;
    if !new.bundles.is_empty() {
        let (bundles, parts) = (&new.bundles, &new.parts);
        let (at, units) = (&new.parts_at, &new.part_units);
        tx.execute(INSERT_PARTS, &[id, order_id, bundles, parts, at, units])
            .await?;
    }
    Ok(())
}

const LIST_CANCELLATIONS: &str = "
    select id, order_id, reason, refund_id, staff_id, is_restocked, cancelled_at
    from cancellations
    where order_id = $1
    order by id";

/// What was called off of an order, the first first.
pub(crate) async fn list_cancellations(
    conn: &Conn,
    order_id: OrderId,
) -> Result<Vec<Cancellation>> {
    let rows = conn.query(LIST_CANCELLATIONS, &[&order_id]).await?;
    let cancellation = |row: &Row| Cancellation {
        id: row.get("id"),
        order_id: row.get("order_id"),
        reason: row.get("reason"),
        refund_id: row.get("refund_id"),
        staff_id: row.get("staff_id"),
        is_restocked: row.get("is_restocked"),
        cancelled_at: row.get("cancelled_at"),
    };
    Ok(rows.iter().map(cancellation).collect())
}

const LIST_CANCELLED_UNITS: &str = "
    select cancellation_id, variant_id, sum(quantity)::bigint as quantity
    from cancellation_items
    where order_id = $1
    group by cancellation_id, variant_id
    order by cancellation_id, variant_id";

/// The units of what was called off of an order, by line.
pub(crate) async fn list_cancelled_units(
    conn: &Conn,
    order_id: OrderId,
) -> Result<Vec<(CancellationId, VariantId, i64)>> {
    let rows = conn.query(LIST_CANCELLED_UNITS, &[&order_id]).await?;
    let units = |row: &Row| {
        (
            row.get("cancellation_id"),
            row.get("variant_id"),
            row.get("quantity"),
        )
    };
    Ok(rows.iter().map(units).collect())
}
