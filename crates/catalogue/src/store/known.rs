//! Products and variants by what staff know of them.

use ids::{ProductId, VariantId};
use kit::{Conn, Error, Result};
use money::Money;
use tokio_postgres::Row;

use super::read::{ProductRow, product_row};
use crate::model::Texts;

const LIST_PRODUCTS_BY_IDS: &str = "
    select products.id, products.slug, status, title, currency, price_from_minor,
        products.created_at, brand_id, brands.slug as brand_slug, brands.name as brand_name,
        image.url, image.alt, null::integer[] as widths,
        exists (
            select from variants
            join stock_offers on stock_offers.variant_id = variants.id
            where variants.product_id = products.id and variants.is_active and available > 0
        ) as is_available
    from products
    left join brands on brands.id = brand_id
    left join lateral (
        select url, alt
        from product_images
        where product_images.product_id = products.id
        order by position
        limit 1
    ) as image on true
    where products.id = any($1)
    order by products.created_at desc, products.id desc";

/// These products, whatever their status, newest first.
pub(crate) async fn list_products_by_ids(
    conn: &Conn,
    ids: &[ProductId],
) -> Result<Vec<ProductRow>> {
    let rows = conn.query(LIST_PRODUCTS_BY_IDS, &[&ids]).await?;
    rows.iter().map(product_row).collect()
}

/// What is known of variants.
pub(crate) enum Known {
    Ids(Vec<VariantId>),
    Products(Vec<ProductId>),
    Sku(String),
    Nothing,
}

/// A variant with what its product is called.
pub(crate) struct KnownVariant {
    pub(crate) id: VariantId,
    pub(crate) sku: String,
    pub(crate) product_id: ProductId,
    pub(crate) product_status: String,
    pub(crate) title: Texts,
    pub(crate) options: Vec<Texts>,
    pub(crate) price: Money,
    pub(crate) is_active: bool,
}

// A statement for each question: one that takes any of them is planned for none.
macro_rules! known_variants {
    ($key:literal) => {
        concat!(
            "
    select variants.id, sku, product_id, products.status, products.title, price_minor,
        variants.currency, is_active,
        coalesce((
            select jsonb_agg(chosen.label order by options.position)
            from variant_option_values
            join product_options as options on options.id = variant_option_values.option_id
            join product_option_values as chosen on chosen.id = variant_option_values.value_id
            where variant_id = variants.id
        ), '[]') as options
    from variants
    join products on products.id = product_id
    where ",
            $key,
            "
        and ($2::uuid is null or variants.id > $2)
    order by variants.id
    limit $3"
        )
    };
}

const LIST_BY_IDS: &str = known_variants!("variants.id = any($1)");
const LIST_BY_PRODUCTS: &str = known_variants!("product_id = any($1)");
const LIST_BY_SKU: &str = known_variants!("sku = $1");
const LIST_ALL: &str = known_variants!("$1::text is null");

/// The variants that something is known of, in the order of their ids, behind `after`.
pub(crate) async fn list_known_variants(
    conn: &Conn,
    known: &Known,
    after: Option<VariantId>,
    limit: i64,
) -> Result<Vec<KnownVariant>> {
    let rows = match known {
        Known::Ids(ids) => conn.query(LIST_BY_IDS, &[&ids, &after, &limit]).await?,
        Known::Products(ids) => conn.query(LIST_BY_PRODUCTS, &[ids, &after, &limit]).await?,
        Known::Sku(sku) => conn.query(LIST_BY_SKU, &[sku, &after, &limit]).await?,
        Known::Nothing => {
            let nothing: Option<&str> = None;
            conn.query(LIST_ALL, &[&nothing, &after, &limit]).await?
        }
    };
    rows.iter().map(known_variant).collect()
}

fn known_variant(row: &Row) -> Result<KnownVariant> {
    let code: &str = row.get("currency");
    let currency = code.parse().map_err(Error::fault)?;
    Ok(KnownVariant {
        id: row.get("id"),
        sku: row.get("sku"),
        product_id: row.get("product_id"),
        product_status: row.get("status"),
        title: Texts::from_json(row.get("title")),
        options: serde_json::from_value(row.get("options"))?,
        price: Money::new(row.get("price_minor"), currency),
        is_active: row.get("is_active"),
    })
}
