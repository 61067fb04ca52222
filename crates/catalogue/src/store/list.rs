//! Lists of products, cut page by page.

use ids::{ProductId, VariantId};
use kit::{Conn, Result};

use super::read::{ProductRow, product_row};
use crate::model::{ProductAfter, ProductFilter, ProductSort};

// The page is cut before anything is looked up for its entries: else availability would be
// counted for every product that matches. `$status` is written out for the public lists, so that
// their partial indexes serve.
macro_rules! product_list {
    ($status:literal, $end:literal, $order:literal) => {
        concat!(
            "
    with recursive wanted (id) as (
        select id from categories where id = $1
        union
        select categories.id from categories join wanted on categories.parent_id = wanted.id
    ),
    page as materialized (
        select id, slug, status, title, currency, price_from_minor, created_at, brand_id
        from products
        where ",
            $status,
            "
            and ($1::uuid is null or exists (
                select from product_categories
                where product_id = products.id and category_id in (select id from wanted)
            ))
            and ($3::uuid is null or brand_id = $3)
            and ($4::text is null or exists (
                select from jsonb_each_text(title) as words
                where words.value ilike $4
            ))
            and ($5::boolean is null or $5 = exists (
                select from variants
                join stock_levels on stock_levels.variant_id = variants.id
                where variants.product_id = products.id and variants.is_active
                    and on_hand - reserved > safety_stock
                    and location_id = any(array(select id from stock_locations where is_active))
            ))
            and ($6::bigint is null or price_from_minor >= $6)
            and ($7::bigint is null or price_from_minor <= $7)
            ",
            $end,
            "
        order by ",
            $order,
            "
        limit $10
    )
    select page.id, page.slug, page.status, page.title, page.currency, page.price_from_minor,
        page.created_at, page.brand_id, brands.slug as brand_slug, brands.name as brand_name,
        image.url, image.alt,
        exists (
            select from variants
            join stock_levels on stock_levels.variant_id = variants.id
            where variants.product_id = page.id and variants.is_active
                and on_hand - reserved > safety_stock
                and location_id = any(array(select id from stock_locations where is_active))
        ) as is_available
    from page
    left join brands on brands.id = page.brand_id
    left join lateral (
        select url, alt from product_images
        where product_images.product_id = page.id
        order by position
        limit 1
    ) as image on true
    order by ",
            $order
        )
    };
}

const LIST_NEWEST: &str = product_list!(
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::timestamptz is null or (created_at, id) < ($8, $9))",
    "created_at desc, id desc"
);

const LIST_NEWEST_OF_ANY_STATUS: &str = product_list!(
    "status = any($2)",
    "and ($8::timestamptz is null or (created_at, id) < ($8, $9))",
    "created_at desc, id desc"
);

const LIST_CHEAPEST: &str = product_list!(
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::bigint is null or (price_from_minor, id) > ($8, $9))",
    "price_from_minor, id"
);

const LIST_CHEAPEST_OF_ANY_STATUS: &str = product_list!(
    "status = any($2)",
    "and ($8::bigint is null or (price_from_minor, id) > ($8, $9))",
    "price_from_minor, id"
);

const LIST_DEAREST: &str = product_list!(
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::bigint is null or (price_from_minor, id) < ($8, $9))",
    "price_from_minor desc, id desc"
);

const LIST_DEAREST_OF_ANY_STATUS: &str = product_list!(
    "status = any($2)",
    "and ($8::bigint is null or (price_from_minor, id) < ($8, $9))",
    "price_from_minor desc, id desc"
);

pub(crate) async fn list_products(
    conn: &Conn,
    filter: &ProductFilter,
    statuses: &[&str],
    sort: ProductSort,
    after: Option<ProductAfter>,
    limit: i64,
) -> Result<Vec<ProductRow>> {
    let search = filter.search.as_deref().map(like_pattern);
    let after_id = after.map(|after| after.id);
    let after_at = after.map(|after| after.created_at);
    let after_price = after.map(|after| after.price_minor);
    let (public, any, after_value): (_, _, kit::db::Param<'_>) = match sort {
        ProductSort::Newest => (LIST_NEWEST, LIST_NEWEST_OF_ANY_STATUS, &after_at),
        ProductSort::Cheapest => (LIST_CHEAPEST, LIST_CHEAPEST_OF_ANY_STATUS, &after_price),
        ProductSort::Dearest => (LIST_DEAREST, LIST_DEAREST_OF_ANY_STATUS, &after_price),
    };
    let sql = if statuses == ["published"] {
        public
    } else {
        any
    };
    let rows = conn
        .query(
            sql,
            &[
                &filter.category_id,
                &statuses,
                &filter.brand_id,
                &search,
                &filter.is_available,
                &filter.price_min,
                &filter.price_max,
                after_value,
                &after_id,
                &limit,
            ],
        )
        .await?;
    rows.iter().map(product_row).collect()
}

/// Text as a pattern for `ilike`: its own percent signs and underscores mean themselves.
fn like_pattern(text: &str) -> String {
    let escaped = text
        .replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_");
    format!("%{escaped}%")
}

macro_rules! sold_variants {
    ($key:literal) => {
        concat!(
            "
    select variants.id
    from products
    join variants on variants.product_id = products.id
    where ",
            $key,
            " and products.status = 'published' and variants.is_active
    order by variants.position, variants.id"
        )
    };
}

const LIST_SOLD_VARIANTS: &str = sold_variants!("products.id = $1");
const LIST_SOLD_VARIANTS_BY_SLUG: &str = sold_variants!("products.slug = $1");

/// The variants of a published product that can be bought, by the product's id or its slug.
pub(crate) async fn list_sold_variants(conn: &Conn, id_or_slug: &str) -> Result<Vec<VariantId>> {
    let mut rows = match id_or_slug.parse::<ProductId>() {
        Ok(id) => conn.query(LIST_SOLD_VARIANTS, &[&id]).await?,
        Err(_) => Vec::new(),
    };
    // A slug may look like an id.
    if rows.is_empty() {
        rows = conn
            .query(LIST_SOLD_VARIANTS_BY_SLUG, &[&id_or_slug])
            .await?;
    }
    Ok(rows.iter().map(|row| row.get("id")).collect())
}
