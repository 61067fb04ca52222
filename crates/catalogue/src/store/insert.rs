//! New products, any number at once: one statement a table, however many rows.

use chrono::{DateTime, Utc};
use ids::ImageId;
use kit::{Conn, Result, Tx};
use serde_json::Value;

use crate::model::NewProduct;

const COUNT_PRODUCTS: &str = "select count(*) from products";

/// How many products there are, of any status.
///
/// # Errors
/// Faults of the database.
pub async fn count_products(conn: &Conn) -> Result<i64> {
    Ok(conn.query_one(COUNT_PRODUCTS, &[]).await?.get(0))
}

const INSERT_PRODUCTS: &str = "
    insert into products
        (id, slug, brand_id, status, title, description, currency, price_from_minor,
         created_at, updated_at)
    select id, slug, brand_id, status, title, description, currency, price_from_minor, $9, $9
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[],
        $7::text[], $8::bigint[])
        as new (id, slug, brand_id, status, title, description, currency, price_from_minor)";

const INSERT_PRODUCT_CATEGORIES: &str = "
    insert into product_categories (product_id, category_id)
    select product_id, category_id
    from unnest($1::uuid[], $2::uuid[]) as new (product_id, category_id)
    on conflict do nothing";

const INSERT_IMAGES: &str = "
    insert into product_images (id, product_id, position, url, alt)
    select id, product_id, position, url, alt
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::jsonb[])
        as new (id, product_id, position, url, alt)";

const INSERT_OPTIONS: &str = "
    insert into product_options (id, product_id, position, name)
    select id, product_id, position, name
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::jsonb[])
        as new (id, product_id, position, name)";

const INSERT_OPTION_VALUES: &str = "
    insert into product_option_values (id, option_id, position, label)
    select id, option_id, position, label
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::jsonb[])
        as new (id, option_id, position, label)";

const INSERT_VARIANTS: &str = "
    insert into variants
        (id, product_id, sku, position, price_minor, compare_at_minor, currency, created_at,
         updated_at)
    select id, product_id, sku, position, price_minor, compare_at_minor, currency, $8, $8
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[],
        $7::text[])
        as new (id, product_id, sku, position, price_minor, compare_at_minor, currency)";

const INSERT_VARIANT_VALUES: &str = "
    insert into variant_option_values (variant_id, option_id, value_id)
    select variant_id, option_id, value_id
    from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as new (variant_id, option_id, value_id)";

pub(crate) async fn insert_products(
    tx: &Tx,
    products: &[NewProduct],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<_> = products.iter().map(|product| product.id).collect();
    let slugs: Vec<&str> = products
        .iter()
        .map(|product| product.slug.as_str())
        .collect();
    let brands: Vec<_> = products.iter().map(|product| product.brand_id).collect();
    let statuses: Vec<&str> = products
        .iter()
        .map(|product| product.status.as_str())
        .collect();
    let titles: Vec<Value> = products
        .iter()
        .map(|product| product.title.to_json())
        .collect();
    let descriptions: Vec<Value> = products
        .iter()
        .map(|product| product.description.to_json())
        .collect();
    let currencies: Vec<&str> = products
        .iter()
        .map(|product| product.currency.code())
        .collect();
    let prices: Vec<Option<i64>> = products.iter().map(NewProduct::price_from_minor).collect();
    tx.execute(
        INSERT_PRODUCTS,
        &[
            &ids,
            &slugs,
            &brands,
            &statuses,
            &titles,
            &descriptions,
            &currencies,
            &prices,
            &now,
        ],
    )
    .await?;
    insert_product_categories(tx, products).await?;
    insert_images(tx, products, now).await?;
    insert_options(tx, products).await?;
    insert_variants(tx, products, now).await
}

pub(crate) async fn insert_product_categories(tx: &Tx, products: &[NewProduct]) -> Result<()> {
    let (ids, categories): (Vec<_>, Vec<_>) = products
        .iter()
        .flat_map(|product| product.category_ids.iter().map(move |id| (product.id, *id)))
        .unzip();
    tx.execute(INSERT_PRODUCT_CATEGORIES, &[&ids, &categories])
        .await?;
    Ok(())
}

async fn insert_images(tx: &Tx, products: &[NewProduct], now: DateTime<Utc>) -> Result<()> {
    let (mut ids, mut owners, mut positions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut urls, mut alts) = (Vec::new(), Vec::new());
    for product in products {
        for (position, image) in (0_i32..).zip(&product.images) {
            ids.push(ImageId::generate(now));
            owners.push(product.id);
            positions.push(position);
            urls.push(image.url.as_str());
            alts.push(image.alt.to_json());
        }
    }
    tx.execute(INSERT_IMAGES, &[&ids, &owners, &positions, &urls, &alts])
        .await?;
    Ok(())
}

async fn insert_options(tx: &Tx, products: &[NewProduct]) -> Result<()> {
    let (mut ids, mut owners, mut positions, mut names) = (vec![], vec![], vec![], vec![]);
    let (mut value_ids, mut options, mut value_positions, mut labels) =
        (vec![], vec![], vec![], vec![]);
    for product in products {
        for (position, option) in (0_i32..).zip(&product.options) {
            ids.push(option.id);
            owners.push(product.id);
            positions.push(position);
            names.push(option.name.to_json());
            for (value_position, (value_id, label)) in (0_i32..).zip(&option.values) {
                value_ids.push(*value_id);
                options.push(option.id);
                value_positions.push(value_position);
                labels.push(label.to_json());
            }
        }
    }
    tx.execute(INSERT_OPTIONS, &[&ids, &owners, &positions, &names])
        .await?;
    tx.execute(
        INSERT_OPTION_VALUES,
        &[&value_ids, &options, &value_positions, &labels],
    )
    .await?;
    Ok(())
}

async fn insert_variants(tx: &Tx, products: &[NewProduct], now: DateTime<Utc>) -> Result<()> {
    let (mut ids, mut owners, mut skus, mut positions) = (vec![], vec![], vec![], vec![]);
    let (mut prices, mut before, mut currencies) = (vec![], vec![], vec![]);
    let (mut valued, mut options, mut values) = (vec![], vec![], vec![]);
    for product in products {
        for (position, variant) in (0_i32..).zip(&product.variants) {
            ids.push(variant.id);
            owners.push(product.id);
            skus.push(variant.sku.as_str());
            positions.push(position);
            prices.push(variant.price_minor);
            before.push(variant.compare_at_minor);
            currencies.push(product.currency.code().to_owned());
            for (option, value) in product.options.iter().zip(&variant.values) {
                valued.push(variant.id);
                options.push(option.id);
                values.push(*value);
            }
        }
    }
    tx.execute(
        INSERT_VARIANTS,
        &[
            &ids,
            &owners,
            &skus,
            &positions,
            &prices,
            &before,
            &currencies,
            &now,
        ],
    )
    .await?;
    tx.execute(INSERT_VARIANT_VALUES, &[&valued, &options, &values])
        .await?;
    Ok(())
}
