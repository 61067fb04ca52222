//! Brands and categories.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use super::search_index::vector_of;
use crate::model::{Brand, Category, NewBrand, NewCategory, SearchText, Texts};

fn brand(row: &Row) -> Brand {
    Brand {
        id: row.get("id"),
        slug: row.get("slug"),
        name: Texts::from_json(row.get("name")),
        version: row.get("version"),
    }
}

const LIST_BRANDS: &str = "
    select id, slug, name, version
    from brands
    where $1::text is null or slug > $1
    order by slug
    limit $2";

pub(crate) async fn list_brands(
    conn: &Conn,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Brand>> {
    Ok(conn
        .query(LIST_BRANDS, &[&after, &limit])
        .await?
        .iter()
        .map(brand)
        .collect())
}

const FIND_BRAND: &str = "
    select id, slug, name, version
    from brands
    where id::text = $1 or slug = $1";

pub(crate) async fn find_brand(conn: &Conn, id_or_slug: &str) -> Result<Option<Brand>> {
    Ok(conn
        .query_opt(FIND_BRAND, &[&id_or_slug])
        .await?
        .as_ref()
        .map(brand))
}

const LIST_NAMED_BRANDS: &str = "
    select id, slug, name, version
    from brands
    where vector @@ $1::text::tsquery
    order by slug
    limit $2";

/// Brands whose names answer a question.
pub(crate) async fn list_named_brands(
    conn: &Conn,
    text: &SearchText,
    limit: i64,
) -> Result<Vec<Brand>> {
    let rows = conn
        .query(LIST_NAMED_BRANDS, &[&text.heard, &limit])
        .await?;
    Ok(rows.iter().map(brand).collect())
}

const LIST_NAMED_CATEGORIES: &str = "
    select id, parent_id, slug, name, position, version, 0::bigint as product_count
    from categories
    where vector @@ $1::text::tsquery
    order by slug
    limit $2";

/// Categories whose names answer a question.
pub(crate) async fn list_named_categories(
    conn: &Conn,
    text: &SearchText,
    limit: i64,
) -> Result<Vec<Category>> {
    let rows = conn
        .query(LIST_NAMED_CATEGORIES, &[&text.heard, &limit])
        .await?;
    Ok(rows.iter().map(category).collect())
}

const FIND_CATEGORY: &str = "
    select id
    from categories
    where slug = $1 or id = $2";

/// Whether there is a category of this id or slug.
pub(crate) async fn exists_category(conn: &Conn, id_or_slug: &str) -> Result<bool> {
    let id: Option<CategoryId> = id_or_slug.parse().ok();
    Ok(conn
        .query_opt(FIND_CATEGORY, &[&id_or_slug, &id])
        .await?
        .is_some())
}

const LOCK_BRAND: &str = "
    select id, slug, name, version
    from brands
    where id = $1
    for update";

pub(crate) async fn lock_brand(tx: &Tx, id: BrandId) -> Result<Option<Brand>> {
    Ok(tx.query_opt(LOCK_BRAND, &[&id]).await?.as_ref().map(brand))
}

const INSERT_BRAND: &str = "
    insert into brands (id, slug, name, created_at, updated_at, vector)
    values ($1, $2, $3, $4, $4, $5::text::tsvector)";

pub(crate) async fn insert_brand(tx: &Tx, new: &NewBrand, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        INSERT_BRAND,
        &[
            &new.id,
            &new.slug,
            &new.name.to_json(),
            &now,
            &vector_of(&new.name),
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_BRAND: &str = "
    update brands
    set slug = $2, name = $3, version = version + 1, updated_at = $4
    where id = $1";

pub(crate) async fn update_brand(tx: &Tx, brand: &Brand, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        UPDATE_BRAND,
        &[&brand.id, &brand.slug, &brand.name.to_json(), &now],
    )
    .await?;
    Ok(())
}

const DELETE_BRAND: &str = "delete from brands where id = $1";

pub(crate) async fn delete_brand(tx: &Tx, id: BrandId) -> Result<()> {
    tx.execute(DELETE_BRAND, &[&id]).await?;
    Ok(())
}

fn category(row: &Row) -> Category {
    Category {
        id: row.get("id"),
        parent_id: row.get("parent_id"),
        slug: row.get("slug"),
        name: Texts::from_json(row.get("name")),
        position: row.get("position"),
        version: row.get("version"),
        product_count: row.get("product_count"),
    }
}

// Counts of whole subtrees in one statement: each category is paired with all that stand above it.
const LIST_CATEGORIES: &str = "
    with recursive above (id, ancestor_id) as (
        select id, id from categories
        union
        select above.id, categories.parent_id
        from above
        join categories on categories.id = above.ancestor_id
        where categories.parent_id is not null
    ), counted as (
        select above.ancestor_id as id, count(distinct product_categories.product_id) as products
        from above
        join product_categories on product_categories.category_id = above.id
        join products on products.id = product_categories.product_id
        where products.status = 'published'
        group by above.ancestor_id
    )
    select categories.id, parent_id, slug, name, position, version,
        coalesce(counted.products, 0) as product_count
    from categories
    left join counted using (id)
    order by position, slug";

pub(crate) async fn list_categories(conn: &Conn) -> Result<Vec<Category>> {
    Ok(conn
        .query(LIST_CATEGORIES, &[])
        .await?
        .iter()
        .map(category)
        .collect())
}

const LIST_TREE: &str = "
    select id, parent_id, slug, name, position, version, 0::bigint as product_count
    from categories
    order by position, slug";

/// The tree without its counts: for breadcrumbs and filters.
pub(crate) async fn list_tree(conn: &Conn) -> Result<Vec<Category>> {
    Ok(conn
        .query(LIST_TREE, &[])
        .await?
        .iter()
        .map(category)
        .collect())
}

// Moves are judged against the whole tree, so the whole tree is locked: two moves at once
// cannot make a cycle together. Staff move categories rarely; shoppers read without locks.
const LOCK_CATEGORIES: &str = "
    select id, parent_id, slug, name, position, version, 0::bigint as product_count
    from categories
    order by id
    for update";

pub(crate) async fn lock_categories(tx: &Tx) -> Result<Vec<Category>> {
    Ok(tx
        .query(LOCK_CATEGORIES, &[])
        .await?
        .iter()
        .map(category)
        .collect())
}

const INSERT_CATEGORY: &str = "
    insert into categories (id, parent_id, slug, name, position, created_at, updated_at, vector)
    values ($1, $2, $3, $4, $5, $6, $6, $7::text::tsvector)";

pub(crate) async fn insert_category(tx: &Tx, new: &NewCategory, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        INSERT_CATEGORY,
        &[
            &new.id,
            &new.parent_id,
            &new.slug,
            &new.name.to_json(),
            &new.position,
            &now,
            &vector_of(&new.name),
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_CATEGORY: &str = "
    update categories
    set parent_id = $2, slug = $3, name = $4, position = $5, version = version + 1,
        updated_at = $6
    where id = $1";

pub(crate) async fn update_category(tx: &Tx, changed: &Category, now: DateTime<Utc>) -> Result<()> {
    let Category {
        id,
        parent_id,
        slug,
        name,
        position,
        ..
    } = changed;
    tx.execute(
        UPDATE_CATEGORY,
        &[id, parent_id, slug, &name.to_json(), position, &now],
    )
    .await?;
    Ok(())
}

const DELETE_CATEGORY: &str = "delete from categories where id = $1";

pub(crate) async fn delete_category(tx: &Tx, id: CategoryId) -> Result<()> {
    tx.execute(DELETE_CATEGORY, &[&id]).await?;
    Ok(())
}
