//! Levels: read, counted, compared and swapped.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{LocationId, VariantId};
use kit::{
    Conn, Kit, Result,
    http::{
        Body, IfMatch, PathId, ProblemResponses, Query, Versioned, body::invalid_member,
        merge::given,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{InventoryRefusal, Level, MAIN_LOCATION, ReasonCode, UNITS_MAX},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_stock_level, set_stock_level))
}

/// Where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AtLocation {
    /// At which location; the main one without it.
    #[param(value_type = Option<uuid::Uuid>)]
    location_id: Option<LocationId>,
}

/// What is on the shelf of one variant at one location, in units.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct StockLevelView {
    variant_id: VariantId,
    location_id: LocationId,
    /// Units that are there.
    on_hand: i64,
    /// Units that open orders hold.
    reserved: i64,
    /// Units that are never offered.
    safety_stock: i64,
    /// Units that can still be sold; never negative.
    available: i64,
    updated_at: DateTime<Utc>,
}

impl From<Level> for StockLevelView {
    fn from(level: Level) -> Self {
        Self {
            variant_id: level.variant_id,
            location_id: level.location_id,
            on_hand: level.on_hand,
            reserved: level.reserved,
            safety_stock: level.safety_stock,
            available: level.available(),
            updated_at: level.updated_at,
        }
    }
}

/// A counted stock level.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on_hand": 25, "reason_code": "count", "reason": "shelf 4"}))]
struct SetStockLevel {
    /// Units that are there now.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    on_hand: i64,
    /// Why it changed; kept with the movement.
    #[schema(max_length = 200)]
    #[serde(default)]
    reason: String,
    /// What kind of difference it is; `count` without it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = ReasonCode)]
    reason_code: Option<ReasonCode>,
    /// Units that are not to be offered from now on; as before without it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000)]
    safety_stock: Option<i64>,
}

impl SetStockLevel {
    fn check(&self) -> Result<()> {
        let refuse = |pointer| {
            Err(invalid_member(
                pointer,
                "it must be from 0 to 1,000,000,000",
            ))
        };
        let is_bounded = |units: i64| (0..=UNITS_MAX).contains(&units);
        if !is_bounded(self.on_hand) {
            return refuse("/on_hand");
        }
        if !self.safety_stock.is_none_or(is_bounded) {
            return refuse("/safety_stock");
        }
        if self.reason.chars().count() > 200 {
            return Err(invalid_member(
                "/reason",
                "it must have at most 200 characters",
            ));
        }
        Ok(())
    }
}

/// The level, or an empty one where the variant never was.
async fn level_at(conn: &Conn, variant_id: VariantId, location_id: LocationId) -> Result<Level> {
    if let Some(level) = store::find_level(conn, variant_id, location_id).await? {
        return Ok(level);
    }
    let opened = store::find_level(conn, variant_id, MAIN_LOCATION).await?;
    let opened = opened.ok_or(InventoryRefusal::UnknownVariant)?;
    let location = store::find_location(conn, location_id).await?;
    location.ok_or(InventoryRefusal::UnknownLocation)?;
    Ok(Level {
        location_id,
        on_hand: 0,
        reserved: 0,
        safety_stock: 0,
        version: 0,
        ..opened
    })
}

/// Read the stock level of a variant at a location
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/levels/{variant_id}/", operation_id = "getStockLevel",
    tag = "Admin: inventory", params(("variant_id" = VariantId, Path), AtLocation),
    responses((status = 200, body = StockLevelView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_stock_level(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
    Query(AtLocation { location_id }): Query<AtLocation>,
) -> Result<Versioned<StockLevelView>> {
    let conn = kit.db.read().await?;
    let level = level_at(&conn, variant_id, location_id.unwrap_or(MAIN_LOCATION)).await?;
    Ok(Versioned::ok(level.version, level.into()))
}

/// Set the stock level of a variant at a location to what was counted
///
/// Compare and swap: needs `If-Match` with the ETag that was read; a sale since then makes it
/// stale. Orders that hold units keep them; the level cannot go below what they hold.
#[utoipa::path(
    put, path = "/api/v1/admin/inventory/levels/{variant_id}/", operation_id = "setStockLevel",
    tag = "Admin: inventory",
    params(("variant_id" = VariantId, Path), AtLocation, ("If-Match" = String, Header)),
    request_body = SetStockLevel,
    responses((status = 200, body = StockLevelView), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_stock_level(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(variant_id): PathId<VariantId>,
    Query(AtLocation { location_id }): Query<AtLocation>,
    if_match: IfMatch,
    body: Body<SetStockLevel>,
) -> Result<Versioned<StockLevelView>> {
    body.value.check()?;
    let wish = body.value;
    let now = kit.clock.now();
    let tx = kit.db.begin("set_stock_level").await?;
    let location_id = location_id.unwrap_or(MAIN_LOCATION);
    let before = actions::lock_level(&tx, variant_id, location_id, now).await?;
    if !tx.sabotage().has_removed("stock version") {
        if_match.check(before.version, &StockLevelView::from(before))?;
    }
    let why = (wish.reason_code.unwrap_or(ReasonCode::Count), &*wish.reason);
    let mut after = actions::adjust(&tx, before, wish.on_hand, why, Some(staff.id), now).await?;
    if let Some(safety_stock) = wish.safety_stock {
        after = actions::keep_back(&tx, after, safety_stock, now).await?;
    }
    let (shown, view) = (StockLevelView::from(before), StockLevelView::from(after));
    let what = ("stock.set", "variant", variant_id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, view))
}
