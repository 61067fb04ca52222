//! Products as files say them: all of one at once, and variants that one did not have.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{CategoryId, OptionId, OptionValueId, ProductId, ProductTypeId, VariantId};
use kit::{Conn, Error, Result, Tx};
use serde::Deserialize;
use tokio_postgres::Row;

use crate::model::{
    AttributeValues, ProductSheet, Texts, ValueSheet, VariantSheet, Words, in_order,
};

const LIST_SHEETS: &str = "
    select products.id, products.slug, status, title, description, currency, tags, attributes,
        coalesce(brands.slug, '') as brand, coalesce(product_types.slug, '') as product_type,
        array(
            select categories.slug
            from product_categories
            join categories on categories.id = category_id
            where product_id = products.id
        ) as categories,
        coalesce((
            select jsonb_agg(name order by position)
            from product_options
            where product_id = products.id
        ), '[]') as options,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'sku', sku, 'is_active', is_active,
                'price_minor', coalesce(regular_minor, price_minor),
                'compare_at_minor', coalesce(case
                    when regular_minor is null then compare_at_minor
                    else regular_compare_at_minor
                end, 0),
                'values', coalesce((
                    select jsonb_agg(jsonb_build_object(
                        'label', chosen.label, 'place', chosen.position
                    ) order by options.position)
                    from variant_option_values as held
                    join product_options as options on options.id = held.option_id
                    join product_option_values as chosen on chosen.id = held.value_id
                    where held.variant_id = variants.id
                ), '[]')
            ) order by variants.position, variants.id)
            from variants
            where product_id = products.id
        ), '[]') as variants
    from products
    left join brands on brands.id = brand_id
    left join product_types on product_types.id = type_id
    where ($1::uuid is null or products.id > $1)
        and ($2::uuid is null or products.id = $2)
    order by products.id
    limit $3";

#[derive(Deserialize)]
struct StoredVariant {
    sku: String,
    is_active: bool,
    price_minor: i64,
    compare_at_minor: i64,
    values: Vec<ValueSheet>,
}

impl From<StoredVariant> for VariantSheet {
    fn from(stored: StoredVariant) -> Self {
        Self {
            sku: stored.sku,
            price_minor: Some(stored.price_minor),
            compare_at_minor: Some(stored.compare_at_minor),
            is_active: Some(stored.is_active),
            on_hand: None,
            values: stored.values,
        }
    }
}

fn sheet(row: &Row) -> Result<(ProductId, ProductSheet)> {
    let words = |name: &str| -> Result<Words> { Ok(serde_json::from_value(row.get(name))?) };
    let variants: Vec<StoredVariant> = serde_json::from_value(row.get("variants"))?;
    let attributes: AttributeValues = serde_json::from_value(row.get("attributes"))?;
    let currency: &str = row.get("currency");
    let sheet = ProductSheet {
        slug: Some(row.get("slug")),
        status: Some(row.get("status")),
        currency: Some(currency.parse().map_err(Error::fault)?),
        title: words("title")?,
        description: words("description")?,
        brand: Some(row.get("brand")),
        brand_name: None,
        categories: Some(in_order(row.get("categories"))),
        tags: Some(row.get("tags")),
        product_type: Some(row.get("product_type")),
        attributes: Some(attributes),
        options: serde_json::from_value(row.get("options"))?,
        variants: variants.into_iter().map(Into::into).collect(),
    };
    Ok((row.get("id"), sheet))
}

/// Everything that files say of products, in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn list_sheets(
    conn: &Conn,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<(ProductId, ProductSheet)>> {
    let only = None::<ProductId>;
    let rows = conn.query(LIST_SHEETS, &[&after, &only, &limit]).await?;
    rows.iter().map(sheet).collect()
}

/// Everything that files say of one product.
pub(crate) async fn find_sheet(conn: &Conn, id: ProductId) -> Result<Option<ProductSheet>> {
    let after = None::<ProductId>;
    let row = conn
        .query_opt(LIST_SHEETS, &[&after, &Some(id), &1_i64])
        .await?;
    Ok(row.as_ref().map(sheet).transpose()?.map(|(_, sheet)| sheet))
}

const FIND_SHEET_WORDS: &str = "
    select array(
            select distinct key from products, jsonb_object_keys(title) as key order by key
        ) as titles,
        array(
            select distinct key from products, jsonb_object_keys(description) as key order by key
        ) as descriptions,
        array(
            select distinct key
            from (
                select jsonb_object_keys(name) as key from product_options
                union
                select jsonb_object_keys(label) from product_option_values
            ) as used
            order by key
        ) as options,
        (select coalesce(max(position) + 1, 0) from product_options) as option_count";

/// In which languages products say what, and how many options one has at the most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetWords {
    /// Of titles.
    pub titles: Vec<String>,
    /// Of descriptions.
    pub descriptions: Vec<String>,
    /// Of options and their values.
    pub options: Vec<String>,
    /// Options of one product.
    pub option_count: i32,
}

/// What the columns of a file with all products have to be.
///
/// # Errors
/// Faults of the database.
pub async fn find_sheet_words(conn: &Conn) -> Result<SheetWords> {
    let row = conn.query_one(FIND_SHEET_WORDS, &[]).await?;
    Ok(SheetWords {
        titles: row.get("titles"),
        descriptions: row.get("descriptions"),
        options: row.get("options"),
        option_count: row.get("option_count"),
    })
}

// Before the product's own row, as whoever changes a price does.
const LOCK_BY_SKU: &str = "
    select id, sku, product_id
    from variants
    where sku = any($1)
       or product_id = $2
    order by id
    for update";

/// The variants with these SKUs, and those of a product, locked in the order of their ids.
pub(crate) async fn lock_by_sku(
    tx: &Tx,
    skus: &[&str],
    product: Option<ProductId>,
) -> Result<BTreeMap<String, (VariantId, ProductId)>> {
    let rows = tx.query(LOCK_BY_SKU, &[&skus, &product]).await?;
    let variant = |row: &Row| (row.get("sku"), (row.get("id"), row.get("product_id")));
    Ok(rows.iter().map(variant).collect())
}

const FIND_BY_SLUG: &str = "select id from products where slug = $1";

pub(crate) async fn find_by_slug(conn: &Conn, slug: &str) -> Result<Option<ProductId>> {
    let row = conn.query_opt(FIND_BY_SLUG, &[&slug]).await?;
    Ok(row.map(|row| row.get("id")))
}

const LIST_CATEGORY_IDS: &str = "select id from categories where slug = any($1) order by id";

/// The categories with these slugs, as far as there are.
pub(crate) async fn list_category_ids(conn: &Conn, slugs: &[String]) -> Result<Vec<CategoryId>> {
    let rows = conn.query(LIST_CATEGORY_IDS, &[&slugs]).await?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
}

const FIND_TYPE_ID: &str = "select id from product_types where slug = $1";

pub(crate) async fn find_type_id(conn: &Conn, slug: &str) -> Result<Option<ProductTypeId>> {
    let row = conn.query_opt(FIND_TYPE_ID, &[&slug]).await?;
    Ok(row.map(|row| row.get("id")))
}

const LIST_OPTION_VALUES: &str = "
    select product_options.id as option_id, chosen.id, chosen.label
    from product_options
    left join product_option_values as chosen on chosen.option_id = product_options.id
    where product_id = $1
    order by product_options.position, chosen.position";

/// The options of a product, in order, each with its values by their English names.
pub(crate) async fn list_option_values(
    conn: &Conn,
    id: ProductId,
) -> Result<Vec<(OptionId, BTreeMap<String, OptionValueId>)>> {
    let mut options: Vec<(OptionId, BTreeMap<String, OptionValueId>)> = Vec::new();
    for row in conn.query(LIST_OPTION_VALUES, &[&id]).await? {
        let option: OptionId = row.get("option_id");
        if options.last().is_none_or(|last| last.0 != option) {
            options.push((option, BTreeMap::new()));
        }
        let value: Option<OptionValueId> = row.get("id");
        if let (Some(value), Some((_, values))) = (value, options.last_mut()) {
            let label = Texts::from_json(row.get("label"));
            values.insert(label.get(Texts::FALLBACK).to_owned(), value);
        }
    }
    Ok(options)
}

const INSERT_OPTION_VALUE: &str = "
    insert into product_option_values (id, option_id, position, label)
    select $1, $2, coalesce(max(position) + 1, 0), $3
    from product_option_values
    where option_id = $2";

/// Adds a value behind those that an option has.
pub(crate) async fn insert_option_value(
    tx: &Tx,
    option: OptionId,
    label: &Texts,
    now: DateTime<Utc>,
) -> Result<OptionValueId> {
    let id = OptionValueId::generate(now);
    tx.execute(INSERT_OPTION_VALUE, &[&id, &option, &label.to_json()])
        .await?;
    Ok(id)
}

const INSERT_LAST_VARIANT: &str = "
    insert into variants
        (id, product_id, sku, position, price_minor, compare_at_minor, currency, is_active,
         created_at, updated_at)
    select $1, products.id, $3, coalesce(max(variants.position) + 1, 0), $4, $5,
        products.currency, $6, $7, $7
    from products
    left join variants on variants.product_id = products.id
    where products.id = $2
    group by products.id";

const INSERT_CHOSEN_VALUES: &str = "
    insert into variant_option_values (variant_id, option_id, value_id)
    select $1, option_id, value_id
    from unnest($2::uuid[], $3::uuid[]) as chosen (option_id, value_id)";

/// Adds a variant behind those that a product has.
pub(crate) async fn insert_last_variant(
    tx: &Tx,
    product: ProductId,
    said: &VariantSheet,
    values: &[(OptionId, OptionValueId)],
    now: DateTime<Utc>,
) -> Result<VariantId> {
    let id = VariantId::generate(now);
    let compare_at = said.compare_at_minor.filter(|minor| *minor != 0);
    let params: [kit::db::Param<'_>; 7] = [
        &id,
        &product,
        &said.sku,
        &said.price_minor,
        &compare_at,
        &said.is_active.unwrap_or(true),
        &now,
    ];
    tx.execute(INSERT_LAST_VARIANT, &params).await?;
    let (options, chosen): (Vec<OptionId>, Vec<OptionValueId>) = values.iter().copied().unzip();
    tx.execute(INSERT_CHOSEN_VALUES, &[&id, &options, &chosen])
        .await?;
    Ok(id)
}
