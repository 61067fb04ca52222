//! Verbs of webhooks, inside the caller's transaction: fan events out, note what a try came to,
//! pause and resume. Never a call to a receiver.

mod by_hand;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ids::{OrderId, WebhookDeliveryId, WebhookEndpointId};
use kit::{
    Conn, Result, Tx,
    jobs::{self, NewJob},
    outbound::Exchange,
    outbox::{
        self,
        feed::{Consumer, FeedEvent},
    },
};
use serde_json::{Value, json};

pub(crate) use self::by_hand::new_secret;
pub use self::by_hand::{
    Message, SigningSecret, is_like, message_of, resend, resend_range, send_test,
};
use crate::{
    events::WebhookEndpointPaused,
    jobs::DeliverWebhook,
    model::{
        Delivery, DeliveryState, Endpoint, EndpointState, FAILING_TOO_LONG, Verdict,
        WebhookRefusal, next_attempt, verdict,
    },
    store::{self, NewDelivery},
};

/// Follows the feed of events and writes a delivery for each endpoint that wants one.
#[derive(Debug, Default)]
pub struct FanOut;

#[async_trait]
impl Consumer for FanOut {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    async fn consume(&self, tx: &Tx, events: &[FeedEvent], now: DateTime<Utc>) -> Result<()> {
        if store::count_listening(tx).await? == 0 {
            return Ok(());
        }
        let mut endpoints = store::lock_listening(tx).await?;
        for event in events {
            let mut object = None;
            for endpoint in endpoints
                .iter_mut()
                .filter(|endpoint| endpoint.wants(&event.name, event.occurred_at))
            {
                if object.is_none() {
                    object = Some(object_of(tx, event).await?);
                }
                let object = object.clone().unwrap_or_default();
                endpoint.last_sequence += 1;
                write_delivery(tx, endpoint, event, object, now).await?;
            }
        }
        for endpoint in &endpoints {
            store::update_last_sequence(tx, endpoint.id, endpoint.last_sequence).await?;
        }
        Ok(())
    }
}

/// The resource that an event is about, as the API shows it; null where it has none of its own.
async fn object_of(conn: &Conn, event: &FeedEvent) -> Result<Value> {
    let family = event.name.split('.').next().unwrap_or_default();
    if !matches!(family, "order" | "payment" | "refund") {
        return Ok(Value::Null);
    }
    let id = OrderId::from_uuid(event.subject);
    if orders::find_order(conn, id).await?.is_none() {
        return Ok(Value::Null);
    }
    Ok(serde_json::to_value(orders::get_view(conn, id).await?)?)
}

/// The body that a receiver gets: the resource, and beside it what happened to it.
fn body_of(event: &FeedEvent, sequence: i64, object: Value) -> String {
    let data = if object.is_null() {
        event.payload.clone()
    } else {
        object
    };
    json!({
        "id": event.id,
        "type": event.name,
        "timestamp": event.occurred_at,
        "sequence": sequence,
        "object_id": event.subject,
        "object_sequence": event.sequence,
        "data": data,
        "event": event.payload,
    })
    .to_string()
}

async fn write_delivery(
    tx: &Tx,
    endpoint: &Endpoint,
    event: &FeedEvent,
    object: Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = NewDelivery {
        id: WebhookDeliveryId::generate(now),
        endpoint_id: endpoint.id,
        sequence: endpoint.last_sequence,
        event_id: event.id,
        event_name: &event.name,
        subject_id: event.subject,
        body: body_of(event, endpoint.last_sequence, object),
        redelivery_of: None,
    };
    store::insert_delivery(tx, &new, now).await?;
    send_soon(tx, new.id, now).await
}

async fn send_soon(tx: &Tx, delivery_id: WebhookDeliveryId, now: DateTime<Utc>) -> Result<()> {
    jobs::insert(tx, &NewJob::now(&DeliverWebhook { delivery_id })?, now).await
}

/// Sends a test event to one endpoint, whatever it wants.
///
/// # Errors
/// `webhook_endpoint_not_found`.
pub(crate) async fn test_endpoint(
    tx: &Tx,
    id: WebhookEndpointId,
    (name, payload): (&str, Value),
    now: DateTime<Utc>,
) -> Result<WebhookDeliveryId> {
    let mut endpoint = get_locked(tx, id).await?;
    endpoint.last_sequence += 1;
    let event = FeedEvent {
        position: 0,
        id: uuid::Uuid::new_v7(kit::random::uuid_timestamp(now)),
        name: name.to_owned(),
        subject: id.uuid(),
        sequence: endpoint.last_sequence,
        payload,
        occurred_at: now,
    };
    let new = NewDelivery {
        id: WebhookDeliveryId::generate(now),
        endpoint_id: id,
        sequence: endpoint.last_sequence,
        event_id: event.id,
        event_name: name,
        subject_id: event.subject,
        body: body_of(&event, endpoint.last_sequence, Value::Null),
        redelivery_of: None,
    };
    store::insert_delivery(tx, &new, now).await?;
    store::update_last_sequence(tx, id, endpoint.last_sequence).await?;
    send_soon(tx, new.id, now).await?;
    Ok(new.id)
}

/// Sends deliveries again, each as one of its own with a number of its own: same event, same id
/// at the receiver.
///
/// # Errors
/// `webhook_endpoint_not_found`.
pub(crate) async fn redeliver(
    tx: &Tx,
    id: WebhookEndpointId,
    deliveries: &[Delivery],
    now: DateTime<Utc>,
) -> Result<Vec<WebhookDeliveryId>> {
    let endpoint = get_locked(tx, id).await?;
    let mut sequence = endpoint.last_sequence;
    let mut again = Vec::new();
    for delivery in deliveries {
        sequence += 1;
        let mut body: Value = serde_json::from_str(&delivery.body)?;
        body["sequence"] = json!(sequence);
        let subject = body["object_id"]
            .as_str()
            .and_then(|text| text.parse().ok());
        let new = NewDelivery {
            id: WebhookDeliveryId::generate(now),
            endpoint_id: id,
            sequence,
            event_id: delivery.event_id,
            event_name: &delivery.event_name,
            subject_id: subject.unwrap_or_default(),
            body: body.to_string(),
            redelivery_of: Some(delivery.id),
        };
        store::insert_delivery(tx, &new, now).await?;
        send_soon(tx, new.id, now).await?;
        again.push(new.id);
    }
    store::update_last_sequence(tx, id, sequence).await?;
    Ok(again)
}

/// Writes down what a try came to; answers when to try again.
///
/// # Errors
/// Faults.
pub(crate) async fn note_try(
    tx: &Tx,
    delivery: &Delivery,
    exchange: &Exchange,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    store::insert_attempt(tx, delivery.id, exchange, now).await?;
    let verdict = verdict(exchange.outcome.ok());
    let again_at = next_attempt(delivery.id, delivery.attempts, now);
    let (state, next) = match verdict {
        Verdict::Delivered => (DeliveryState::Delivered, None),
        Verdict::Failed if again_at.is_some() => (DeliveryState::Pending, again_at),
        Verdict::Failed | Verdict::Gone => (DeliveryState::Dead, None),
    };
    store::update_tried(tx, delivery.id, state, next, now).await?;
    store::update_failing_since(tx, delivery.endpoint_id, verdict == Verdict::Delivered, now)
        .await?;
    let label = state.as_str();
    metrics::counter!("webhook_attempts_total", "delivery" => label).increment(1);
    if verdict == Verdict::Gone {
        let reason = "the receiver answered 410: it is gone for good";
        stop(
            tx,
            delivery.endpoint_id,
            EndpointState::Disabled,
            reason,
            now,
        )
        .await?;
    } else if state == DeliveryState::Dead {
        pause_failing(tx, delivery.endpoint_id, now).await?;
    }
    Ok(next)
}

async fn pause_failing(tx: &Tx, id: WebhookEndpointId, now: DateTime<Utc>) -> Result<()> {
    let endpoint = get_locked(tx, id).await?;
    let is_too_long = endpoint
        .failing_since
        .is_some_and(|since| now - since >= FAILING_TOO_LONG);
    if is_too_long {
        let reason = "nothing has arrived for three days";
        stop(tx, id, EndpointState::Paused, reason, now).await?;
    }
    Ok(())
}

/// Stops sending to an endpoint by itself, and says so.
async fn stop(
    tx: &Tx,
    id: WebhookEndpointId,
    state: EndpointState,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut endpoint = get_locked(tx, id).await?;
    if endpoint.state != EndpointState::Active {
        return Ok(());
    }
    endpoint.state = state;
    endpoint.reason = Some(reason.to_owned());
    store::update_endpoint(tx, &endpoint, now).await?;
    let event = WebhookEndpointPaused {
        endpoint_id: id,
        url: endpoint.url,
        reason: reason.to_owned(),
    };
    tracing::warn!(endpoint_id = %id, reason, "a webhook endpoint is stopped");
    outbox::announce(tx, &event, now).await
}

/// How many deliveries that waited are taken up at once.
const RESUMED_AT_ONCE: i64 = 1_000;

/// Has what waited for a resumed endpoint sent; answers whether there is more of it.
///
/// # Errors
/// Faults.
pub(crate) async fn take_up(tx: &Tx, id: WebhookEndpointId, now: DateTime<Utc>) -> Result<bool> {
    let waiting = store::list_waiting(tx, id, RESUMED_AT_ONCE).await?;
    store::update_unparked(tx, &waiting, now).await?;
    for delivery_id in &waiting {
        send_soon(tx, *delivery_id, now).await?;
    }
    Ok(i64::try_from(waiting.len()).is_ok_and(|count| count == RESUMED_AT_ONCE))
}

/// An endpoint that stays as it is until the end of `tx`.
///
/// # Errors
/// `webhook_endpoint_not_found`.
pub(crate) async fn get_locked(tx: &Tx, id: WebhookEndpointId) -> Result<Endpoint> {
    let endpoint = store::lock_endpoint(tx, id).await?;
    Ok(endpoint.ok_or(WebhookRefusal::EndpointNotFound)?)
}
