//! The webhooks that were written, and sending one again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{problem, unknown};
use crate::book::Transaction;
use crate::delivery::{self, News};
use crate::fields::Fields;
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

/// The most copies that one order sends.
const MAX_TIMES: u32 = 100;

/// The status that Chapa sends with an event, unless another is given.
fn status_of(event: &str) -> &str {
    match event {
        "charge.refunded" | "refund.success" => "refunded",
        _ => event.split_once('.').map_or(event, |(_, status)| status),
    }
}

/// Sends any event about a payment, now, whether or not it happened: `event`; and, if given,
/// `status`, `times`, `refund` (either reference), and what it is to claim as `amount`,
/// `currency`, `mode`, `tx_ref` and `reference`.
pub(super) async fn send(
    simulator: &Arc<Simulator>,
    transaction: &Transaction,
    fields: &Fields,
) -> Response {
    let refuse = |message: &str| problem(StatusCode::BAD_REQUEST, message);
    let Some(event) = fields.get("event") else {
        return refuse("event is missing, for example charge.success");
    };
    let times = fields.get("times").unwrap_or("1").parse::<u32>();
    let Some(times) = times.ok().filter(|times| (1..=MAX_TIMES).contains(times)) else {
        return refuse("times is from 1 to 100");
    };
    let refund = fields.get("refund").map(|either| {
        simulator.with(|world| {
            let own = world.book.refund_of(&transaction.merchant, either);
            world.book.refund(either).or(own).cloned()
        })
    });
    if refund == Some(None) {
        return unknown("refund");
    }
    let refund = refund.flatten();
    let news = News {
        event,
        short_event: event,
        status: fields.get("status").unwrap_or_else(|| status_of(event)),
        transaction,
        refund: refund.as_ref(),
        claims: Some(fields),
    };
    let mut sent = Vec::new();
    for _ in 0..times {
        match delivery::send_now(simulator, &news).await {
            Some((id, statuses)) => sent.push(json!({ "id": id, "statuses": statuses })),
            None => return problem(StatusCode::CONFLICT, "this merchant has no webhook address"),
        }
    }
    Json(json!({ "event": event, "sent": sent })).into_response()
}
