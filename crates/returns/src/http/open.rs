//! Staff open a return for a buyer; it is approved at once.

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::OrderId;
use kit::{
    Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses},
};
use staff::{CanManageOrders, Staff};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{RequestReturn, views};
use crate::{
    actions::{self, Opening},
    http::views::ReturnView,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(open_return))
}

/// Open a return for a buyer
///
/// It is approved at once: the goods may be sent.
#[utoipa::path(
    post, path = "/api/v1/admin/orders/{id}/returns/", operation_id = "openReturn",
    tag = "Admin: orders", request_body = RequestReturn,
    params(("id" = OrderId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ReturnView), ProblemResponses),
    security(("bearer" = []))
)]
async fn open_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
    header: IdempotencyHeader,
    body: Body<RequestReturn>,
) -> Result<Response> {
    let opening = Opening {
        lines: body.value.checked()?,
        note: body.value.note.trim().to_owned(),
        staff_id: Some(staff.id),
    };
    let key = header.scoped(staff.principal(), "openReturn", body.fingerprint);
    let (kit, key, staff, opening) = (&kit, &key, &staff, &opening);
    kit.db
        .retrying(move || open_once(kit, key, staff, id, opening))
        .await
}

async fn open_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanManageOrders>,
    id: OrderId,
    opening: &Opening,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("open_return").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let new = actions::open(&tx, id, opening, now).await?;
    let view = views::view(&tx, new).await?;
    let what = ("return.open", "return", view.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::CREATED, &view).await
}
