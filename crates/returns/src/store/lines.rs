//! The statements on the lines of returns.

use ids::{LocationId, OrderId, ReturnId, VariantId};
use kit::{Conn, Error, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{Arrived, Resolution, ReturnLine, ReturnReason, WantedReturn};

fn line(row: &Row) -> Result<ReturnLine> {
    let unknown = |word: &str| Error::fault(format_args!("unknown word of a return {word}"));
    let (reason, resolution): (&str, &str) = (row.get("reason"), row.get("resolution"));
    Ok(ReturnLine {
        return_id: row.get("return_id"),
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
        reason: ReturnReason::parse(reason).ok_or_else(|| unknown(reason))?,
        resolution: Resolution::parse(resolution).ok_or_else(|| unknown(resolution))?,
        location_id: row.get("location_id"),
        restocked: row.get("restocked_quantity"),
        written_off: row.get("written_off_quantity"),
        refunded: row.get("refunded_quantity"),
        exchanged: row.get("exchanged_quantity"),
    })
}

const LIST_LINES: &str = "
    select return_id, variant_id, quantity, reason, resolution, location_id, restocked_quantity,
        written_off_quantity, refunded_quantity, exchanged_quantity
    from return_lines
    where return_id = any($1)
    order by return_id, variant_id";

/// The lines of some returns.
pub(crate) async fn list_lines(conn: &Conn, returns: &[ReturnId]) -> Result<Vec<ReturnLine>> {
    let rows = conn.query(LIST_LINES, &[&returns]).await?;
    rows.iter().map(line).collect()
}

const INSERT_LINES: &str = "
    insert into return_lines (return_id, order_id, variant_id, quantity, reason, resolution)
    select $1, $2, variant_id, quantity, reason, resolution
    from unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[])
        as new (variant_id, quantity, reason, resolution)";

/// Writes down what is to come back.
pub(crate) async fn insert_lines(
    tx: &Tx,
    id: ReturnId,
    order_id: OrderId,
    lines: &[WantedReturn],
) -> Result<()> {
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    let units: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let reasons: Vec<&str> = lines.iter().map(|line| line.reason.as_str()).collect();
    let wishes: Vec<&str> = lines.iter().map(|line| line.resolution.as_str()).collect();
    let columns: [Param<'_>; 6] = [&id, &order_id, &variants, &units, &reasons, &wishes];
    tx.execute(INSERT_LINES, &columns).await?;
    Ok(())
}

const UPDATE_RECEIVED: &str = "
    update return_lines
    set location_id = $2, restocked_quantity = arrived.restocked,
        written_off_quantity = arrived.written_off
    from unnest($3::uuid[], $4::bigint[], $5::bigint[])
        as arrived (variant_id, restocked, written_off)
    where return_id = $1 and return_lines.variant_id = arrived.variant_id";

/// Writes down what came, and where.
pub(crate) async fn update_received(
    tx: &Tx,
    id: ReturnId,
    location_id: LocationId,
    arrived: &[Arrived],
) -> Result<()> {
    let variants: Vec<VariantId> = arrived.iter().map(|one| one.variant_id).collect();
    let restocked: Vec<i64> = arrived.iter().map(|one| one.restocked).collect();
    let written_off: Vec<i64> = arrived.iter().map(|one| one.written_off).collect();
    let columns: [Param<'_>; 5] = [&id, &location_id, &variants, &restocked, &written_off];
    tx.execute(UPDATE_RECEIVED, &columns).await?;
    Ok(())
}

// The CHECK refuses more than came, whoever forgot the lock of the order.
const UPDATE_SETTLED: &str = "
    update return_lines
    set refunded_quantity = refunded_quantity + settled.refunded,
        exchanged_quantity = exchanged_quantity + settled.exchanged
    from unnest($2::uuid[], $3::bigint[], $4::bigint[])
        as settled (variant_id, refunded, exchanged)
    where return_id = $1 and return_lines.variant_id = settled.variant_id";

/// Adds to what the buyer got for units that came.
pub(crate) async fn update_settled(
    tx: &Tx,
    id: ReturnId,
    units: &[(VariantId, i64)],
    how: Resolution,
) -> Result<()> {
    let variants: Vec<VariantId> = units.iter().map(|unit| unit.0).collect();
    let given: Vec<i64> = units.iter().map(|unit| unit.1).collect();
    let nothing = vec![0_i64; given.len()];
    let (refunded, exchanged) = match how {
        Resolution::Refund => (given, nothing),
        Resolution::Exchange => (nothing, given),
    };
    tx.execute(UPDATE_SETTLED, &[&id, &variants, &refunded, &exchanged])
        .await?;
    Ok(())
}
