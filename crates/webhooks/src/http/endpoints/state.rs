//! Endpoints: given a new secret, paused, resumed, tried out.

use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned},
};
use serde::{Deserialize, Serialize};
use staff::{CanManageWebhooks, Staff};
use utoipa::ToSchema;

use super::{EndpointView, EndpointWithSecret, change};
use crate::{
    actions,
    http::EventTypes,
    model::{EndpointState, ROTATION, WebhookRefusal},
};

/// Give a webhook endpoint a new secret
///
/// For a day deliveries are signed with both, so that the receiver can change over; the new
/// secret is in the answer and nowhere else afterwards.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/{id}/rotate-secret/",
    operation_id = "rotateWebhookSecret", tag = "Admin: webhooks",
    params(("id" = WebhookEndpointId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = EndpointWithSecret), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn rotate_secret(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<Versioned<EndpointWithSecret>> {
    let fresh = actions::new_secret()?;
    let secret = fresh.reveal();
    let tx = kit.db.begin("rotate_webhook_secret").await?;
    let subject = (id, "webhook_endpoint.rotate_secret");
    let changed = change(&staff, &kit, tx, subject, if_match, |endpoint, now| {
        let old = std::mem::replace(&mut endpoint.secret, fresh);
        endpoint.previous_secret = Some((old, now + ROTATION));
        Ok(())
    })
    .await?;
    let Versioned { version, body, .. } = changed;
    let view = EndpointWithSecret {
        endpoint: body,
        secret,
    };
    Ok(Versioned::ok(version, view))
}

/// Pause a webhook endpoint
///
/// Deliveries wait until it is resumed; none is lost.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/{id}/pause/",
    operation_id = "pauseWebhookEndpoint", tag = "Admin: webhooks",
    params(("id" = WebhookEndpointId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = EndpointView), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn pause_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<Versioned<EndpointView>> {
    let tx = kit.db.begin("pause_webhook_endpoint").await?;
    let subject = (id, "webhook_endpoint.pause");
    change(&staff, &kit, tx, subject, if_match, |endpoint, _| {
        if endpoint.state != EndpointState::Active {
            let state = endpoint.state.as_str();
            return Err(WebhookRefusal::StateConflict { state }.into());
        }
        endpoint.state = EndpointState::Paused;
        endpoint.reason = Some("paused by staff".to_owned());
        Ok(())
    })
    .await
}

/// Resume a paused or disabled webhook endpoint
///
/// What waited is sent, in order.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/{id}/resume/",
    operation_id = "resumeWebhookEndpoint", tag = "Admin: webhooks",
    params(("id" = WebhookEndpointId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = EndpointView), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn resume_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<Versioned<EndpointView>> {
    let tx = kit.db.begin("resume_webhook_endpoint").await?;
    let subject = (id, "webhook_endpoint.resume");
    change(&staff, &kit, tx, subject, if_match, |endpoint, _| {
        if endpoint.state == EndpointState::Active {
            let state = endpoint.state.as_str();
            return Err(WebhookRefusal::StateConflict { state }.into());
        }
        endpoint.state = EndpointState::Active;
        endpoint.reason = None;
        endpoint.failing_since = None;
        Ok(())
    })
    .await
}

/// What a test brings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "order.paid"}))]
pub(super) struct TestEndpoint {
    /// The name that the test carries; its data say that it is one.
    event: String,
}

/// A delivery that was made.
#[derive(Serialize, ToSchema)]
struct DeliveryMade {
    delivery_id: WebhookDeliveryId,
}

/// Send a test event to a webhook endpoint
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/{id}/test/",
    operation_id = "testWebhookEndpoint", tag = "Admin: webhooks", request_body = TestEndpoint,
    params(("id" = WebhookEndpointId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = DeliveryMade), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn test_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    Extension(types): Extension<EventTypes>,
    PathId(id): PathId<WebhookEndpointId>,
    header: IdempotencyHeader,
    body: Body<TestEndpoint>,
) -> Result<Response> {
    let TestEndpoint { event } = body.value;
    let key = header.scoped(staff.principal(), "testWebhookEndpoint", body.fingerprint);
    let tx = kit.db.begin("test_webhook_endpoint").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let now = kit.clock.now();
    let delivery_id = actions::send_test(&tx, id, (&event, &types.0), now).await?;
    key.commit(tx, StatusCode::ACCEPTED, &DeliveryMade { delivery_id })
        .await
}
