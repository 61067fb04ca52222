//! The webhooks that were written, and sending one again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::unknown;
use crate::delivery;
use crate::simulator::Simulator;

pub(super) async fn list(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.webhooks()).into_response())
}

/// Sends a webhook again, byte for byte, whatever its state; answers with the statuses.
pub(super) async fn redeliver(
    State(simulator): State<Arc<Simulator>>,
    Path(id): Path<usize>,
) -> Response {
    if simulator.with(|world| world.book.webhook_mut(id).is_none()) {
        return unknown("webhook");
    }
    let statuses = delivery::attempt(&simulator, id).await;
    Json(json!({ "id": id, "statuses": statuses })).into_response()
}
