//! The provider's webhook: authenticated over its exact bytes, stored, answered, looked at later.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Request, State},
};
use ids::WebhookId;
use kit::{
    Kit, Result,
    http::{ProblemResponses, body::raw_body},
};
use sha2::{Digest, Sha256};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::callback::Received;
use crate::{
    actions,
    jobs::Gateway,
    model::{NewWebhook, Notice, PaymentRefusal, Proof, ProviderId, RawRequest},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(receive_webhook))
}

/// Whose messages come to this address.
const PROVIDER: ProviderId = ProviderId::Chapa;

const BODY_BYTES_MAX: usize = 64 * 1024;
const TEXT_CHARS_MAX: usize = 100;

/// Receive a webhook of Chapa
///
/// `x-chapa-signature` must be the hex HMAC-SHA256 of the exact body. The message is stored and
/// answered at once; what it says is not believed but asked of the provider. The same message
/// again has no further effect.
#[utoipa::path(
    post, path = "/api/v1/payment/webhook/chapa/", operation_id = "receiveChapaWebhook",
    tag = "Payments",
    params(("x-chapa-signature" = Option<String>, Header)),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 200, body = Received), ProblemResponses)
)]
async fn receive_webhook(
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    request: Request,
) -> Result<Json<Received>> {
    let headers = request.headers().clone();
    let body = raw_body(request, BODY_BYTES_MAX).await?;
    let request = RawRequest {
        proof: Proof::Headers(&headers),
        body: &body,
    };
    let Ok(notice) = gateway.parse_webhook(PROVIDER, &request) else {
        metrics::counter!("payment_webhooks_total", "authenticity" => "invalid").increment(1);
        return Err(PaymentRefusal::InvalidSignature.into());
    };
    let authenticity = notice.authenticity.as_str();
    metrics::counter!("payment_webhooks_total", "authenticity" => authenticity).increment(1);
    let webhook = record(&kit, notice, body);
    let tx = kit.db.begin("receive_payment_webhook").await?;
    actions::receive_webhook(&tx, &webhook).await?;
    tx.commit().await?;
    Ok(Json(Received { received: true }))
}

/// The message with what it is about, as far as that could be read.
fn record(kit: &Kit, notice: Notice, body: Vec<u8>) -> NewWebhook {
    let received_at = kit.clock.now();
    // A reference of ours is short and plain; anything else names nothing here.
    let tx_ref = notice.tx_ref.filter(|tx_ref| {
        tx_ref.len() <= TEXT_CHARS_MAX && tx_ref.bytes().all(|byte| byte.is_ascii_graphic())
    });
    NewWebhook {
        id: WebhookId::generate(received_at),
        provider: PROVIDER,
        body_hash: Sha256::digest(&body).to_vec(),
        body,
        authenticity: notice.authenticity,
        event: notice.event.as_deref().map(storable),
        tx_ref,
        received_at,
    }
}

/// Text that PostgreSQL takes.
fn storable(text: &str) -> String {
    text.chars()
        .filter(|char| *char != '\0')
        .take(TEXT_CHARS_MAX)
        .collect()
}
