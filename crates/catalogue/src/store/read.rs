//! Reading products: one product with everything of it.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ProductId, ProductTypeId, VariantId};
use inventory::{BackorderKind, Beyond};
use kit::{Conn, Error, Result};
use money::Money;
use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::Row;

use super::product_types::attributes_from;
use crate::model::{Attribute, AttributeValues, ListedPrice, Seo, Texts};

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

pub(super) fn money(minor: i64, row: &Row) -> Result<Money> {
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
    /// While a list makes it cheaper: what it costs otherwise, and what is crossed out then.
    pub(crate) regular_minor: Option<i64>,
    pub(crate) regular_compare_at_minor: Option<i64>,
    /// What lists say to everybody beyond that.
    pub(crate) listed: Vec<ListedPrice>,
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
    select variants.id, sku, price_minor, compare_at_minor, regular_minor,
        regular_compare_at_minor, variants.currency, variants.is_active, variants.version,
        coalesce((
            select jsonb_agg(jsonb_build_array(null, min_quantity, prices.price_minor))
            from price_list_prices as prices
            join price_lists as lists on lists.id = prices.list_id
            where prices.variant_id = variants.id
                and prices.is_running
                and lists.group_id is null
                and min_quantity > 1
        ), '[]') as listed,
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
        regular_minor: row.get("regular_minor"),
        regular_compare_at_minor: row.get("regular_compare_at_minor"),
        listed: serde_json::from_value(row.get("listed"))?,
        is_active: row.get("is_active"),
        version: row.get("version"),
        available: row.get("available"),
        in_stock: row.get("in_stock"),
        beyond: beyond(row),
        values: row.get("values"),
    })
}

/// What may be sold beyond the stock, as far as staff have set it.
pub(super) fn beyond(row: &Row) -> Beyond {
    let kind: Option<&str> = row.get("backorder_kind");
    Beyond {
        kind: kind.and_then(BackorderKind::parse),
        max: row.get::<_, Option<i64>>("backorder_max").unwrap_or(0),
        waiting: row.get::<_, Option<i64>>("backordered").unwrap_or(0),
        expected_at: row.get("expected_at"),
    }
}
