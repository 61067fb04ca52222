//! What buyers see of their parcels.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use customers::Caller;
use ids::{FulfilmentId, OrderId, VariantId};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
};
use orders::{FulfilmentStatus, OrderRefusal};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::LineUnitsView;
use crate::{model::Fulfilment, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_order_parcels))
}

/// The parcels of an order.
#[derive(Serialize, ToSchema)]
struct OrderParcelsView {
    status: FulfilmentStatus,
    parcels: Vec<ParcelView>,
}

/// A parcel, as its buyer sees it.
#[derive(Serialize, ToSchema)]
struct ParcelView {
    id: FulfilmentId,
    /// The first parcel of an order is 1.
    number: i32,
    /// `shipped` or `delivered`.
    #[schema(example = "shipped")]
    state: String,
    carrier: String,
    tracking_number: String,
    tracking_url: Option<String>,
    items: Vec<LineUnitsView>,
    shipped_at: DateTime<Utc>,
    delivered_at: Option<DateTime<Utc>>,
}

fn view(parcel: Fulfilment, items: &[(FulfilmentId, VariantId, i64)]) -> ParcelView {
    let own = items.iter().filter(|item| item.0 == parcel.id);
    ParcelView {
        items: own
            .map(|item| LineUnitsView::from(&(item.1, item.2)))
            .collect(),
        id: parcel.id,
        number: parcel.number,
        state: parcel.state.as_str().to_owned(),
        carrier: parcel.tracking.carrier,
        tracking_number: parcel.tracking.number,
        tracking_url: parcel.tracking.url,
        shipped_at: parcel.shipped_at,
        delivered_at: parcel.delivered_at,
    }
}

/// List the parcels of an order
///
/// For the order's customer, the guest with the `X-Shopper-Token` of its cart, and staff.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/parcels/", operation_id = "listOrderParcels",
    tag = "Orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderParcelsView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_order_parcels(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Json<OrderParcelsView>> {
    let conn = kit.db.read().await?;
    let order = orders::find_order(&conn, id).await?;
    let order = order
        .filter(|order| order.is_visible_to(&caller))
        .ok_or(OrderRefusal::NotFound)?;
    let parcels = store::list_fulfilments_of_order(&conn, id).await?;
    let ids: Vec<FulfilmentId> = parcels.iter().map(|parcel| parcel.id).collect();
    let items = store::list_items(&conn, &ids).await?;
    Ok(Json(OrderParcelsView {
        status: order.fulfilment_status,
        parcels: parcels.into_iter().map(|one| view(one, &items)).collect(),
    }))
}
