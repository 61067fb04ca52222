//! Kinds of products, and what is said of products of a kind.

use chrono::{DateTime, Utc};
use ids::{ProductId, ProductTypeId};
use kit::{Conn, Error, Result, Tx};
use serde_json::Value;
use tokio_postgres::Row;

use crate::model::{
    Attribute, AttributeKind, AttributeValues, Choice, ProductType, Texts, Withdrawn,
};

/// An attribute as a statement puts it together.
#[derive(serde::Deserialize)]
struct StoredAttribute {
    code: String,
    name: Texts,
    kind: String,
    choices: Vec<Choice>,
    is_required: bool,
    is_facet: bool,
}

/// Attributes from what a statement put together.
pub(crate) fn attributes_from(json: Value) -> Result<Vec<Attribute>> {
    let stored: Vec<StoredAttribute> = serde_json::from_value(json)?;
    let attributes = stored.into_iter().map(|stored| {
        let kind = AttributeKind::parse(&stored.kind);
        Ok(Attribute {
            code: stored.code,
            name: stored.name,
            kind: kind.ok_or_else(|| Error::fault("an attribute of an unknown kind"))?,
            choices: stored.choices,
            is_required: stored.is_required,
            is_facet: stored.is_facet,
        })
    });
    attributes.collect()
}

fn product_type(row: &Row) -> Result<ProductType> {
    Ok(ProductType {
        id: row.get("id"),
        slug: row.get("slug"),
        name: Texts::from_json(row.get("name")),
        attributes: attributes_from(row.get("attributes"))?,
        version: row.get("version"),
    })
}

macro_rules! product_types {
    ($which:literal) => {
        concat!(
            "
    select id, slug, name, version, coalesce((
            select jsonb_agg(jsonb_build_object(
                'code', code, 'name', product_attributes.name, 'kind', kind, 'choices', choices,
                'is_required', is_required, 'is_facet', is_facet
            ) order by position)
            from product_attributes
            where type_id = product_types.id
        ), '[]') as attributes
    from product_types
    where ",
            $which
        )
    };
}

const LIST_PRODUCT_TYPES: &str = product_types!(
    "$1::text is null or slug > $1
    order by slug
    limit $2"
);

pub(crate) async fn list_product_types(
    conn: &Conn,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<ProductType>> {
    let rows = conn.query(LIST_PRODUCT_TYPES, &[&after, &limit]).await?;
    rows.iter().map(product_type).collect()
}

const FIND_PRODUCT_TYPE: &str = product_types!("id = $1");

pub(crate) async fn find_product_type(
    conn: &Conn,
    id: ProductTypeId,
) -> Result<Option<ProductType>> {
    let row = conn.query_opt(FIND_PRODUCT_TYPE, &[&id]).await?;
    row.as_ref().map(product_type).transpose()
}

// The row is locked before its attributes are read: they change only under the same lock.
const LOCK_PRODUCT_TYPE: &str = "
    select id
    from product_types
    where id = $1
    for update";

/// A kind of product that nobody else changes or uses anew until the end of `tx`.
pub(crate) async fn lock_product_type(tx: &Tx, id: ProductTypeId) -> Result<Option<ProductType>> {
    tx.query_opt(LOCK_PRODUCT_TYPE, &[&id]).await?;
    find_product_type(tx, id).await
}

const LOCK_PRODUCT_TYPE_AS_IT_IS: &str = "
    select id
    from product_types
    where id = $1
    for share";

/// A kind of product that nobody changes until the end of `tx`.
pub(crate) async fn lock_product_type_as_it_is(
    tx: &Tx,
    id: ProductTypeId,
) -> Result<Option<ProductType>> {
    tx.query_opt(LOCK_PRODUCT_TYPE_AS_IT_IS, &[&id]).await?;
    find_product_type(tx, id).await
}

const INSERT_PRODUCT_TYPE: &str = "
    insert into product_types (id, slug, name, created_at, updated_at)
    values ($1, $2, $3, $4, $4)";

const DELETE_ATTRIBUTES: &str = "delete from product_attributes where type_id = $1";

const INSERT_ATTRIBUTES: &str = "
    insert into product_attributes
        (type_id, code, position, name, kind, choices, is_required, is_facet)
    select $1, code, position - 1, name, kind, choices, is_required, is_facet
    from unnest($2::text[], $3::jsonb[], $4::text[], $5::jsonb[], $6::boolean[], $7::boolean[])
        with ordinality
        as new (code, name, kind, choices, is_required, is_facet, position)";

async fn insert_attributes(tx: &Tx, new: &ProductType) -> Result<()> {
    let of = &new.attributes;
    let codes: Vec<&str> = of.iter().map(|one| one.code.as_str()).collect();
    let names: Vec<Value> = of.iter().map(|one| one.name.to_json()).collect();
    let kinds: Vec<&str> = of.iter().map(|one| one.kind.as_str()).collect();
    let choices = of
        .iter()
        .map(|one| serde_json::to_value(&one.choices))
        .collect::<serde_json::Result<Vec<Value>>>()?;
    let required: Vec<bool> = of.iter().map(|one| one.is_required).collect();
    let facets: Vec<bool> = of.iter().map(|one| one.is_facet).collect();
    tx.execute(
        INSERT_ATTRIBUTES,
        &[
            &new.id, &codes, &names, &kinds, &choices, &required, &facets,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn insert_product_type(
    tx: &Tx,
    new: &ProductType,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_PRODUCT_TYPE,
        &[&new.id, &new.slug, &new.name.to_json(), &now],
    )
    .await?;
    insert_attributes(tx, new).await
}

const UPDATE_PRODUCT_TYPE: &str = "
    update product_types
    set slug = $2, name = $3, version = version + 1, updated_at = $4
    where id = $1";

/// Writes a kind of product anew, its attributes in their new order.
pub(crate) async fn update_product_type(
    tx: &Tx,
    changed: &ProductType,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        UPDATE_PRODUCT_TYPE,
        &[&changed.id, &changed.slug, &changed.name.to_json(), &now],
    )
    .await?;
    tx.execute(DELETE_ATTRIBUTES, &[&changed.id]).await?;
    insert_attributes(tx, changed).await
}

const DELETE_PRODUCT_TYPE: &str = "delete from product_types where id = $1";

pub(crate) async fn delete_product_type(tx: &Tx, id: ProductTypeId) -> Result<()> {
    tx.execute(DELETE_PRODUCT_TYPE, &[&id]).await?;
    Ok(())
}

const FIND_USE: &str = "
    select
        exists (
            select from products where type_id = $1 and attributes ?| $2::text[]
        ) or exists (
            select from products
            join unnest($3::text[], $4::text[]) as gone (code, choice)
                on attributes ->> gone.code = gone.choice
            where type_id = $1
        ) as is_used,
        exists (
            select from products where type_id = $1 and not attributes ?& $5::text[]
        ) as is_missed";

/// Whether products have what would be withdrawn, and whether some miss what would be required.
pub(crate) async fn find_use(
    tx: &Tx,
    id: ProductTypeId,
    withdrawn: &Withdrawn,
) -> Result<(bool, bool)> {
    let (codes, choices): (Vec<&str>, Vec<&str>) = withdrawn
        .choices
        .iter()
        .map(|(code, choice)| (code.as_str(), choice.as_str()))
        .unzip();
    let row = tx
        .query_one(
            FIND_USE,
            &[&id, &withdrawn.codes, &codes, &choices, &withdrawn.required],
        )
        .await?;
    Ok((row.get("is_used"), row.get("is_missed")))
}

const COUNT_KNOWN: &str = "select count(*) from products where id = any($1)";

/// How many of these products there are.
pub(crate) async fn count_known(conn: &Conn, products: &[ProductId]) -> Result<i64> {
    Ok(conn.query_one(COUNT_KNOWN, &[&products]).await?.get(0))
}

const UPDATE_ATTRIBUTES: &str = "
    update products
    set type_id = $2, attributes = $3
    where id = $1";

/// Writes what is said of a product that the caller has locked or has just added.
pub(crate) async fn update_attributes(
    tx: &Tx,
    id: ProductId,
    type_id: Option<ProductTypeId>,
    values: &AttributeValues,
) -> Result<()> {
    let values = serde_json::to_value(values)?;
    tx.execute(UPDATE_ATTRIBUTES, &[&id, &type_id, &values])
        .await?;
    Ok(())
}
