//! What webhooks refuse, each with what to do about it.

use kit::{Refusal, RefusalKind, outbound::AddressError};
use serde_json::{Value, json};

/// Why webhooks say no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookRefusal {
    /// No endpoint with this id.
    EndpointNotFound,
    /// No delivery with this id.
    DeliveryNotFound,
    /// The address must not be called.
    Address(AddressError),
    /// No event has this name.
    UnknownEvent {
        /// What was asked for.
        name: String,
    },
    /// The endpoint's state does not allow it.
    StateConflict {
        /// Where it stands.
        state: &'static str,
    },
    /// The range holds more deliveries than are sent again at once.
    TooMany {
        /// How many at the most.
        limit: i64,
    },
}

kit::refusal_kinds! {
    ENDPOINT_NOT_FOUND "webhook_endpoint_not_found" 404 Final "No such webhook endpoint"
        "There is no webhook endpoint with this id. List the endpoints to see which there are."
    DELIVERY_NOT_FOUND "webhook_delivery_not_found" 404 Final "No such webhook delivery"
        "There is no webhook delivery with this id; deliveries are kept for a limited time."
    ADDRESS "webhook_address_refused" 422 Final "The address is not taken"
        "A webhook goes to a public https address without user name, password and fragment. \
         Addresses inside private networks are refused, also when a name leads there."
    UNKNOWN_EVENT "webhook_event_unknown" 422 Final "No event has this name"
        "Use a name from the list of event types, or the beginning of names with .* behind it, \
         such as order.*; meta.name is the one that is not known."
    STATE_CONFLICT "webhook_endpoint_state_conflict" 409 Final
        "The endpoint's state does not allow it"
        "Read the endpoint again: meta.state says where it stands. An active endpoint can be \
         paused, a paused or disabled one resumed."
    TOO_MANY "webhook_range_too_large" 422 Final "The range holds too many deliveries"
        "Choose a shorter range; meta.limit deliveries are sent again at once."
}

impl Refusal for WebhookRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::EndpointNotFound => &ENDPOINT_NOT_FOUND,
            Self::DeliveryNotFound => &DELIVERY_NOT_FOUND,
            Self::Address(_) => &ADDRESS,
            Self::UnknownEvent { .. } => &UNKNOWN_EVENT,
            Self::StateConflict { .. } => &STATE_CONFLICT,
            Self::TooMany { .. } => &TOO_MANY,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Address(error) => format!("The address is not taken: {error}."),
            _ => self.kind().help.to_owned(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::UnknownEvent { name } => Some(json!({ "name": name })),
            Self::StateConflict { state } => Some(json!({ "state": state })),
            Self::TooMany { limit } => Some(json!({ "limit": limit })),
            _ => None,
        }
    }
}
