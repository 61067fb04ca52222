//! Endpoints: made, changed, deleted; what the other verbs share.

mod reading;
mod state;

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::WebhookEndpointId;
use kit::{
    Kit, Result, Tx,
    http::{
        Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned,
        body::invalid_member, merge::given,
    },
    jobs::{self, NewJob},
};
use serde::{Deserialize, Serialize};
use staff::{CanManageWebhooks, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::EventTypes;
use crate::{
    actions,
    jobs::{ResumeWebhooks, Sender},
    model::{Endpoint, EndpointState, WebhookRefusal, matches},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_endpoint, reading::list_endpoints))
        .routes(routes!(
            reading::get_endpoint,
            update_endpoint,
            delete_endpoint
        ))
        .routes(routes!(state::rotate_secret))
        .routes(routes!(state::pause_endpoint))
        .routes(routes!(state::resume_endpoint))
        .routes(routes!(state::test_endpoint))
}

const DESCRIPTION_CHARS_MAX: usize = 200;
const PATTERNS_MAX: usize = 50;

/// Where events are delivered.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "url": "https://erp.example.com/hooks/shop",
    "description": "stock keeping", "events": ["order.*"], "state": "active", "reason": null,
    "last_sequence": 41, "failing_since": null, "is_rotating": false, "version": 1,
    "created_at": "2026-11-22T09:00:00Z", "updated_at": "2026-11-22T09:00:00Z"
}))]
pub(super) struct EndpointView {
    id: WebhookEndpointId,
    url: String,
    description: String,
    /// Names such as `order.paid` or `order.*`; none means all.
    events: Vec<String>,
    /// `active`, `paused` or `disabled`.
    #[schema(example = "active")]
    state: &'static str,
    /// Why it gets nothing at the moment.
    reason: Option<String>,
    /// The number of its last delivery; the numbers have no gaps.
    last_sequence: i64,
    /// Since when nothing has arrived; null while it takes what it gets.
    failing_since: Option<DateTime<Utc>>,
    /// Whether deliveries are signed with the old secret as well.
    is_rotating: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl EndpointView {
    fn of(endpoint: &Endpoint, now: DateTime<Utc>) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            events: endpoint.events.clone(),
            state: endpoint.state.as_str(),
            reason: endpoint.reason.clone(),
            last_sequence: endpoint.last_sequence,
            failing_since: endpoint.failing_since,
            is_rotating: endpoint.secrets(now).len() > 1,
            version: endpoint.version,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
        }
    }
}

/// An endpoint with its secret, which is told this once.
#[derive(Serialize, ToSchema)]
struct EndpointWithSecret {
    #[serde(flatten)]
    endpoint: EndpointView,
    /// Verifies deliveries; `whsec_` and base64, as the libraries of Standard Webhooks want it.
    /// Not shown again.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

/// A new endpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://erp.example.com/hooks/shop", "description": "stock keeping",
    "events": ["order.*"]
}))]
struct CreateEndpoint {
    /// A public https address.
    #[schema(max_length = 2048)]
    url: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
    /// Names such as `order.paid` or `order.*`; none means all.
    #[serde(default)]
    #[schema(max_items = 50)]
    events: Vec<String>,
}

/// What changes of an endpoint; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"events": ["order.paid", "refund.*"]}))]
struct UpdateEndpoint {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    url: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<String>)]
    events: Option<Vec<String>>,
}

fn check_url(sender: &Sender, url: &str) -> Result<String> {
    let url = sender.outbound().check(url);
    Ok(url.map_err(WebhookRefusal::Address)?.to_string())
}

fn check_description(text: &str) -> Result<()> {
    if text.chars().count() > DESCRIPTION_CHARS_MAX {
        let reason = format!("it must have at most {DESCRIPTION_CHARS_MAX} characters");
        return Err(invalid_member("/description", reason));
    }
    Ok(())
}

/// Each pattern must be met by a name that exists.
fn check_events(types: &EventTypes, patterns: &[String]) -> Result<()> {
    if patterns.len() > PATTERNS_MAX {
        let reason = format!("it must have at most {PATTERNS_MAX} entries");
        return Err(invalid_member("/events", reason));
    }
    let unknown = patterns
        .iter()
        .find(|pattern| !types.0.iter().any(|name| matches(pattern, name)));
    match unknown {
        Some(name) => Err(WebhookRefusal::UnknownEvent { name: name.clone() }.into()),
        None => Ok(()),
    }
}

/// Create a webhook endpoint
///
/// The secret is in the answer and nowhere else afterwards.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/", operation_id = "createWebhookEndpoint",
    tag = "Admin: webhooks", request_body = CreateEndpoint,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = EndpointWithSecret), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    Extension(sender): Extension<Arc<Sender>>,
    Extension(types): Extension<EventTypes>,
    header: IdempotencyHeader,
    body: Body<CreateEndpoint>,
) -> Result<Response> {
    let CreateEndpoint {
        url,
        description,
        events,
    } = body.value;
    let url = check_url(&sender, &url)?;
    check_description(&description)?;
    check_events(&types, &events)?;
    let now = kit.clock.now();
    let endpoint = Endpoint {
        id: WebhookEndpointId::generate(now),
        url,
        description,
        events,
        secret: actions::new_secret()?,
        previous_secret: None,
        state: EndpointState::Active,
        reason: None,
        last_sequence: 0,
        failing_since: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let key = header.scoped(staff.principal(), "createWebhookEndpoint", body.fingerprint);
    let tx = kit.db.begin("create_webhook_endpoint").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    store::insert_endpoint(&tx, &endpoint).await?;
    record(
        &staff,
        &tx,
        "webhook_endpoint.create",
        None,
        Some(&endpoint),
        now,
    )
    .await?;
    let view = EndpointWithSecret {
        endpoint: EndpointView::of(&endpoint, now),
        secret: endpoint.secret.reveal(),
    };
    key.commit(tx, StatusCode::CREATED, &view).await
}

async fn record(
    staff: &Staff<CanManageWebhooks>,
    tx: &Tx,
    action: &str,
    before: Option<&Endpoint>,
    after: Option<&Endpoint>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(id) = after.or(before).map(|endpoint| endpoint.id.uuid()) else {
        return Ok(());
    };
    let (before, after) = (
        before.map(|endpoint| EndpointView::of(endpoint, now)),
        after.map(|endpoint| EndpointView::of(endpoint, now)),
    );
    let subject = (action, "webhook_endpoint", id);
    staff
        .record(tx, subject, before.as_ref(), after.as_ref(), now)
        .await
}

/// Change a webhook endpoint
#[utoipa::path(
    patch, path = "/api/v1/admin/webhooks/endpoints/{id}/", operation_id = "updateWebhookEndpoint",
    tag = "Admin: webhooks", request_body = UpdateEndpoint,
    params(("id" = WebhookEndpointId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = EndpointView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    Extension(sender): Extension<Arc<Sender>>,
    Extension(types): Extension<EventTypes>,
    PathId(id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
    body: Body<UpdateEndpoint>,
) -> Result<Versioned<EndpointView>> {
    let UpdateEndpoint {
        url,
        description,
        events,
    } = body.value;
    let url = url.map(|url| check_url(&sender, &url)).transpose()?;
    check_description(description.as_deref().unwrap_or_default())?;
    check_events(&types, events.as_deref().unwrap_or_default())?;
    let tx = kit.db.begin("update_webhook_endpoint").await?;
    change(
        &staff,
        &kit,
        tx,
        (id, "webhook_endpoint.update"),
        if_match,
        |endpoint, _| {
            endpoint.url = url.unwrap_or_else(|| endpoint.url.clone());
            endpoint.description = description.unwrap_or_else(|| endpoint.description.clone());
            endpoint.events = events.unwrap_or_else(|| endpoint.events.clone());
            Ok(())
        },
    )
    .await
}

/// Locks, compares the version, changes, records, commits.
async fn change(
    staff: &Staff<CanManageWebhooks>,
    kit: &Kit,
    tx: Tx,
    (id, action): (WebhookEndpointId, &str),
    if_match: IfMatch,
    into: impl FnOnce(&mut Endpoint, DateTime<Utc>) -> Result<()>,
) -> Result<Versioned<EndpointView>> {
    let now = kit.clock.now();
    let before = actions::get_locked(&tx, id).await?;
    if_match.check(before.version, &EndpointView::of(&before, now))?;
    let mut after = before.clone();
    into(&mut after, now)?;
    after.version += 1;
    after.updated_at = now;
    store::update_endpoint(&tx, &after, now).await?;
    if before.state != EndpointState::Active && after.state == EndpointState::Active {
        let job = NewJob::now(&ResumeWebhooks { endpoint_id: id })?;
        jobs::insert(&tx, &job, now).await?;
    }
    record(staff, &tx, action, Some(&before), Some(&after), now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, EndpointView::of(&after, now)))
}

/// Delete a webhook endpoint and its deliveries
#[utoipa::path(
    delete, path = "/api/v1/admin/webhooks/endpoints/{id}/",
    operation_id = "deleteWebhookEndpoint", tag = "Admin: webhooks",
    params(("id" = WebhookEndpointId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_endpoint(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_webhook_endpoint").await?;
    let before = actions::get_locked(&tx, id).await?;
    if_match.check(before.version, &EndpointView::of(&before, now))?;
    store::delete_endpoint(&tx, id).await?;
    record(
        &staff,
        &tx,
        "webhook_endpoint.delete",
        Some(&before),
        None,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
