//! The provider's callback: unsigned, so it is a hint to look and nothing else.

use axum::{
    Json,
    extract::{Request, State},
};
use http::Uri;
use kit::{
    Kit, Result,
    http::{Access, ProblemResponses, body::raw_body},
    jobs::{self, NewJob},
    rate_limit::Quota,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    jobs::{ConfirmPayment, callback_reference},
    model::is_worth_asking,
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(receive_callback, receive_callback_post))
}

/// How many hints about one attempt are followed; further ones are dropped without a word.
const QUOTA: Quota = Quota {
    name: "payment_callback",
    burst: 30,
    per_seconds: 60,
};

const BODY_BYTES_MAX: usize = 16 * 1024;

/// The receipt of a message.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"received": true}))]
pub(super) struct Received {
    /// Always true, whatever the message says.
    pub(super) received: bool,
}

/// Receive the provider's callback
///
/// Reads `trx_ref` or `tx_ref` and asks the provider about it soon; believes nothing else.
#[utoipa::path(
    get, path = "/api/v1/payment/callback/", operation_id = "receivePaymentCallback",
    tag = "Payments", params(("trx_ref" = Option<String>, Query)),
    responses((status = 200, body = Received), ProblemResponses)
)]
async fn receive_callback(
    State(kit): State<Kit>,
    access: Access,
    request: Request,
) -> Result<Json<Received>> {
    receive(&kit, &access, request).await
}

/// Receive the provider's callback by POST
///
/// As by GET; the reference may stand in the query, in a JSON body or in a form.
#[utoipa::path(
    post, path = "/api/v1/payment/callback/", operation_id = "receivePaymentCallbackByPost",
    tag = "Payments", params(("trx_ref" = Option<String>, Query)),
    responses((status = 200, body = Received), ProblemResponses)
)]
async fn receive_callback_post(
    State(kit): State<Kit>,
    access: Access,
    request: Request,
) -> Result<Json<Received>> {
    receive(&kit, &access, request).await
}

async fn receive(kit: &Kit, access: &Access, request: Request) -> Result<Json<Received>> {
    let uri: Uri = request.uri().clone();
    let body = raw_body(request, BODY_BYTES_MAX).await?;
    if let Some(tx_ref) = callback_reference(uri.query().unwrap_or_default(), &body) {
        follow(kit, access, &tx_ref).await?;
    }
    Ok(Json(Received { received: true }))
}

async fn follow(kit: &Kit, access: &Access, tx_ref: &str) -> Result<()> {
    let attempt = store::find_attempt_by_tx_ref(&kit.db.read().await?, tx_ref).await?;
    let Some(attempt) = attempt.filter(is_worth_asking) else {
        return Ok(());
    };
    let now = kit.clock.now();
    if access
        .limits
        .check(&attempt.id.to_string(), QUOTA, now)
        .await
        .is_err()
    {
        return Ok(());
    }
    let job = NewJob::now(&ConfirmPayment {
        attempt_id: attempt.id,
    })?;
    let tx = kit.db.begin("follow_payment_callback").await?;
    jobs::insert(&tx, &job, now).await?;
    tx.commit().await
}
