//! Lists of products, cut page by page.

use ids::{BrandId, CategoryId, ProductId, VariantId};
use kit::{Conn, Result};

use super::read::{ProductRow, product_row};
use crate::model::{ProductAfter, ProductFilter, ProductSort};

// The page is cut before anything is looked up for its entries: else availability would be
// counted for every product that matches. `$status` is written out for the public lists, so that
// their partial indexes serve.
macro_rules! product_list {
    ($from:literal, $status:literal, $end:literal, $order:literal) => {
        concat!(
            "
    with recursive wanted (id) as (
        select id from categories where slug = $1 or id = $13
        union
        select categories.id from categories join wanted on categories.parent_id = wanted.id
    ),
    page as materialized (
        select id, slug, status, title, currency, price_from_minor, created_at, brand_id,
            ",
            $from,
            "
        where ",
            $status,
            "
            and ($1::text is null or exists (
                select from product_categories
                where product_id = products.id and category_id in (select id from wanted)
            ))
            and ($3::text is null
                or brand_id = (select id from brands where slug = $3 or id = $14))
            and ($4::text is null or id in (
                select product_id
                from product_search
                where vector @@ (select search_meant($4, $11, $12))
            ))
            and ($5::boolean is null or $5 = exists (
                select from variants
                join stock_offers on stock_offers.variant_id = variants.id
                where variants.product_id = products.id and variants.is_active and available > 0
            ))
            and ($6::bigint is null or price_from_minor >= $6)
            and ($7::bigint is null or price_from_minor <= $7)
            and ($15::text[] is null or id in (
                select product_id
                from product_search
                where status = 'published' and facets @> $15
            ))
            and ($16::text is null or tags @> array[$16])
            ",
            $end,
            "
        order by ",
            $order,
            "
        limit $10
    )
    select page.id, page.slug, page.status, page.title, page.currency, page.price_from_minor,
        page.created_at, page.brand_id, page.sold_count, brands.slug as brand_slug,
        brands.name as brand_name,
        image.url, image.alt, image.widths,
        exists (
            select from variants
            join stock_offers on stock_offers.variant_id = variants.id
            where variants.product_id = page.id and variants.is_active and available > 0
        ) as is_available
    from page
    left join brands on brands.id = page.brand_id
    left join lateral (
        select url, alt, (
                select widths from pictures where pictures.id = picture_id
            ) as widths
        from product_images
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
    "0::bigint as sold_count from products",
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::timestamptz is null or (created_at, id) < ($8, $9))",
    "created_at desc, id desc"
);

const LIST_NEWEST_OF_ANY_STATUS: &str = product_list!(
    "0::bigint as sold_count from products",
    "status = any($2)",
    "and ($8::timestamptz is null or (created_at, id) < ($8, $9))",
    "created_at desc, id desc"
);

const LIST_CHEAPEST: &str = product_list!(
    "0::bigint as sold_count from products",
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::bigint is null or (price_from_minor, id) > ($8, $9))",
    "price_from_minor, id"
);

const LIST_CHEAPEST_OF_ANY_STATUS: &str = product_list!(
    "0::bigint as sold_count from products",
    "status = any($2)",
    "and ($8::bigint is null or (price_from_minor, id) > ($8, $9))",
    "price_from_minor, id"
);

const LIST_DEAREST: &str = product_list!(
    "0::bigint as sold_count from products",
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::bigint is null or (price_from_minor, id) < ($8, $9))",
    "price_from_minor desc, id desc"
);

const LIST_DEAREST_OF_ANY_STATUS: &str = product_list!(
    "0::bigint as sold_count from products",
    "status = any($2)",
    "and ($8::bigint is null or (price_from_minor, id) < ($8, $9))",
    "price_from_minor desc, id desc"
);

const LIST_BEST_SELLING: &str = product_list!(
    "sold_count from products join (
            select product_id, sold_count from product_search where status = 'published'
        ) as sold on sold.product_id = id",
    "status = 'published' and $2::text[] = '{published}'",
    "and ($8::bigint is null or (sold_count, id) < ($8, $9))",
    "sold_count desc, id desc"
);

pub(crate) async fn list_products(
    conn: &Conn,
    filter: &ProductFilter,
    statuses: &[&str],
    sort: ProductSort,
    after: Option<ProductAfter>,
    limit: i64,
) -> Result<Vec<ProductRow>> {
    let text = filter.search.as_ref();
    let search = text.map(|text| text.heard.as_str());
    let alternatives = text.map(|text| text.alternatives.as_slice());
    let spelled = text.map(|text| text.spelled.as_slice());
    let (category, brand) = (filter.category.as_deref(), filter.brand.as_deref());
    let category_id: Option<CategoryId> = category.and_then(|text| text.parse().ok());
    let brand_id: Option<BrandId> = brand.and_then(|text| text.parse().ok());
    let after_id = after.map(|after| after.id);
    let after_at = after.map(|after| after.created_at);
    let after_price = after.map(|after| after.price_minor);
    let after_sold = after.map(|after| after.sold_count);
    let (public, any, after_value): (_, _, kit::db::Param<'_>) = match sort {
        ProductSort::Newest => (LIST_NEWEST, LIST_NEWEST_OF_ANY_STATUS, &after_at),
        ProductSort::Cheapest => (LIST_CHEAPEST, LIST_CHEAPEST_OF_ANY_STATUS, &after_price),
        ProductSort::Dearest => (LIST_DEAREST, LIST_DEAREST_OF_ANY_STATUS, &after_price),
        // Only what is published is sold.
        ProductSort::BestSelling => (LIST_BEST_SELLING, LIST_BEST_SELLING, &after_sold),
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
                &category,
                &statuses,
                &brand,
                &search,
                &filter.is_available,
                &filter.price_min,
                &filter.price_max,
                after_value,
                &after_id,
                &limit,
                &alternatives,
                &spelled,
                &category_id,
                &brand_id,
                &filter.facets,
                &filter.tag,
            ],
        )
        .await?;
    rows.iter().map(product_row).collect()
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

const LIST_PARTS: &str = "
    select part_id from bundle_parts where bundle_id = any($1) order by part_id";

/// What bundles among some variants are made of.
pub(crate) async fn list_parts(conn: &Conn, variants: &[VariantId]) -> Result<Vec<VariantId>> {
    let rows = conn.query(LIST_PARTS, &[&variants]).await?;
    Ok(rows.iter().map(|row| row.get("part_id")).collect())
}
