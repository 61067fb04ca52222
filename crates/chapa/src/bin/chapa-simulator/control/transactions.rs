//! The ledger as an oracle, and results without a browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{problem, unknown};
use crate::api::accept_refund;
use crate::book::{RefundState, Transaction, TransactionState};
use crate::delivery;
use crate::fields::Fields;
use crate::outcome::{self, Outcome};
use crate::simulator::{Simulator, World};

fn view(simulator: &Simulator, world: &World, transaction: &Transaction) -> Value {
    let charged_minor = match transaction.state {
        TransactionState::Charged => transaction.amount_minor,
        _ => 0,
    };
    let mut value = serde_json::to_value(transaction).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        let address = format!(
            "{}/checkout/payment/{}",
            simulator.public_url, transaction.token
        );
        let tx_ref = &transaction.tx_ref;
        let is_open = transaction.is_open(world.now(), world.variants.max_attempts);
        object.insert("checkout_url".to_owned(), address.into());
        object.insert("is_open".to_owned(), is_open.into());
        object.insert("charged_minor".to_owned(), charged_minor.into());
        let refunded_minor = world.book.refunded_minor(tx_ref, true);
        object.insert("refunded_minor".to_owned(), refunded_minor.into());
        let refunding_minor = world.book.refunded_minor(tx_ref, false) - refunded_minor;
        object.insert("refunding_minor".to_owned(), refunding_minor.into());
    }
    value
}

/// Newest first.
pub(super) async fn list(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(simulator.with(|world| {
        let all = world.book.transactions();
        all.into_iter()
            .map(|transaction| view(&simulator, world, transaction))
            .collect()
    }))
}

pub(super) async fn show(
    State(simulator): State<Arc<Simulator>>,
    Path(tx_ref): Path<String>,
) -> Response {
    simulator.with(|world| match world.book.transaction_by_any(&tx_ref) {
        Some(transaction) => Json(view(&simulator, world, transaction)).into_response(),
        None => unknown("transaction"),
    })
}

/// `pay`, `fail`, `cancel`, `refund`, `reverse` or `expire`; the body may name details. Pays
/// closed pages too: late success is part of the game. Answers when webhook and callback
/// were sent.
pub(super) async fn act(
    State(simulator): State<Arc<Simulator>>,
    Path((tx_ref, action)): Path<(String, String)>,
    body: String,
) -> Response {
    let fields = Fields::parse(&body);
    let state = simulator.with(|world| world.book.transaction(&tx_ref).map(|t| t.state));
    let Some(state) = state else {
        return unknown("transaction");
    };
    let is_settled = matches!(
        state,
        TransactionState::Charged | TransactionState::Reversed
    );
    let outcome = match action.as_str() {
        "pay" => Outcome::Pay {
            method: fields.owned("method").unwrap_or_else(|| "test".to_owned()),
            mobile: fields.owned("phone"),
        },
        "fail" => Outcome::Fail,
        "cancel" => Outcome::Cancel,
        "reverse" if state == TransactionState::Charged => Outcome::Reverse,
        "reverse" => return problem(StatusCode::CONFLICT, "only what was paid is reversed"),
        "expire" => return expire(&simulator, &tx_ref),
        "refund" => return refund(&simulator, &tx_ref, &fields).await,
        _ => return unknown("action"),
    };
    if is_settled && !matches!(outcome, Outcome::Reverse) {
        return problem(StatusCode::CONFLICT, "the transaction is paid already");
    }
    let redirect = outcome::apply(&simulator, &tx_ref, outcome).await;
    simulator.with(|world| match world.book.transaction(&tx_ref) {
        Some(transaction) => {
            let mut value = view(&simulator, world, transaction);
            value["redirect"] = json!(redirect);
            Json(value).into_response()
        }
        None => unknown("transaction"),
    })
}

fn expire(simulator: &Simulator, tx_ref: &str) -> Response {
    simulator.with(|world| {
        let now = world.now();
        if let Some(transaction) = world.book.transaction_mut(tx_ref) {
            transaction.expires_at = now;
            transaction.note("Checkout page expired", false, now);
        }
        world.touch();
        match world.book.transaction(tx_ref) {
            Some(transaction) => Json(view(simulator, world, transaction)).into_response(),
            None => unknown("transaction"),
        }
    })
}

/// A refund from Chapa's dashboard: `amount`, `reason` and `reference` may be given.
async fn refund(simulator: &Arc<Simulator>, tx_ref: &str, fields: &Fields) -> Response {
    match simulator.with(|world| accept_refund(world, tx_ref, fields)) {
        Ok(refund) => {
            delivery::advance_refunds(simulator).await;
            simulator.with(|world| Json(world.book.refund(&refund.ref_id)).into_response())
        }
        Err((_, message)) => problem(StatusCode::CONFLICT, message),
    }
}

pub(super) async fn refunds(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.refunds()).into_response())
}

/// `process`, `complete` or `reverse`; the last two send the webhook.
pub(super) async fn act_on_refund(
    State(simulator): State<Arc<Simulator>>,
    Path((ref_id, action)): Path<(String, String)>,
) -> Response {
    let state = match action.as_str() {
        "process" => RefundState::Processing,
        "complete" => RefundState::Refunded,
        "reverse" => RefundState::Reversed,
        _ => return unknown("action"),
    };
    let moved = simulator.with(|world| {
        let now = world.now();
        let refund = world
            .book
            .refunds_mut()
            .iter_mut()
            .find(|refund| refund.ref_id == ref_id)?;
        if refund.state.is_final() {
            return Some(false);
        }
        refund.state = state;
        refund.updated_at = now;
        world.touch();
        Some(true)
    });
    match moved {
        None => unknown("refund"),
        Some(false) => problem(StatusCode::CONFLICT, "the refund has ended already"),
        Some(true) => {
            delivery::announce_refund(&simulator, &ref_id).await;
            simulator.with(|world| Json(world.book.refund(&ref_id)).into_response())
        }
    }
}
