//! What search looks at: written from the catalogue's other tables whenever they change.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ProductId, ProductTypeId};
use kit::{Conn, Result, Tx};
use serde_json::Value;
use tokio_postgres::Row;

use super::product_types::attributes_from;
use crate::model::{AttributeValues, Lexemes, Texts, Weight, facets_of, words_of};

// The rows are locked before they are read: whoever writes last has read the latest.
const LOCK_PRODUCTS: &str = "
    select id
    from products
    where id = any($1)
    order by id
    for no key update";

const LIST_TEXTS: &str = "
    select products.id, title, description, brands.name as brand_name, products.attributes,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'code', code, 'name', product_attributes.name, 'kind', kind, 'choices', choices,
                'is_required', is_required, 'is_facet', is_facet
            ) order by position)
            from product_attributes
            where type_id = products.type_id
        ), '[]') as attributes_of_type,
        array(
            select sku from variants where product_id = products.id and is_active order by sku
        ) as skus,
        coalesce((
            select jsonb_agg(categories.name order by categories.id)
            from product_categories
            join categories on categories.id = product_categories.category_id
            where product_categories.product_id = products.id
        ), '[]') as category_names,
        coalesce((
            select jsonb_agg(label order by product_options.position, chosen.position)
            from product_options
            join product_option_values as chosen on chosen.option_id = product_options.id
            where product_options.product_id = products.id
        ), '[]') as labels
    from products
    left join brands on brands.id = products.brand_id
    where products.id = any($1)
    order by products.id";

const UPSERT_SEARCH: &str = "
    insert into product_search
        (product_id, status, brand_id, category_ids, currency, price_from_minor, created_at, vector,
         facets)
    select products.id, status, brand_id,
        array(
            select category_id from product_categories where product_id = products.id
            order by category_id
        ),
        currency, price_from_minor, created_at, words.vector::tsvector,
        -- Neither a code nor a value has a comma or is empty.
        coalesce(string_to_array(nullif(words.facets, ''), ','), '{}')
    from unnest($1::uuid[], $2::text[], $3::text[]) as words (id, vector, facets)
    join products on products.id = words.id
    order by products.id
    on conflict (product_id) do update
    set status = excluded.status, brand_id = excluded.brand_id,
        category_ids = excluded.category_ids, currency = excluded.currency,
        price_from_minor = excluded.price_from_minor, created_at = excluded.created_at,
        vector = excluded.vector, facets = excluded.facets";

// In the order of the words: two transactions that bring the same new words do not wait for one
// another in a circle.
const INSERT_WORDS: &str = "
    insert into search_words (word, latin)
    select word, latin
    from unnest($1::text[], $2::text[]) as new (word, latin)
    order by word
    on conflict do nothing";

fn add_all(lexemes: &mut Lexemes, texts: &Texts, weight: Weight) {
    for text in texts.all() {
        lexemes.add(text, weight);
    }
}

fn lexemes_of(row: &Row) -> Result<Lexemes> {
    let mut lexemes = Lexemes::default();
    let title = Texts::from_json(row.get("title"));
    add_all(&mut lexemes, &title, Weight::Title);
    let brand: Option<Value> = row.get("brand_name");
    let brand = brand.map(Texts::from_json).unwrap_or_default();
    add_all(&mut lexemes, &brand, Weight::Name);
    let categories: Vec<Texts> = serde_json::from_value(row.get("category_names"))?;
    let labels: Vec<Texts> = serde_json::from_value(row.get("labels"))?;
    for texts in categories.iter().chain(&labels) {
        add_all(&mut lexemes, texts, Weight::Kind);
    }
    let description = Texts::from_json(row.get("description"));
    add_all(&mut lexemes, &description, Weight::Text);
    let skus: Vec<String> = row.get("skus");
    for sku in &skus {
        lexemes.add(sku, Weight::Name);
    }
    Ok(lexemes)
}

/// Writes what search looks at, for these products. Locks their rows, in the order of their ids.
pub(crate) async fn upsert_search(tx: &Tx, products: &[ProductId]) -> Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    tx.query(LOCK_PRODUCTS, &[&products]).await?;
    let rows = tx.query(LIST_TEXTS, &[&products]).await?;
    let (mut ids, mut vectors, mut facets) = (Vec::new(), Vec::new(), Vec::new());
    let (mut words, mut latins) = (Vec::new(), Vec::new());
    for row in &rows {
        let mut lexemes = lexemes_of(row)?;
        let attributes = attributes_from(row.get("attributes_of_type"))?;
        let values: AttributeValues = serde_json::from_value(row.get("attributes"))?;
        for text in words_of(&attributes, &values) {
            lexemes.add(&text, Weight::Kind);
        }
        facets.push(facets_of(&attributes, &values).join(","));
        let id: ProductId = row.get("id");
        ids.push(id);
        vectors.push(lexemes.vector());
        for (word, latin) in lexemes.vocabulary() {
            words.push(word.to_owned());
            latins.push(latin);
        }
    }
    tx.execute(UPSERT_SEARCH, &[&ids, &vectors, &facets])
        .await?;
    tx.execute(INSERT_WORDS, &[&words, &latins]).await?;
    Ok(())
}

/// The words of a name that may be suggested.
pub(super) fn vector_of(name: &Texts) -> String {
    let mut lexemes = Lexemes::default();
    add_all(&mut lexemes, name, Weight::Title);
    lexemes.vector()
}

const UPDATE_BRAND_VECTOR: &str = "
    update brands set vector = $2::text::tsvector where id = $1 and vector <> $2::text::tsvector";

/// Writes the words of a brand's name.
pub(crate) async fn update_brand_vector(tx: &Tx, id: BrandId, name: &Texts) -> Result<()> {
    tx.execute(UPDATE_BRAND_VECTOR, &[&id, &vector_of(name)])
        .await?;
    Ok(())
}

const UPDATE_CATEGORY_VECTOR: &str = "
    update categories set vector = $2::text::tsvector
    where id = $1 and vector <> $2::text::tsvector";

/// Writes the words of a category's name.
pub(crate) async fn update_category_vector(tx: &Tx, id: CategoryId, name: &Texts) -> Result<()> {
    tx.execute(UPDATE_CATEGORY_VECTOR, &[&id, &vector_of(name)])
        .await?;
    Ok(())
}

const LIST_IDS: &str = "
    select id
    from products
    where $1::uuid is null or id > $1
    order by id
    limit $2";

const LIST_IDS_OF_BRAND: &str = "
    select id
    from products
    where brand_id = $3 and ($1::uuid is null or id > $1)
    order by id
    limit $2";

const LIST_IDS_OF_TYPE: &str = "
    select id
    from products
    where type_id = $3 and ($1::uuid is null or id > $1)
    order by id
    limit $2";

/// As [`list_ids`], of a kind.
pub(crate) async fn list_ids_of_type(
    conn: &Conn,
    type_id: ProductTypeId,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductId>> {
    let rows = conn
        .query(LIST_IDS_OF_TYPE, &[&after, &limit, &type_id])
        .await?;
    Ok(product_ids(&rows))
}

const LIST_IDS_OF_CATEGORY: &str = "
    select product_id as id
    from product_categories
    where category_id = $3 and ($1::uuid is null or product_id > $1)
    order by product_id
    limit $2";

fn product_ids(rows: &[Row]) -> Vec<ProductId> {
    rows.iter().map(|row| row.get("id")).collect()
}

/// Products after `after`, in the order of their ids.
pub(crate) async fn list_ids(
    conn: &Conn,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductId>> {
    Ok(product_ids(&conn.query(LIST_IDS, &[&after, &limit]).await?))
}

/// As [`list_ids`], of a brand.
pub(crate) async fn list_ids_of_brand(
    conn: &Conn,
    brand_id: BrandId,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductId>> {
    let rows = conn
        .query(LIST_IDS_OF_BRAND, &[&after, &limit, &brand_id])
        .await?;
    Ok(product_ids(&rows))
}

/// As [`list_ids`], of what is listed in a category itself.
pub(crate) async fn list_ids_of_category(
    conn: &Conn,
    category_id: CategoryId,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<ProductId>> {
    let rows = conn
        .query(LIST_IDS_OF_CATEGORY, &[&after, &limit, &category_id])
        .await?;
    Ok(product_ids(&rows))
}

const UPDATE_SOLD_COUNTS: &str = "
    with sold as (
        select variants.product_id, sum(-stock_movements.quantity)::bigint as units
        from stock_movements
        join variants on variants.id = stock_movements.variant_id
        where stock_movements.kind = 'sale' and stock_movements.occurred_at >= $1
        group by variants.product_id
    ), counted as (
        select product_id, units from sold
        union all
        select product_id, 0
        from product_search
        where status = 'published' and sold_count > 0
            and product_id not in (select product_id from sold)
    )
    update product_search
    set sold_count = counted.units
    from counted
    where product_search.product_id = counted.product_id and sold_count <> counted.units";

/// Counts anew what was sold since `since`.
pub(crate) async fn update_sold_counts(conn: &Conn, since: DateTime<Utc>) -> Result<u64> {
    conn.execute(UPDATE_SOLD_COUNTS, &[&since]).await
}
