//! Tags, collections, what is related: products that are put together.

use chrono::{DateTime, Utc};
use ids::ProductId;
use kit::{Result, Tx};

use super::refuse_by_constraint;
use crate::{
    model::{
        CHOSEN_MAX, CatalogueRefusal, Collection, RELATED_MAX, check_listed, check_slug,
        check_tags, in_order,
    },
    store,
};

/// Says which words a product, which the caller has locked or has just added, is found and
/// collected by.
///
/// # Errors
/// `invalid_tag`
pub(crate) async fn tag_product(tx: &Tx, id: ProductId, tags: Vec<String>) -> Result<()> {
    check_tags(&tags)?;
    store::update_tags(tx, id, &in_order(tags)).await
}

/// Writes a collection, a new one or one that the caller has locked. What was chosen by hand goes
/// where a rule comes.
///
/// # Errors
/// `invalid_slug`, `slug_taken`, `invalid_collection`, `invalid_tag`, `unknown_category`,
/// `unknown_brand`.
pub(crate) async fn keep_collection(
    tx: &Tx,
    collection: &Collection,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&collection.slug)?;
    if let Some(rule) = &collection.rule {
        rule.check()?;
        let (has_categories, has_brands) = store::exists_all(tx, rule).await?;
        if !has_categories {
            return Err(CatalogueRefusal::UnknownCategory.into());
        }
        if !has_brands {
            return Err(CatalogueRefusal::UnknownBrand.into());
        }
        store::update_chosen(tx, collection.id, &[]).await?;
    }
    store::upsert_collection(tx, collection, now)
        .await
        .map_err(refuse_by_constraint)
}

/// Chooses the products of a collection that the caller has locked.
///
/// # Errors
/// `invalid_collection` where a rule chooses them; `invalid_order`, `unknown_product`.
pub(crate) async fn choose_products(
    tx: &Tx,
    collection: &Collection,
    products: &[ProductId],
    now: DateTime<Utc>,
) -> Result<()> {
    if collection.rule.is_some() {
        let rule = "what a rule chooses is not chosen by hand".to_owned();
        return Err(CatalogueRefusal::InvalidCollection(rule).into());
    }
    check_listed(products, CHOSEN_MAX)?;
    store::update_chosen(tx, collection.id, products)
        .await
        .map_err(refuse_by_constraint)?;
    store::upsert_collection(tx, collection, now).await
}

/// Says what a product, which the caller has locked, is related to.
///
/// # Errors
/// `invalid_order`: one twice, too many, or the product itself; `unknown_product`.
pub(crate) async fn relate(
    tx: &Tx,
    id: ProductId,
    products: &[ProductId],
    now: DateTime<Utc>,
) -> Result<()> {
    check_listed(products, RELATED_MAX)?;
    if products.contains(&id) {
        return Err(CatalogueRefusal::InvalidOrder.into());
    }
    store::update_related(tx, id, products, now)
        .await
        .map_err(refuse_by_constraint)
}
