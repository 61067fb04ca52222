//! The statements by which staff keep promotions.

use ids::PromotionId;
use kit::{Conn, Result, Tx, db::Param};

use super::promotion;
use crate::model::Promotion;

macro_rules! promotions {
    ($end:literal) => {
        concat!(
            "
    select id, name, code, effect, priority, is_exclusive, minimum_minor, starts_at, ends_at,
        usage_limit, customer_limit, used_count, closed_at, version, created_at, updated_at
    from promotions
    ",
            $end
        )
    };
}

const FIND_PROMOTION: &str = promotions!("where id = $1");

pub(crate) async fn find_promotion(conn: &Conn, id: PromotionId) -> Result<Option<Promotion>> {
    let row = conn.query_opt(FIND_PROMOTION, &[&id]).await?;
    row.as_ref().map(promotion).transpose()
}

const LOCK_PROMOTION: &str = promotions!("where id = $1 for no key update");

pub(crate) async fn lock_promotion(tx: &Tx, id: PromotionId) -> Result<Option<Promotion>> {
    let row = tx.query_opt(LOCK_PROMOTION, &[&id]).await?;
    row.as_ref().map(promotion).transpose()
}

const LIST_NEWEST: &str = promotions!(
    "where $1::uuid is null or id < $1
    order by id desc
    limit $2"
);

/// The newest first.
pub(crate) async fn list_newest(
    conn: &Conn,
    before: Option<PromotionId>,
    limit: i64,
) -> Result<Vec<Promotion>> {
    let rows = conn.query(LIST_NEWEST, &[&before, &limit]).await?;
    rows.iter().map(promotion).collect()
}

// Whoever opens one that applies by itself has the document of taxes alone, so that the count is
// true until the commit.
const LOCK_AUTOMATIC: &str = "select kind from terms where kind = 'tax' for update";

const COUNT_AUTOMATIC: &str = "
    select count(*) as count
    from promotions
    where code is null and closed_at is null";

/// How many apply by themselves; nobody opens another one until the end of `tx`.
pub(crate) async fn lock_automatic(tx: &Tx) -> Result<i64> {
    if !tx.sabotage().has_removed("automatic promotions lock") {
        tx.query_one(LOCK_AUTOMATIC, &[]).await?;
    }
    Ok(tx.query_one(COUNT_AUTOMATIC, &[]).await?.get("count"))
}

const INSERT_PROMOTION: &str = "
    insert into promotions
        (id, name, code, effect, priority, is_exclusive, minimum_minor, starts_at, ends_at,
         usage_limit, customer_limit, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)";

pub(crate) async fn insert_promotion(tx: &Tx, new: &Promotion) -> Result<()> {
    let effect = serde_json::to_value(&new.effect)?;
    let params: [Param<'_>; 12] = [
        &new.id,
        &new.name,
        &new.code,
        &effect,
        &new.priority,
        &new.is_exclusive,
        &new.minimum_minor,
        &new.starts_at,
        &new.ends_at,
        &new.usage_limit,
        &new.customer_limit,
        &new.created_at,
    ];
    tx.execute(INSERT_PROMOTION, &params).await?;
    Ok(())
}

// How often it was had is the orders' to count.
const UPDATE_PROMOTION: &str = "
    update promotions
    set name = $2, code = $3, effect = $4, priority = $5, is_exclusive = $6, minimum_minor = $7,
        starts_at = $8, ends_at = $9, usage_limit = $10, customer_limit = $11, closed_at = $12,
        version = $13, updated_at = $14
    where id = $1";

pub(crate) async fn update_promotion(tx: &Tx, changed: &Promotion) -> Result<()> {
    let effect = serde_json::to_value(&changed.effect)?;
    let params: [Param<'_>; 14] = [
        &changed.id,
        &changed.name,
        &changed.code,
        &effect,
        &changed.priority,
        &changed.is_exclusive,
        &changed.minimum_minor,
        &changed.starts_at,
        &changed.ends_at,
        &changed.usage_limit,
        &changed.customer_limit,
        &changed.closed_at,
        &changed.version,
        &changed.updated_at,
    ];
    tx.execute(UPDATE_PROMOTION, &params).await?;
    Ok(())
}
