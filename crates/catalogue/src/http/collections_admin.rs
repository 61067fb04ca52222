//! What staff do with collections.

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{BrandId, CategoryId, CollectionId, ProductId};
use kit::{
    Kit, Result, Tx,
    http::{
        Body, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, merge::given,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    brands_admin::slug_or_name,
    categories_admin::present,
    collections::CollectionCursor,
    product_draft::{DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX},
};
use crate::{
    actions,
    model::{CatalogueRefusal, Collection, CollectionRule, Texts},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_collection, list_collections))
        .routes(routes!(
            get_collection,
            update_collection,
            delete_collection
        ))
        .routes(routes!(get_products, set_products))
}

/// Which products a rule chooses: every part that is not empty must be so, and of each part one
/// value is enough.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleView {
    /// With everything below them.
    #[serde(default)]
    #[schema(max_items = 50)]
    category_ids: Vec<CategoryId>,
    #[serde(default)]
    #[schema(max_items = 50)]
    brand_ids: Vec<BrandId>,
    #[serde(default)]
    #[schema(max_items = 50)]
    tags: Vec<String>,
    /// Of the lowest price, in minor units.
    #[serde(default)]
    price_min: Option<i64>,
    /// Of the lowest price, in minor units.
    #[serde(default)]
    price_max: Option<i64>,
    /// `code:value` of what products are counted by.
    #[serde(default)]
    #[schema(max_items = 50)]
    attributes: Vec<String>,
}

impl From<CollectionRule> for RuleView {
    fn from(rule: CollectionRule) -> Self {
        Self {
            category_ids: rule.category_ids,
            brand_ids: rule.brand_ids,
            tags: rule.tags,
            price_min: rule.price_min,
            price_max: rule.price_max,
            attributes: rule.facets,
        }
    }
}

impl From<RuleView> for CollectionRule {
    fn from(rule: RuleView) -> Self {
        Self {
            category_ids: rule.category_ids,
            brand_ids: rule.brand_ids,
            tags: rule.tags,
            price_min: rule.price_min,
            price_max: rule.price_max,
            facets: rule.attributes,
        }
    }
}

/// A collection, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
struct CollectionAdminView {
    id: CollectionId,
    slug: String,
    title: Texts,
    description: Texts,
    is_published: bool,
    /// Null: its products are chosen by hand.
    rule: Option<RuleView>,
    version: i64,
}

impl From<Collection> for CollectionAdminView {
    fn from(collection: Collection) -> Self {
        Self {
            id: collection.id,
            slug: collection.slug,
            title: collection.title,
            description: collection.description,
            is_published: collection.is_published,
            rule: collection.rule.map(Into::into),
            version: collection.version,
        }
    }
}

/// A new collection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": {"en": "Rainy season", "am": "ክረምት"}, "is_published": true,
    "rule": {"tags": ["waterproof"], "price_max": 500_000}
}))]
struct CreateCollection {
    title: Texts,
    description: Option<Texts>,
    /// Made from the English title without it.
    slug: Option<String>,
    #[serde(default)]
    is_published: bool,
    /// Without it its products are chosen by hand.
    rule: Option<RuleView>,
}

fn check_words(title: &Texts, description: &Texts) -> Result<()> {
    title.check("/title", TITLE_CHARS_MAX)?;
    if *description != Texts::default() {
        description.check("/description", DESCRIPTION_CHARS_MAX)?;
    }
    Ok(())
}

/// Create a collection
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/collections/", operation_id = "createCollection",
    tag = "Admin: catalogue", request_body = CreateCollection,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CollectionAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_collection(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateCollection>,
) -> Result<Response> {
    let now = kit.clock.now();
    let key = header.scoped(staff.principal(), "createCollection", body.fingerprint);
    let new = body.value;
    let collection = Collection {
        id: CollectionId::generate(now),
        slug: slug_or_name(new.slug, &new.title)?,
        title: new.title,
        description: new.description.unwrap_or_default(),
        is_published: new.is_published,
        rule: new.rule.map(Into::into),
        version: 1,
    };
    check_words(&collection.title, &collection.description)?;
    let tx = kit.db.begin("create_collection").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::keep_collection(&tx, &collection, now).await?;
    let view = CollectionAdminView::from(collection);
    let what = ("collection.create", "collection", view.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// List collections as staff
///
/// Those that are not published, too.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/collections/", operation_id = "listCollectionsAsStaff",
    tag = "Admin: catalogue", params(PageQuery),
    responses((status = 200, body = Page<CollectionAdminView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_collections(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<CollectionAdminView>> {
    let limit = paging.limit()?;
    let after: Option<CollectionCursor> = paging.cursor()?;
    let after = after.as_ref().map(|after| after.slug.as_str());
    let conn = kit.db.read().await?;
    let rows = store::list_collections(&conn, after, true, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| CollectionCursor {
        slug: row.slug.clone(),
    })?;
    Ok(page.map(Into::into))
}

/// Read a collection as staff
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/collections/{id}/",
    operation_id = "getCollectionAsStaff", tag = "Admin: catalogue",
    params(("id" = CollectionId, Path)),
    responses((status = 200, body = CollectionAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_collection(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CollectionId>,
) -> Result<Versioned<CollectionAdminView>> {
    let conn = kit.db.read().await?;
    let found = store::find_collection(&conn, &id.to_string()).await?;
    let found = found.ok_or(CatalogueRefusal::NotFound("collection"))?;
    Ok(Versioned::ok(found.version, found.into()))
}

/// What changes of a collection; what is absent stays, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_published": true}))]
struct UpdateCollection {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    title: Option<Texts>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Texts>)]
    description: Option<Option<Texts>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    slug: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool)]
    is_published: Option<bool>,
    /// The whole rule; null has its products chosen by hand.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<RuleView>)]
    rule: Option<Option<RuleView>>,
}

/// A collection, locked, as somebody has seen it.
async fn locked(tx: &Tx, id: CollectionId, if_match: IfMatch) -> Result<Collection> {
    let found = store::lock_collection(tx, id).await?;
    let found = found.ok_or(CatalogueRefusal::NotFound("collection"))?;
    if_match.check(found.version, &CollectionAdminView::from(found.clone()))?;
    Ok(found)
}

/// Change a collection
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/collections/{id}/", operation_id = "updateCollection",
    tag = "Admin: catalogue", request_body = UpdateCollection,
    params(("id" = CollectionId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = CollectionAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_collection(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CollectionId>,
    if_match: IfMatch,
    body: Body<UpdateCollection>,
) -> Result<Versioned<CollectionAdminView>> {
    let (now, change) = (kit.clock.now(), body.value);
    let tx = kit.db.begin("update_collection").await?;
    let mut collection = locked(&tx, id, if_match).await?;
    let before = CollectionAdminView::from(collection.clone());
    collection.title = change.title.unwrap_or(collection.title);
    if let Some(description) = change.description {
        collection.description = description.unwrap_or_default();
    }
    collection.slug = change.slug.unwrap_or(collection.slug);
    collection.is_published = change.is_published.unwrap_or(collection.is_published);
    if let Some(rule) = change.rule {
        collection.rule = rule.map(Into::into);
    }
    check_words(&collection.title, &collection.description)?;
    actions::keep_collection(&tx, &collection, now).await?;
    collection.version += 1;
    let after = CollectionAdminView::from(collection);
    let what = ("collection.update", "collection", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}

/// Delete a collection
///
/// Its products stay.
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/collections/{id}/",
    operation_id = "deleteCollection", tag = "Admin: catalogue",
    params(("id" = CollectionId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_collection(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CollectionId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_collection").await?;
    let before = CollectionAdminView::from(locked(&tx, id, if_match).await?);
    store::delete_collection(&tx, id).await?;
    let what = ("collection.delete", "collection", id.uuid());
    staff
        .record(&tx, what, Some(&before), None::<&CollectionAdminView>, now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Products in an order.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"product_ids": ["019aab00-0000-7000-8000-000000000001"]}))]
pub(super) struct ProductOrder {
    /// Each once.
    #[schema(max_items = 1000)]
    pub(super) product_ids: Vec<ProductId>,
}

/// Read which products were chosen for a collection
///
/// In order, whatever their status; none where a rule chooses them.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/collections/{id}/products/",
    operation_id = "getCollectionProducts", tag = "Admin: catalogue",
    params(("id" = CollectionId, Path)),
    responses((status = 200, body = ProductOrder), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_products(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CollectionId>,
) -> Result<Versioned<ProductOrder>> {
    let conn = kit.db.read().await?;
    let found = store::find_collection(&conn, &id.to_string()).await?;
    let found = found.ok_or(CatalogueRefusal::NotFound("collection"))?;
    let product_ids = store::list_chosen(&conn, id).await?;
    Ok(Versioned::ok(found.version, ProductOrder { product_ids }))
}

/// Choose the products of a collection, in their order
///
/// All of them at once: what is not named is taken out.
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/collections/{id}/products/",
    operation_id = "setCollectionProducts", tag = "Admin: catalogue", request_body = ProductOrder,
    params(("id" = CollectionId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductOrder), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_products(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CollectionId>,
    if_match: IfMatch,
    body: Body<ProductOrder>,
) -> Result<Versioned<ProductOrder>> {
    let (now, after) = (kit.clock.now(), body.value);
    let tx = kit.db.begin("set_collection_products").await?;
    let collection = locked(&tx, id, if_match).await?;
    let before = ProductOrder {
        product_ids: store::list_chosen(&tx, id).await?,
    };
    actions::choose_products(&tx, &collection, &after.product_ids, now).await?;
    let what = ("collection.products", "collection", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(collection.version + 1, after))
}
