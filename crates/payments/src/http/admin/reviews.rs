//! What a person must look at, and what they decide.

use axum::{Json, extract::State, response::Response};
use http::StatusCode;
use ids::ReviewId;
use kit::{
    Conn, Error, Kit, Result,
    http::{
        Body, Idempotency, IdempotencyHeader, Page, PageQuery, PathId, ProblemResponses, Query,
        body::invalid_member,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanManagePayments, CanReadOrders, CanRefund, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{
        IdCursor, PaymentRefusal, Review, ReviewAction, ReviewKind, ReviewMoney, legal_actions,
    },
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_reviews))
        .routes(routes!(get_review))
        .routes(routes!(resolve_review))
}

/// A review with what may be done about it.
#[derive(Serialize, ToSchema)]
struct ReviewDetailView {
    #[serde(flatten)]
    review: Review,
    /// What may be done about it as things stand; nothing once it is resolved, nor while its
    /// money is on its way back. A refund of which nobody knows is resolved by `confirmRefund`.
    actions: Vec<ReviewAction>,
}

/// A person's decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "refund", "note": "the goods are sold out"}))]
struct ResolveReview {
    action: ReviewAction,
    /// Why; kept with the review and, for a refund, with that.
    #[schema(min_length = 1, max_length = 500)]
    note: String,
}

/// Which reviews; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListReviews {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those that still wait (`true`) or are done (`false`).
    is_open: Option<bool>,
}

/// List what a person must look at, newest first
///
/// Money that no order needs, charges that are not the ones asked for, money that went back.
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reviews/", operation_id = "listPaymentReviews",
    tag = "Admin: payments", params(ListReviews),
    responses((status = 200, body = Page<Review>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_reviews(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListReviews>,
) -> Result<Page<Review>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let reviews = store::list_reviews(&conn, query.is_open, after, limit + 1).await?;
    Page::cut(reviews, limit, |review| IdCursor {
        id: review.id.uuid(),
    })
}

async fn detail(conn: &Conn, review: Review) -> Result<ReviewDetailView> {
    if review.resolved_at.is_some() {
        let actions = Vec::new();
        return Ok(ReviewDetailView { review, actions });
    }
    let gone = || Error::fault("a review's order or kind is not known");
    let order = orders::find_order(conn, review.order_id)
        .await?
        .ok_or_else(gone)?;
    let refund = match review.refund_id {
        Some(id) => store::find_refund(conn, id)
            .await?
            .map(|refund| refund.amount),
        None => None,
    };
    let money = ReviewMoney {
        capture: store::find_balance_of_attempt(conn, review.attempt_id).await?,
        refund,
        order_status: order.status,
    };
    let kind = ReviewKind::parse(&review.kind).ok_or_else(gone)?;
    let actions = legal_actions(kind, &money);
    Ok(ReviewDetailView { review, actions })
}

/// Show what a person must look at
#[utoipa::path(
    get, path = "/api/v1/admin/payments/reviews/{review_id}/", operation_id = "getPaymentReview",
    tag = "Admin: payments", params(("review_id" = ReviewId, Path)),
    responses((status = 200, body = ReviewDetailView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_review(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(review_id): PathId<ReviewId>,
) -> Result<Json<ReviewDetailView>> {
    let conn = kit.db.read().await?;
    let review = store::find_review(&conn, review_id).await?;
    let review = review.ok_or(PaymentRefusal::ReviewNotFound)?;
    Ok(Json(detail(&conn, review).await?))
}

/// Decide about what waits for a person
///
/// The review itself says which `actions` there are. `refund` and `retry` need the right
/// `payments.refund` too. A review that is resolved stays so.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/reviews/{review_id}/resolve/",
    operation_id = "resolvePaymentReview", tag = "Admin: payments",
    params(("review_id" = ReviewId, Path), ("Idempotency-Key" = String, Header)),
    request_body = ResolveReview,
    responses((status = 200, body = ReviewDetailView), ProblemResponses),
    security(("bearer" = []))
)]
async fn resolve_review(
    staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    PathId(review_id): PathId<ReviewId>,
    header: IdempotencyHeader,
    body: Body<ResolveReview>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "resolvePaymentReview", body.fingerprint)?;
    let note = body.value.note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        let reason = "it must have from 1 to 500 characters";
        return Err(invalid_member("/note", reason));
    }
    if body.value.action.gives_money_back() {
        staff.require::<CanRefund>()?;
    }
    let decision = actions::Decision {
        action: body.value.action,
        note,
        staff_id: staff.id,
    };
    let (kit, key, staff) = (&kit, &key, &staff);
    kit.db
        .retrying(move || resolve_once(kit, key, staff, (review_id, decision)))
        .await
}

async fn resolve_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanManagePayments>,
    (id, decision): (ReviewId, actions::Decision<'_>),
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("resolve_payment_review").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let (before, after) = actions::resolve_review(&tx, id, decision, now).await?;
    let action = format!("review.{}", decision.action.as_str());
    let what = (action.as_str(), "payment_review", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    let view = detail(&tx, after).await?;
    key.clone().commit(tx, StatusCode::OK, &view).await
}
