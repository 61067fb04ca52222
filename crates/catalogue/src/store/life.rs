//! The life of products: slugs that they had, when they are published, what they cost when.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{ProductId, StaffId, VariantId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::{PriceThen, PublicationThen, Schedule, Seo};

const UPDATE_ACTOR: &str = "select set_config('nexus.staff_id', $1, true)";

/// Says who changes prices and publications in `tx` from here on: the triggers write it down.
pub(crate) async fn update_actor(tx: &Tx, staff: StaffId) -> Result<()> {
    tx.query_one(UPDATE_ACTOR, &[&staff.to_string()]).await?;
    Ok(())
}

/// As [`update_actor`]; none where nobody of the staff does it.
///
/// # Errors
/// Faults of the database.
pub async fn update_actor_of(tx: &Tx, staff: Option<StaffId>) -> Result<()> {
    match staff {
        Some(staff) => update_actor(tx, staff).await,
        None => Ok(()),
    }
}

const INSERT_RETIRED_SLUG: &str = "
    insert into product_slugs (slug, product_id, retired_at)
    values ($1, $2, $3)
    on conflict (slug) do update
    set product_id = excluded.product_id, retired_at = excluded.retired_at";

/// Keeps a slug that the product had until now.
pub(crate) async fn insert_retired_slug(
    tx: &Tx,
    id: ProductId,
    slug: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(INSERT_RETIRED_SLUG, &[&slug, &id, &now]).await?;
    Ok(())
}

const DELETE_RETIRED_SLUGS: &str = "
    delete from product_slugs
    where slug in (select slug from products where id = any($1))";

/// What a product is called now leads nowhere else: to be called after the slugs were written.
pub(crate) async fn delete_retired_slugs(tx: &Tx, ids: &[ProductId]) -> Result<()> {
    tx.execute(DELETE_RETIRED_SLUGS, &[&ids]).await?;
    Ok(())
}

const FIND_MOVED: &str = "
    select products.slug
    from product_slugs
    join products on products.id = product_id
    where product_slugs.slug = $1
      and status = 'published'";

/// What a published product is called now that was called so before.
pub(crate) async fn find_moved(conn: &Conn, slug: &str) -> Result<Option<String>> {
    let row = conn.query_opt(FIND_MOVED, &[&slug]).await?;
    Ok(row.map(|row| row.get("slug")))
}

const LIST_RETIRED_SLUGS: &str = "
    select slug
    from product_slugs
    where product_id = $1
    order by retired_at desc, slug";

/// The slugs that a product had, the latest first.
pub(crate) async fn list_retired_slugs(conn: &Conn, id: ProductId) -> Result<Vec<String>> {
    let rows = conn.query(LIST_RETIRED_SLUGS, &[&id]).await?;
    Ok(rows.iter().map(|row| row.get("slug")).collect())
}

const FIND_LIFE: &str = "
    select seo_title, seo_description, publish_at, unpublish_at, version
    from products
    where id = $1";

/// What search engines are told of a product, when it is published and taken back, its version.
pub(crate) async fn find_life(conn: &Conn, id: ProductId) -> Result<Option<(Seo, Schedule, i64)>> {
    let row = conn.query_opt(FIND_LIFE, &[&id]).await?;
    Ok(row.map(|row| {
        let seo = Seo {
            title: crate::Texts::from_json(row.get("seo_title")),
            description: crate::Texts::from_json(row.get("seo_description")),
        };
        let schedule = Schedule {
            publish_at: row.get("publish_at"),
            unpublish_at: row.get("unpublish_at"),
        };
        (seo, schedule, row.get("version"))
    }))
}

const UPDATE_LIFE: &str = "
    update products
    set seo_title = $2, seo_description = $3, publish_at = $4, unpublish_at = $5,
        version = version + 1, updated_at = $6
    where id = $1";

pub(crate) async fn update_life(
    tx: &Tx,
    id: ProductId,
    seo: &Seo,
    schedule: Schedule,
    now: DateTime<Utc>,
) -> Result<()> {
    let Schedule {
        publish_at,
        unpublish_at,
    } = schedule;
    tx.execute(
        UPDATE_LIFE,
        &[
            &id,
            &seo.title.to_json(),
            &seo.description.to_json(),
            &publish_at,
            &unpublish_at,
            &now,
        ],
    )
    .await?;
    Ok(())
}

// What both instants have passed for is taken back: the later one counts.
const UPDATE_DUE_PUBLICATION: &str = "
    update products
    set status = case
            when unpublish_at <= $2 then 'archived'
            when publish_at <= $2 then 'published'
            else status
        end,
        publish_at = case when publish_at <= $2 then null else publish_at end,
        unpublish_at = case when unpublish_at <= $2 then null else unpublish_at end,
        version = version + 1, updated_at = $2
    where id = $1
      and (publish_at <= $2 or unpublish_at <= $2)";

/// Publishes a product, or takes it back, if that is due; says whether it was.
pub(crate) async fn update_due_publication(
    tx: &Tx,
    id: ProductId,
    now: DateTime<Utc>,
) -> Result<bool> {
    Ok(tx.execute(UPDATE_DUE_PUBLICATION, &[&id, &now]).await? == 1)
}

const LIST_PRICES_OF: &str = "
    select distinct on (variants.position, variants.id) variants.id, sku, variants.currency,
        past.price_minor, past.compare_at_minor, past.is_active, past.staff_id, past.changed_at
    from variants
    join variant_prices as past on past.variant_id = variants.id
    where product_id = $1
      and past.changed_at <= $2
    order by variants.position, variants.id, past.number desc";

/// What each variant of a product cost at an instant; those that were not there yet are left out.
pub(crate) async fn list_prices_of(
    conn: &Conn,
    id: ProductId,
    as_of: DateTime<Utc>,
) -> Result<Vec<PriceThen>> {
    let rows = conn.query(LIST_PRICES_OF, &[&id, &as_of]).await?;
    rows.iter().map(price_then).collect()
}

const LIST_PRICE_CHANGES: &str = "
    select variants.id, sku, currency, past.price_minor, past.compare_at_minor, past.is_active,
        past.staff_id, past.changed_at
    from variants
    join variant_prices as past on past.variant_id = variants.id
    where variants.id = $1
    order by number desc
    limit $2";

/// What a variant cost, the latest first.
pub(crate) async fn list_price_changes(
    conn: &Conn,
    id: VariantId,
    limit: i64,
) -> Result<Vec<PriceThen>> {
    let rows = conn.query(LIST_PRICE_CHANGES, &[&id, &limit]).await?;
    rows.iter().map(price_then).collect()
}

fn price_then(row: &Row) -> Result<PriceThen> {
    let code: &str = row.get("currency");
    let currency: Currency = code.parse().map_err(Error::fault)?;
    let compare_at: Option<i64> = row.get("compare_at_minor");
    Ok(PriceThen {
        variant_id: row.get("id"),
        sku: row.get("sku"),
        price: Money::new(row.get("price_minor"), currency),
        compare_at_price: compare_at.map(|minor| Money::new(minor, currency)),
        is_active: row.get("is_active"),
        staff_id: row.get("staff_id"),
        changed_at: row.get("changed_at"),
    })
}

// What was so at the beginning of the time, and every change within it; each from its change to the
// next one. A price counts for the stretches in which its product was published: nobody was ever
// asked for the price of a draft.
macro_rules! lowest_prices {
    ($key:literal) => {
        concat!(
            "
    select variants.id, min(past.price_minor) as lowest_minor
    from products
    join variants on variants.product_id = products.id
    cross join lateral (
        select price_minor, is_active, greatest(changed_at, $2) as since,
            coalesce(lead(changed_at) over (order by number), 'infinity') as until
        from variant_prices
        where variant_id = variants.id
            and (changed_at > $2 or number = (
                select max(earlier.number)
                from variant_prices as earlier
                where earlier.variant_id = variants.id and earlier.changed_at <= $2
            ))
    ) as past
    where ",
            $key,
            "
        and past.is_active
        and exists (
            select
            from (
                select status, changed_at as since,
                    coalesce(lead(changed_at) over (order by number), 'infinity') as until
                from product_publications
                where product_id = products.id
            ) as shown
            where status = 'published' and shown.since < past.until and past.since < shown.until
        )
    group by variants.id"
        )
    };
}

const LIST_LOWEST_PRICES: &str = lowest_prices!("products.id = $1");
const LIST_LOWEST_PRICES_BY_SLUG: &str = lowest_prices!("products.slug = $1");

/// The lowest that each variant of a product cost since an instant while it was for sale, in minor
/// units.
pub(crate) async fn list_lowest_prices(
    conn: &Conn,
    id_or_slug: &str,
    since: DateTime<Utc>,
) -> Result<BTreeMap<VariantId, i64>> {
    let rows = match id_or_slug.parse::<ProductId>() {
        Ok(id) => conn.query(LIST_LOWEST_PRICES, &[&id, &since]).await?,
        Err(_) => {
            conn.query(LIST_LOWEST_PRICES_BY_SLUG, &[&id_or_slug, &since])
                .await?
        }
    };
    let lowest = |row: &Row| (row.get("id"), row.get("lowest_minor"));
    Ok(rows.iter().map(lowest).collect())
}

const UPDATE_SCHEDULE_OVERTAKEN: &str = "
    update products
    set publish_at = null,
        unpublish_at = case when status = 'published' then unpublish_at end
    where id = $1
      and num_nonnulls(publish_at, unpublish_at) > 0";

/// What staff have decided by hand is not undone by what was planned before.
pub(crate) async fn update_schedule_overtaken(tx: &Tx, id: ProductId) -> Result<()> {
    tx.execute(UPDATE_SCHEDULE_OVERTAKEN, &[&id]).await?;
    Ok(())
}

const LIST_PUBLICATIONS: &str = "
    select status, staff_id, changed_at
    from product_publications
    where product_id = $1
      and changed_at <= $2
    order by number desc
    limit $3";

/// Whether a product was seen, from when on: up to an instant, the latest first.
pub(crate) async fn list_publications(
    conn: &Conn,
    id: ProductId,
    as_of: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<PublicationThen>> {
    let rows = conn
        .query(LIST_PUBLICATIONS, &[&id, &as_of, &limit])
        .await?;
    let then = |row: &Row| PublicationThen {
        status: row.get("status"),
        staff_id: row.get("staff_id"),
        changed_at: row.get("changed_at"),
    };
    Ok(rows.iter().map(then).collect())
}
