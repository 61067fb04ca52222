//! Closing the API's port, so that connections are refused.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::problem;
use crate::simulator::Simulator;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Put {
    open: bool,
    /// Turn it round again after so many milliseconds.
    ms: Option<u64>,
}

pub(super) async fn show(State(simulator): State<Arc<Simulator>>) -> Response {
    Json(json!({ "open": simulator.door.is_open() })).into_response()
}

/// Answers when the port is closed, or open.
pub(super) async fn put(State(simulator): State<Arc<Simulator>>, Json(put): Json<Put>) -> Response {
    if !put.open && put.ms.is_none() && simulator.args.control_listen.is_none() {
        let message = "nobody could open it again: say for how many ms, or start with \
                       --control-listen";
        return problem(StatusCode::CONFLICT, message);
    }
    simulator.door.put(put.open).await;
    if let Some(ms) = put.ms {
        let later = Arc::clone(&simulator);
        simulator.later(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            later.door.put(!put.open).await;
        });
    }
    show(State(simulator)).await
}
