//! The shelf over HTTP, for staff.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned, body::invalid_member},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{InventoryRefusal, Level},
    store,
};

/// The routes of the shelf.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_stock_level, set_stock_level))
}

/// What is on the shelf of one variant, in units.
#[derive(Serialize, ToSchema)]
struct StockLevelView {
    variant_id: VariantId,
    /// Units that are there.
    on_hand: i64,
    /// Units that open orders hold.
    reserved: i64,
    /// Units that can still be sold; never negative.
    available: i64,
    updated_at: DateTime<Utc>,
}

impl From<Level> for StockLevelView {
    fn from(level: Level) -> Self {
        Self {
            variant_id: level.variant_id,
            on_hand: level.on_hand,
            reserved: level.reserved,
            available: level.available(),
            updated_at: level.updated_at,
        }
    }
}

/// A counted stock level.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on_hand": 25, "reason": "stock count"}))]
struct SetStockLevel {
    /// Units that are there now.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    on_hand: i64,
    /// Why it changed; kept with the movement.
    #[schema(max_length = 200)]
    #[serde(default)]
    reason: String,
}

/// Read the stock level of a variant
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/levels/{variant_id}/", operation_id = "getStockLevel",
    tag = "Admin: inventory", params(("variant_id" = VariantId, Path)),
    responses((status = 200, body = StockLevelView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_stock_level(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
) -> Result<Versioned<StockLevelView>> {
    let conn = kit.db.read().await?;
    let level = store::find_level(&conn, variant_id)
        .await?
        .ok_or(InventoryRefusal::UnknownVariant)?;
    Ok(Versioned::ok(level.version, level.into()))
}

/// Set the stock level of a variant to what was counted
///
/// Compare and swap: needs `If-Match` with the ETag that was read; a sale since then makes it
/// stale. Orders that hold units keep them; the level cannot go below what they hold.
#[utoipa::path(
    put, path = "/api/v1/admin/inventory/levels/{variant_id}/", operation_id = "setStockLevel",
    tag = "Admin: inventory",
    params(("variant_id" = VariantId, Path), ("If-Match" = String, Header)),
    request_body = SetStockLevel,
    responses((status = 200, body = StockLevelView), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_stock_level(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
    if_match: IfMatch,
    body: Body<SetStockLevel>,
) -> Result<Versioned<StockLevelView>> {
    let SetStockLevel { on_hand, reason } = body.value;
    if !(0..=1_000_000_000).contains(&on_hand) {
        return Err(invalid_member(
            "/on_hand",
            "it must be from 0 to 1,000,000,000",
        ));
    }
    if reason.chars().count() > 200 {
        return Err(invalid_member(
            "/reason",
            "it must have at most 200 characters",
        ));
    }
    let now = kit.clock.now();
    let tx = kit.db.begin("set_stock_level").await?;
    let before = store::lock_level(&tx, variant_id)
        .await?
        .ok_or(InventoryRefusal::UnknownVariant)?;
    if !tx.sabotage().has_removed("stock version") {
        if_match.check(before.version, &StockLevelView::from(before))?;
    }
    let after = actions::adjust(&tx, before, on_hand, &reason, Some(staff.id), now).await?;
    let (shown, view) = (StockLevelView::from(before), StockLevelView::from(after));
    let what = ("stock.set", "variant", variant_id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, view))
}
