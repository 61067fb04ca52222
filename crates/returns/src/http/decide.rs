//! What staff decide about a return.

use axum::extract::State;
use ids::ReturnId;
use kit::{
    Kit, Result,
    http::{Body, IfMatch, PathId, ProblemResponses, Versioned},
};
use serde::Deserialize;
use staff::{CanManageOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    note_of,
    views::{self, ReturnView},
};
use crate::{actions, model::ReturnState};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(approve_return))
        .routes(routes!(reject_return))
        .routes(routes!(cancel_return))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "Please send it to our shop in Bole."}))]
struct DecideReturn {
    /// What the buyer is told.
    #[serde(default)]
    #[schema(max_length = 1_000)]
    note: String,
}

/// Approve a return
///
/// The goods may be sent.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/approve/", operation_id = "approveReturn",
    tag = "Admin: orders", request_body = DecideReturn,
    params(("id" = ReturnId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn approve_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    if_match: IfMatch,
    body: Body<DecideReturn>,
) -> Result<Versioned<ReturnView>> {
    let to = (ReturnState::Approved, "return.approve");
    decide(&kit, &staff, id, to, if_match, body.value).await
}

/// Reject a return
///
/// Its units can be asked for again.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/reject/", operation_id = "rejectReturn",
    tag = "Admin: orders", request_body = DecideReturn,
    params(("id" = ReturnId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn reject_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    if_match: IfMatch,
    body: Body<DecideReturn>,
) -> Result<Versioned<ReturnView>> {
    let to = (ReturnState::Rejected, "return.reject");
    decide(&kit, &staff, id, to, if_match, body.value).await
}

/// Cancel a return
///
/// The goods do not come after all. Its units can be asked for again.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/cancel/", operation_id = "cancelReturn",
    tag = "Admin: orders", request_body = DecideReturn,
    params(("id" = ReturnId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn cancel_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    if_match: IfMatch,
    body: Body<DecideReturn>,
) -> Result<Versioned<ReturnView>> {
    let to = (ReturnState::Cancelled, "return.cancel");
    decide(&kit, &staff, id, to, if_match, body.value).await
}

async fn decide(
    kit: &Kit,
    staff: &Staff<CanManageOrders>,
    id: ReturnId,
    (to, action): (ReturnState, &'static str),
    if_match: IfMatch,
    body: DecideReturn,
) -> Result<Versioned<ReturnView>> {
    note_of("/note", &body.note)?;
    let note = &body.note;
    kit.db
        .retrying(move || async move {
            let now = kit.clock.now();
            let tx = kit.db.begin("decide_return").await?;
            let (order, one) = actions::lock_both(&tx, id).await?;
            let before = views::view(&tx, one.clone()).await?;
            if_match.check(one.version, &before)?;
            let said = (note.trim(), staff.id);
            let one = actions::decide(&tx, (&order, one), to, said, now).await?;
            let view = views::view(&tx, one).await?;
            let what = (action, "return", id.uuid());
            staff
                .record(&tx, what, Some(&before), Some(&view), now)
                .await?;
            tx.commit().await?;
            Ok(Versioned::ok(view.version, view))
        })
        .await
}
