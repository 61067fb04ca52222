//! Deliveries: what was sent, what came back, and sending again.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{
    Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, Page, PageQuery, PathId, ProblemResponses, Query,
        body::{invalid_member, invalid_parameter},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use staff::{CanManageWebhooks, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    actions,
    model::{Delivery, DeliveryState, WebhookRefusal},
    store::{self, Attempt, DeliveryFilter},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(get_delivery))
        .routes(routes!(redeliver_one))
        .routes(routes!(redeliver_range))
}

/// Where a page goes on: ids sort by birth.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IdCursor {
    pub(super) id: Uuid,
}

impl Cursor for IdCursor {}

/// An event for an endpoint.
#[derive(Serialize, ToSchema)]
struct DeliveryView {
    id: WebhookDeliveryId,
    endpoint_id: WebhookEndpointId,
    /// The number among the endpoint's deliveries, without gaps.
    sequence: i64,
    /// The `webhook-id`: the same at every try and when it is sent again.
    event_id: Uuid,
    /// Such as `order.paid`.
    #[schema(example = "order.paid")]
    event: String,
    /// `pending`, `delivered` or `dead`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// How often it was tried.
    attempts: i32,
    /// When it is tried next; null when it is done or waits for its endpoint.
    next_attempt_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// The delivery that it repeats.
    redelivery_of: Option<WebhookDeliveryId>,
}

impl From<&Delivery> for DeliveryView {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint_id,
            sequence: delivery.sequence,
            event_id: delivery.event_id,
            event: delivery.event_name.clone(),
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_attempt_at,
            created_at: delivery.created_at,
            finished_at: delivery.finished_at,
            redelivery_of: delivery.redelivery_of,
        }
    }
}

/// A delivery with what was sent and every try.
#[derive(Serialize, ToSchema)]
struct DeliveryDetail {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// What the receiver gets.
    #[schema(value_type = Object)]
    body: Value,
    /// The tries, in order.
    tries: Vec<TryView>,
}

/// A try and what came back.
#[derive(Serialize, ToSchema)]
struct TryView {
    attempted_at: DateTime<Utc>,
    /// The receiver's HTTP status.
    status: Option<i16>,
    /// Why there is none.
    error: Option<String>,
    /// The beginning of the answer.
    answer: String,
    took_ms: i32,
}

impl From<Attempt> for TryView {
    fn from(attempt: Attempt) -> Self {
        Self {
            attempted_at: attempt.attempted_at,
            status: attempt.status,
            error: attempt.error,
            answer: attempt.answer,
            took_ms: attempt.took_ms,
        }
    }
}

/// Which deliveries; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDeliveries {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those of this endpoint.
    endpoint_id: Option<WebhookEndpointId>,
    /// Only those that are `pending`, `delivered` or `dead`.
    #[param(example = "dead")]
    state: Option<String>,
    /// Only those of events with this name.
    #[param(example = "order.paid")]
    event: Option<String>,
}

/// List webhook deliveries, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks/deliveries/", operation_id = "listWebhookDeliveries",
    tag = "Admin: webhooks", params(ListDeliveries),
    responses((status = 200, body = Page<DeliveryView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_deliveries(
    _staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    Query(query): Query<ListDeliveries>,
) -> Result<Page<DeliveryView>> {
    let state = query.state.as_deref();
    if state.is_some_and(|state| DeliveryState::parse(state).is_none()) {
        let reason = "it must be pending, delivered or dead";
        return Err(invalid_parameter("state", reason));
    }
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<IdCursor>()?.map(|cursor| cursor.id);
    let filter = DeliveryFilter {
        endpoint_id: query.endpoint_id,
        state,
        event: query.event.as_deref(),
    };
    let conn = kit.db.read().await?;
    let deliveries = store::list_deliveries(&conn, &filter, after, limit + 1).await?;
    let page = Page::cut(deliveries, limit, |delivery| IdCursor {
        id: delivery.id.uuid(),
    })?;
    Ok(page.map(|delivery| DeliveryView::from(&delivery)))
}

/// Read a webhook delivery with every try
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks/deliveries/{id}/", operation_id = "getWebhookDelivery",
    tag = "Admin: webhooks", params(("id" = WebhookDeliveryId, Path)),
    responses((status = 200, body = DeliveryDetail), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_delivery(
    _staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookDeliveryId>,
) -> Result<axum::Json<DeliveryDetail>> {
    let conn = kit.db.read().await?;
    let delivery = store::find_delivery(&conn, id).await?;
    let delivery = delivery.ok_or(WebhookRefusal::DeliveryNotFound)?;
    let tries = store::list_attempts(&conn, id).await?;
    Ok(axum::Json(DeliveryDetail {
        delivery: DeliveryView::from(&delivery),
        body: serde_json::from_str(&delivery.body)?,
        tries: tries.into_iter().map(TryView::from).collect(),
    }))
}

/// Deliveries that were made.
#[derive(Serialize, ToSchema)]
struct DeliveriesMade {
    /// In the order of what they repeat.
    delivery_ids: Vec<WebhookDeliveryId>,
}

/// Send a webhook delivery again
///
/// As a delivery of its own, with the same `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/deliveries/{id}/redeliver/",
    operation_id = "redeliverWebhook", tag = "Admin: webhooks",
    params(("id" = WebhookDeliveryId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = DeliveriesMade), ProblemResponses),
    security(("bearer" = []))
)]
async fn redeliver_one(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookDeliveryId>,
    header: IdempotencyHeader,
) -> Result<Response> {
    let key = header.scoped(staff.principal(), "redeliverWebhook", Vec::new());
    let tx = kit.db.begin("redeliver_webhook").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let delivery_ids = actions::resend(&tx, id, kit.clock.now()).await?;
    key.commit(tx, StatusCode::ACCEPTED, &DeliveriesMade { delivery_ids })
        .await
}

/// Which deliveries are sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"first_sequence": 17, "last_sequence": 41}))]
struct RedeliverRange {
    /// From this number.
    #[schema(minimum = 1)]
    first_sequence: i64,
    /// Up to this number.
    #[schema(minimum = 1)]
    last_sequence: i64,
}

/// Send a range of an endpoint's deliveries again
///
/// The first deliveries of events with these numbers, in order; at most a thousand.
#[utoipa::path(
    post, path = "/api/v1/admin/webhooks/endpoints/{id}/redeliver/",
    operation_id = "redeliverWebhooks", tag = "Admin: webhooks", request_body = RedeliverRange,
    params(("id" = WebhookEndpointId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = DeliveriesMade), ProblemResponses),
    security(("bearer" = []))
)]
async fn redeliver_range(
    staff: Staff<CanManageWebhooks>,
    State(kit): State<Kit>,
    PathId(id): PathId<WebhookEndpointId>,
    header: IdempotencyHeader,
    body: Body<RedeliverRange>,
) -> Result<Response> {
    let RedeliverRange {
        first_sequence,
        last_sequence,
    } = body.value;
    if first_sequence < 1 {
        return Err(invalid_member("/first_sequence", "it must be 1 or more"));
    }
    if last_sequence < first_sequence {
        let reason = "it must not be less than first_sequence";
        return Err(invalid_member("/last_sequence", reason));
    }
    let key = header.scoped(staff.principal(), "redeliverWebhooks", body.fingerprint);
    let tx = kit.db.begin("redeliver_webhooks").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let range = (first_sequence, last_sequence);
    let delivery_ids = actions::resend_range(&tx, id, range, kit.clock.now()).await?;
    key.commit(tx, StatusCode::ACCEPTED, &DeliveriesMade { delivery_ids })
        .await
}
