//! Administrative operations on webhooks, what each needs and what it is tried with.

use serde_json::{Value, json};

use super::{
    rights::{ORDERS, Operation, change, create, read, remove},
    targets::Target,
};

const WEBHOOKS: Option<&str> = Some("webhooks.manage");

/// Of webhooks, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 16] = [
    read("listEventTypes", WEBHOOKS, None),
    Operation {
        right: WEBHOOKS,
        ..create(
            "createWebhookEndpoint",
            || json!({ "url": "http://127.0.0.1:1999/hook" }),
        )
    },
    read("listWebhookEndpoints", WEBHOOKS, None),
    read(
        "getWebhookEndpoint",
        WEBHOOKS,
        Some(Target::WebhookEndpoint),
    ),
    of_endpoint(
        "updateWebhookEndpoint",
        1,
        || json!({ "description": "changed" }),
    ),
    of_endpoint("rotateWebhookSecret", 2, || Value::Null),
    of_endpoint("pauseWebhookEndpoint", 3, || Value::Null),
    of_endpoint("resumeWebhookEndpoint", 4, || Value::Null),
    sends(
        "testWebhookEndpoint",
        Target::WebhookEndpoint,
        || json!({ "event": "order.paid" }),
    ),
    read("listWebhookDeliveries", WEBHOOKS, None),
    read(
        "getWebhookDelivery",
        WEBHOOKS,
        Some(Target::WebhookDelivery),
    ),
    sends("redeliverWebhook", Target::WebhookDelivery, || Value::Null),
    sends(
        "redeliverWebhooks",
        Target::WebhookEndpoint,
        || json!({ "first_sequence": 1, "last_sequence": 1 }),
    ),
    Operation {
        right: WEBHOOKS,
        version: Some(5),
        ..remove("deleteWebhookEndpoint", Target::WebhookEndpoint)
    },
    read("listEvents", ORDERS, None),
    // Whoever may not is refused before the place is read; a stream itself would never end.
    Operation {
        status: 400,
        ..read("streamEvents", ORDERS, None)
    },
];

/// A change of the webhook endpoint in this version.
const fn of_endpoint(name: &'static str, version: i64, body: fn() -> Value) -> Operation {
    Operation {
        right: WEBHOOKS,
        version: Some(version),
        ..change(name, Target::WebhookEndpoint, body)
    }
}

/// Something that is sent afterwards.
const fn sends(name: &'static str, target: Target, body: fn() -> Value) -> Operation {
    Operation {
        right: WEBHOOKS,
        version: None,
        status: 202,
        ..change(name, target, body)
    }
}
