//! What staff see of refunds, and asking the provider about one at once.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use ids::{OrderId, RefundId, StaffId};
use kit::{
    Kit, Result,
    http::{Page, PageQuery, PathId, ProblemResponses, Query, body::invalid_parameter},
};
use serde::{Deserialize, Serialize};
use staff::{CanReadOrders, CanRefund, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::RefundView;
use crate::{
    jobs::{Gateway, check_refund_now},
    model::{IdCursor, PaymentRefusal, Refund, RefundState, RefundStep},
    store::{self, RecordedCall},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_refunds))
        .routes(routes!(get_refund))
        .routes(routes!(check_refund))
}

/// Which refunds; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListRefunds {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those of this order.
    order_id: Option<OrderId>,
    /// Only those that stand there.
    #[param(example = "unknown")]
    state: Option<String>,
}

/// List refunds, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/payments/refunds/", operation_id = "listRefunds",
    tag = "Admin: payments", params(ListRefunds),
    responses((status = 200, body = Page<RefundView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_refunds(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListRefunds>,
) -> Result<Page<RefundView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let refused = || invalid_parameter("state", "it is not a state of refunds");
    let state = query
        .state
        .map(|text| RefundState::parse(&text).ok_or_else(refused))
        .transpose()?;
    let conn = kit.db.read().await?;
    let refunds = store::list_refunds(&conn, query.order_id, state, after, limit + 1).await?;
    let page = Page::cut(refunds, limit, |refund: &Refund| IdCursor {
        id: refund.id.uuid(),
    })?;
    let ids: Vec<RefundId> = page.data.iter().map(|refund| refund.id).collect();
    let lines = store::list_refund_lines(&conn, &ids).await?;
    Ok(page.map(|refund| RefundView::of(refund, &lines)))
}

/// A refund with all that happened to it.
#[derive(Serialize, ToSchema)]
struct RefundFile {
    #[serde(flatten)]
    refund: RefundView,
    /// From the promise to its end, oldest first.
    history: Vec<RefundStepView>,
    /// What the provider was asked and what it answered, newest first; the last hundred.
    calls: Vec<RefundCallView>,
}

/// A step of a refund.
#[derive(Serialize, ToSchema)]
struct RefundStepView {
    from_state: Option<String>,
    to_state: String,
    note: String,
    staff_id: Option<StaffId>,
    occurred_at: DateTime<Utc>,
}

impl From<RefundStep> for RefundStepView {
    fn from(step: RefundStep) -> Self {
        Self {
            from_state: step.from,
            to_state: step.to,
            note: step.note,
            staff_id: step.staff_id,
            occurred_at: step.occurred_at,
        }
    }
}

/// A call to the provider about a refund.
#[derive(Serialize, ToSchema)]
struct RefundCallView {
    /// `refund` or `verify_refund`.
    #[schema(example = "verify_refund")]
    operation: String,
    /// What came of it, in one word.
    #[schema(example = "processing")]
    outcome: String,
    /// What the provider said; no secrets and no personal data.
    #[schema(value_type = Object)]
    evidence: serde_json::Value,
    called_at: DateTime<Utc>,
}

impl From<RecordedCall> for RefundCallView {
    fn from(call: RecordedCall) -> Self {
        Self {
            operation: call.operation,
            outcome: call.outcome,
            evidence: call.evidence,
            called_at: call.called_at,
        }
    }
}

/// Read a refund with its history and the calls about it
#[utoipa::path(
    get, path = "/api/v1/admin/payments/refunds/{id}/", operation_id = "getRefund",
    tag = "Admin: payments", params(("id" = RefundId, Path)),
    responses((status = 200, body = RefundFile), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_refund(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<RefundId>,
) -> Result<Json<RefundFile>> {
    read(&kit, id).await.map(Json)
}

async fn read(kit: &Kit, id: RefundId) -> Result<RefundFile> {
    let conn = kit.db.read().await?;
    let refund = store::find_refund(&conn, id).await?;
    let refund = refund.ok_or(PaymentRefusal::RefundNotFound)?;
    let lines = store::list_refund_lines(&conn, &[id]).await?;
    let history = store::list_refund_steps(&conn, id).await?;
    let calls = store::list_refund_calls(&conn, id).await?;
    Ok(RefundFile {
        refund: RefundView::of(refund, &lines),
        history: history.into_iter().map(RefundStepView::from).collect(),
        calls: calls.into_iter().map(RefundCallView::from).collect(),
    })
}

/// Ask the provider how far a refund is, now
///
/// The shop asks by itself as well: after 1, 5, 15 and 60 minutes, then every hour for ten days.
/// Safe to repeat; a refund is never sent a second time by this.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/refunds/{id}/check/", operation_id = "checkRefund",
    tag = "Admin: payments", params(("id" = RefundId, Path)),
    responses((status = 200, body = RefundFile), ProblemResponses),
    security(("bearer" = []))
)]
async fn check_refund(
    _staff: Staff<CanRefund>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(id): PathId<RefundId>,
) -> Result<Json<RefundFile>> {
    let found = store::find_refund(&kit.db.read().await?, id).await?;
    let refund = found.ok_or(PaymentRefusal::RefundNotFound)?;
    check_refund_now(&kit, &gateway, &refund).await?;
    read(&kit, id).await.map(Json)
}
