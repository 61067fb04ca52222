//! Health, switches, faults, the clock, the log of calls, and a fresh start.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::problem;
use crate::clock::stamp;
use crate::delivery;
use crate::faults::Fault;
use crate::simulator::{Simulator, World};

pub(super) async fn health(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "mode": simulator.mode(),
        "public_url": simulator.public_url,
        "webhook_url": simulator.with(|world| world.webhook_url.clone()),
    }))
}

/// Lays the given fields over the present ones; `Err` says which field is unknown or wrong.
fn merged<T: Serialize + DeserializeOwned>(
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

fn webhook_settings(world: &World) -> Result<Value, String> {
    let mut value = serde_json::to_value(&world.webhook).map_err(|error| error.to_string())?;
    if let Some(object) = value.as_object_mut() {
        object.insert("url".to_owned(), json!(world.webhook_url));
    }
    Ok(value)
}

pub(super) async fn webhook(State(simulator): State<Arc<Simulator>>) -> Response {
    reply(simulator.with(|world| webhook_settings(world)))
}

/// `url` beside the behaviour's own fields: where webhooks go, `null` for nowhere.
pub(super) async fn change_webhook(
    State(simulator): State<Arc<Simulator>>,
    Json(mut change): Json<Map<String, Value>>,
) -> Response {
    reply(simulator.with(|world| {
        let url = change.remove("url");
        world.webhook = merged(&world.webhook, change)?;
        if let Some(url) = url {
            world.webhook_url = url.as_str().map(str::to_owned);
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
    const CALLS: [&str; 9] = [
        "any",
        "initialize",
        "verify",
        "cancel",
        "refund",
        "verify_refund",
        "transactions",
        "timeline",
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
    Json(simulator.with(|world| {
        json!({ "now": stamp(world.now()), "offset_seconds": world.book.clock_offset_seconds })
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    advance_seconds: u32,
}

/// Time only goes forward. What became due by it is done before the answer.
pub(super) async fn advance_clock(
    State(simulator): State<Arc<Simulator>>,
    Json(advance): Json<Advance>,
) -> Json<Value> {
    simulator.with(|world| {
        world.book.clock_offset_seconds += i64::from(advance.advance_seconds);
        world.touch();
    });
    delivery::advance_refunds(&simulator).await;
    let webhooks_sent = delivery::deliver_due(&simulator).await;
    Json(simulator.with(|world| {
        json!({
            "now": stamp(world.now()),
            "offset_seconds": world.book.clock_offset_seconds,
            "webhooks_sent": webhooks_sent,
        })
    }))
}

pub(super) async fn reset(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.reset();
    StatusCode::NO_CONTENT
}

pub(super) async fn calls(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.calls()).into_response())
}
