//! Changing products and variants.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ProductId, VariantId};
use kit::{Conn, Result, Tx};

use crate::model::Texts;

/// What staff may change of a product.
pub(crate) struct ProductChange {
    pub(crate) id: ProductId,
    pub(crate) slug: String,
    pub(crate) status: String,
    pub(crate) brand_id: Option<BrandId>,
    pub(crate) title: Texts,
    pub(crate) description: Texts,
}

const LOCK_PRODUCT: &str = "
    select version
    from products
    where id = $1
    for update";

/// The version of a product that stays as it is until the end of `tx`.
pub(crate) async fn lock_product(tx: &Tx, id: ProductId) -> Result<Option<i64>> {
    if tx.sabotage().has_removed("product lock") {
        return find_product_version(tx, id).await;
    }
    Ok(tx
        .query_opt(LOCK_PRODUCT, &[&id])
        .await?
        .map(|row| row.get("version")))
}

const FIND_PRODUCT_VERSION: &str = "
    select version
    from products
    where id = $1";

/// The version of a product; none when there is no such product.
pub(crate) async fn find_product_version(conn: &Conn, id: ProductId) -> Result<Option<i64>> {
    let row = conn.query_opt(FIND_PRODUCT_VERSION, &[&id]).await?;
    Ok(row.map(|row| row.get("version")))
}

const UPDATE_PRODUCT: &str = "
    update products
    set slug = $2, status = $3, brand_id = $4, title = $5, description = $6,
        version = version + 1, updated_at = $7
    where id = $1";

pub(crate) async fn update_product(
    tx: &Tx,
    change: &ProductChange,
    now: DateTime<Utc>,
) -> Result<()> {
    let ProductChange {
        id,
        slug,
        status,
        brand_id,
        title,
        description,
    } = change;
    tx.execute(
        UPDATE_PRODUCT,
        &[
            id,
            slug,
            status,
            brand_id,
            &title.to_json(),
            &description.to_json(),
            &now,
        ],
    )
    .await?;
    Ok(())
}

const DELETE_PRODUCT_CATEGORIES: &str = "delete from product_categories where product_id = $1";

const INSERT_CATEGORIES_OF_PRODUCT: &str = "
    insert into product_categories (product_id, category_id)
    select $1, category_id
    from unnest($2::uuid[]) as chosen (category_id)
    on conflict do nothing";

pub(crate) async fn update_product_categories(
    tx: &Tx,
    id: ProductId,
    categories: &[CategoryId],
) -> Result<()> {
    tx.execute(DELETE_PRODUCT_CATEGORIES, &[&id]).await?;
    tx.execute(INSERT_CATEGORIES_OF_PRODUCT, &[&id, &categories])
        .await?;
    Ok(())
}

/// What staff may change of a variant. Its prices are those that it has without price lists.
pub(crate) struct VariantChange {
    pub(crate) id: VariantId,
    pub(crate) product_id: ProductId,
    pub(crate) sku: String,
    pub(crate) price_minor: i64,
    pub(crate) compare_at_minor: Option<i64>,
    pub(crate) currency: String,
    pub(crate) is_active: bool,
    pub(crate) version: i64,
}

const LOCK_VARIANT: &str = "
    select id, product_id, sku, coalesce(regular_minor, price_minor) as price_minor,
        case
            when regular_minor is null then compare_at_minor else regular_compare_at_minor
        end as compare_at_minor,
        currency, is_active, version
    from variants
    where id = $1
    for update";

pub(crate) async fn lock_variant(tx: &Tx, id: VariantId) -> Result<Option<VariantChange>> {
    let row = tx.query_opt(LOCK_VARIANT, &[&id]).await?;
    Ok(row.map(|row| VariantChange {
        id: row.get("id"),
        product_id: row.get("product_id"),
        sku: row.get("sku"),
        price_minor: row.get("price_minor"),
        compare_at_minor: row.get("compare_at_minor"),
        currency: row.get("currency"),
        is_active: row.get("is_active"),
        version: row.get("version"),
    }))
}

// As UPDATE_PRICES: what staff say is what it costs unless a running list makes it cheaper.
const UPDATE_VARIANT: &str = "
    update variants
    set sku = $2,
        price_minor = least($3, listed.minor),
        compare_at_minor = case when listed.minor < $3 then coalesce($4, $3) else $4 end,
        regular_minor = case when listed.minor < $3 then $3 end,
        regular_compare_at_minor = case when listed.minor < $3 then $4 end,
        is_active = $5, version = version + 1, updated_at = $6
    from (select listed_price($1) as minor) as listed
    where id = $1";

const UPDATE_PRICE_FROM: &str = "
    update products
    set price_from_minor = (
            select min(price_minor) from variants
            where variants.product_id = products.id and is_active
        ),
        version = version + 1, updated_at = $2
    where id = $1";

pub(crate) async fn update_variant(
    tx: &Tx,
    change: &VariantChange,
    now: DateTime<Utc>,
) -> Result<()> {
    let VariantChange {
        id,
        product_id,
        sku,
        price_minor,
        compare_at_minor,
        is_active,
        ..
    } = change;
    tx.execute(
        UPDATE_VARIANT,
        &[id, sku, price_minor, compare_at_minor, is_active, &now],
    )
    .await?;
    update_price_from(tx, *product_id, now).await
}

/// Has a product be listed from the lowest price of its variants.
pub(crate) async fn update_price_from(tx: &Tx, id: ProductId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_PRICE_FROM, &[&id, &now]).await?;
    Ok(())
}
