//! Every statement on sales.

use chrono::{DateTime, Utc};
use ids::{SaleId, VariantId};
use kit::{Conn, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{QueueTerms, Sale, SaleQueue};

fn queue(row: &Row) -> Option<SaleQueue> {
    let since: Option<DateTime<Utc>> = row.get("queue_since");
    since.map(|since| SaleQueue {
        terms: QueueTerms {
            slots: row.get("queue_slots"),
            token_seconds: row.get("queue_token_seconds"),
        },
        since,
    })
}

fn sale(row: &Row) -> Sale {
    Sale {
        id: row.get("id"),
        name: row.get("name"),
        variant_ids: row.get("variant_ids"),
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        closed_at: row.get("closed_at"),
        queue: queue(row),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    }
}

const INSERT_SALE: &str = "
    insert into sales
        (id, name, starts_at, ends_at, queue_slots, queue_token_seconds, queue_since, created_at,
        updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";

pub(crate) async fn insert_sale(tx: &Tx, sale: &Sale) -> Result<()> {
    let (slots, token_seconds, since) = queue_columns(sale);
    let params: [Param<'_>; 8] = [
        &sale.id,
        &sale.name,
        &sale.starts_at,
        &sale.ends_at,
        &slots,
        &token_seconds,
        &since,
        &sale.created_at,
    ];
    tx.execute(INSERT_SALE, &params).await?;
    Ok(())
}

fn queue_columns(sale: &Sale) -> (Option<i32>, Option<i32>, Option<DateTime<Utc>>) {
    let terms = sale.queue.map(|queue| queue.terms);
    (
        terms.map(|terms| terms.slots),
        terms.map(|terms| terms.token_seconds),
        sale.queue.map(|queue| queue.since),
    )
}

// Those that are in a sale already are not in the answer.
const INSERT_VARIANTS: &str = "
    insert into sale_variants (variant_id, sale_id, added_at)
    select variant_id, $1, $3
    from unnest($2::uuid[]) as added (variant_id)
    on conflict (variant_id) do nothing
    returning variant_id";

pub(crate) async fn insert_variants(
    tx: &Tx,
    id: SaleId,
    variants: &[VariantId],
    now: DateTime<Utc>,
) -> Result<Vec<VariantId>> {
    let rows = tx.query(INSERT_VARIANTS, &[&id, &variants, &now]).await?;
    Ok(rows.iter().map(|row| row.get("variant_id")).collect())
}

macro_rules! sales {
    ($end:literal) => {
        concat!(
            "
    select id, name, starts_at, ends_at, closed_at, version, created_at, updated_at,
        queue_slots, queue_token_seconds, queue_since,
        array(
            select variant_id from sale_variants where sale_id = sales.id order by variant_id
        ) as variant_ids
    from sales
    ",
            $end
        )
    };
}

const FIND_SALE: &str = sales!("where id = $1");

pub(crate) async fn find_sale(conn: &Conn, id: SaleId) -> Result<Option<Sale>> {
    Ok(conn.query_opt(FIND_SALE, &[&id]).await?.as_ref().map(sale))
}

const LOCK_SALE: &str = sales!("where id = $1 for update of sales");

pub(crate) async fn lock_sale(tx: &Tx, id: SaleId) -> Result<Option<Sale>> {
    Ok(tx.query_opt(LOCK_SALE, &[&id]).await?.as_ref().map(sale))
}

const LIST_SALES: &str = sales!(
    "where $1::uuid is null or id < $1
    order by id desc
    limit $2"
);

/// The newest first.
pub(crate) async fn list_sales(
    conn: &Conn,
    before: Option<SaleId>,
    limit: i64,
) -> Result<Vec<Sale>> {
    let rows = conn.query(LIST_SALES, &[&before, &limit]).await?;
    Ok(rows.iter().map(sale).collect())
}

const UPDATE_SALE: &str = "
    update sales
    set name = $2, starts_at = $3, ends_at = $4, closed_at = $5, version = $6, updated_at = $7,
        queue_slots = $8, queue_token_seconds = $9, queue_since = $10
    where id = $1";

pub(crate) async fn update_sale(tx: &Tx, sale: &Sale) -> Result<()> {
    let (slots, token_seconds, since) = queue_columns(sale);
    let params: [Param<'_>; 10] = [
        &sale.id,
        &sale.name,
        &sale.starts_at,
        &sale.ends_at,
        &sale.closed_at,
        &sale.version,
        &sale.updated_at,
        &slots,
        &token_seconds,
        &since,
    ];
    tx.execute(UPDATE_SALE, &params).await?;
    Ok(())
}

const DELETE_VARIANTS: &str = "delete from sale_variants where sale_id = $1";

pub(crate) async fn delete_variants(tx: &Tx, id: SaleId) -> Result<()> {
    tx.execute(DELETE_VARIANTS, &[&id]).await?;
    Ok(())
}
