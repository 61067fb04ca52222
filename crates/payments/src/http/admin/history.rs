//! One attempt with all that is known of it, and asking about it again.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use ids::{AttemptId, CaptureId, RefundId};
use kit::{
    Conn, Kit, Result,
    http::{PathId, ProblemResponses},
};
use money::Money;
use serde::Serialize;
use staff::{CanManagePayments, CanReadOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{attempts::AttemptAdminView, webhooks::WebhookView};
use crate::{
    http::refunds::RefundView,
    jobs::{Answer, Gateway, ask},
    model::{Attempt, Capture, PaymentRefusal, Review, WebhookFilter},
    store::{self, RecordedCall},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(get_attempt))
        .routes(routes!(verify_attempt))
}

/// The most calls and messages that are shown of one attempt; the newest are.
const SHOWN_MAX: i64 = 500;

/// An attempt with all that is known of it.
#[derive(Serialize, ToSchema)]
struct AttemptHistoryView {
    #[serde(flatten)]
    attempt: AttemptAdminView,
    /// Every call to the provider and what it answered, oldest first; of more than 500 the
    /// newest. No secrets and no personal data.
    calls: Vec<CallView>,
    /// The money that came by it.
    captures: Vec<CaptureView>,
    /// What of that money goes back, or went, oldest first.
    refunds: Vec<RefundView>,
    /// What a person had or has to look at, oldest first.
    reviews: Vec<Review>,
    /// The provider's messages that name it, newest first, 500 at the most.
    webhooks: Vec<WebhookView>,
}

/// A call to the provider.
#[derive(Serialize, ToSchema)]
struct CallView {
    /// `initialize`, `verify`, `cancel` …
    #[schema(example = "verify")]
    operation: String,
    /// One word for the answer.
    #[schema(example = "charged")]
    outcome: String,
    /// The facts of the answer.
    #[schema(value_type = Object)]
    evidence: serde_json::Value,
    called_at: DateTime<Utc>,
}

impl From<RecordedCall> for CallView {
    fn from(call: RecordedCall) -> Self {
        Self {
            operation: call.operation,
            outcome: call.outcome,
            evidence: call.evidence,
            called_at: call.called_at,
        }
    }
}

/// Money that came.
#[derive(Serialize, ToSchema)]
struct CaptureView {
    id: CaptureId,
    amount: Money,
    /// What the provider keeps of it.
    fee: Money,
    /// `applied`: it pays the order; `surplus`: it does not.
    #[schema(example = "applied")]
    disposition: String,
    provider_reference: String,
    captured_at: DateTime<Utc>,
}

impl From<Capture> for CaptureView {
    fn from(capture: Capture) -> Self {
        Self {
            id: capture.id,
            amount: capture.amount,
            fee: capture.fee,
            disposition: capture.disposition.as_str().to_owned(),
            provider_reference: capture.provider_reference,
            captured_at: capture.captured_at,
        }
    }
}

async fn history(conn: &Conn, gateway: &Gateway, attempt: Attempt) -> Result<AttemptHistoryView> {
    let calls = store::list_calls(conn, attempt.id, SHOWN_MAX).await?;
    let captures = store::list_captures_of_attempt(conn, attempt.id).await?;
    let refunds = store::list_refunds_of_attempt(conn, attempt.id).await?;
    let ids: Vec<RefundId> = refunds.iter().map(|refund| refund.id).collect();
    let lines = store::list_refund_lines(conn, &ids).await?;
    let reviews = store::list_reviews_of_attempt(conn, attempt.id).await?;
    let named = WebhookFilter {
        tx_ref: Some(attempt.tx_ref.clone()),
        ..WebhookFilter::default()
    };
    let webhooks = store::list_webhooks(conn, &named, None, SHOWN_MAX).await?;
    Ok(AttemptHistoryView {
        calls: calls.into_iter().map(CallView::from).collect(),
        captures: captures.into_iter().map(CaptureView::from).collect(),
        refunds: refunds
            .into_iter()
            .map(|refund| RefundView::of(refund, &lines))
            .collect(),
        reviews,
        webhooks: webhooks
            .into_iter()
            .map(|webhook| WebhookView::of(gateway, webhook, Some(&attempt)))
            .collect(),
        attempt: attempt.into(),
    })
}

/// Show a payment attempt with everything that is known of it
#[utoipa::path(
    get, path = "/api/v1/admin/payments/attempts/{attempt_id}/",
    operation_id = "getPaymentAttempt", tag = "Admin: payments",
    params(("attempt_id" = AttemptId, Path)),
    responses((status = 200, body = AttemptHistoryView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_attempt(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(attempt_id): PathId<AttemptId>,
) -> Result<Json<AttemptHistoryView>> {
    let conn = kit.db.read().await?;
    let attempt = store::find_attempt(&conn, attempt_id).await?;
    let attempt = attempt.ok_or(PaymentRefusal::AttemptNotFound)?;
    Ok(Json(history(&conn, &gateway, attempt).await?))
}

/// Ask the provider about a payment attempt now
///
/// Also about one whose money is in the books: the provider may have taken it back. Its answer
/// is recorded and settled as any other. Safe to repeat.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/attempts/{attempt_id}/verify/",
    operation_id = "verifyPaymentAttempt", tag = "Admin: payments",
    params(("attempt_id" = AttemptId, Path)),
    responses((status = 200, body = AttemptHistoryView), ProblemResponses),
    security(("bearer" = []))
)]
async fn verify_attempt(
    _staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(attempt_id): PathId<AttemptId>,
) -> Result<Json<AttemptHistoryView>> {
    let attempt = store::find_attempt(&kit.db.read().await?, attempt_id).await?;
    let attempt = attempt.ok_or(PaymentRefusal::AttemptNotFound)?;
    if !gateway.speaks_for(&attempt) {
        return Err(PaymentRefusal::NotAskable.into());
    }
    match ask(&kit, &gateway, &attempt).await? {
        Answer::Told(attempt) => {
            let conn = kit.db.read().await?;
            Ok(Json(history(&conn, &gateway, attempt).await?))
        }
        Answer::Silent {
            retry_after_seconds,
        } => Err(PaymentRefusal::ProviderUnreachable {
            retry_after_seconds,
        }
        .into()),
    }
}
