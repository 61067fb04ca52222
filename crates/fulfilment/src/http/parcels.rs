//! What staff see of parcels, and what they change of them.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{FulfilmentId, LocationId, OrderId, StaffId, VariantId};
use kit::{
    Conn, Kit, Result,
    http::{
        Body, Cursor, IfMatch, Member, Page, PageQuery, PathId, ProblemResponses, Query, Versioned,
        body::invalid_parameter, merge::given, page,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanManageOrders, CanReadOrders, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LineUnitsView, tracking_of};
use crate::{
    actions,
    model::{Fulfilment, FulfilmentRefusal, ParcelState},
    store::{self, ParcelFilter},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_fulfilments))
        .routes(routes!(get_fulfilment, update_fulfilment))
        .routes(routes!(deliver_fulfilment))
}

/// A parcel, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct FulfilmentView {
    id: FulfilmentId,
    order_id: OrderId,
    /// The first parcel of an order is 1.
    number: i32,
    /// Where it left.
    location_id: LocationId,
    /// `shipped` or `delivered`.
    #[schema(example = "shipped")]
    state: String,
    carrier: String,
    tracking_number: String,
    tracking_url: Option<String>,
    items: Vec<LineUnitsView>,
    /// Who sent it.
    shipped_by: StaffId,
    shipped_at: DateTime<Utc>,
    delivered_at: Option<DateTime<Utc>>,
    version: i64,
}

impl FulfilmentView {
    pub(super) fn of(parcel: Fulfilment, items: &[(FulfilmentId, VariantId, i64)]) -> Self {
        let own = items.iter().filter(|item| item.0 == parcel.id);
        Self {
            items: own
                .map(|item| LineUnitsView::from(&(item.1, item.2)))
                .collect(),
            id: parcel.id,
            order_id: parcel.order_id,
            number: parcel.number,
            location_id: parcel.location_id,
            state: parcel.state.as_str().to_owned(),
            carrier: parcel.tracking.carrier,
            tracking_number: parcel.tracking.number,
            tracking_url: parcel.tracking.url,
            shipped_by: parcel.shipped_by,
            shipped_at: parcel.shipped_at,
            delivered_at: parcel.delivered_at,
            version: parcel.version,
        }
    }

    pub(super) const fn id(&self) -> FulfilmentId {
        self.id
    }

    pub(super) async fn read(conn: &Conn, parcel: Fulfilment) -> Result<Self> {
        let items = store::list_items(conn, &[parcel.id]).await?;
        Ok(Self::of(parcel, &items))
    }
}

/// Which parcels; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListFulfilments {
    /// Of this order.
    #[param(value_type = Option<uuid::Uuid>)]
    order_id: Option<OrderId>,
    /// `shipped` or `delivered`.
    #[param(example = "shipped")]
    state: Option<String>,
    /// That left this location.
    #[param(value_type = Option<uuid::Uuid>)]
    location_id: Option<LocationId>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FulfilmentCursor {
    #[serde(deserialize_with = "page::instant")]
    shipped_at: DateTime<Utc>,
    id: FulfilmentId,
}

impl Cursor for FulfilmentCursor {}

/// List parcels, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/fulfilments/", operation_id = "listFulfilments",
    tag = "Admin: orders", params(ListFulfilments),
    responses((status = 200, body = Page<FulfilmentView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_fulfilments(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListFulfilments>,
) -> Result<Page<FulfilmentView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<FulfilmentCursor>()?;
    let state = query.state.as_deref();
    if state.is_some_and(|state| ParcelState::parse(state).is_none()) {
        return Err(invalid_parameter("state", "it is not a state of parcels"));
    }
    let filter = ParcelFilter {
        order_id: query.order_id,
        state,
        location_id: query.location_id,
        after: after.map(|after| (after.shipped_at, after.id)),
    };
    let conn = kit.db.read().await?;
    let parcels = store::list_fulfilments(&conn, filter, limit + 1).await?;
    let page = Page::cut(parcels, limit, |parcel: &Fulfilment| FulfilmentCursor {
        shipped_at: parcel.shipped_at,
        id: parcel.id,
    })?;
    let ids: Vec<FulfilmentId> = page.data.iter().map(|parcel| parcel.id).collect();
    let items = store::list_items(&conn, &ids).await?;
    Ok(page.map(|parcel| FulfilmentView::of(parcel, &items)))
}

/// Read a parcel
#[utoipa::path(
    get, path = "/api/v1/admin/fulfilments/{id}/", operation_id = "getFulfilment",
    tag = "Admin: orders", params(("id" = FulfilmentId, Path)),
    responses((status = 200, body = FulfilmentView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_fulfilment(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<FulfilmentId>,
) -> Result<Versioned<FulfilmentView>> {
    let conn = kit.db.read().await?;
    let parcel = store::find_fulfilment(&conn, id).await?;
    let parcel = parcel.ok_or(FulfilmentRefusal::NotFound)?;
    Ok(Versioned::ok(
        parcel.version,
        FulfilmentView::read(&conn, parcel).await?,
    ))
}

/// What changes of a parcel; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "carrier": "EthioPost", "tracking_number": "EP123456789ET",
    "tracking_url": "https://ethiopost.et/track/EP123456789ET"
}))]
struct UpdateFulfilment {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, max_length = 120)]
    carrier: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, max_length = 120)]
    tracking_number: Option<String>,
    /// Where the buyer can follow it; null for nowhere.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    tracking_url: Member<String>,
}

/// Change how a parcel can be followed
#[utoipa::path(
    patch, path = "/api/v1/admin/fulfilments/{id}/", operation_id = "updateFulfilment",
    tag = "Admin: orders", request_body = UpdateFulfilment,
    params(("id" = FulfilmentId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = FulfilmentView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_fulfilment(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<FulfilmentId>,
    if_match: IfMatch,
    body: Body<UpdateFulfilment>,
) -> Result<Versioned<FulfilmentView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("update_fulfilment").await?;
    let before = store::lock_fulfilment(&tx, id).await?;
    let before = before.ok_or(FulfilmentRefusal::NotFound)?;
    let shown = FulfilmentView::read(&tx, before.clone()).await?;
    if_match.check(before.version, &shown)?;
    let changes = body.value;
    let tracking = tracking_of(
        "",
        changes.carrier.unwrap_or(before.tracking.carrier.clone()),
        changes
            .tracking_number
            .unwrap_or(before.tracking.number.clone()),
        changes.tracking_url.apply(before.tracking.url.clone()),
    )?;
    store::update_tracking(&tx, id, &tracking, now).await?;
    let after = Fulfilment {
        tracking,
        version: before.version + 1,
        ..before
    };
    let view = FulfilmentView::read(&tx, after).await?;
    let what = ("fulfilment.update", "fulfilment", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Say that a parcel has arrived
///
/// The buyer is told by mail. Saying it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/fulfilments/{id}/deliver/", operation_id = "deliverFulfilment",
    tag = "Admin: orders", params(("id" = FulfilmentId, Path)),
    responses((status = 200, body = FulfilmentView), ProblemResponses),
    security(("bearer" = []))
)]
async fn deliver_fulfilment(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<FulfilmentId>,
) -> Result<Versioned<FulfilmentView>> {
    let view = deliver(&kit, &staff, id).await?;
    Ok(Versioned::ok(view.version, view))
}

/// Delivers a parcel, in a transaction of its own.
pub(super) async fn deliver(
    kit: &Kit,
    staff: &Staff<CanManageOrders>,
    id: FulfilmentId,
) -> Result<FulfilmentView> {
    kit.db
        .retrying(move || async move {
            let now = kit.clock.now();
            let tx = kit.db.begin("deliver_fulfilment").await?;
            let parcel = actions::deliver(&tx, id, now).await?;
            let is_new = parcel.delivered_at == Some(now);
            let view = FulfilmentView::read(&tx, parcel).await?;
            if is_new {
                let what = ("fulfilment.deliver", "fulfilment", id.uuid());
                staff.record(&tx, what, None, Some(&view), now).await?;
            }
            tx.commit().await?;
            Ok(view)
        })
        .await
}
