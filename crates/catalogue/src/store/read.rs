//! Reading products: the public list, one product, what carts need.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ProductId, VariantId};
use kit::{Conn, Error, Result};
use money::Money;
use serde_json::Value;
use tokio_postgres::Row;

use crate::model::{ProductAfter, ProductFilter, ProductSort, Sellable, Texts};

/// An entry of the list.
pub(crate) struct ProductRow {
    pub(crate) id: ProductId,
    pub(crate) slug: String,
    pub(crate) status: String,
    pub(crate) title: Texts,
    pub(crate) brand: Option<(BrandId, String, Texts)>,
    pub(crate) image: Option<(String, Texts)>,
    pub(crate) price_from: Option<Money>,
    pub(crate) is_available: bool,
    pub(crate) created_at: DateTime<Utc>,
}

// The shape of an entry is the same for each order of the list; only the end differs.
macro_rules! product_list {
    ($order:literal) => {
        concat!(
            "
    with recursive wanted (id) as (
        select id from categories where id = $1
        union
        select categories.id from categories join wanted on categories.parent_id = wanted.id
    )
    select products.id, products.slug, products.status, products.title, products.currency,
        products.price_from_minor, products.created_at, products.brand_id,
        brands.slug as brand_slug, brands.name as brand_name, image.url, image.alt,
        exists (
            select from variants
            join stock_levels on stock_levels.variant_id = variants.id
            where variants.product_id = products.id and variants.is_active
                and on_hand > reserved
        ) as is_available
    from products
    left join brands on brands.id = products.brand_id
    left join lateral (
        select url, alt from product_images
        where product_images.product_id = products.id
        order by position
        limit 1
    ) as image on true
    where products.status = any($2)
        and ($1::uuid is null or exists (
            select from product_categories
            where product_id = products.id and category_id in (select id from wanted)
        ))
        and ($3::uuid is null or products.brand_id = $3)
        and ($4::text is null or exists (
            select from jsonb_each_text(products.title) as title
            where title.value ilike $4
        ))
        and ($5::boolean is null or $5 = exists (
            select from variants
            join stock_levels on stock_levels.variant_id = variants.id
            where variants.product_id = products.id and variants.is_active
                and on_hand > reserved
        ))
        and ($6::bigint is null or products.price_from_minor >= $6)
        and ($7::bigint is null or products.price_from_minor <= $7)
    ",
            $order
        )
    };
}

const LIST_NEWEST: &str = product_list!(
    "and ($8::timestamptz is null or (products.created_at, products.id) < ($8, $9))
    order by products.created_at desc, products.id desc
    limit $10"
);

const LIST_CHEAPEST: &str = product_list!(
    "and ($8::bigint is null or (products.price_from_minor, products.id) > ($8, $9))
    order by products.price_from_minor, products.id
    limit $10"
);

const LIST_DEAREST: &str = product_list!(
    "and ($8::bigint is null or (products.price_from_minor, products.id) < ($8, $9))
    order by products.price_from_minor desc, products.id desc
    limit $10"
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
    let (sql, after_value): (_, kit::db::Param<'_>) = match sort {
        ProductSort::Newest => (LIST_NEWEST, &after_at),
        ProductSort::Cheapest => (LIST_CHEAPEST, &after_price),
        ProductSort::Dearest => (LIST_DEAREST, &after_price),
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

fn product_row(row: &Row) -> Result<ProductRow> {
    let brand_id: Option<BrandId> = row.get("brand_id");
    let url: Option<String> = row.get("url");
    let price: Option<i64> = row.get("price_from_minor");
    Ok(ProductRow {
        id: row.get("id"),
        slug: row.get("slug"),
        status: row.get("status"),
        title: Texts::from_json(row.get("title")),
        brand: brand_id.map(|id| {
            (
                id,
                row.get("brand_slug"),
                Texts::from_json(row.get("brand_name")),
            )
        }),
        image: url.map(|url| (url, Texts::from_json(row.get("alt")))),
        price_from: price.map(|minor| money(minor, row)).transpose()?,
        is_available: row.get("is_available"),
        created_at: row.get("created_at"),
    })
}

fn money(minor: i64, row: &Row) -> Result<Money> {
    let code: &str = row.get("currency");
    Ok(Money::new(minor, code.parse().map_err(Error::fault)?))
}

/// Everything of one product, as its page needs it.
pub(crate) struct ProductDetail {
    pub(crate) head: ProductRow,
    pub(crate) description: Texts,
    pub(crate) version: i64,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) category_ids: Vec<CategoryId>,
    pub(crate) images: Vec<(String, Texts)>,
    /// `[{"id", "name", "values": [{"id", "label"}]}]`, in order.
    pub(crate) options: Value,
    pub(crate) variants: Vec<VariantRow>,
}

/// A variant of a product.
pub(crate) struct VariantRow {
    pub(crate) id: VariantId,
    pub(crate) sku: String,
    pub(crate) price: Money,
    pub(crate) compare_at_minor: Option<i64>,
    pub(crate) is_active: bool,
    pub(crate) version: i64,
    pub(crate) available: i64,
    /// `[{"option_id", "value_id", "name", "label"}]`, in the options' order.
    pub(crate) values: Value,
}

const FIND_PRODUCT: &str = "
    select products.id, products.slug, products.status, products.title, products.description,
        products.currency, products.price_from_minor, products.version, products.created_at,
        products.updated_at, products.brand_id, brands.slug as brand_slug,
        brands.name as brand_name, null::text as url, null::jsonb as alt, false as is_available,
        array(
            select category_id from product_categories where product_id = products.id
            order by category_id
        ) as category_ids,
        coalesce((
            select jsonb_agg(jsonb_build_object('url', url, 'alt', alt) order by position)
            from product_images
            where product_id = products.id
        ), '[]') as images,
        coalesce((
            select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'values', (
                select jsonb_agg(jsonb_build_object('id', id, 'label', label) order by position)
                from product_option_values
                where option_id = product_options.id
            )) order by position)
            from product_options
            where product_id = products.id
        ), '[]') as options
    from products
    left join brands on brands.id = products.brand_id
    where products.id = $1 or products.slug = $2";

const LIST_VARIANTS: &str = "
    select variants.id, sku, price_minor, compare_at_minor, variants.currency,
        variants.is_active, variants.version, on_hand - reserved as available,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'option_id', options.id, 'value_id', chosen.id,
                'name', options.name, 'label', chosen.label
            ) order by options.position)
            from variant_option_values
            join product_options as options on options.id = variant_option_values.option_id
            join product_option_values as chosen on chosen.id = variant_option_values.value_id
            where variant_id = variants.id
        ), '[]') as values
    from variants
    join stock_levels on stock_levels.variant_id = variants.id
    join products on products.id = variants.product_id
    where products.id = $1 or products.slug = $2
    order by variants.position, variants.id";

/// Both statements travel together: one round trip.
pub(crate) async fn find_product(conn: &Conn, id_or_slug: &str) -> Result<Option<ProductDetail>> {
    let id: Option<ProductId> = id_or_slug.parse().ok();
    let params: [kit::db::Param<'_>; 2] = [&id, &id_or_slug];
    let (head, variants) = futures_util::try_join!(
        conn.query_opt(FIND_PRODUCT, &params),
        conn.query(LIST_VARIANTS, &params)
    )?;
    let Some(row) = head else { return Ok(None) };
    let images: Value = row.get("images");
    let images = images.as_array().map_or(&[][..], Vec::as_slice);
    let variants = variants
        .iter()
        .map(variant_row)
        .collect::<Result<Vec<_>>>()?;
    let mut head = product_row(&row)?;
    head.is_available = variants
        .iter()
        .any(|variant| variant.is_active && variant.available > 0);
    Ok(Some(ProductDetail {
        head,
        description: Texts::from_json(row.get("description")),
        version: row.get("version"),
        updated_at: row.get("updated_at"),
        category_ids: row.get("category_ids"),
        images: images
            .iter()
            .map(|image| {
                let url = image["url"].as_str().unwrap_or_default().to_owned();
                (url, Texts::from_json(image["alt"].clone()))
            })
            .collect(),
        options: row.get("options"),
        variants,
    }))
}

fn variant_row(row: &Row) -> Result<VariantRow> {
    Ok(VariantRow {
        id: row.get("id"),
        sku: row.get("sku"),
        price: money(row.get("price_minor"), row)?,
        compare_at_minor: row.get("compare_at_minor"),
        is_active: row.get("is_active"),
        version: row.get("version"),
        available: row.get("available"),
        values: row.get("values"),
    })
}

const LIST_SELLABLES: &str = "
    select variants.id, variants.product_id, products.slug, sku, products.title, price_minor,
        variants.currency, variants.is_active and products.status = 'published' as is_for_sale,
        on_hand - reserved as available,
        (
            select url from product_images
            where product_images.product_id = products.id
            order by position
            limit 1
        ) as image_url,
        coalesce((
            select jsonb_agg(jsonb_build_array(options.name, chosen.label)
                order by options.position)
            from variant_option_values
            join product_options as options on options.id = variant_option_values.option_id
            join product_option_values as chosen on chosen.id = variant_option_values.value_id
            where variant_id = variants.id
        ), '[]') as options
    from variants
    join products on products.id = variants.product_id
    join stock_levels on stock_levels.variant_id = variants.id
    where variants.id = any($1)
    order by variants.id";

/// What carts and orders need to know of some variants, in the order of their ids. One
/// statement, however many.
///
/// # Errors
/// Faults of the database.
pub async fn list_sellables(conn: &Conn, variants: &[VariantId]) -> Result<Vec<Sellable>> {
    let rows = conn.query(LIST_SELLABLES, &[&variants]).await?;
    rows.iter()
        .map(|row| {
            let options: Vec<(Texts, Texts)> = serde_json::from_value(row.get("options"))?;
            Ok(Sellable {
                variant_id: row.get("id"),
                product_id: row.get("product_id"),
                slug: row.get("slug"),
                sku: row.get("sku"),
                title: Texts::from_json(row.get("title")),
                options,
                image_url: row.get("image_url"),
                price: money(row.get("price_minor"), row)?,
                is_for_sale: row.get("is_for_sale"),
                available: row.get("available"),
            })
        })
        .collect()
}
