//! Every statement on the terms by which variants are sold.

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{BackorderKind, Beyond, Limits, StockTerms};

fn terms(row: &Row) -> StockTerms {
    StockTerms {
        variant_id: row.get("variant_id"),
        limits: Limits {
            per_order_max: row.get("per_order_max"),
            per_customer_max: row.get("per_customer_max"),
            per_customer_days: row.get("per_customer_days"),
            counted_since: row.get("counted_since"),
        },
        low_stock_threshold: row.get("low_stock_threshold"),
        beyond: beyond(row),
        version: row.get("version"),
        updated_at: row.get("updated_at"),
    }
}

fn beyond(row: &Row) -> Beyond {
    let kind: Option<&str> = row.get("backorder_kind");
    Beyond {
        kind: kind.and_then(BackorderKind::parse),
        max: row.get("backorder_max"),
        waiting: row.get("backordered"),
        expected_at: row.get("expected_at"),
    }
}

const LIST_BEYOND: &str = "
    select variant_id, backorder_kind, backorder_max, backordered, expected_at
    from stock_terms
    where variant_id = any($1)";

/// What may be sold of some variants beyond their stock.
pub(crate) async fn list_beyond(
    conn: &Conn,
    variants: &[VariantId],
) -> Result<Vec<(VariantId, Beyond)>> {
    let rows = conn.query(LIST_BEYOND, &[&variants]).await?;
    let of_row = |row: &Row| (row.get("variant_id"), beyond(row));
    Ok(rows.iter().map(of_row).collect())
}

const FIND_TERMS: &str = "
    select variant_id, per_order_max, per_customer_max, per_customer_days, counted_since,
        low_stock_threshold, backorder_kind, backorder_max, backordered, expected_at, version,
        updated_at
    from stock_terms
    where variant_id = $1";

pub(crate) async fn find_terms(conn: &Conn, variant_id: VariantId) -> Result<Option<StockTerms>> {
    let row = conn.query_opt(FIND_TERMS, &[&variant_id]).await?;
    Ok(row.as_ref().map(terms))
}

const UPSERT_TERMS: &str = "
    insert into stock_terms
        (variant_id, per_order_max, per_customer_max, per_customer_days, counted_since,
         low_stock_threshold, version, updated_at, backorder_kind, backorder_max, expected_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (variant_id) do update
    set per_order_max = excluded.per_order_max, per_customer_max = excluded.per_customer_max,
        per_customer_days = excluded.per_customer_days, counted_since = excluded.counted_since,
        low_stock_threshold = excluded.low_stock_threshold, version = excluded.version,
        updated_at = excluded.updated_at, backorder_kind = excluded.backorder_kind,
        backorder_max = excluded.backorder_max, expected_at = excluded.expected_at";

/// Writes the terms of a variant whose levels are locked.
pub(crate) async fn upsert_terms(tx: &Tx, terms: &StockTerms, now: DateTime<Utc>) -> Result<()> {
    let limits = &terms.limits;
    let beyond = &terms.beyond;
    let kind = beyond.kind.map(BackorderKind::name);
    let params: [Param<'_>; 11] = [
        &terms.variant_id,
        &limits.per_order_max,
        &limits.per_customer_max,
        &limits.per_customer_days,
        &limits.counted_since,
        &terms.low_stock_threshold,
        &terms.version,
        &now,
        &kind,
        &beyond.max,
        &beyond.expected_at,
    ];
    tx.execute(UPSERT_TERMS, &params).await?;
    Ok(())
}
