//! Health, switches, faults, the clock, the log of calls, and a fresh start.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::problem;
use crate::book::DEFAULT_MERCHANT;
use crate::clock::{machine_now, stamp};
use crate::faults::Fault;
use crate::moments;
use crate::simulator::{Simulator, World};

pub(super) async fn health(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "mode": simulator.mode(),
        "public_url": simulator.public_url,
        "webhook_url": simulator.with(|world| webhook_url(world)),
    }))
}

/// Lays the given fields over the present ones; `Err` says which field is unknown or wrong.
pub(super) fn merged<T: Serialize + DeserializeOwned>(
    present: &T,
    change: Map<String, Value>,
) -> Result<T, String> {
    let mut value = serde_json::to_value(present).map_err(|error| error.to_string())?;
    if let Some(object) = value.as_object_mut() {
        object.extend(change);
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn reply<T: Serialize>(result: Result<T, String>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => problem(StatusCode::BAD_REQUEST, &error),
    }
}

pub(super) async fn variants(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(&world.variants).into_response())
}

pub(super) async fn change_variants(
    State(simulator): State<Arc<Simulator>>,
    Json(change): Json<Map<String, Value>>,
) -> Response {
    reply(simulator.with(|world| {
        world.variants = merged(&world.variants, change)?;
        Ok(world.variants.clone())
    }))
}

fn webhook_url(world: &World) -> Option<String> {
    let default = world.book.merchant(DEFAULT_MERCHANT);
    default.and_then(|merchant| merchant.webhook_url.clone())
}

fn webhook_settings(world: &World) -> Result<Value, String> {
    let mut value = serde_json::to_value(&world.webhook).map_err(|error| error.to_string())?;
    if let Some(object) = value.as_object_mut() {
        object.insert("url".to_owned(), json!(webhook_url(world)));
    }
    Ok(value)
}

pub(super) async fn webhook(State(simulator): State<Arc<Simulator>>) -> Response {
    reply(simulator.with(|world| webhook_settings(world)))
}

/// Beside the behaviour's own fields `url`, where webhooks go, `null` for nowhere, and `secret`,
/// which signs them from now on.
pub(super) async fn change_webhook(
    State(simulator): State<Arc<Simulator>>,
    Json(mut change): Json<Map<String, Value>>,
) -> Response {
    reply(simulator.with(|world| {
        let (url, secret) = (change.remove("url"), change.remove("secret"));
        world.webhook = merged(&world.webhook, change)?;
        if let Some(default) = world.book.merchant_mut(DEFAULT_MERCHANT) {
            if let Some(url) = url {
                default.webhook_url = url.as_str().map(str::to_owned);
            }
            if let Some(secret) = secret.as_ref().and_then(Value::as_str) {
                secret.clone_into(&mut default.webhook_secret);
            }
        }
        webhook_settings(world)
    }))
}

pub(super) async fn faults(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(&world.faults).into_response())
}

pub(super) async fn add_fault(
    State(simulator): State<Arc<Simulator>>,
    Json(fault): Json<Value>,
) -> Response {
    const CALLS: [&str; 10] = [
        "any",
        "initialize",
        "verify",
        "cancel",
        "refund",
        "verify_refund",
        "transactions",
        "timeline",
        "balances",
        "other",
    ];
    let parsed = serde_json::from_value::<Fault>(fault).map_err(|error| error.to_string());
    reply(parsed.and_then(|fault| {
        if !CALLS.contains(&fault.call.as_str()) || fault.times == 0 {
            return Err(format!(
                "call is one of {}; times is at least 1",
                CALLS.join(", ")
            ));
        }
        Ok(simulator.with(|world| {
            world.faults.push(fault);
            world.faults.clone()
        }))
    }))
}

pub(super) async fn clear_faults(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.with(|world| world.faults.clear());
    StatusCode::NO_CONTENT
}

pub(super) async fn clock(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(simulator.with(|world| clock_view(world)))
}

fn clock_view(world: &World) -> Value {
    let clock = &world.book.clock;
    json!({
        "now": stamp(world.now()),
        "offset_seconds": clock.offset_seconds(machine_now()),
        "stands": clock.stands(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Stop simulated time, or let it go on.
    stand: Option<bool>,
    /// Where simulated time is to be.
    set: Option<DateTime<Utc>>,
    /// How far it is to go on from there.
    #[serde(default)]
    advance_seconds: u32,
}

/// What becomes due on the way is done before the answer.
pub(super) async fn advance_clock(
    State(simulator): State<Arc<Simulator>>,
    Json(advance): Json<Advance>,
) -> Json<Value> {
    let webhooks_sent = moments::travel(&simulator, |clock| {
        let mut to = *clock;
        if let Some(stand) = advance.stand {
            to.stand(stand, machine_now());
        }
        if let Some(set) = advance.set {
            to.set(set, machine_now());
        }
        to.advanced(advance.advance_seconds)
    })
    .await;
    let mut view = simulator.with(|world| clock_view(world));
    view["webhooks_sent"] = webhooks_sent.into();
    Json(view)
}

pub(super) async fn reset(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.reset();
    StatusCode::NO_CONTENT
}

pub(super) async fn calls(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.calls()).into_response())
}
