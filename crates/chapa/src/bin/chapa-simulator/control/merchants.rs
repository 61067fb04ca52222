//! Merchants: who else has an account, with keys and a webhook of their own.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::settings::merged;
use super::{problem, unknown};
use crate::book::{Merchant, is_live_key};
use crate::simulator::{Simulator, World};

#[derive(Debug, Deserialize)]
pub(super) struct New {
    name: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

pub(super) async fn list(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.merchants()).into_response())
}

/// Keys that are not given are invented, always the same for the same seed and name.
pub(super) async fn create(
    State(simulator): State<Arc<Simulator>>,
    Json(new): Json<New>,
) -> Response {
    simulator.with(|world| {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if new.name.is_empty() || !new.name.chars().all(is_word) {
            let message = "name is of letters, digits, dashes and underscores";
            return problem(StatusCode::BAD_REQUEST, message);
        }
        if world.book.merchant(&new.name).is_some() {
            return problem(StatusCode::CONFLICT, "there is a merchant of this name");
        }
        let invented = Merchant::invent(simulator.args.seed, &new.name);
        match changed(&simulator, world, &invented, new.fields) {
            Ok(merchant) => {
                world.book.add_merchant(merchant.clone());
                world.touch();
                (StatusCode::CREATED, Json(merchant)).into_response()
            }
            Err(message) => problem(StatusCode::BAD_REQUEST, &message),
        }
    })
}

/// Fields that are left out stay as they are.
pub(super) async fn change(
    State(simulator): State<Arc<Simulator>>,
    Path(name): Path<String>,
    Json(change): Json<Map<String, Value>>,
) -> Response {
    simulator.with(|world| {
        let Some(present) = world.book.merchant(&name).cloned() else {
            return unknown("merchant");
        };
        match changed(&simulator, world, &present, change) {
            Ok(merchant) => {
                if let Some(kept) = world.book.merchant_mut(&name) {
                    kept.clone_from(&merchant);
                }
                world.touch();
                Json(merchant).into_response()
            }
            Err(message) => problem(StatusCode::BAD_REQUEST, &message),
        }
    })
}

/// Lays a change over a merchant, if every key stays one merchant's own.
fn changed(
    simulator: &Simulator,
    world: &World,
    present: &Merchant,
    change: Map<String, Value>,
) -> Result<Merchant, String> {
    let merchant: Merchant = merged(present, change)?;
    if merchant.name != present.name {
        return Err("a merchant keeps its name".to_owned());
    }
    let keys = [&merchant.secret_key, &merchant.live_secret_key];
    let was_there = |key: &&String| [&present.secret_key, &present.live_secret_key].contains(key);
    for key in keys.into_iter().filter(|key| !was_there(key)) {
        if key.trim().is_empty() || world.book.caller(key).is_some() {
            return Err("a secret key is empty or in use already".to_owned());
        }
        if is_live_key(key) && !simulator.args.allow_live_key {
            return Err(
                "this key looks like a live one; leave it out for an invented one, or \
                        start with --allow-live-key"
                    .to_owned(),
            );
        }
    }
    Ok(merchant)
}
