//! What a developer does by hand, beside the API: see messages as receivers get them, try one out,
//! have one sent again.

use chrono::{DateTime, Utc};
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{Conn, Result, Tx, outbox::feed::FeedEvent, random};
use serde_json::json;

use super::{body_of, object_of, redeliver, test_endpoint};
use crate::{
    model::{RANGE_MAX, Secret, WebhookRefusal, matches, signatures},
    store,
};

/// A message as a receiver gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The `webhook-id`.
    pub id: String,
    /// The JSON document.
    pub body: String,
}

/// A fresh key.
pub(crate) fn new_secret() -> Result<Secret> {
    Ok(Secret(random::token_hash(&random::token()?)))
}

/// The key that messages are signed with, as `whsec_…`.
#[derive(Clone)]
pub struct SigningSecret(Secret);

impl SigningSecret {
    /// A fresh one.
    ///
    /// # Errors
    /// A fault when the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        new_secret().map(Self)
    }

    /// As receivers keep it.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// The `webhook-signature` of a message that is sent at this time (Unix seconds).
    #[must_use]
    pub fn sign(&self, message: &Message, timestamp: i64) -> String {
        signatures(&[&self.0], &message.id, timestamp, &message.body)
    }
}

/// Whether an event's name fits a pattern such as `order.paid`, `order.*` or `*`.
#[must_use]
pub fn is_like(pattern: &str, event: &str) -> bool {
    matches(pattern, event)
}

/// What a receiver that wants every event would get of this one, as its delivery with that number.
///
/// # Errors
/// Faults of the database.
pub async fn message_of(conn: &Conn, event: &FeedEvent, sequence: i64) -> Result<Message> {
    let object = object_of(conn, event).await?;
    Ok(Message {
        id: event.id.to_string(),
        body: body_of(event, sequence, object),
    })
}

/// Sends a test event to an endpoint, whatever it wants; its data say that it is a test. `known`
/// are the names that there are.
///
/// # Errors
/// `webhook_event_unknown`, `webhook_endpoint_not_found`; faults.
pub async fn send_test(
    tx: &Tx,
    id: WebhookEndpointId,
    (event, known): (&str, &[&str]),
    now: DateTime<Utc>,
) -> Result<WebhookDeliveryId> {
    if !known.contains(&event) {
        let name = event.to_owned();
        return Err(WebhookRefusal::UnknownEvent { name }.into());
    }
    test_endpoint(tx, id, (event, json!({ "is_test": true })), now).await
}

/// Sends a delivery again, as one of its own.
///
/// # Errors
/// `webhook_delivery_not_found`; faults.
pub async fn resend(
    tx: &Tx,
    id: WebhookDeliveryId,
    now: DateTime<Utc>,
) -> Result<Vec<WebhookDeliveryId>> {
    let delivery = store::find_delivery(tx, id).await?;
    let delivery = delivery.ok_or(WebhookRefusal::DeliveryNotFound)?;
    let endpoint_id = delivery.endpoint_id;
    redeliver(tx, endpoint_id, &[delivery], now).await
}

/// Sends the first deliveries of an endpoint's events with these numbers again, in order.
///
/// # Errors
/// `webhook_redelivery_too_large`, `webhook_endpoint_not_found`; faults.
pub async fn resend_range(
    tx: &Tx,
    id: WebhookEndpointId,
    range: (i64, i64),
    now: DateTime<Utc>,
) -> Result<Vec<WebhookDeliveryId>> {
    let deliveries = store::list_range(tx, id, range, RANGE_MAX + 1).await?;
    if i64::try_from(deliveries.len()).is_ok_and(|count| count > RANGE_MAX) {
        return Err(WebhookRefusal::TooMany { limit: RANGE_MAX }.into());
    }
    redeliver(tx, id, &deliveries, now).await
}
