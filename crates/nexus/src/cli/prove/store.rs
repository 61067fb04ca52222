//! What the proof reads of the shop's tables. Reads only: what it has to say to the shop, it says
//! over HTTP.

use std::collections::BTreeMap;

use ids::VariantId;
use kit::{Conn, Result};

/// A shelf at one instant.
#[derive(Debug, Clone)]
pub(super) struct ShelfAt {
    pub(super) variant_id: VariantId,
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    /// Units that orders hold, and units that were sold.
    pub(super) held: i64,
    pub(super) sold: i64,
}

// One statement is one snapshot.
const SHELVES: &str = "
    select variant_id, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved,
        coalesce((
            select sum(quantity)
            from reservations
            where reservations.variant_id = stock_levels.variant_id and state = 'held'
        ), 0)::bigint as held,
        coalesce((
            select -sum(quantity)
            from stock_movements
            where stock_movements.variant_id = stock_levels.variant_id and kind = 'sale'
        ), 0)::bigint as sold
    from stock_levels
    where variant_id = any($1)
    group by variant_id
    order by variant_id";

pub(super) async fn list_shelves(conn: &Conn, variants: &[VariantId]) -> Result<Vec<ShelfAt>> {
    let rows = conn.query(SHELVES, &[&variants]).await?;
    let shelf = |row: &tokio_postgres::Row| ShelfAt {
        variant_id: row.get("variant_id"),
        on_hand: row.get("on_hand"),
        reserved: row.get("reserved"),
        held: row.get("held"),
        sold: row.get("sold"),
    };
    Ok(rows.iter().map(shelf).collect())
}

const DEADLOCKS: &str = "
    select deadlocks
    from pg_stat_database
    where datname = current_database()";

/// Circles of waits that PostgreSQL has had to break; a crash forgets them.
pub(super) async fn find_deadlocks(conn: &Conn) -> Result<i64> {
    Ok(conn.query_one(DEADLOCKS, &[]).await?.get("deadlocks"))
}

/// An order as the tables have it.
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) cart_id: String,
    pub(super) status: String,
    pub(super) total_minor: i64,
    pub(super) lines: BTreeMap<VariantId, i64>,
    /// Captures that pay it, and captures of it in all.
    pub(super) applied: i64,
    pub(super) captures: i64,
}

const ORDERS: &str = "
    select id::text, number, cart_id::text, status, total_minor,
        (
            select array_agg(variant_id order by variant_id)
            from order_lines
            where order_id = orders.id
        ) as variants,
        (
            select array_agg(quantity order by variant_id)
            from order_lines
            where order_id = orders.id
        ) as quantities,
        (
            select count(*)
            from captures
            where order_id = orders.id and disposition = 'applied'
        ) as applied,
        (
            select count(*)
            from captures
            where order_id = orders.id
        ) as captures
    from orders";

pub(super) async fn list_orders(conn: &Conn) -> Result<BTreeMap<String, Vec<Row>>> {
    let mut orders: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in conn.query(ORDERS, &[]).await? {
        let variants: Option<Vec<VariantId>> = row.get("variants");
        let quantities: Option<Vec<i64>> = row.get("quantities");
        let lines = variants.into_iter().flatten();
        let order = Row {
            number: row.get("number"),
            cart_id: row.get("cart_id"),
            status: row.get("status"),
            total_minor: row.get("total_minor"),
            lines: lines.zip(quantities.into_iter().flatten()).collect(),
            applied: row.get("applied"),
            captures: row.get("captures"),
        };
        orders.entry(row.get("id")).or_default().push(order);
    }
    Ok(orders)
}

/// Money as the tables have it, by the payment's reference.
pub(super) struct Capture {
    pub(super) tx_ref: String,
    pub(super) provider_reference: String,
    pub(super) amount_minor: i64,
    pub(super) is_applied: bool,
    pub(super) refunded_minor: i64,
    pub(super) refunding_minor: i64,
}

const CAPTURES: &str = "
    select tx_ref, captures.provider_reference, captures.amount_minor, disposition,
        refunded_minor, refunding_minor
    from captures
    join payment_attempts on payment_attempts.id = attempt_id";

pub(super) async fn list_captures(conn: &Conn) -> Result<Vec<Capture>> {
    let rows = conn.query(CAPTURES, &[]).await?;
    let capture = |row: &tokio_postgres::Row| Capture {
        tx_ref: row.get("tx_ref"),
        provider_reference: row.get("provider_reference"),
        amount_minor: row.get("amount_minor"),
        is_applied: row.get::<_, String>("disposition") == "applied",
        refunded_minor: row.get("refunded_minor"),
        refunding_minor: row.get("refunding_minor"),
    };
    Ok(rows.iter().map(capture).collect())
}

const UNFINISHED: &str = "
    select kind, state, count(*) as jobs, min(last_error) as last_error
    from jobs
    where state = 'dead' or state = 'running' or (state = 'ready' and run_at <= $1)
    group by kind, state
    order by kind, state";

/// Jobs that are due, in hand or buried, in words.
pub(super) async fn list_unfinished(
    conn: &Conn,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<String>> {
    let rows = conn.query(UNFINISHED, &[&now]).await?;
    let words = |row: &tokio_postgres::Row| {
        let (kind, state): (String, String) = (row.get("kind"), row.get("state"));
        let error: Option<String> = row.get("last_error");
        let count: i64 = row.get("jobs");
        format!("{count} {kind} {state}: {}", error.unwrap_or_default())
    };
    Ok(rows.iter().map(words).collect())
}

const JOBS: &str = "
    select count(*) as jobs
    from jobs";

pub(super) async fn find_job_count(conn: &Conn) -> Result<i64> {
    Ok(conn.query_one(JOBS, &[]).await?.get("jobs"))
}
