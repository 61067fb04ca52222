//! Many parcels at once: each in a transaction of its own, each with its own result.

use axum::{Json, extract::State};
use ids::{FulfilmentId, LocationId, OrderId};
use kit::{
    Error, Kit, Refusal, Result,
    http::{Body, IdempotencyHeader, ProblemResponses, body::invalid_member},
    idempotency::{self, Claim, IdempotencyKey, StoredReply},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use staff::{CanManageOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{parcels, ship, tracking_of};
use crate::actions::Shipment;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(ship_orders))
        .routes(routes!(deliver_fulfilments))
}

const ITEMS_MAX: usize = 100;

/// An order of which all that can leave is to leave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipWholeOrder {
    order_id: OrderId,
    /// Where it leaves; without it where its units stand, if that is one place.
    location_id: Option<LocationId>,
    #[serde(default)]
    #[schema(max_length = 120)]
    carrier: String,
    #[serde(default)]
    #[schema(max_length = 120)]
    tracking_number: String,
    #[schema(max_length = 500)]
    tracking_url: Option<String>,
}

/// Orders to be shipped, each by itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"orders": [
    {"order_id": "019aab00-0000-7000-8000-000000000001", "carrier": "EthioPost",
     "tracking_number": "EP123456789ET"}
]}))]
struct ShipOrders {
    #[schema(min_items = 1, max_items = 100)]
    orders: Vec<ShipWholeOrder>,
}

/// Parcels that have arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fulfilment_ids": ["019aab00-0000-7000-8000-000000000001"]}))]
struct DeliverFulfilments {
    #[schema(min_items = 1, max_items = 100)]
    fulfilment_ids: Vec<FulfilmentId>,
}

/// What became of one entry, in the order of the request.
#[derive(Serialize, ToSchema)]
struct BulkResult {
    is_done: bool,
    /// The parcel.
    #[schema(value_type = Option<parcels::FulfilmentView>)]
    fulfilment: Option<Value>,
    /// Why it was not done.
    refusal: Option<BulkRefusal>,
}

/// Why an entry was not done.
#[derive(Serialize, ToSchema)]
struct BulkRefusal {
    /// As in problem documents.
    code: String,
    detail: String,
    #[schema(value_type = Option<Object>)]
    meta: Option<Value>,
}

/// What became of each entry.
#[derive(Serialize, ToSchema)]
struct BulkResults {
    results: Vec<BulkResult>,
}

/// A refusal is a result; a fault ends the whole.
fn result_of(outcome: Result<Value>) -> Result<BulkResult> {
    match outcome {
        Ok(view) => Ok(BulkResult {
            is_done: true,
            fulfilment: Some(view),
            refusal: None,
        }),
        Err(Error::Refused(refusal)) => Ok(BulkResult {
            is_done: false,
            fulfilment: None,
            refusal: Some(refusal_view(&*refusal)),
        }),
        Err(fault) => Err(fault),
    }
}

fn refusal_view(refusal: &dyn Refusal) -> BulkRefusal {
    BulkRefusal {
        code: refusal.kind().code.to_owned(),
        detail: refusal.detail(),
        meta: refusal.facts(),
    }
}

/// Ship many orders
///
/// Of each all that can leave, each in a transaction of its own: what is refused is told in its
/// place, and the others leave. Sent again with its key, what was done is not done twice, and
/// what was refused is tried again.
#[utoipa::path(
    post, path = "/api/v1/admin/fulfilments/bulk/", operation_id = "shipOrders",
    tag = "Admin: orders", request_body = ShipOrders,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 200, body = BulkResults), ProblemResponses),
    security(("bearer" = []))
)]
async fn ship_orders(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<ShipOrders>,
) -> Result<Json<BulkResults>> {
    let key = header.required(staff.principal(), "shipOrders", body.fingerprint)?;
    let key = key
        .into_key()
        .ok_or_else(|| Error::fault("a key is lost"))?;
    let orders = body.value.orders;
    if !(1..=ITEMS_MAX).contains(&orders.len()) {
        return Err(invalid_member("/orders", "it must have 1 to 100 entries"));
    }
    let mut shipments = Vec::new();
    for (n, order) in orders.into_iter().enumerate() {
        let at = format!("/orders/{n}");
        let (carrier, number) = (order.carrier, order.tracking_number);
        let tracking = tracking_of(&at, carrier, number, order.tracking_url)?;
        let shipment = Shipment {
            wants: None,
            location_id: order.location_id,
            tracking,
        };
        shipments.push((order.order_id, shipment));
    }
    let mut results = Vec::new();
    for (n, (order_id, shipment)) in shipments.iter().enumerate() {
        let key = key_of(&key, n);
        let (kit, staff, key) = (&kit, &staff, &key);
        let shipped = kit
            .db
            .retrying(move || ship_one(kit, staff, key, *order_id, shipment));
        results.push(result_of(shipped.await)?);
    }
    Ok(Json(BulkResults { results }))
}

/// The key of one entry. What a client sends is at most 255 characters, and so is this: a digest
/// stands for the rest of a long one.
fn key_of(key: &IdempotencyKey, n: usize) -> IdempotencyKey {
    let name = if key.key.len() > 200 {
        kit::random::token_hash(&key.key)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    } else {
        key.key.clone()
    };
    IdempotencyKey {
        key: format!("{name}#{n}"),
        ..key.clone()
    }
}

async fn ship_one(
    kit: &Kit,
    staff: &Staff<CanManageOrders>,
    key: &IdempotencyKey,
    order_id: OrderId,
    shipment: &Shipment,
) -> Result<Value> {
    let now = kit.clock.now();
    let tx = kit.db.begin("ship_order").await?;
    if let Claim::Replay(reply) = idempotency::claim(&tx, key, now).await? {
        return Ok(serde_json::from_slice(&reply.body)?);
    }
    let view = ship::ship(&tx, staff, order_id, shipment, now).await?;
    let reply = StoredReply {
        status: 201,
        body: serde_json::to_vec(&view)?,
    };
    idempotency::store(&tx, key, &reply).await?;
    tx.commit().await?;
    Ok(serde_json::to_value(&view)?)
}

/// Say that many parcels have arrived
///
/// Each in a transaction of its own. Saying it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/fulfilments/deliver/", operation_id = "deliverFulfilments",
    tag = "Admin: orders", request_body = DeliverFulfilments,
    responses((status = 200, body = BulkResults), ProblemResponses),
    security(("bearer" = []))
)]
async fn deliver_fulfilments(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    body: Body<DeliverFulfilments>,
) -> Result<Json<BulkResults>> {
    let ids = body.value.fulfilment_ids;
    if !(1..=ITEMS_MAX).contains(&ids.len()) {
        let reason = "it must have 1 to 100 entries";
        return Err(invalid_member("/fulfilment_ids", reason));
    }
    let mut results = Vec::new();
    for id in ids {
        let delivered = parcels::deliver(&kit, &staff, id).await;
        let value = delivered.and_then(|view| Ok(serde_json::to_value(&view)?));
        results.push(result_of(value)?);
    }
    Ok(Json(BulkResults { results }))
}
