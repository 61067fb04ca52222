//! Calling units off, by staff or by the buyer.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use customers::Caller;
use http::StatusCode;
use ids::OrderId;
use kit::{
    Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses},
};
use orders::{Order, OrderRefusal, OrderStatus, OrderView};
use payments::{Gateway, PaymentNews, PaymentRefusal};
use serde::Deserialize;
use staff::{CanRefund, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LineQuantity, orders::CancellationView, reason_of, wants_of};
use crate::{
    actions::{self, Call},
    model::{FulfilmentRefusal, by_line},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(cancel_order))
        .routes(routes!(cancel_own_order))
}

/// Units that are to be called off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1}],
    "reason": "the buyer changed their mind"
}))]
struct CancelOrder {
    /// Which units; without it all that has not left.
    #[schema(max_items = 1_000)]
    lines: Option<Vec<LineQuantity>>,
    /// Why, for staff and the provider.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Whether what was paid for the units goes back to the buyer; true without it.
    is_refunded: Option<bool>,
}

/// Cancel an order or units of it
///
/// What has not left: the units are on the shelf again, and what was paid for them is promised to
/// the buyer. An order of which nothing is left is `cancelled`; then the delivery goes back too.
/// Of an order that is not paid only the whole is called off, after the provider was asked.
#[utoipa::path(
    post, path = "/api/v1/admin/orders/{id}/cancel/", operation_id = "cancelOrder",
    tag = "Admin: orders", request_body = CancelOrder,
    params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = CancellationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn cancel_order(
    staff: Staff<CanRefund>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Body<CancelOrder>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "cancelOrder", body.fingerprint)?;
    let body = body.value;
    let call = Call {
        wants: wants_of(body.lines.as_deref())?,
        reason: reason_of(&body.reason)?,
        staff_id: Some(staff.id),
        is_refunded: body.is_refunded.unwrap_or(true),
    };
    let order = orders::find_order(&kit.db.read().await?, id).await?;
    ask_first(&kit, &gateway, &order.ok_or(OrderRefusal::NotFound)?).await?;
    let (kit, key, staff, call) = (&kit, &key, &staff, &call);
    kit.db
        .retrying(move || cancel_once(kit, key, staff, id, call))
        .await
}

async fn cancel_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanRefund>,
    id: OrderId,
    call: &Call,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("cancel_order").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let (cancellation, taken) = actions::call_off(&tx, id, call, now).await?;
    let view = CancellationView::of(cancellation, by_line(&taken).into_iter());
    let what = ("order.cancel", "order", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::CREATED, &view).await
}

/// Before an unpaid order is let go the provider is asked, and open pages are closed.
async fn ask_first(kit: &Kit, gateway: &Gateway, order: &Order) -> Result<()> {
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    match payments::ask_before_expiry(kit, gateway, order.id).await? {
        // What is to happen now is decided by the order as it is then.
        PaymentNews::Paid | PaymentNews::NotPaid => Ok(()),
        PaymentNews::Unknown => Err(PaymentRefusal::ProviderUnreachable {
            retry_after_seconds: None,
        }
        .into()),
    }
}

/// Cancel an own order that is not paid
///
/// For the order's customer and the guest with the `X-Shopper-Token` of its cart. Its units are
/// for sale again. Cancelling it again answers the same order.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/cancel/", operation_id = "cancelOwnOrder", tag = "Orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn cancel_own_order(
    caller: Caller,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(id): PathId<OrderId>,
) -> Result<axum::Json<OrderView>> {
    let is_own =
        |order: &Order| !matches!(caller, Caller::Staff(_)) && order.is_visible_to(&caller);
    let order = orders::find_order(&kit.db.read().await?, id).await?;
    let order = order.filter(is_own).ok_or(OrderRefusal::NotFound)?;
    match order.status {
        OrderStatus::Paid => return Err(FulfilmentRefusal::PaidAlready.into()),
        OrderStatus::Cancelled => {}
        _ => {
            ask_first(&kit, &gateway, &order).await?;
            call_off_own(&kit, id).await?;
        }
    }
    let conn = kit.db.read().await?;
    Ok(axum::Json(orders::get_view(&conn, id).await?))
}

async fn call_off_own(kit: &Kit, id: OrderId) -> Result<()> {
    let call = &Call {
        wants: None,
        reason: "called off by the buyer".to_owned(),
        staff_id: None,
        is_refunded: false,
    };
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("cancel_own_order").await?;
            actions::call_off(&tx, id, call, kit.clock.now()).await?;
            tx.commit().await
        })
        .await
}
