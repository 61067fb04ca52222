//! The statements on what became of the units of lines.

use ids::{OrderId, VariantId};
use inventory::Pick;
use kit::{Conn, Result, Tx};

use crate::model::LineUnits;

const LIST_LINE_UNITS: &str = "
    select variant_id, ordered_quantity, cancelled_quantity, shipped_quantity,
        delivered_quantity, returning_quantity, returned_quantity
    from fulfilment_lines
    where order_id = $1";

/// The lines of an order of which something was shipped or called off; what they are made of is not
/// told.
pub(crate) async fn list_line_units(conn: &Conn, order_id: OrderId) -> Result<Vec<LineUnits>> {
    let rows = conn.query(LIST_LINE_UNITS, &[&order_id]).await?;
    let units = |row: &tokio_postgres::Row| LineUnits {
        variant_id: row.get("variant_id"),
        parts: Vec::new(),
        ordered: row.get("ordered_quantity"),
        cancelled: row.get("cancelled_quantity"),
        shipped: row.get("shipped_quantity"),
        delivered: row.get("delivered_quantity"),
        returning: row.get("returning_quantity"),
        returned: row.get("returned_quantity"),
    };
    Ok(rows.iter().map(units).collect())
}

// The CHECK refuses more than was ordered, whoever forgot the lock of the order.
const UPSERT_SHIPPED: &str = "
    insert into fulfilment_lines (order_id, variant_id, ordered_quantity, shipped_quantity)
    select $1, variant_id, ordered, units
    from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as new (variant_id, ordered, units)
    order by variant_id
    on conflict on constraint fulfilment_lines_pkey do update
    set shipped_quantity = fulfilment_lines.shipped_quantity + excluded.shipped_quantity";

/// Adds to what was shipped of lines.
pub(crate) async fn upsert_shipped(
    tx: &Tx,
    order_id: OrderId,
    lines: &[LineUnits],
    units: &[(VariantId, i64)],
) -> Result<()> {
    let (variants, ordered, units) = columns(lines, units);
    tx.execute(UPSERT_SHIPPED, &[&order_id, &variants, &ordered, &units])
        .await?;
    Ok(())
}

const UPSERT_CANCELLED: &str = "
    insert into fulfilment_lines (order_id, variant_id, ordered_quantity, cancelled_quantity)
    select $1, variant_id, ordered, units
    from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as new (variant_id, ordered, units)
    order by variant_id
    on conflict on constraint fulfilment_lines_pkey do update
    set cancelled_quantity = fulfilment_lines.cancelled_quantity + excluded.cancelled_quantity";

/// Adds to what was called off of lines.
pub(crate) async fn upsert_cancelled(
    tx: &Tx,
    order_id: OrderId,
    lines: &[LineUnits],
    units: &[(VariantId, i64)],
) -> Result<()> {
    let (variants, ordered, units) = columns(lines, units);
    tx.execute(UPSERT_CANCELLED, &[&order_id, &variants, &ordered, &units])
        .await?;
    Ok(())
}

fn columns(
    lines: &[LineUnits],
    units: &[(VariantId, i64)],
) -> (Vec<VariantId>, Vec<i64>, Vec<i64>) {
    let ordered = |variant_id: VariantId| {
        let own = lines.iter().find(|line| line.variant_id == variant_id);
        own.map_or(0, |line| line.ordered)
    };
    let variants: Vec<VariantId> = units.iter().map(|line| line.0).collect();
    let bought = units.iter().map(|line| ordered(line.0)).collect();
    (variants, bought, units.iter().map(|line| line.1).collect())
}

const LIST_USED: &str = "
    select unit_id, claimed_at, sum(quantity)::bigint as quantity
    from (
        select unit_id, claimed_at, quantity
        from fulfilment_units
        where order_id = $1
        union all
        select unit_id, claimed_at, quantity
        from cancellation_units
        where order_id = $1
    ) as used
    group by unit_id, claimed_at";

/// What of the units that an order has taken was shipped or called off.
pub(crate) async fn list_used(conn: &Conn, order_id: OrderId) -> Result<Vec<Pick>> {
    let rows = conn.query(LIST_USED, &[&order_id]).await?;
    let pick = |row: &tokio_postgres::Row| Pick {
        variant_id: row.get("unit_id"),
        location_id: row.get("claimed_at"),
        quantity: row.get("quantity"),
    };
    Ok(rows.iter().map(pick).collect())
}

// The CHECK refuses more than was shipped, whoever forgot the lock of the order.
const UPDATE_RETURNING: &str = "
    update fulfilment_lines
    set returning_quantity = returning_quantity + wanted.units
    from unnest($2::uuid[], $3::bigint[]) as wanted (variant_id, units)
    where order_id = $1 and fulfilment_lines.variant_id = wanted.variant_id";

/// Adds to what is to come back of lines.
pub(crate) async fn update_returning(
    tx: &Tx,
    order_id: OrderId,
    units: &[(VariantId, i64)],
) -> Result<()> {
    let variants: Vec<VariantId> = units.iter().map(|line| line.0).collect();
    let units: Vec<i64> = units.iter().map(|line| line.1).collect();
    tx.execute(UPDATE_RETURNING, &[&order_id, &variants, &units])
        .await?;
    Ok(())
}

const UPDATE_RETURNED: &str = "
    update fulfilment_lines
    set returning_quantity = returning_quantity - ended.expected,
        returned_quantity = returned_quantity + ended.came
    from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as ended (variant_id, expected, came)
    where order_id = $1 and fulfilment_lines.variant_id = ended.variant_id";

/// Ends what was to come back of lines: so much came.
pub(crate) async fn update_returned(
    tx: &Tx,
    order_id: OrderId,
    lines: &[(VariantId, i64, i64)],
) -> Result<()> {
    let variants: Vec<VariantId> = lines.iter().map(|line| line.0).collect();
    let expected: Vec<i64> = lines.iter().map(|line| line.1).collect();
    let came: Vec<i64> = lines.iter().map(|line| line.2).collect();
    tx.execute(UPDATE_RETURNED, &[&order_id, &variants, &expected, &came])
        .await?;
    Ok(())
}
