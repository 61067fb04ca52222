//! Telling the merchant's other systems what happened (Standard Webhooks).
//!
//! Owns: `webhook_endpoints`, `webhook_deliveries`, `webhook_attempts`.
//! Promises: each committed event is delivered at least once to every endpoint that wants it, or
//! is kept as dead with its reason; deliveries of an endpoint are numbered without gaps; the same
//! bytes and the same id at every try; an endpoint that fails delays no other; nobody inside a
//! private network is ever called.
//! Never: an event whose change was not committed, a redirect, a secret in an answer but once.

mod actions;
mod events;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{
    FanOut, Message, SigningSecret, is_like, message_of, resend, resend_range, send_test,
};
pub use events::WebhookEndpointPaused;
pub use http::{EventTypes, routes};
pub use jobs::{DeliverWebhook, Sender, jobs};
pub use model::{REFUSALS, WebhookRefusal, WebhookSettings};
