//! What bundles are made of.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{Bundle, Want},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_bundle, set_bundle))
}

/// A part of a bundle.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BundlePart {
    variant_id: VariantId,
    /// Units of it in one unit of the bundle.
    #[schema(minimum = 1, maximum = 1_000)]
    quantity: i64,
}

/// What a variant is made of.
#[derive(Serialize, ToSchema)]
struct BundleView {
    variant_id: VariantId,
    /// For one unit of it; nothing: it is no bundle.
    parts: Vec<BundlePart>,
    updated_at: DateTime<Utc>,
}

impl From<Bundle> for BundleView {
    fn from(bundle: Bundle) -> Self {
        let part = |part: Want| BundlePart {
            variant_id: part.variant_id,
            quantity: part.quantity,
        };
        Self {
            variant_id: bundle.variant_id,
            parts: bundle.parts.into_iter().map(part).collect(),
            updated_at: bundle.updated_at,
        }
    }
}

/// What a variant is to be made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "parts": [{"variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 2}]
}))]
struct SetBundle {
    /// At most 50, each once; none: it is a variant like others.
    #[schema(max_items = 50)]
    parts: Vec<BundlePart>,
}

/// Read what a variant is made of
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/bundles/{variant_id}/", operation_id = "getBundle",
    tag = "Admin: inventory", params(("variant_id" = VariantId, Path)),
    responses((status = 200, body = BundleView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_bundle(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
) -> Result<Versioned<BundleView>> {
    let bundle = actions::get_bundle(&kit.db.read().await?, variant_id).await?;
    Ok(Versioned::ok(bundle.version, bundle.into()))
}

/// Make a variant a bundle of others
///
/// A bundle has no stock of its own: there are as many as its parts make, and an order of it takes
/// all its parts, or nothing. Parts are not bundles. Orders that are placed keep what their bundles
/// were made of.
#[utoipa::path(
    put, path = "/api/v1/admin/inventory/bundles/{variant_id}/", operation_id = "setBundle",
    tag = "Admin: inventory",
    params(("variant_id" = VariantId, Path), ("If-Match" = String, Header)),
    request_body = SetBundle,
    responses((status = 200, body = BundleView), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_bundle(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
    if_match: IfMatch,
    body: Body<SetBundle>,
) -> Result<Versioned<BundleView>> {
    let part = |part: &BundlePart| Want {
        variant_id: part.variant_id,
        quantity: part.quantity,
    };
    let parts: Vec<Want> = body.value.parts.iter().map(part).collect();
    let wish = Bundle {
        variant_id,
        parts: parts.clone(),
        version: 1,
        updated_at: DateTime::default(),
    };
    wish.check()?;
    let tx = kit.db.begin("set_bundle").await?;
    let before = actions::lock_bundle(&tx, variant_id, &parts).await?;
    let shown = BundleView::from(before.clone());
    if_match.check(before.version, &shown)?;
    let now = kit.clock.now();
    let after = actions::change_bundle(&tx, &before, parts, now).await?;
    let (version, view) = (after.version, BundleView::from(after));
    let what = ("stock.bundle", "variant", variant_id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(version, view))
}
