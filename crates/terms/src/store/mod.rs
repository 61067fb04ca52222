//! Every statement on terms, promotions and who has had them.

pub(crate) mod promotions;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{OrderId, PromotionId, VariantId};
use kit::{
    Conn, Result, Tx,
    db::{Param, try_join3},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio_postgres::Row;

use crate::model::{GoodsTerms, Promotion, Terms};

/// The most promotions that apply by themselves.
pub(crate) const AUTOMATIC_MAX: i64 = 100;

// In the order in which they apply within a level, so that a limit would leave out the last.
const LIST_PROMOTIONS: &str = "
    select id, name, code, effect, priority, is_exclusive, minimum_minor, starts_at, ends_at,
        usage_limit, customer_limit, used_count, closed_at, version, created_at, updated_at
    from promotions
    where closed_at is null and (code is null or code = any($1))
    order by priority, id";

const LIST_TERMS: &str = "
    select kind, document, null::uuid as variant_id
    from terms
    union all
    select 'goods', jsonb_build_object('tax_class', tax_class, 'weight_grams', weight_grams),
        variant_id
    from variant_terms
    where variant_id = any($1)";

const LIST_USES: &str = "
    select promotion_id, promotion_uses.buyer, promotion_uses.used_count
    from promotion_uses
    join promotions on promotions.id = promotion_id
    where promotion_uses.buyer = any($1) and closed_at is null
        and customer_limit is not null and (code is null or code = any($2))";

/// Everything that some carts are priced by: their variants, their codes, their buyers. Three
/// statements, however many.
///
/// # Errors
/// Faults of the database.
pub async fn load(
    conn: &Conn,
    variants: &[VariantId],
    codes: &[String],
    buyers: &[String],
) -> Result<Terms> {
    conn.prepare_all(&[LIST_TERMS, LIST_PROMOTIONS, LIST_USES])
        .await?;
    let (of_variants, of_codes): ([Param<'_>; 1], [Param<'_>; 1]) = ([&variants], [&codes]);
    let of_buyers: [Param<'_>; 2] = [&buyers, &codes];
    let (documents, promotions, uses) = try_join3(
        conn.query(LIST_TERMS, &of_variants),
        conn.query(LIST_PROMOTIONS, &of_codes),
        conn.query(LIST_USES, &of_buyers),
    )
    .await?;
    let mut terms = Terms {
        promotions: promotions.iter().map(promotion).collect::<Result<_>>()?,
        uses: uses.iter().map(used).collect::<BTreeMap<_, _>>(),
        ..Terms::default()
    };
    for row in &documents {
        let document: Value = row.get("document");
        match row.get("kind") {
            "tax" => terms.tax = serde_json::from_value(document)?,
            "shipping" => terms.shipping = serde_json::from_value(document)?,
            _ => {
                let goods: GoodsTerms = serde_json::from_value(document)?;
                terms.goods.insert(row.get("variant_id"), goods);
            }
        }
    }
    Ok(terms)
}

fn used(row: &Row) -> ((PromotionId, String), i64) {
    let key = (row.get("promotion_id"), row.get("buyer"));
    (key, row.get("used_count"))
}

fn promotion(row: &Row) -> Result<Promotion> {
    Ok(Promotion {
        id: row.get("id"),
        name: row.get("name"),
        code: row.get("code"),
        effect: serde_json::from_value(row.get("effect"))?,
        priority: row.get("priority"),
        is_exclusive: row.get("is_exclusive"),
        minimum_minor: row.get("minimum_minor"),
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        usage_limit: row.get("usage_limit"),
        customer_limit: row.get("customer_limit"),
        used_count: row.get("used_count"),
        closed_at: row.get("closed_at"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

// Rows are locked in the order of ids; each stays locked until the commit. The guards: it is what
// orders were priced by, and had by no more of them than may. Whoever ends a promotion raises its
// version. Without its row a promotion is not in the answer.
const UPDATE_USED: &str = "
    with wanted as (
        select promotion_id, version, count(*) as count
        from unnest($1::uuid[], $2::bigint[]) as used (promotion_id, version)
        group by promotion_id, version
    ), locked as (
        select promotions.id, wanted.version, wanted.count
        from promotions
        join wanted on wanted.promotion_id = promotions.id
        order by promotions.id
        for no key update of promotions
    )
    update promotions
    set used_count = promotions.used_count + locked.count
    from locked
    where promotions.id = locked.id
        and ($3 or promotions.version = locked.version)
        and (usage_limit is null or used_count + locked.count <= usage_limit)";

// What the guard of `UPDATE_USED` is in the control that does without it.
const UPDATE_USED_UNGUARDED: &str = "
    update promotions
    set used_count = used_count + count
    from (
        select promotion_id, count(*) as count
        from unnest($1::uuid[]) as used (promotion_id)
        group by promotion_id
    ) as wanted
    where promotions.id = wanted.promotion_id";

/// What orders have of promotions, once for each name of their buyers.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) promotions: Vec<PromotionId>,
    pub(crate) orders: Vec<OrderId>,
    pub(crate) buyers: Vec<String>,
}

// The promotions' rows are locked by then, so nobody else counts for them meanwhile; and their
// limits are those by which it was decided how often the orders themselves may have them.
const UPSERT_USES: &str = "
    insert into promotion_uses (promotion_id, buyer, used_count)
    select promotion_id, buyer, count(*)
    from unnest($1::uuid[], $2::text[]) as used (promotion_id, buyer)
    group by promotion_id, buyer
    on conflict (promotion_id, buyer) do update
    set used_count = promotion_uses.used_count + excluded.used_count
    where $3 or promotion_uses.used_count + excluded.used_count <= coalesce(
        (select customer_limit from promotions where id = excluded.promotion_id),
        9223372036854775807
    )";

const INSERT_REDEMPTIONS: &str = "
    insert into promotion_redemptions (promotion_id, order_id, buyers, redeemed_at)
    select promotion_id, order_id, array_agg(buyer order by buyer), $4
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as redeemed (promotion_id, order_id, buyer)
    group by promotion_id, order_id";

/// Writes down what orders have of promotions: an entry for each, with the version by which it was
/// priced, and one for each name of a buyer. Answers for how many promotions, in these versions,
/// and for how many names there was room. The statements travel together and run in this order.
pub(crate) async fn redeem(
    tx: &Tx,
    (promotions, versions): (&[PromotionId], &[i64]),
    named: &Named,
    now: DateTime<Utc>,
) -> Result<(u64, u64)> {
    let sabotage = tx.sabotage();
    let is_any_version = sabotage.has_removed("promotion version");
    let is_any_number = sabotage.has_removed("customer limit");
    let counted: [Param<'_>; 3] = [&promotions, &versions, &is_any_version];
    let (update_used, counted) = match sabotage.has_removed("promotion limit") {
        true => (UPDATE_USED_UNGUARDED, &counted[..1]),
        false => (UPDATE_USED, &counted[..]),
    };
    let of_names: [Param<'_>; 3] = [&named.promotions, &named.buyers, &is_any_number];
    let redeemed: [Param<'_>; 4] = [&named.promotions, &named.orders, &named.buyers, &now];
    tx.prepare_all(&[update_used, UPSERT_USES, INSERT_REDEMPTIONS])
        .await?;
    let (of_promotions, of_names, _) = try_join3(
        tx.execute(update_used, counted),
        tx.execute(UPSERT_USES, &of_names),
        tx.execute(INSERT_REDEMPTIONS, &redeemed),
    )
    .await?;
    Ok((of_promotions, of_names))
}

const LOCK_REDEMPTIONS: &str = "
    select promotions.id
    from promotions
    join promotion_redemptions on promotion_id = promotions.id
    where order_id = $1 and released_at is null
    order by promotions.id
    for no key update of promotions";

// Who had a promotion when buyers had one name is known by that one.
const RELEASE_REDEMPTIONS: &str = "
    with released as (
        update promotion_redemptions
        set released_at = $2
        where order_id = $1 and released_at is null
        returning promotion_id, coalesce(buyers, array[buyer]) as names
    ), counted as (
        update promotions
        set used_count = used_count - 1
        from released
        where promotions.id = released.promotion_id
    )
    update promotion_uses
    set used_count = used_count - 1
    from released
    where promotion_uses.promotion_id = released.promotion_id
        and promotion_uses.buyer = any(released.names)";

/// Gives back what an order has had of promotions, if it has any.
pub(crate) async fn release_redemptions(
    tx: &Tx,
    order_id: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    if tx.query(LOCK_REDEMPTIONS, &[&order_id]).await?.is_empty() {
        return Ok(());
    }
    tx.execute(RELEASE_REDEMPTIONS, &[&order_id, &now]).await?;
    Ok(())
}

const LOCK_RELEASED: &str = "
    select promotions.id
    from promotions
    join promotion_redemptions on promotion_id = promotions.id
    where order_id = $1 and released_at is not null
    order by promotions.id
    for no key update of promotions";

// A statement of its own, so that it reads what was counted before the locks were free.
const COUNT_WITHOUT_ROOM: &str = "
    select count(*) as count
    from promotion_redemptions as had
    join promotions on promotions.id = had.promotion_id
    left join promotion_uses as uses on uses.promotion_id = had.promotion_id
        and uses.buyer = any(coalesce(had.buyers, array[had.buyer]))
    where order_id = $1 and released_at is not null
        and (promotions.used_count >= usage_limit or uses.used_count >= customer_limit)";

/// Whether there is room for what an order that was let go has had of promotions. It stays so
/// until the end of `tx`.
pub(crate) async fn lock_released_redemptions(tx: &Tx, order_id: OrderId) -> Result<bool> {
    if tx.query(LOCK_RELEASED, &[&order_id]).await?.is_empty() {
        return Ok(true);
    }
    let row = tx.query_one(COUNT_WITHOUT_ROOM, &[&order_id]).await?;
    Ok(row.get::<_, i64>("count") == 0)
}

const RESUME_REDEMPTIONS: &str = "
    with resumed as (
        update promotion_redemptions
        set released_at = null
        where order_id = $1 and released_at is not null
        returning promotion_id, coalesce(buyers, array[buyer]) as names
    ), counted as (
        update promotions
        set used_count = used_count + 1
        from resumed
        where promotions.id = resumed.promotion_id
    )
    update promotion_uses
    set used_count = used_count + 1
    from resumed
    where promotion_uses.promotion_id = resumed.promotion_id
        and promotion_uses.buyer = any(resumed.names)";

/// Counts again what an order has had of promotions, which are locked.
pub(crate) async fn resume_redemptions(tx: &Tx, order_id: OrderId) -> Result<()> {
    tx.execute(RESUME_REDEMPTIONS, &[&order_id]).await?;
    Ok(())
}

const FIND_DOCUMENT: &str = "
    select document, version
    from terms
    where kind = $1";

/// A document and its version.
pub(crate) async fn find_document<T: DeserializeOwned>(
    conn: &Conn,
    kind: &str,
) -> Result<(T, i64)> {
    let row = conn.query_one(FIND_DOCUMENT, &[&kind]).await?;
    let document = serde_json::from_value(row.get("document"))?;
    Ok((document, row.get("version")))
}

const LOCK_DOCUMENT: &str = "
    select document, version
    from terms
    where kind = $1
    for update";

pub(crate) async fn lock_document<T: DeserializeOwned>(tx: &Tx, kind: &str) -> Result<(T, i64)> {
    let row = tx.query_one(LOCK_DOCUMENT, &[&kind]).await?;
    let document = serde_json::from_value(row.get("document"))?;
    Ok((document, row.get("version")))
}

const UPDATE_DOCUMENT: &str = "
    update terms
    set document = $2, version = $3, updated_at = $4
    where kind = $1";

pub(crate) async fn update_document<T: Serialize + Sync>(
    tx: &Tx,
    kind: &str,
    document: &T,
    version: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let document = serde_json::to_value(document)?;
    tx.execute(UPDATE_DOCUMENT, &[&kind, &document, &version, &now])
        .await?;
    Ok(())
}

// A variant without a row of its own has the usual terms, in their version 0.
const FIND_VARIANT: &str = "
    select coalesce(tax_class, 'standard') as tax_class,
        coalesce(weight_grams, 0) as weight_grams,
        coalesce(variant_terms.version, 0) as version
    from variants
    left join variant_terms on variant_terms.variant_id = variants.id
    where variants.id = $1";

pub(crate) async fn find_variant(conn: &Conn, id: VariantId) -> Result<Option<(GoodsTerms, i64)>> {
    let row = conn.query_opt(FIND_VARIANT, &[&id]).await?;
    Ok(row.map(|row| {
        let goods = GoodsTerms {
            tax_class: row.get("tax_class"),
            weight_grams: row.get("weight_grams"),
        };
        (goods, row.get("version"))
    }))
}

// Compare and swap: whoever comes second finds another version.
const UPSERT_VARIANT: &str = "
    insert into variant_terms (variant_id, tax_class, weight_grams, version, updated_at)
    values ($1, $2, $3, $4::bigint + 1, $5)
    on conflict (variant_id) do update
    set tax_class = excluded.tax_class, weight_grams = excluded.weight_grams,
        version = excluded.version, updated_at = excluded.updated_at
    where variant_terms.version = $4";

/// Whether it was in that version.
pub(crate) async fn upsert_variant(
    tx: &Tx,
    id: VariantId,
    goods: &GoodsTerms,
    version: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let params: [Param<'_>; 5] = [&id, &goods.tax_class, &goods.weight_grams, &version, &now];
    Ok(tx.execute(UPSERT_VARIANT, &params).await? == 1)
}
