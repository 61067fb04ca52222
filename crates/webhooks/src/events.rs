//! Facts that webhooks announce.

use ids::WebhookEndpointId;
use kit::outbox::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Deliveries to an endpoint failed for so long that nothing more is sent to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookEndpointPaused {
    /// Which endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// Its address.
    pub url: String,
    /// Why.
    pub reason: String,
}

impl Event for WebhookEndpointPaused {
    const NAME: &'static str = "webhook_endpoint.paused";

    fn subject(&self) -> Uuid {
        self.endpoint_id.uuid()
    }
}
