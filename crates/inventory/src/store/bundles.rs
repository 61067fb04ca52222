//! Every statement on bundles.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Bundle, Want};

const FIND_BUNDLE: &str = "
    select version, updated_at
    from bundles
    where variant_id = $1";

const LIST_PARTS: &str = "
    select part_id, quantity
    from bundle_parts
    where bundle_id = $1
    order by part_id";

pub(crate) async fn find_bundle(conn: &Conn, variant_id: VariantId) -> Result<Option<Bundle>> {
    let Some(head) = conn.query_opt(FIND_BUNDLE, &[&variant_id]).await? else {
        return Ok(None);
    };
    let parts = conn.query(LIST_PARTS, &[&variant_id]).await?;
    let part = |row: &Row| Want {
        variant_id: row.get("part_id"),
        quantity: row.get("quantity"),
    };
    Ok(Some(Bundle {
        variant_id,
        parts: parts.iter().map(part).collect(),
        version: head.get("version"),
        updated_at: head.get("updated_at"),
    }))
}

const FIND_OBSTACLES: &str = "
    select exists (select from bundle_parts where bundle_id = any($2))
            or exists (select from bundle_parts where part_id = $1) as is_nested,
        exists (select from stock_levels where variant_id = $1 and on_hand > 0)
            or exists (
                select from stock_terms
                where variant_id = $1 and (backorder_kind is not null or backordered > 0)
            )
            as has_stock";

/// Whether a bundle would be within another, and whether it has stock of its own.
pub(crate) async fn find_obstacles(tx: &Tx, bundle: &Bundle) -> Result<(bool, bool)> {
    let parts: Vec<VariantId> = bundle.parts.iter().map(|part| part.variant_id).collect();
    let row = tx
        .query_one(FIND_OBSTACLES, &[&bundle.variant_id, &parts])
        .await?;
    Ok((row.get("is_nested"), row.get("has_stock")))
}

const LIST_BUNDLES: &str = "
    select distinct bundle_id
    from bundle_parts
    where bundle_id = any($1)";

/// Which of some variants are bundles; they stay so as long as their levels are locked.
pub(crate) async fn list_bundles(
    conn: &Conn,
    variants: &[VariantId],
) -> Result<BTreeSet<VariantId>> {
    let rows = conn.query(LIST_BUNDLES, &[&variants]).await?;
    Ok(rows.iter().map(|row| row.get("bundle_id")).collect())
}

const UPSERT_BUNDLE: &str = "
    insert into bundles (variant_id, version, updated_at)
    values ($1, $2, $3)
    on conflict (variant_id) do update
    set version = excluded.version, updated_at = excluded.updated_at";

const DELETE_PARTS: &str = "delete from bundle_parts where bundle_id = $1";

const INSERT_PARTS: &str = "
    insert into bundle_parts (bundle_id, part_id, quantity)
    select $1, part_id, quantity
    from unnest($2::uuid[], $3::bigint[]) as parts (part_id, quantity)";

/// Writes what a variant is made of; the levels of all of them are locked.
pub(crate) async fn upsert_bundle(tx: &Tx, bundle: &Bundle, now: DateTime<Utc>) -> Result<()> {
    let id = bundle.variant_id;
    tx.execute(UPSERT_BUNDLE, &[&id, &bundle.version, &now])
        .await?;
    tx.execute(DELETE_PARTS, &[&id]).await?;
    let parts: Vec<VariantId> = bundle.parts.iter().map(|part| part.variant_id).collect();
    let quantities: Vec<i64> = bundle.parts.iter().map(|part| part.quantity).collect();
    tx.execute(INSERT_PARTS, &[&id, &parts, &quantities])
        .await?;
    Ok(())
}
