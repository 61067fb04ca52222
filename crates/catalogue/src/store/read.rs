//! Reading products: one product, what carts need.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ProductId, ProductTypeId, SaleId, VariantId};
use inventory::{BackorderKind, Beyond, Limits, Want};
use kit::{Conn, Error, Result};
use money::Money;
use sales::SaleTerms;
use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::Row;

use super::product_types::attributes_from;
use crate::model::{Attribute, AttributeValues, Sellable, Seo, Texts};

/// A picture as it is shown.
pub(crate) struct ImageRow {
    pub(crate) url: String,
    pub(crate) alt: Texts,
    /// Of an uploaded one: the narrower widths that are there.
    pub(crate) widths: Vec<i32>,
}

/// An entry of the list.
pub(crate) struct ProductRow {
    pub(crate) id: ProductId,
    pub(crate) slug: String,
    pub(crate) status: String,
    pub(crate) title: Texts,
    pub(crate) brand: Option<(BrandId, String, Texts)>,
    pub(crate) image: Option<ImageRow>,
    pub(crate) price_from: Option<Money>,
    pub(crate) is_available: bool,
    pub(crate) created_at: DateTime<Utc>,
    /// Units sold lately, where a list is in that order; 0 elsewhere.
    pub(crate) sold_count: i64,
}

pub(super) fn product_row(row: &Row) -> Result<ProductRow> {
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
        image: url.map(|url| ImageRow {
            url,
            alt: Texts::from_json(row.get("alt")),
            widths: row.get::<_, Option<_>>("widths").unwrap_or_default(),
        }),
        price_from: price.map(|minor| money(minor, row)).transpose()?,
        is_available: row.get("is_available"),
        created_at: row.get("created_at"),
        sold_count: row.try_get("sold_count").unwrap_or(0),
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
    pub(crate) tags: Vec<String>,
    pub(crate) seo: Seo,
    pub(crate) type_id: Option<ProductTypeId>,
    /// What may be said of it.
    pub(crate) attributes: Vec<Attribute>,
    /// What is said of it.
    pub(crate) values: AttributeValues,
    pub(crate) images: Vec<ImageRow>,
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
    pub(crate) in_stock: i64,
    pub(crate) beyond: Beyond,
    /// `[{"option_id", "value_id", "name", "label"}]`, in the options' order.
    pub(crate) values: Value,
}

// By id or by slug, a statement each: one that takes either is planned for neither.
macro_rules! product {
    ($key:literal) => {
        concat!(
            "
    select products.id, products.slug, products.status, products.title, products.description,
        products.currency, products.price_from_minor, products.version, products.created_at,
        products.updated_at, products.brand_id, brands.slug as brand_slug,
        brands.name as brand_name, products.type_id, products.attributes,
        products.tags, products.seo_title, products.seo_description,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'code', code, 'name', product_attributes.name, 'kind', kind, 'choices', choices,
                'is_required', is_required, 'is_facet', is_facet
            ) order by position)
            from product_attributes
            where product_attributes.type_id = products.type_id
        ), '[]') as attributes_of_type,
        null::text as url, null::jsonb as alt, null::integer[] as widths, false as is_available,
        array(
            select category_id from product_categories where product_id = products.id
            order by category_id
        ) as category_ids,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'url', url, 'alt', alt, 'widths', coalesce(widths, '{}')
            ) order by position, product_images.id)
            from product_images
            left join pictures on pictures.id = picture_id
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
    where ",
            $key
        )
    };
}

const FIND_PRODUCT: &str = product!("products.id = $1");
const FIND_PRODUCT_BY_SLUG: &str = product!("products.slug = $1");

macro_rules! variants {
    ($key:literal) => {
        concat!(
            "
    select variants.id, sku, price_minor, compare_at_minor, variants.currency,
        variants.is_active, variants.version,
        in_stock, available, stock_offers.backorder_kind, backorder_max, backordered,
        stock_offers.expected_at,
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
    join products on products.id = variants.product_id
    join stock_offers on stock_offers.variant_id = variants.id
    left join stock_terms on stock_terms.variant_id = variants.id
    where ",
            $key,
            "
    order by variants.position, variants.id"
        )
    };
}

const LIST_VARIANTS: &str = variants!("products.id = $1");
const LIST_VARIANTS_BY_SLUG: &str = variants!("products.slug = $1");

#[derive(Deserialize)]
struct StoredImage {
    url: String,
    alt: Value,
    widths: Vec<i32>,
}

/// Both statements travel together: one round trip.
async fn find_product_by(
    conn: &Conn,
    product: &'static str,
    variants: &'static str,
    key: kit::db::Param<'_>,
) -> Result<Option<(Row, Vec<Row>)>> {
    let key = [key];
    let (head, variants) =
        futures_util::try_join!(conn.query_opt(product, &key), conn.query(variants, &key))?;
    Ok(head.map(|head| (head, variants)))
}

/// A product by its id or its slug, whatever its status.
pub(crate) async fn find_product(conn: &Conn, id_or_slug: &str) -> Result<Option<ProductDetail>> {
    let found = match id_or_slug.parse::<ProductId>() {
        Ok(id) => find_product_by(conn, FIND_PRODUCT, LIST_VARIANTS, &id).await?,
        Err(_) => None,
    };
    // A slug may look like an id.
    let found = match found {
        Some(found) => Some(found),
        None => {
            find_product_by(
                conn,
                FIND_PRODUCT_BY_SLUG,
                LIST_VARIANTS_BY_SLUG,
                &id_or_slug,
            )
            .await?
        }
    };
    let Some((row, variants)) = found else {
        return Ok(None);
    };
    let images: Vec<StoredImage> = serde_json::from_value(row.get("images"))?;
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
        tags: row.get("tags"),
        seo: Seo {
            title: Texts::from_json(row.get("seo_title")),
            description: Texts::from_json(row.get("seo_description")),
        },
        type_id: row.get("type_id"),
        attributes: attributes_from(row.get("attributes_of_type"))?,
        values: serde_json::from_value(row.get("attributes"))?,
        images: images
            .into_iter()
            .map(|image| ImageRow {
                url: image.url,
                alt: Texts::from_json(image.alt),
                widths: image.widths,
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
        in_stock: row.get("in_stock"),
        beyond: beyond(row),
        values: row.get("values"),
    })
}

/// The sale that a row tells of, if it tells of one.
fn sale_terms(row: &Row) -> Option<SaleTerms> {
    let sale_id: Option<SaleId> = row.get("sale_id");
    sale_id.map(|sale_id| SaleTerms {
        sale_id,
        starts_at: row.get("starts_at"),
        ends_at: row.get("ends_at"),
        has_queue: row.get("has_queue"),
    })
}

/// What may be sold beyond the stock, as far as staff have set it.
fn beyond(row: &Row) -> Beyond {
    let kind: Option<&str> = row.get("backorder_kind");
    Beyond {
        kind: kind.and_then(BackorderKind::parse),
        max: row.get::<_, Option<i64>>("backorder_max").unwrap_or(0),
        waiting: row.get::<_, Option<i64>>("backordered").unwrap_or(0),
        expected_at: row.get("expected_at"),
    }
}

/// What one order and one buyer may have, as far as staff have set it.
fn limits(row: &Row) -> Limits {
    let counted_since: Option<DateTime<Utc>> = row.get("counted_since");
    Limits {
        per_order_max: row.get("per_order_max"),
        per_customer_max: row.get("per_customer_max"),
        per_customer_days: row.get("per_customer_days"),
        counted_since: counted_since.unwrap_or_default(),
    }
}

const LIST_SELLABLES: &str = "
    select variants.id, variants.product_id, products.slug, sku, products.title, price_minor,
        variants.currency, variants.is_active and products.status = 'published' as is_for_sale,
        available,
        sales.id as sale_id, sales.starts_at, sales.ends_at,
        sales.queue_since is not null as has_queue,
        per_order_max, per_customer_max, per_customer_days, counted_since,
        stock_offers.backorder_kind, backorder_max, backordered, stock_offers.expected_at,
        array(
            select part_id from bundle_parts where bundle_id = variants.id order by part_id
        ) as part_ids,
        array(
            select quantity from bundle_parts where bundle_id = variants.id order by part_id
        ) as part_quantities,
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
    left join sale_variants on sale_variants.variant_id = variants.id
    left join sales on sales.id = sale_variants.sale_id
    left join stock_terms on stock_terms.variant_id = variants.id
    join stock_offers on stock_offers.variant_id = variants.id
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
                sale: sale_terms(row),
                limits: limits(row),
                beyond: beyond(row),
                parts: parts(row),
            })
        })
        .collect()
}

/// What one unit is made of.
fn parts(row: &Row) -> Vec<Want> {
    let part_ids: Vec<VariantId> = row.get("part_ids");
    let quantities: Vec<i64> = row.get("part_quantities");
    let part = |(variant_id, quantity)| Want {
        variant_id,
        quantity,
    };
    part_ids.into_iter().zip(quantities).map(part).collect()
}
