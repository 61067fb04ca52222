//! Movements: written down by staff, many at once, and read again.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use http::StatusCode;
use ids::{LocationId, MovementId, OrderId, StaffId, StockTransferId, VariantId};
use kit::{
    Kit, Refusal, Result,
    http::{
        Body, Cursor, IdempotencyHeader, Page, PageQuery, ProblemResponses, Query,
        body::invalid_member, merge::given, page::instant,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::levels::StockLevelView;
use crate::{
    actions,
    model::{
        AccountUnits, InventoryRefusal, Level, MAIN_LOCATION, Movement, MovementFilter,
        MovementKind, NewMovement, Pick, ReasonCode, UNITS_MAX, Wish,
    },
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_movements, record_movements))
        .routes(routes!(get_balances))
}

/// How many movements may be asked for at once.
const MOVEMENTS_MAX: usize = 1_000;

/// What staff may write down; sales and transfers have their own ways.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecordedKind {
    /// Units that came from a supplier.
    Receipt,
    /// Units that a buyer sent back.
    Return,
    /// What was found to be more (positive) or less (negative) than was written down.
    Adjustment,
    /// Units that nobody can sell any more.
    Damage,
}

/// A movement to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordMovement {
    kind: RecordedKind,
    variant_id: VariantId,
    /// At which location; the main one without it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = LocationId)]
    location_id: Option<LocationId>,
    /// Units, at least 1; of an adjustment also less than 0.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    quantity: i64,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
    /// Why something is adjusted: required with `adjustment`, and with nothing else.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = ReasonCode)]
    reason_code: Option<ReasonCode>,
    /// The level's version that was read; another one is refused.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, minimum = 0)]
    version: Option<i64>,
}

/// Movements to be written down, each by itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"movements": [
    {"kind": "receipt", "variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 24,
     "reason": "delivery 1182"},
    {"kind": "adjustment", "variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": -1,
     "reason_code": "used", "version": 7}
]}))]
struct RecordMovements {
    /// At most 1,000.
    #[schema(min_items = 1, max_items = 1000)]
    movements: Vec<RecordMovement>,
}

/// What became of one movement, in the order of the request.
#[derive(Serialize, ToSchema)]
struct MovementResult {
    is_recorded: bool,
    /// The level when all is written down.
    level: Option<StockLevelView>,
    /// Its version, for the next change.
    version: Option<i64>,
    /// Why it was not written down.
    refusal: Option<MovementRefusal>,
}

/// Why a movement was not written down.
#[derive(Serialize, ToSchema)]
struct MovementRefusal {
    /// As in problem documents.
    code: String,
    detail: String,
    /// What the code is about, such as the level's present version.
    #[schema(value_type = Option<Object>)]
    meta: Option<serde_json::Value>,
}

/// What became of each movement.
#[derive(Serialize, ToSchema)]
struct MovementResults {
    results: Vec<MovementResult>,
}

impl RecordMovement {
    fn check(self, n: usize) -> Result<Wish> {
        let refuse = |member: &str, reason: &str| {
            Err(invalid_member(format!("/movements/{n}/{member}"), reason))
        };
        let is_adjustment = matches!(self.kind, RecordedKind::Adjustment);
        let least = if is_adjustment { -UNITS_MAX } else { 1 };
        if !(least..=UNITS_MAX).contains(&self.quantity) || self.quantity == 0 {
            return refuse("quantity", "it is out of range");
        }
        if self.reason.chars().count() > 200 {
            return refuse("reason", "it must have at most 200 characters");
        }
        if self.version.is_some_and(|version| version < 0) {
            return refuse("version", "it must not be negative");
        }
        if is_adjustment != self.reason_code.is_some() {
            return refuse("reason_code", "an adjustment has one, nothing else has");
        }
        let (kind, sign) = match self.kind {
            RecordedKind::Receipt => (MovementKind::Receipt, 1),
            RecordedKind::Return => (MovementKind::Return, 1),
            RecordedKind::Adjustment => (MovementKind::Adjustment, 1),
            RecordedKind::Damage => (MovementKind::Damage, -1),
        };
        let pick = Pick {
            variant_id: self.variant_id,
            location_id: self.location_id.unwrap_or(MAIN_LOCATION),
            quantity: self.quantity * sign,
        };
        Ok(Wish {
            movement: NewMovement {
                reason: self.reason,
                reason_code: self.reason_code,
                ..NewMovement::new(kind, pick)
            },
            version: self.version,
        })
    }
}

impl From<Result<Level, InventoryRefusal>> for MovementResult {
    fn from(result: Result<Level, InventoryRefusal>) -> Self {
        match result {
            Ok(level) => Self {
                is_recorded: true,
                version: Some(level.version),
                level: Some(level.into()),
                refusal: None,
            },
            Err(refusal) => Self {
                is_recorded: false,
                version: None,
                level: None,
                refusal: Some(MovementRefusal {
                    code: refusal.kind().code.to_owned(),
                    detail: refusal.detail(),
                    meta: refusal.facts(),
                }),
            },
        }
    }
}

/// Write down receipts, returns, adjustments and damage
///
/// Each by itself: what is refused is told in its place, and the others are written down. With
/// `version` a movement is refused when the level has changed since it was read.
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/movements/", operation_id = "recordStockMovements",
    tag = "Admin: inventory", request_body = RecordMovements,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = MovementResults), ProblemResponses),
    security(("bearer" = []))
)]
async fn record_movements(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<RecordMovements>,
) -> Result<Response> {
    let now = kit.clock.now();
    let movements = body.value.movements;
    if !(1..=MOVEMENTS_MAX).contains(&movements.len()) {
        let reason = "it must have 1 to 1,000 entries";
        return Err(invalid_member("/movements", reason));
    }
    let numbered = movements.into_iter().enumerate();
    let wishes = numbered.map(|(n, movement)| movement.check(n));
    let wishes: Vec<Wish> = wishes.collect::<Result<_>>()?;
    let key = header.scoped(staff.principal(), "recordStockMovements", body.fingerprint);
    let tx = kit.db.begin("record_stock_movements").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let results = actions::move_each(&tx, &wishes, staff.id, now).await?;
    let written = wishes.iter().zip(&results).filter_map(|(wish, result)| {
        let level = StockLevelView::from(*result.as_ref().ok()?);
        Some((wish.movement.variant_id.uuid(), level))
    });
    let written: Vec<_> = written.collect();
    let record = |(id, view): &(Uuid, StockLevelView)| {
        let (what, view) = (("stock.move", "variant", *id), view.clone());
        let (staff, tx) = (&staff, &tx);
        async move { staff.record(tx, what, None, Some(&view), now).await }
    };
    try_join_all(written.iter().map(record)).await?;
    let results = results.into_iter().map(MovementResult::from).collect();
    let view = MovementResults { results };
    key.commit(tx, StatusCode::OK, &view).await
}

/// Which movements.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MovementQuery {
    /// Of this variant only.
    #[param(value_type = Option<Uuid>)]
    variant_id: Option<VariantId>,
    /// At this location only.
    #[param(value_type = Option<Uuid>)]
    location_id: Option<LocationId>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

/// A movement between a shelf and an account.
#[derive(Serialize, ToSchema)]
struct MovementView {
    id: MovementId,
    /// `receipt`, `sale`, `return`, `adjustment`, `damage`, `transfer` or
    /// `replacement`.
    kind: String,
    /// The other side: `suppliers`, `customers`, `differences`, `losses` or `transit`.
    account: String,
    variant_id: VariantId,
    location_id: LocationId,
    /// Units that came to the shelf (positive) or left it (negative).
    quantity: i64,
    reason: String,
    reason_code: Option<String>,
    order_id: Option<OrderId>,
    transfer_id: Option<StockTransferId>,
    staff_id: Option<StaffId>,
    occurred_at: DateTime<Utc>,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        Self {
            id: movement.id,
            kind: movement.kind,
            account: movement.account,
            variant_id: movement.variant_id,
            location_id: movement.location_id,
            quantity: movement.quantity,
            reason: movement.reason,
            reason_code: movement.reason_code,
            order_id: movement.order_id,
            transfer_id: movement.transfer_id,
            staff_id: movement.staff_id,
            occurred_at: movement.occurred_at,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct MovementCursor(
    #[serde(deserialize_with = "instant")] DateTime<Utc>,
    MovementId,
);

impl Cursor for MovementCursor {}

/// List movements of stock, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/movements/", operation_id = "listStockMovements",
    tag = "Admin: inventory", params(MovementQuery),
    responses((status = 200, body = Page<MovementView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_movements(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Query(query): Query<MovementQuery>,
) -> Result<Page<MovementView>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let cursor = page.cursor::<MovementCursor>()?;
    let filter = MovementFilter {
        variant_id: query.variant_id,
        location_id: query.location_id,
        before: cursor.map(|MovementCursor(at, id)| (at, id)),
    };
    let conn = kit.db.read().await?;
    let rows = store::list_movements(&conn, &filter, limit).await?;
    let page = Page::cut(rows, limit, |one| MovementCursor(one.occurred_at, one.id))?;
    Ok(page.map(MovementView::from))
}

/// Of what, and when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BalanceQuery {
    /// Of this variant only.
    #[param(value_type = Option<Uuid>)]
    variant_id: Option<VariantId>,
    /// As it was then; now without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    as_of: Option<DateTime<Utc>>,
}

/// What an account, or the shelf of a location, has.
#[derive(Serialize, ToSchema)]
struct BalanceView {
    /// `shelf`, or an account on the other side of movements.
    account: String,
    /// Of a shelf: at which location.
    location_id: Option<LocationId>,
    /// Of an account that gave more than it took: negative.
    units: i64,
}

/// Both sides of all movements; the units add up to 0.
#[derive(Serialize, ToSchema)]
struct BalancesView {
    data: Vec<BalanceView>,
}

/// Read where units are and where they came from, also as it was at an instant
///
/// Every movement is between a shelf and an account, so the units of all of them add up to 0:
/// nothing appears from nowhere.
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/balances/", operation_id = "getStockBalances",
    tag = "Admin: inventory", params(BalanceQuery),
    responses((status = 200, body = BalancesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_balances(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Query(query): Query<BalanceQuery>,
) -> Result<axum::Json<BalancesView>> {
    let conn = kit.db.read().await?;
    let rows = store::list_balances(&conn, query.variant_id, query.as_of).await?;
    let view = |row: AccountUnits| BalanceView {
        account: row.account,
        location_id: row.location_id,
        units: row.units,
    };
    let data = rows.into_iter().map(view).collect();
    Ok(axum::Json(BalancesView { data }))
}
