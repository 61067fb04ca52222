//! Locations: where units are, and in which turn they give.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::LocationId;
use kit::{
    Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, body::invalid_member, merge::given,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{InventoryRefusal, Location, region_key},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_locations, create_location))
        .routes(routes!(get_location, update_location))
}

/// A place where units are.
#[derive(Serialize, ToSchema)]
struct LocationView {
    id: LocationId,
    code: String,
    name: String,
    /// Among locations that are equally near, the smaller one gives first.
    priority: i32,
    /// Regions of delivery addresses that it is near to, in lower case.
    regions: Vec<String>,
    /// Whether what it has is for sale.
    is_active: bool,
    version: i64,
    updated_at: DateTime<Utc>,
}

impl From<Location> for LocationView {
    fn from(location: Location) -> Self {
        Self {
            id: location.id,
            code: location.code,
            name: location.name,
            priority: location.priority,
            regions: location.regions,
            is_active: location.is_active,
            version: location.version,
            updated_at: location.updated_at,
        }
    }
}

/// A new location.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "hawassa", "name": "Hawassa depot", "priority": 10, "regions": ["Sidama"]
}))]
struct CreateLocation {
    /// Small letters, digits and hyphens.
    #[schema(max_length = 40, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    code: String,
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    #[serde(default)]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    priority: i32,
    /// Regions of delivery addresses that it is near to, at most 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    regions: Vec<String>,
}

/// What changes of a location; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priority": 5, "is_active": false}))]
struct UpdateLocation {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, max_length = 40, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    code: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, min_length = 1, max_length = 120)]
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, minimum = -1_000_000, maximum = 1_000_000)]
    priority: Option<i32>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<String>, max_items = 100)]
    regions: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool)]
    is_active: Option<bool>,
}

/// A location whose regions are written as they are compared.
fn checked(mut location: Location) -> Result<Location> {
    let is_word = |word: &str| {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        !word.is_empty() && word.bytes().all(is_plain)
    };
    if location.code.len() > 40 || !location.code.split('-').all(is_word) {
        return Err(invalid_member(
            "/code",
            "it must be small letters, digits and single hyphens, at most 40",
        ));
    }
    let is_text = |text: &str, chars_max| (1..=chars_max).contains(&text.chars().count());
    if !is_text(location.name.trim(), 120) || location.name.chars().count() > 120 {
        return Err(invalid_member("/name", "it must have 1 to 120 characters"));
    }
    if !(-1_000_000..=1_000_000).contains(&location.priority) {
        return Err(invalid_member(
            "/priority",
            "it must be from -1,000,000 to 1,000,000",
        ));
    }
    if location.regions.len() > 100 {
        return Err(invalid_member(
            "/regions",
            "it must have at most 100 entries",
        ));
    }
    for region in &mut location.regions {
        *region = region_key(region);
    }
    if !location.regions.iter().all(|region| is_text(region, 120)) {
        return Err(invalid_member(
            "/regions",
            "each entry must have 1 to 120 characters",
        ));
    }
    location.regions.sort_unstable();
    location.regions.dedup();
    Ok(location)
}

#[derive(Serialize, Deserialize)]
struct LocationCursor(LocationId);

impl Cursor for LocationCursor {}

/// List the locations
///
/// In the order of their making. The first one is the main location, where new variants get
/// their first stock.
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/locations/", operation_id = "listStockLocations",
    tag = "Admin: inventory", params(PageQuery),
    responses((status = 200, body = Page<LocationView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_locations(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Query(query): Query<PageQuery>,
) -> Result<Page<LocationView>> {
    let limit = query.limit()?;
    let after = query.cursor::<LocationCursor>()?.map(|cursor| cursor.0);
    let conn = kit.db.read().await?;
    let rows = store::list_locations(&conn, after, limit).await?;
    let page = Page::cut(rows, limit, |location| LocationCursor(location.id))?;
    Ok(page.map(LocationView::from))
}

/// Create a location
///
/// An order is given by one location if one has all of it: those near the delivery's region
/// first, then by priority. Where none has all of it, each variant is taken from one after the
/// other.
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/locations/", operation_id = "createStockLocation",
    tag = "Admin: inventory", request_body = CreateLocation,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = LocationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_location(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateLocation>,
) -> Result<Response> {
    let now = kit.clock.now();
    let wish = body.value;
    let new = checked(Location {
        id: LocationId::generate(now),
        code: wish.code,
        name: wish.name,
        priority: wish.priority,
        regions: wish.regions,
        is_active: true,
        version: 1,
        updated_at: now,
    })?;
    let key = header.scoped(staff.principal(), "createStockLocation", body.fingerprint);
    let tx = kit.db.begin("create_stock_location").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::create_location(&tx, &new, now).await?;
    let what = ("location.create", "location", new.id.uuid());
    let view = LocationView::from(new);
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a location
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/locations/{id}/", operation_id = "getStockLocation",
    tag = "Admin: inventory", params(("id" = LocationId, Path)),
    responses((status = 200, body = LocationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_location(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<LocationId>,
) -> Result<Versioned<LocationView>> {
    let conn = kit.db.read().await?;
    let location = store::find_location(&conn, id).await?;
    let location = location.ok_or(InventoryRefusal::UnknownLocation)?;
    Ok(Versioned::ok(location.version, location.into()))
}

/// Change a location
///
/// What an inactive location has is not for sale; orders that hold units there keep them.
#[utoipa::path(
    patch, path = "/api/v1/admin/inventory/locations/{id}/",
    operation_id = "updateStockLocation", tag = "Admin: inventory",
    request_body = UpdateLocation,
    params(("id" = LocationId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = LocationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_location(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    PathId(id): PathId<LocationId>,
    if_match: IfMatch,
    body: Body<UpdateLocation>,
) -> Result<Versioned<LocationView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("update_stock_location").await?;
    let before = store::lock_location(&tx, id).await?;
    let before = before.ok_or(InventoryRefusal::UnknownLocation)?;
    let shown = LocationView::from(before.clone());
    if_match.check(before.version, &shown)?;
    let wish = body.value;
    let mut after = checked(Location {
        code: wish.code.unwrap_or(before.code),
        name: wish.name.unwrap_or(before.name),
        priority: wish.priority.unwrap_or(before.priority),
        regions: wish.regions.unwrap_or(before.regions),
        is_active: wish.is_active.unwrap_or(before.is_active),
        ..before
    })?;
    actions::change_location(&tx, &after, now).await?;
    after.version += 1;
    after.updated_at = now;
    let view = LocationView::from(after);
    let what = ("location.update", "location", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}
