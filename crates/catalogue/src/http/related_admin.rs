//! What staff say goes with a product.

use axum::extract::State;
use ids::ProductId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned},
};
use staff::{CanEditCatalogue, Staff};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::collections_admin::ProductOrder;
use crate::{actions, model::CatalogueRefusal, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_related, set_related))
}

/// Read what a product is related to
///
/// In order, whatever their status. The ETag is the product's.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/{id}/related/",
    operation_id = "getRelatedProducts", tag = "Admin: catalogue",
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductOrder), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_related(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
) -> Result<Versioned<ProductOrder>> {
    let conn = kit.db.read().await?;
    let version = store::find_product_version(&conn, id).await?;
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let product_ids = store::list_related(&conn, id).await?;
    Ok(Versioned::ok(version, ProductOrder { product_ids }))
}

/// Say what a product is related to, in order
///
/// All of them at once, at most 20: what is not named is taken out. The other products are not
/// related back.
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/products/{id}/related/",
    operation_id = "setRelatedProducts", tag = "Admin: catalogue", request_body = ProductOrder,
    params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductOrder), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_related(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    if_match: IfMatch,
    body: Body<ProductOrder>,
) -> Result<Versioned<ProductOrder>> {
    let (now, after) = (kit.clock.now(), body.value);
    let tx = kit.db.begin("set_related_products").await?;
    let version = store::lock_product(&tx, id).await?;
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let before = ProductOrder {
        product_ids: store::list_related(&tx, id).await?,
    };
    if_match.check(version, &before)?;
    actions::relate(&tx, id, &after.product_ids, now).await?;
    let what = ("product.related", "product", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(version + 1, after))
}
