//! The products of a collection and those that one is related to, as shoppers see them, page by
//! page.

use ids::{CollectionId, ProductId};
use kit::{Conn, Result};

use super::read::{ProductRow, product_row};
use crate::model::{CollectionRule, ProductAfter};

// The page is cut before anything is looked up for its entries, as in the list of products.
macro_rules! shown {
    ($page:literal, $order:literal) => {
        concat!(
            "
    with recursive ",
            $page,
            "
    select page.id, page.slug, page.status, page.title, page.currency, page.price_from_minor,
        page.created_at, page.brand_id, page.place, brands.slug as brand_slug,
        brands.name as brand_name, image.url, image.alt, image.widths,
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

const LIST_CHOSEN_PRODUCTS: &str = shown!(
    "page as materialized (
        select products.id, slug, status, title, currency, price_from_minor, created_at, brand_id,
            position as place
        from collection_products
        join products on products.id = product_id
        where collection_id = $1
            and status = 'published'
            and ($2::integer is null or (position, product_id) > ($2, $3))
        order by position, product_id
        limit $4
    )",
    "page.place, page.id"
);

/// The published products of a collection that was put together by hand, each with its place.
pub(crate) async fn list_chosen_products(
    conn: &Conn,
    id: CollectionId,
    after: Option<(i32, ProductId)>,
    limit: i64,
) -> Result<Vec<(ProductRow, i32)>> {
    let (place, product) = after.unzip();
    let rows = conn
        .query(LIST_CHOSEN_PRODUCTS, &[&id, &place, &product, &limit])
        .await?;
    let placed = |row| Ok((product_row(row)?, row.get("place")));
    rows.iter().map(placed).collect()
}

const LIST_RULED_PRODUCTS: &str = shown!(
    "wanted (id) as (
        select unnest($1::uuid[])
        union
        select categories.id from categories join wanted on categories.parent_id = wanted.id
    ),
    page as materialized (
        select id, slug, status, title, currency, price_from_minor, created_at, brand_id,
            0 as place
        from products
        where status = 'published'
            and (cardinality($1::uuid[]) = 0 or exists (
                select from product_categories
                where product_id = products.id and category_id in (select id from wanted)
            ))
            and (cardinality($2::uuid[]) = 0 or brand_id = any($2))
            and (cardinality($3::text[]) = 0 or tags && $3)
            and ($4::bigint is null or price_from_minor >= $4)
            and ($5::bigint is null or price_from_minor <= $5)
            and (cardinality($6::text[]) = 0 or id in (
                select product_id
                from product_search
                where status = 'published' and facets && $6
            ))
            and ($7::timestamptz is null or (created_at, id) < ($7, $8))
        order by created_at desc, id desc
        limit $9
    )",
    "page.created_at desc, page.id desc"
);

/// The published products that a rule chooses, the newest first.
pub(crate) async fn list_ruled_products(
    conn: &Conn,
    rule: &CollectionRule,
    after: Option<ProductAfter>,
    limit: i64,
) -> Result<Vec<ProductRow>> {
    let after_at = after.map(|after| after.created_at);
    let after_id = after.map(|after| after.id);
    let rows = conn
        .query(
            LIST_RULED_PRODUCTS,
            &[
                &rule.category_ids,
                &rule.brand_ids,
                &rule.tags,
                &rule.price_min,
                &rule.price_max,
                &rule.facets,
                &after_at,
                &after_id,
                &limit,
            ],
        )
        .await?;
    rows.iter().map(product_row).collect()
}

const LIST_RELATED_PRODUCTS: &str = shown!(
    "page as materialized (
        select products.id, slug, status, title, currency, price_from_minor, created_at, brand_id,
            position as place
        from related_products
        join products on products.id = related_id
        where product_id = $1
            and status = 'published'
    )",
    "page.place, page.id"
);

/// The published products that one is related to, in order.
pub(crate) async fn list_related_products(conn: &Conn, id: ProductId) -> Result<Vec<ProductRow>> {
    let rows = conn.query(LIST_RELATED_PRODUCTS, &[&id]).await?;
    rows.iter().map(product_row).collect()
}

const FIND_PUBLISHED: &str = "
    select id
    from products
    where (id = $1 or slug = $2)
      and status = 'published'
    order by id = $1 desc
    limit 1";

/// The id of a published product, by its id or its slug.
pub(crate) async fn find_published(conn: &Conn, id_or_slug: &str) -> Result<Option<ProductId>> {
    let id: Option<ProductId> = id_or_slug.parse().ok();
    let row = conn.query_opt(FIND_PUBLISHED, &[&id, &id_or_slug]).await?;
    Ok(row.map(|row| row.get("id")))
}
