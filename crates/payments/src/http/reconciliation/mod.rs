//! Comparisons of our books with the provider's, and what they found, for staff.

mod views;

use std::sync::Arc;

use axum::{Extension, Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{BreakId, ReconciliationId};
use kit::{
    Kit, Result,
    http::{
        Body, IdempotencyHeader, Page, PageQuery, PathId, ProblemResponses, Query,
        body::{invalid_member, invalid_parameter},
    },
};
use serde::Deserialize;
use staff::{CanManagePayments, CanReadBooks, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::views::{BreakView, ReconciliationView};
use crate::{
    actions,
    jobs::Gateway,
    model::{
        BREAK_CLASSES, BREAK_STATES, BreakAction, IdCursor, PaymentRefusal, ProviderId, Window,
    },
    store::{self, BreakFilter},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(reconcile_now, list_reconciliations))
        .routes(routes!(get_reconciliation))
        .routes(routes!(list_reconciliation_breaks))
        .routes(routes!(get_reconciliation_break))
        .routes(routes!(resolve_reconciliation_break))
}

/// The time that is compared; without it the last three days.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
struct ReconcileNow {
    /// Charges that began then or later; three days before the end without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    from_at: Option<DateTime<Utc>>,
    /// And before then; now without it. At most 92 days after `from_at`.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    to_at: Option<DateTime<Utc>>,
}

/// Compare our books with the payment provider's now
///
/// Answers at once; read the comparison until its `state` is no longer `running`. One goes on at
/// a time. Needs an `Idempotency-Key`.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/reconciliations/", operation_id = "reconcilePayments",
    tag = "Admin: payments", params(("Idempotency-Key" = String, Header)),
    request_body = ReconcileNow,
    responses((status = 202, body = ReconciliationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn reconcile_now(
    staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    header: IdempotencyHeader,
    body: Body<ReconcileNow>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "reconcilePayments", body.fingerprint)?;
    let now = kit.clock.now();
    let tx = kit.db.begin("start_reconciliation").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let ReconcileNow { from_at, to_at } = body.value;
    let window = Window::asked_for(from_at, to_at, now)
        .map_err(|reason| invalid_member("/from_at", reason))?;
    let whose = (ProviderId::Chapa, gateway.mode());
    let run = actions::start_reconciliation(&tx, whose, window, Some(staff.id), now).await?;
    let what = ("reconciliation.started", "reconciliation", run.id.uuid());
    let view = ReconciliationView::from(run);
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::ACCEPTED, &view).await
}

/// List comparisons with the payment provider's books, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reconciliations/",
    operation_id = "listReconciliations", tag = "Admin: payments", params(PageQuery),
    responses((status = 200, body = Page<ReconciliationView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_reconciliations(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<ReconciliationView>> {
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let runs = store::list_reconciliations(&conn, after, limit + 1).await?;
    let page = Page::cut(runs, limit, |run| IdCursor { id: run.id.uuid() })?;
    Ok(page.map(ReconciliationView::from))
}

/// Read a comparison with the payment provider's books
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reconciliations/{reconciliation_id}/",
    operation_id = "getReconciliation", tag = "Admin: payments",
    params(("reconciliation_id" = ReconciliationId, Path)),
    responses((status = 200, body = ReconciliationView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_reconciliation(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReconciliationId>,
) -> Result<Json<ReconciliationView>> {
    let conn = kit.db.read().await?;
    let run = store::find_reconciliation(&conn, id).await?;
    Ok(Json(
        run.ok_or(PaymentRefusal::ReconciliationNotFound)?.into(),
    ))
}

/// Which differences; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListBreaks {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those that are `open`, `repaired` or `resolved`.
    state: Option<String>,
    /// Only those of this class.
    class: Option<String>,
    /// Only those that this comparison saw last.
    reconciliation_id: Option<ReconciliationId>,
}

/// List differences between our books and the payment provider's, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reconciliation-breaks/",
    operation_id = "listReconciliationBreaks", tag = "Admin: payments", params(ListBreaks),
    responses((status = 200, body = Page<BreakView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_reconciliation_breaks(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(query): Query<ListBreaks>,
) -> Result<Page<BreakView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    for (name, value, known) in [
        ("state", &query.state, BREAK_STATES),
        ("class", &query.class, BREAK_CLASSES),
    ] {
        if value
            .as_deref()
            .is_some_and(|value| !known.contains(&value))
        {
            let reason = format!("it must be one of {}", known.join(", "));
            return Err(invalid_parameter(name, reason));
        }
    }
    let filter = BreakFilter {
        state: query.state,
        class: query.class,
        seen_in: query.reconciliation_id.map(|id| id.uuid()),
    };
    let conn = kit.db.read().await?;
    let breaks = store::list_breaks(&conn, &filter, after, limit + 1).await?;
    let page = Page::cut(breaks, limit, |found| IdCursor {
        id: found.id.uuid(),
    })?;
    Ok(page.map(BreakView::from))
}

/// Read a difference between our books and the payment provider's
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reconciliation-breaks/{break_id}/",
    operation_id = "getReconciliationBreak", tag = "Admin: payments",
    params(("break_id" = BreakId, Path)),
    responses((status = 200, body = BreakView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_reconciliation_break(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<BreakId>,
) -> Result<Json<BreakView>> {
    let conn = kit.db.read().await?;
    let found = store::find_break(&conn, id).await?;
    Ok(Json(found.ok_or(PaymentRefusal::BreakNotFound)?.into()))
}

/// What is done about a difference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "action": "dismiss", "note": "Paid by a payment link for the shop's own event."
}))]
struct ResolveBreak {
    /// `dismiss`: it is as it should be, nothing is booked. `write_off`: what our books say the
    /// provider holds is made equal to what it says, against write-offs.
    action: BreakAction,
    /// Why; kept for ever.
    #[schema(min_length = 1, max_length = 1_000)]
    note: String,
}

/// Resolve a difference between our books and the payment provider's
///
/// Final. The same difference, unchanged, is not shown again. Needs an `Idempotency-Key`.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/reconciliation-breaks/{break_id}/resolve/",
    operation_id = "resolveReconciliationBreak", tag = "Admin: payments",
    params(("break_id" = BreakId, Path), ("Idempotency-Key" = String, Header)),
    request_body = ResolveBreak,
    responses((status = 200, body = BreakView), ProblemResponses),
    security(("bearer" = []))
)]
async fn resolve_reconciliation_break(
    staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    PathId(id): PathId<BreakId>,
    header: IdempotencyHeader,
    body: Body<ResolveBreak>,
) -> Result<Response> {
    let route = "resolveReconciliationBreak";
    let key = header.required(staff.principal(), route, body.fingerprint)?;
    let ResolveBreak { action, note } = body.value;
    let note = note.trim();
    if note.is_empty() || note.chars().count() > 1_000 {
        return Err(invalid_member("/note", "it must have 1 to 1000 characters"));
    }
    let now = kit.clock.now();
    let tx = kit.db.begin("resolve_reconciliation_break").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let (before, after) = actions::resolve_break(&tx, id, action, (staff.id, note), now).await?;
    let (before, after) = (BreakView::from(before), BreakView::from(after));
    let what = (
        "reconciliation_break.resolved",
        "reconciliation_break",
        id.uuid(),
    );
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    key.commit(tx, StatusCode::OK, &after).await
}
