//! The statements on what buyers got for what came back.

use chrono::{DateTime, Utc};
use ids::{LocationId, RefundId, ReturnId, StaffId, VariantId};
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;
use uuid::Uuid;

const INSERT_REFUND: &str = "
    insert into return_refunds (refund_id, return_id)
    values ($1, $2)";

/// Notes that a refund is for what came back.
pub(crate) async fn insert_refund(tx: &Tx, id: ReturnId, refund_id: RefundId) -> Result<()> {
    tx.execute(INSERT_REFUND, &[&refund_id, &id]).await?;
    Ok(())
}

const LIST_REFUNDS: &str = "
    select return_id, refund_id
    from return_refunds
    where return_id = any($1)
    order by refund_id";

/// The refunds of some returns.
pub(crate) async fn list_refunds(
    conn: &Conn,
    returns: &[ReturnId],
) -> Result<Vec<(ReturnId, RefundId)>> {
    let rows = conn.query(LIST_REFUNDS, &[&returns]).await?;
    let refund = |row: &Row| (row.get("return_id"), row.get("refund_id"));
    Ok(rows.iter().map(refund).collect())
}

/// Units that are sent in the place of what came back.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) return_id: ReturnId,
    pub(crate) variant_id: VariantId,
    pub(crate) quantity: i64,
    pub(crate) location_id: LocationId,
    pub(crate) carrier: String,
    pub(crate) tracking_number: String,
    pub(crate) sent_by: StaffId,
    pub(crate) sent_at: DateTime<Utc>,
}

const INSERT_EXCHANGE: &str = "
    insert into return_exchanges
        (id, return_id, variant_id, quantity, location_id, carrier, tracking_number, sent_by,
         sent_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes down what is sent in the place of what came back.
pub(crate) async fn insert_exchange(tx: &Tx, id: Uuid, new: &Exchange) -> Result<()> {
    let columns: [Param<'_>; 9] = [
        &id,
        &new.return_id,
        &new.variant_id,
        &new.quantity,
        &new.location_id,
        &new.carrier,
        &new.tracking_number,
        &new.sent_by,
        &new.sent_at,
    ];
    tx.execute(INSERT_EXCHANGE, &columns).await?;
    Ok(())
}

const LIST_EXCHANGES: &str = "
    select return_id, variant_id, quantity, location_id, carrier, tracking_number, sent_by,
        sent_at
    from return_exchanges
    where return_id = any($1)
    order by id";

/// What was sent in the place of what came back.
pub(crate) async fn list_exchanges(conn: &Conn, returns: &[ReturnId]) -> Result<Vec<Exchange>> {
    let rows = conn.query(LIST_EXCHANGES, &[&returns]).await?;
    let exchange = |row: &Row| Exchange {
        return_id: row.get("return_id"),
        variant_id: row.get("variant_id"),
        quantity: row.get("quantity"),
        location_id: row.get("location_id"),
        carrier: row.get("carrier"),
        tracking_number: row.get("tracking_number"),
        sent_by: row.get("sent_by"),
        sent_at: row.get("sent_at"),
    };
    Ok(rows.iter().map(exchange).collect())
}
