//! What has become of a payment, for whoever knows its reference.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use ids::OrderId;
use kit::{
    Kit, Result,
    http::{Access, PathId, ProblemResponses},
    random,
    rate_limit::Quota,
};
use money::Money;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    jobs::{Gateway, verify_and_settle},
    model::{Attempt, PaymentRefusal, PaymentStatus},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(verify_payment))
}

/// How often the provider is asked for one reference by whoever knows it.
const QUOTA: Quota = Quota {
    name: "payment_verify",
    burst: 60,
    per_seconds: 60,
};

/// What has become of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "tx_ref": "nx-4ixUKlhbT0mK0oDHxq2y6Yp2eOZ8o7b1r0nqzK0h3Zk",
    "order_id": "019aab00-0000-7000-8000-000000000001",
    "status": "paid",
    "amount": {"amount": 129_900, "currency": "ETB"},
    "paid_at": "2026-11-22T09:05:09Z"
}))]
pub struct AttemptView {
    /// Its reference.
    pub tx_ref: String,
    /// The order that it is for.
    pub order_id: OrderId,
    /// `paid` means that the order is paid. `review` means that money came which does not pay
    /// the order: the shop gets in touch. `refunded` means that all of the money that came is
    /// with the buyer again.
    pub status: PaymentStatus,
    /// What was asked for.
    pub amount: Money,
    /// When the shop learned of the money; null without any.
    pub paid_at: Option<DateTime<Utc>>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            status: attempt.status(),
            tx_ref: attempt.tx_ref,
            order_id: attempt.order_id,
            amount: attempt.amount,
            paid_at: attempt.charged_at,
        }
    }
}

/// Ask what has become of a payment
///
/// Asks the payment provider, settles the order if it was paid, and says the state. Safe to
/// repeat. Knowing the reference is the right to ask; there is nothing else to present.
#[utoipa::path(
    get, path = "/api/v1/payment/verify/{tx_ref}/", operation_id = "verifyPayment",
    tag = "Payments", params(("tx_ref" = String, Path)),
    responses((status = 200, body = AttemptView), ProblemResponses)
)]
async fn verify_payment(
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    access: Access,
    PathId(tx_ref): PathId<String>,
) -> Result<Json<AttemptView>> {
    let found = store::find_attempt_by_tx_ref(&kit.db.read().await?, &tx_ref).await?;
    let attempt = found.ok_or(PaymentRefusal::NotFound)?;
    if attempt.is_settled() {
        return Ok(Json(attempt.into()));
    }
    let digest = hex::encode(random::token_hash(&tx_ref));
    access.limits.check(&digest, QUOTA, kit.clock.now()).await?;
    Ok(Json(verify_and_settle(&kit, &gateway, &tx_ref).await?))
}
