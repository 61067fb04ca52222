//! What buyers ask for, and what they see of it.

use axum::{Json, extract::State, response::Response};
use customers::Caller;
use http::StatusCode;
use ids::OrderId;
use kit::{
    Error, Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses},
};
use orders::{Order, OrderRefusal};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    RequestReturn,
    views::{OwnReturnView, own_views},
};
use crate::{
    actions::{self, Opening},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_order_returns, request_return))
}

/// The returns of an order.
#[derive(Serialize, ToSchema)]
struct OrderReturnsView {
    returns: Vec<OwnReturnView>,
}

async fn find_visible(kit: &Kit, id: OrderId, caller: &Caller) -> Result<Order> {
    let order = orders::find_order(&kit.db.read().await?, id).await?;
    let order = order.filter(|order| order.is_visible_to(caller));
    order.ok_or_else(|| OrderRefusal::NotFound.into())
}

/// List the returns of an order
///
/// For the order's customer, the guest with the `X-Shopper-Token` of its cart, and staff.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/returns/", operation_id = "listOrderReturns", tag = "Orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderReturnsView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_order_returns(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Json<OrderReturnsView>> {
    find_visible(&kit, id, &caller).await?;
    let conn = kit.db.read().await?;
    let returns = store::list_returns_of_order(&conn, id).await?;
    let returns = own_views(&conn, returns).await?;
    Ok(Json(OrderReturnsView { returns }))
}

/// Ask to send goods back
///
/// For the order's customer and the guest with the `X-Shopper-Token` of its cart. The shop decides;
/// no more of a line than was shipped, whatever is asked for at the same time.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/returns/", operation_id = "requestReturn", tag = "Orders",
    request_body = RequestReturn,
    params(("id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = OwnReturnView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn request_return(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Body<RequestReturn>,
) -> Result<Response> {
    if let Caller::Staff(_) = caller {
        return Err(OrderRefusal::NotFound.into());
    }
    find_visible(&kit, id, &caller).await?;
    let opening = Opening {
        lines: body.value.checked()?,
        note: body.value.note.trim().to_owned(),
        staff_id: None,
    };
    // Whoever may see the order may ask for it; the key belongs to the order.
    let key = header.scoped(format!("order:{id}"), "requestReturn", body.fingerprint);
    let (kit, key, opening) = (&kit, &key, &opening);
    kit.db
        .retrying(move || request_once(kit, key, id, opening))
        .await
}

async fn request_once(
    kit: &Kit,
    key: &Idempotency,
    id: OrderId,
    opening: &Opening,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("request_return").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let new = actions::open(&tx, id, opening, now).await?;
    let view = own_views(&tx, vec![new]).await?.pop();
    let view = view.ok_or_else(|| Error::fault("a new return is not there"))?;
    key.clone().commit(tx, StatusCode::CREATED, &view).await
}
