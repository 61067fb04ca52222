//! What staff do with categories.

use axum::extract::State;
use http::StatusCode;
use ids::CategoryId;
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned, merge::given},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::brands_admin::{NAME_CHARS_MAX, slug_or_name};
use crate::{
    actions,
    model::{CatalogueRefusal, Category, NewCategory, Texts},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_category))
        .routes(routes!(get_category, update_category, delete_category))
}

/// A category, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
struct CategoryAdminView {
    id: CategoryId,
    parent_id: Option<CategoryId>,
    slug: String,
    name: Texts,
    position: i32,
    version: i64,
}

impl From<&Category> for CategoryAdminView {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id,
            parent_id: category.parent_id,
            slug: category.slug.clone(),
            name: category.name.clone(),
            position: category.position,
            version: category.version,
        }
    }
}

/// A new category.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": {"en": "Coffee", "am": "ቡና"}, "position": 1}))]
struct CreateCategory {
    name: Texts,
    /// Made from the English name without it.
    slug: Option<String>,
    /// Under which category; the top without it.
    parent_id: Option<CategoryId>,
    /// Order among its siblings.
    #[serde(default)]
    position: i32,
}

/// What changes of a category; what is absent stays, `"parent_id": null` moves it to the top.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"position": 2}))]
struct UpdateCategory {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    name: Option<Texts>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    slug: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<CategoryId>)]
    parent_id: Option<Option<CategoryId>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32)]
    position: Option<i32>,
}

/// Tells `null` from absent (JSON Merge Patch, RFC 7396).
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Create a category
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/categories/", operation_id = "createCategory",
    tag = "Admin: catalogue", request_body = CreateCategory,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CategoryAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_category(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateCategory>,
) -> Result<axum::response::Response> {
    let CreateCategory {
        name,
        slug,
        parent_id,
        position,
    } = body.value;
    name.check("/name", NAME_CHARS_MAX)?;
    let now = kit.clock.now();
    let slug = slug_or_name(slug, &name)?;
    let new = NewCategory {
        id: CategoryId::generate(now),
        parent_id,
        slug,
        name,
        position,
    };
    let key = header.scoped(staff.principal(), "createCategory", body.fingerprint);
    let tx = kit.db.begin("create_category").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::create_category(&tx, &new, now).await?;
    let NewCategory {
        id,
        parent_id,
        slug,
        name,
        position,
    } = new;
    let view = CategoryAdminView {
        id,
        parent_id,
        slug,
        name,
        position,
        version: 1,
    };
    staff
        .record(
            &tx,
            ("category.create", "category", id.uuid()),
            None,
            Some(&view),
            now,
        )
        .await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

fn find(tree: &[Category], id: CategoryId) -> Result<&Category> {
    let found = tree.iter().find(|category| category.id == id);
    Ok(found.ok_or(CatalogueRefusal::NotFound("category"))?)
}

/// Read a category as staff
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/categories/{id}/", operation_id = "getCategoryAsStaff",
    tag = "Admin: catalogue", params(("id" = CategoryId, Path)),
    responses((status = 200, body = CategoryAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_category(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CategoryId>,
) -> Result<Versioned<CategoryAdminView>> {
    let conn = kit.db.read().await?;
    let tree = store::list_tree(&conn).await?;
    let category = find(&tree, id)?;
    Ok(Versioned::ok(category.version, category.into()))
}

/// Change or move a category
///
/// Moving takes the whole subtree along. A move that would make a cycle is refused.
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/categories/{id}/", operation_id = "updateCategory",
    tag = "Admin: catalogue", request_body = UpdateCategory,
    params(("id" = CategoryId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = CategoryAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_category(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CategoryId>,
    if_match: IfMatch,
    body: Body<UpdateCategory>,
) -> Result<Versioned<CategoryAdminView>> {
    let change = body.value;
    let now = kit.clock.now();
    let tx = kit.db.begin("update_category").await?;
    let tree = store::lock_categories(&tx).await?;
    let before = find(&tree, id)?;
    let shown = CategoryAdminView::from(before);
    if_match.check(before.version, &shown)?;
    let mut after = before.clone();
    if let Some(name) = change.name {
        name.check("/name", NAME_CHARS_MAX)?;
        after.name = name;
    }
    after.slug = change.slug.unwrap_or(after.slug);
    after.parent_id = change.parent_id.unwrap_or(after.parent_id);
    after.position = change.position.unwrap_or(after.position);
    actions::change_category(&tx, &tree, &after, now).await?;
    after.version += 1;
    let view = CategoryAdminView::from(&after);
    staff
        .record(
            &tx,
            ("category.update", "category", id.uuid()),
            Some(&shown),
            Some(&view),
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Delete a category that nothing stands on
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/categories/{id}/", operation_id = "deleteCategory",
    tag = "Admin: catalogue", params(("id" = CategoryId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_category(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CategoryId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_category").await?;
    let tree = store::lock_categories(&tx).await?;
    let shown = CategoryAdminView::from(find(&tree, id)?);
    if_match.check(shown.version, &shown)?;
    actions::remove_category(&tx, id).await?;
    staff
        .record(
            &tx,
            ("category.delete", "category", id.uuid()),
            Some(&shown),
            None,
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
