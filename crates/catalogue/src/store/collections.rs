//! Collections: what they are, which products are in them.

use chrono::{DateTime, Utc};
use ids::{CollectionId, ProductId};
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Collection, CollectionRule, Texts};

macro_rules! collections {
    ($rest:literal) => {
        concat!(
            "
    select id, slug, title, description, is_published, has_rule, category_ids, brand_ids, tags,
        price_min_minor, price_max_minor, facets, version
    from collections
    ",
            $rest
        )
    };
}

fn collection(row: &Row) -> Collection {
    let rule = CollectionRule {
        category_ids: row.get("category_ids"),
        brand_ids: row.get("brand_ids"),
        tags: row.get("tags"),
        price_min: row.get("price_min_minor"),
        price_max: row.get("price_max_minor"),
        facets: row.get("facets"),
    };
    Collection {
        id: row.get("id"),
        slug: row.get("slug"),
        title: Texts::from_json(row.get("title")),
        description: Texts::from_json(row.get("description")),
        is_published: row.get("is_published"),
        rule: row.get::<_, bool>("has_rule").then_some(rule),
        version: row.get("version"),
    }
}

const FIND_COLLECTION: &str = collections!("where id = $1");
const FIND_COLLECTION_BY_SLUG: &str = collections!("where slug = $1");
const LOCK_COLLECTION: &str = collections!("where id = $1 for update");

/// A collection by its id or its slug, published or not.
pub(crate) async fn find_collection(conn: &Conn, id_or_slug: &str) -> Result<Option<Collection>> {
    if let Ok(id) = id_or_slug.parse::<CollectionId>()
        && let Some(row) = conn.query_opt(FIND_COLLECTION, &[&id]).await?
    {
        return Ok(Some(collection(&row)));
    }
    // A slug may look like an id.
    let row = conn
        .query_opt(FIND_COLLECTION_BY_SLUG, &[&id_or_slug])
        .await?;
    Ok(row.as_ref().map(collection))
}

/// A collection that stays as it is until the end of `tx`.
pub(crate) async fn lock_collection(tx: &Tx, id: CollectionId) -> Result<Option<Collection>> {
    let statement = if tx.sabotage().has_removed("collection lock") {
        FIND_COLLECTION
    } else {
        LOCK_COLLECTION
    };
    let row = tx.query_opt(statement, &[&id]).await?;
    Ok(row.as_ref().map(collection))
}

const LIST_COLLECTIONS: &str = collections!(
    "where ($1::text is null or slug > $1)
        and ($2 or is_published)
    order by slug
    limit $3"
);

/// Collections in the order of their slugs, those that are not published only where asked for.
pub(crate) async fn list_collections(
    conn: &Conn,
    after: Option<&str>,
    with_hidden: bool,
    limit: i64,
) -> Result<Vec<Collection>> {
    let rows = conn
        .query(LIST_COLLECTIONS, &[&after, &with_hidden, &limit])
        .await?;
    Ok(rows.iter().map(collection).collect())
}

const UPSERT_COLLECTION: &str = "
    insert into collections
        (id, slug, title, description, is_published, has_rule, category_ids, brand_ids, tags,
         price_min_minor, price_max_minor, facets, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
    on conflict (id) do update set
        slug = excluded.slug, title = excluded.title, description = excluded.description,
        is_published = excluded.is_published, has_rule = excluded.has_rule,
        category_ids = excluded.category_ids, brand_ids = excluded.brand_ids,
        tags = excluded.tags, price_min_minor = excluded.price_min_minor,
        price_max_minor = excluded.price_max_minor, facets = excluded.facets,
        updated_at = excluded.updated_at, version = collections.version + 1";

/// Writes a collection, a new one or one that is locked.
pub(crate) async fn upsert_collection(
    tx: &Tx,
    collection: &Collection,
    now: DateTime<Utc>,
) -> Result<()> {
    let nothing = CollectionRule::default();
    let rule = collection.rule.as_ref().unwrap_or(&nothing);
    tx.execute(
        UPSERT_COLLECTION,
        &[
            &collection.id,
            &collection.slug,
            &collection.title.to_json(),
            &collection.description.to_json(),
            &collection.is_published,
            &collection.rule.is_some(),
            &rule.category_ids,
            &rule.brand_ids,
            &rule.tags,
            &rule.price_min,
            &rule.price_max,
            &rule.facets,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const DELETE_COLLECTION: &str = "delete from collections where id = $1";

pub(crate) async fn delete_collection(tx: &Tx, id: CollectionId) -> Result<()> {
    tx.execute(DELETE_COLLECTION, &[&id]).await?;
    Ok(())
}

const LIST_CHOSEN: &str = "
    select product_id
    from collection_products
    where collection_id = $1
    order by position, product_id";

/// The products that were chosen by hand, in order, whatever their status.
pub(crate) async fn list_chosen(conn: &Conn, id: CollectionId) -> Result<Vec<ProductId>> {
    let rows = conn.query(LIST_CHOSEN, &[&id]).await?;
    Ok(rows.iter().map(|row| row.get("product_id")).collect())
}

const DELETE_CHOSEN: &str = "delete from collection_products where collection_id = $1";

const INSERT_CHOSEN: &str = "
    insert into collection_products (collection_id, product_id, position)
    select $1, product_id, (place - 1)::integer
    from unnest($2::uuid[]) with ordinality as chosen (product_id, place)";

/// Puts these products, and no others, into a collection, in this order.
pub(crate) async fn update_chosen(tx: &Tx, id: CollectionId, products: &[ProductId]) -> Result<()> {
    tx.execute(DELETE_CHOSEN, &[&id]).await?;
    tx.execute(INSERT_CHOSEN, &[&id, &products]).await?;
    Ok(())
}

const LIST_RELATED: &str = "
    select related_id
    from related_products
    where product_id = $1
    order by position, related_id";

/// The products that one is related to, in order, whatever their status.
pub(crate) async fn list_related(conn: &Conn, id: ProductId) -> Result<Vec<ProductId>> {
    let rows = conn.query(LIST_RELATED, &[&id]).await?;
    Ok(rows.iter().map(|row| row.get("related_id")).collect())
}

const DELETE_RELATED: &str = "delete from related_products where product_id = $1";

const INSERT_RELATED: &str = "
    insert into related_products (product_id, related_id, position)
    select $1, related_id, (place - 1)::integer
    from unnest($2::uuid[]) with ordinality as chosen (related_id, place)";

/// Relates a product to these, and no others, in this order.
pub(crate) async fn update_related(
    tx: &Tx,
    id: ProductId,
    products: &[ProductId],
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(DELETE_RELATED, &[&id]).await?;
    tx.execute(INSERT_RELATED, &[&id, &products]).await?;
    tx.execute(UPDATE_RELATED_VERSION, &[&id, &now]).await?;
    Ok(())
}

const UPDATE_RELATED_VERSION: &str = "
    update products
    set version = version + 1, updated_at = $2
    where id = $1";

const UPDATE_TAGS: &str = "
    update products
    set tags = $2
    where id = $1";

pub(crate) async fn update_tags(tx: &Tx, id: ProductId, tags: &[String]) -> Result<()> {
    tx.execute(UPDATE_TAGS, &[&id, &tags]).await?;
    Ok(())
}

const EXISTS_ALL: &str = "
    select not exists (
            select from unnest($1::uuid[]) as wanted (id)
            where not exists (select from categories where categories.id = wanted.id)
        ) as has_categories,
        not exists (
            select from unnest($2::uuid[]) as wanted (id)
            where not exists (select from brands where brands.id = wanted.id)
        ) as has_brands";

/// Whether every category, and every brand, of a rule is there.
pub(crate) async fn exists_all(conn: &Conn, rule: &CollectionRule) -> Result<(bool, bool)> {
    let row = conn
        .query_one(EXISTS_ALL, &[&rule.category_ids, &rule.brand_ids])
        .await?;
    Ok((row.get("has_categories"), row.get("has_brands")))
}
