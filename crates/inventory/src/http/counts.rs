//! Stock counts over HTTP.

use std::collections::BTreeSet;

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{LocationId, StaffId, StockCountId, VariantId};
use kit::{
    Conn, Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, Page, PageQuery, PathId, ProblemResponses, Query,
        body::invalid_member, merge::given, page::instant,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{Count, CountLine, InventoryRefusal, MAIN_LOCATION, UNITS_MAX},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_counts, open_count))
        .routes(routes!(get_count))
        .routes(routes!(enter_counted))
        .routes(routes!(apply_count))
        .routes(routes!(cancel_count))
}

/// A new stock count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "the year's end"}))]
struct OpenCount {
    /// At which location; the main one without it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = LocationId)]
    location_id: Option<LocationId>,
    #[serde(default)]
    #[schema(max_length = 200)]
    note: String,
}

/// Units of a variant that somebody counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CountedUnits {
    variant_id: VariantId,
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    counted: i64,
}

/// What was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [
    {"variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "counted": 23}
]}))]
struct EnterCounted {
    /// One for each variant, at most 1,000.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<CountedUnits>,
}

/// A variant of a count.
#[derive(Clone, Serialize, ToSchema)]
struct CountLineView {
    variant_id: VariantId,
    counted: i64,
    /// What was on hand when it was counted.
    expected: i64,
    /// Units more (positive) or less (negative).
    difference: i64,
    counted_at: DateTime<Utc>,
}

impl From<CountLine> for CountLineView {
    fn from(line: CountLine) -> Self {
        Self {
            variant_id: line.variant_id,
            counted: line.counted,
            expected: line.expected,
            difference: line.difference(),
            counted_at: line.counted_at,
        }
    }
}

/// A stock count.
#[derive(Clone, Serialize, ToSchema)]
struct CountView {
    id: StockCountId,
    location_id: LocationId,
    note: String,
    /// `open`, `applied` or `cancelled`.
    state: String,
    opened_by: Option<StaffId>,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl From<Count> for CountView {
    fn from(count: Count) -> Self {
        Self {
            id: count.id,
            location_id: count.location_id,
            note: count.note,
            state: count.state,
            opened_by: count.opened_by,
            opened_at: count.opened_at,
            closed_at: count.closed_at,
        }
    }
}

/// A stock count with what was counted.
#[derive(Clone, Serialize, ToSchema)]
struct WholeCountView {
    #[serde(flatten)]
    count: CountView,
    lines: Vec<CountLineView>,
}

async fn whole(conn: &Conn, count: Count) -> Result<WholeCountView> {
    let lines = store::list_count_lines(conn, count.id).await?;
    Ok(WholeCountView {
        count: count.into(),
        lines: lines.into_iter().map(CountLineView::from).collect(),
    })
}

#[derive(Serialize, Deserialize)]
struct CountCursor(
    #[serde(deserialize_with = "instant")] DateTime<Utc>,
    StockCountId,
);

impl Cursor for CountCursor {}

/// List stock counts, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/counts/", operation_id = "listStockCounts",
    tag = "Admin: inventory", params(PageQuery),
    responses((status = 200, body = Page<CountView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_counts(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Query(query): Query<PageQuery>,
) -> Result<Page<CountView>> {
    let limit = query.limit()?;
    let before = query.cursor::<CountCursor>()?;
    let before = before.map(|CountCursor(at, id)| (at, id));
    let conn = kit.db.read().await?;
    let rows = store::list_counts(&conn, before, limit).await?;
    let page = Page::cut(rows, limit, |one| CountCursor(one.opened_at, one.id))?;
    Ok(page.map(CountView::from))
}

/// Open a stock count
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/counts/", operation_id = "openStockCount",
    tag = "Admin: inventory", request_body = OpenCount,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn open_count(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<OpenCount>,
) -> Result<Response> {
    let now = kit.clock.now();
    let OpenCount { location_id, note } = body.value;
    if note.chars().count() > 200 {
        let reason = "it must have at most 200 characters";
        return Err(invalid_member("/note", reason));
    }
    let new = Count {
        id: StockCountId::generate(now),
        location_id: location_id.unwrap_or(MAIN_LOCATION),
        note,
        state: "open".to_owned(),
        opened_by: Some(staff.id),
        opened_at: now,
        closed_at: None,
    };
    let key = header.scoped(staff.principal(), "openStockCount", body.fingerprint);
    let tx = kit.db.begin("open_stock_count").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::open_count(&tx, &new).await?;
    let what = ("stock_count.open", "stock_count", new.id.uuid());
    let view = CountView::from(new);
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a stock count
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/counts/{id}/", operation_id = "getStockCount",
    tag = "Admin: inventory", params(("id" = StockCountId, Path)),
    responses((status = 200, body = WholeCountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_count(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<StockCountId>,
) -> Result<Json<WholeCountView>> {
    let conn = kit.db.read().await?;
    let count = store::find_count(&conn, id).await?;
    let count = count.ok_or(InventoryRefusal::UnknownCount)?;
    Ok(Json(whole(&conn, count).await?))
}

/// Enter what was counted
///
/// Beside each number stays what was on hand at this moment; counting again replaces both.
#[utoipa::path(
    put, path = "/api/v1/admin/inventory/counts/{id}/lines/", operation_id = "enterStockCount",
    tag = "Admin: inventory", params(("id" = StockCountId, Path)), request_body = EnterCounted,
    responses((status = 200, body = WholeCountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn enter_counted(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<StockCountId>,
    body: Body<EnterCounted>,
) -> Result<Json<WholeCountView>> {
    let lines = body.value.lines;
    if !(1..=1_000).contains(&lines.len()) {
        let reason = "it must have 1 to 1,000 entries";
        return Err(invalid_member("/lines", reason));
    }
    let mut seen = BTreeSet::new();
    for (n, line) in lines.iter().enumerate() {
        if !(0..=UNITS_MAX).contains(&line.counted) {
            let pointer = format!("/lines/{n}/counted");
            return Err(invalid_member(
                pointer,
                "it must be from 0 to 1,000,000,000",
            ));
        }
        if !seen.insert(line.variant_id) {
            let pointer = format!("/lines/{n}/variant_id");
            return Err(invalid_member(pointer, "it stands in another line"));
        }
    }
    let now = kit.clock.now();
    let entered: Vec<_> = lines
        .iter()
        .map(|line| (line.variant_id, line.counted))
        .collect();
    let tx = kit.db.begin("enter_stock_count").await?;
    let count = actions::enter_counted(&tx, id, &entered, now).await?;
    let view = whole(&tx, count).await?;
    let what = ("stock_count.enter", "stock_count", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// Apply a stock count
///
/// All or nothing, once. Each variant is adjusted by the difference that was found, not set to
/// what was counted: what was sold since then stays sold.
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/counts/{id}/apply/", operation_id = "applyStockCount",
    tag = "Admin: inventory", params(("id" = StockCountId, Path)),
    responses((status = 200, body = WholeCountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn apply_count(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<StockCountId>,
) -> Result<Json<WholeCountView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("apply_stock_count").await?;
    let count = actions::apply_count(&tx, id, staff.id, now).await?;
    let view = whole(&tx, count).await?;
    let what = ("stock_count.apply", "stock_count", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// Cancel a stock count
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/counts/{id}/cancel/",
    operation_id = "cancelStockCount", tag = "Admin: inventory",
    params(("id" = StockCountId, Path)),
    responses((status = 200, body = CountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn cancel_count(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<StockCountId>,
) -> Result<Json<CountView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("cancel_stock_count").await?;
    let count = actions::cancel_count(&tx, id, now).await?;
    let view = CountView::from(count);
    let what = ("stock_count.cancel", "stock_count", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    tx.commit().await?;
    Ok(Json(view))
}
