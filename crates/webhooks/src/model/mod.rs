//! Nouns and rules of webhooks: endpoints, deliveries, what is wanted, when to try again. Pure.

mod refusal;
mod signature;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{WebhookDeliveryId, WebhookEndpointId};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

pub use self::refusal::{REFUSALS, WebhookRefusal};
pub(crate) use self::signature::{Secret, signatures};

/// The section `[webhooks]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Networks that may be called although they are not public; for development and tests.
    #[serde(deserialize_with = "networks")]
    pub allowed_networks: Vec<IpNet>,
    /// Whether endpoints without TLS are taken.
    pub allows_http: bool,
    /// How long a connection to a receiver may take to be made.
    pub connect_timeout_ms: u64,
    /// How long a whole try may take.
    pub total_timeout_ms: u64,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    kit::config::texts(deserializer)?
        .iter()
        .map(|text| text.parse().map_err(serde::de::Error::custom))
        .collect()
}

/// Deliveries sent again by one request at the most.
pub(crate) const RANGE_MAX: i64 = 1_000;

/// Whether an endpoint gets anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndpointState {
    /// It does.
    Active,
    /// Not now: deliveries wait until it is resumed.
    Paused,
    /// Its receiver said that it is gone for good (HTTP 410).
    Disabled,
}

impl EndpointState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Disabled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// Where events are delivered.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: WebhookEndpointId,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) events: Vec<String>,
    pub(crate) secret: Secret,
    pub(crate) previous_secret: Option<(Secret, DateTime<Utc>)>,
    pub(crate) state: EndpointState,
    pub(crate) reason: Option<String>,
    pub(crate) last_sequence: i64,
    pub(crate) failing_since: Option<DateTime<Utc>>,
    pub(crate) version: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Endpoint {
    /// The secrets that a delivery is signed with now: one, or two while they are changed over.
    pub(crate) fn secrets(&self, now: DateTime<Utc>) -> Vec<&Secret> {
        let previous = self.previous_secret.as_ref();
        let previous = previous.filter(|(_, until)| now < *until);
        std::iter::once(&self.secret)
            .chain(previous.map(|(secret, _)| secret))
            .collect()
    }

    /// Whether it wants an event: what happened before there was the endpoint is not for it.
    pub(crate) fn wants(&self, event: &str, occurred_at: DateTime<Utc>) -> bool {
        let is_named = self.events.iter().any(|pattern| matches(pattern, event));
        occurred_at >= self.created_at && (self.events.is_empty() || is_named)
    }
}

/// A pattern is a name, or the beginning of names with `.*` behind it.
pub(crate) fn matches(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(family) => event
            .strip_prefix(family)
            .is_some_and(|rest| rest.starts_with('.')),
        None => pattern == event,
    }
}

/// For how long both secrets sign after a change.
pub(crate) const ROTATION: TimeDelta = TimeDelta::hours(24);

/// One event for one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: WebhookDeliveryId,
    pub(crate) endpoint_id: WebhookEndpointId,
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    pub(crate) event_name: String,
    pub(crate) body: String,
    pub(crate) state: DeliveryState,
    pub(crate) attempts: i32,
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) finished_at: Option<DateTime<Utc>>,
    pub(crate) redelivery_of: Option<WebhookDeliveryId>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// It will be tried, now or later.
    Pending,
    /// The receiver has answered 2xx.
    Delivered,
    /// It was tried often enough.
    Dead,
}

impl DeliveryState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// The pauses between tries: the last of ten comes three days after the first.
pub(crate) const PAUSES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(16),
    TimeDelta::hours(24),
];

/// An endpoint at which nothing has arrived for this long is paused when a delivery dies.
pub(crate) const FAILING_TOO_LONG: TimeDelta = TimeDelta::days(3);

/// How long somebody who sends may take before another may try.
pub(crate) const SENDING: Duration = Duration::from_secs(60);

/// When to try again after so many tries, spread by a tenth so that what failed together does
/// not return together; `None` when it was tried often enough.
pub(crate) fn next_attempt(
    delivery: WebhookDeliveryId,
    attempts: i32,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let tried = usize::try_from(attempts).ok()?;
    let pause = *PAUSES.get(tried.checked_sub(1)?)?;
    let spread = i32::from(delivery.uuid().as_bytes()[15]);
    Some(now + pause + pause * spread / 2_550)
}

/// What a try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Taken.
    Delivered,
    /// The receiver is gone for good.
    Gone,
    /// Not taken; another try may help.
    Failed,
}

/// Reads a receiver's status: 2xx is a yes, 410 a no for ever, everything else a no for now.
pub(crate) const fn verdict(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(410) => Verdict::Gone,
        _ => Verdict::Failed,
    }
}
