//! What buyers see of their refunds.

use axum::extract::State;
use chrono::{DateTime, Utc};
use customers::Caller;
use ids::{OrderId, RefundId};
use kit::{
    Kit, Result,
    http::{Page, PageQuery, ProblemResponses, Query},
};
use money::Money;
use orders::OrderRefusal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{RefundLineView, RefundStatus, own_lines};
use crate::{
    model::{IdCursor, Refund},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_order_refunds))
}

/// Money that goes back to the buyer.
#[derive(Serialize, ToSchema)]
struct OrderRefundView {
    id: RefundId,
    order_id: OrderId,
    amount: Money,
    /// What of the order's lines it is for; empty for an amount that belongs to none.
    lines: Vec<RefundLineView>,
    status: RefundStatus,
    created_at: DateTime<Utc>,
    /// When it was with the buyer, or failed.
    finished_at: Option<DateTime<Utc>>,
}

/// Which refunds; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListOrderRefunds {
    /// Of this order.
    order_id: OrderId,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

/// List the refunds of an order, newest first
///
/// For the order's customer, the guest with the `X-Shopper-Token` of its cart, and staff.
#[utoipa::path(
    get, path = "/api/v1/payment/refunds/", operation_id = "listOrderRefunds",
    tag = "Payments", params(ListOrderRefunds),
    responses((status = 200, body = Page<OrderRefundView>), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_order_refunds(
    caller: Caller,
    State(kit): State<Kit>,
    Query(query): Query<ListOrderRefunds>,
) -> Result<Page<OrderRefundView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let order = orders::find_order(&conn, query.order_id).await?;
    let order = order
        .filter(|order| order.is_visible_to(&caller))
        .ok_or(OrderRefusal::NotFound)?;
    let refunds = store::list_refunds(&conn, Some(order.id), None, after, limit + 1).await?;
    let page = Page::cut(refunds, limit, |refund: &Refund| IdCursor {
        id: refund.id.uuid(),
    })?;
    let ids: Vec<RefundId> = page.data.iter().map(|refund| refund.id).collect();
    let lines = store::list_refund_lines(&conn, &ids).await?;
    Ok(page.map(|refund| OrderRefundView {
        id: refund.id,
        order_id: refund.order_id,
        amount: refund.amount,
        lines: own_lines(refund.id, &lines),
        status: refund.state.into(),
        created_at: refund.created_at,
        finished_at: refund.finished_at,
    }))
}
