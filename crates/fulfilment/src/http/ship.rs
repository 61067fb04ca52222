//! Sending a parcel.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{LocationId, OrderId};
use kit::{
    Kit, Result, Tx,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses},
};
use serde::Deserialize;
use staff::{CanManageOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LineQuantity, parcels::FulfilmentView, tracking_of, wants_of};
use crate::actions::{self, Shipment};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(ship_order))
}

/// A parcel that is to leave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1}],
    "carrier": "EthioPost", "tracking_number": "EP123456789ET"
}))]
struct ShipOrder {
    /// What is in it; without it all that can leave.
    #[schema(max_items = 1_000)]
    lines: Option<Vec<LineQuantity>>,
    /// Where it leaves; without it where its units stand, if that is one place.
    location_id: Option<LocationId>,
    /// Who carries it.
    #[serde(default)]
    #[schema(max_length = 120)]
    carrier: String,
    /// The carrier's number of it.
    #[serde(default)]
    #[schema(max_length = 120)]
    tracking_number: String,
    /// Where the buyer can follow it.
    #[schema(max_length = 500)]
    tracking_url: Option<String>,
}

/// Ship units of an order
///
/// The parcel is on its way from the answer on, and the buyer is told by mail. No more of a line
/// is shipped and called off than was ordered, whatever is asked for at the same time. Units that
/// the order had taken at another location are moved on paper: `insufficient_stock` where the
/// location named has not so many to spare.
#[utoipa::path(
    post, path = "/api/v1/admin/orders/{id}/fulfilments/", operation_id = "shipOrder",
    tag = "Admin: orders", request_body = ShipOrder,
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = FulfilmentView), ProblemResponses),
    security(("bearer" = []))
)]
async fn ship_order(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Body<ShipOrder>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "shipOrder", body.fingerprint)?;
    let body = body.value;
    let shipment = Shipment {
        wants: wants_of(body.lines.as_deref())?,
        location_id: body.location_id,
        tracking: tracking_of("", body.carrier, body.tracking_number, body.tracking_url)?,
    };
    let (kit, key, staff, shipment) = (&kit, &key, &staff, &shipment);
    kit.db
        .retrying(move || ship_once(kit, key, staff, id, shipment))
        .await
}

async fn ship_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanManageOrders>,
    id: OrderId,
    shipment: &Shipment,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("ship_order").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let view = ship(&tx, staff, id, shipment, now).await?;
    key.clone().commit(tx, StatusCode::CREATED, &view).await
}

/// Ships in the caller's transaction, and writes down who did it.
pub(super) async fn ship(
    tx: &Tx,
    staff: &Staff<CanManageOrders>,
    id: OrderId,
    shipment: &Shipment,
    now: DateTime<Utc>,
) -> Result<FulfilmentView> {
    let parcel = actions::ship(tx, id, shipment.clone(), staff.id, now).await?;
    let view = FulfilmentView::read(tx, parcel).await?;
    let what = ("fulfilment.ship", "fulfilment", view.id().uuid());
    staff.record(tx, what, None, Some(&view), now).await?;
    Ok(view)
}
