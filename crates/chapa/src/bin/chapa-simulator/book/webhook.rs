//! One webhook and its deliveries.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WebhookState {
    /// To be sent, or to be sent again.
    Pending,
    /// Answered with exactly 200.
    Delivered,
    /// Kept back on purpose; `redeliver` sends it.
    Dropped,
    /// Waits for others, to be sent in another order.
    Held,
    /// Ten attempts and no 200.
    GivenUp,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) at: DateTime<Utc>,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

/// A webhook, exactly as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Webhook {
    /// Counts from 1.
    pub(crate) id: usize,
    #[serde(default)]
    pub(crate) merchant: String,
    pub(crate) tx_ref: String,
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Copies sent at once at each attempt.
    pub(crate) copies: u32,
    pub(crate) delay_ms: u64,
    pub(crate) state: WebhookState,
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    pub(crate) deliveries: Vec<Delivery>,
}
