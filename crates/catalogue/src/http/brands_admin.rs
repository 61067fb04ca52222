//! What staff do with brands.

use axum::extract::State;
use http::StatusCode;
use ids::BrandId;
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned, merge::given},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{Brand, CatalogueRefusal, NewBrand, Texts, slug_from},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_brand))
        .routes(routes!(get_brand, update_brand, delete_brand))
}

pub(super) const NAME_CHARS_MAX: usize = 120;

/// A brand, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
struct BrandAdminView {
    id: BrandId,
    slug: String,
    name: Texts,
    version: i64,
}

impl From<Brand> for BrandAdminView {
    fn from(brand: Brand) -> Self {
        Self {
            id: brand.id,
            slug: brand.slug,
            name: brand.name,
            version: brand.version,
        }
    }
}

/// A new brand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": {"en": "Tena Coffee", "am": "ጤና ቡና"}}))]
struct CreateBrand {
    name: Texts,
    /// Made from the English name without it.
    slug: Option<String>,
}

/// What changes of a brand; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": {"en": "Tena Coffee", "am": "ጤና ቡና"}}))]
struct UpdateBrand {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    name: Option<Texts>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    slug: Option<String>,
}

pub(super) fn slug_or_name(slug: Option<String>, name: &Texts) -> Result<String> {
    let slug = slug.or_else(|| slug_from(name.get(Texts::FALLBACK)));
    Ok(slug.ok_or(CatalogueRefusal::InvalidSlug)?)
}

/// Create a brand
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/brands/", operation_id = "createBrand",
    tag = "Admin: catalogue", request_body = CreateBrand,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = BrandAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_brand(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateBrand>,
) -> Result<axum::response::Response> {
    let CreateBrand { name, slug } = body.value;
    name.check("/name", NAME_CHARS_MAX)?;
    let now = kit.clock.now();
    let slug = slug_or_name(slug, &name)?;
    let new = NewBrand {
        id: BrandId::generate(now),
        slug,
        name,
    };
    let key = header.scoped(staff.principal(), "createBrand", body.fingerprint);
    let tx = kit.db.begin("create_brand").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::create_brand(&tx, &new, now).await?;
    let view = BrandAdminView {
        id: new.id,
        slug: new.slug,
        name: new.name,
        version: 1,
    };
    staff
        .record(
            &tx,
            ("brand.create", "brand", view.id.uuid()),
            None,
            Some(&view),
            now,
        )
        .await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a brand as staff
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/brands/{id}/", operation_id = "getBrandAsStaff",
    tag = "Admin: catalogue", params(("id" = BrandId, Path)),
    responses((status = 200, body = BrandAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_brand(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<BrandId>,
) -> Result<Versioned<BrandAdminView>> {
    let conn = kit.db.read().await?;
    let brand = store::find_brand(&conn, &id.to_string()).await?;
    let brand = brand.ok_or(CatalogueRefusal::NotFound("brand"))?;
    Ok(Versioned::ok(brand.version, brand.into()))
}

/// Change a brand
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/brands/{id}/", operation_id = "updateBrand",
    tag = "Admin: catalogue", request_body = UpdateBrand,
    params(("id" = BrandId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = BrandAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_brand(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<BrandId>,
    if_match: IfMatch,
    body: Body<UpdateBrand>,
) -> Result<Versioned<BrandAdminView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("update_brand").await?;
    let before = store::lock_brand(&tx, id)
        .await?
        .ok_or(CatalogueRefusal::NotFound("brand"))?;
    let shown = BrandAdminView::from(before.clone());
    if_match.check(before.version, &shown)?;
    let mut after = before;
    if let Some(name) = body.value.name {
        name.check("/name", NAME_CHARS_MAX)?;
        after.name = name;
    }
    after.slug = body.value.slug.unwrap_or(after.slug);
    actions::change_brand(&tx, &shown.name, &after, now).await?;
    after.version += 1;
    let view = BrandAdminView::from(after);
    staff
        .record(
            &tx,
            ("brand.update", "brand", id.uuid()),
            Some(&shown),
            Some(&view),
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Delete a brand that no product has
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/brands/{id}/", operation_id = "deleteBrand",
    tag = "Admin: catalogue", params(("id" = BrandId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_brand(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<BrandId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_brand").await?;
    let before = store::lock_brand(&tx, id)
        .await?
        .ok_or(CatalogueRefusal::NotFound("brand"))?;
    let shown = BrandAdminView::from(before);
    if_match.check(shown.version, &shown)?;
    actions::remove_brand(&tx, id).await?;
    staff
        .record(
            &tx,
            ("brand.delete", "brand", id.uuid()),
            Some(&shown),
            None,
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
