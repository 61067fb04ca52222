//! The ledger as an oracle, and results without a browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{problem, unknown, webhooks};
use crate::api::{Caller, accept_refund};
use crate::book::{Moved, RefundState, Transaction, TransactionState};
use crate::fields::Fields;
use crate::outcome::{self, Outcome};
use crate::refunds;
use crate::simulator::{Simulator, World};

pub(super) fn view(simulator: &Simulator, world: &World, transaction: &Transaction) -> Value {
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
        let reference = &transaction.reference;
        let is_open = transaction.is_open(world.now(), world.variants.max_attempts);
        object.insert("checkout_url".to_owned(), address.into());
        object.insert("is_open".to_owned(), is_open.into());
        object.insert("charged_minor".to_owned(), charged_minor.into());
        let refunded_minor = world.book.refunded_minor(reference, true);
        object.insert("refunded_minor".to_owned(), refunded_minor.into());
        let refunding_minor = world.book.refunded_minor(reference, false) - refunded_minor;
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
    simulator.with(|world| match world.book.find_transaction(&tx_ref) {
        Some(transaction) => Json(view(&simulator, world, transaction)).into_response(),
        None => unknown("transaction"),
    })
}

/// `pay`, `fail`, `cancel`, `refund`, `reverse`, `expire` or `send`; the body may name details.
/// Pays closed pages too: late success is part of the game. Answers when webhook and callback
/// were sent.
pub(super) async fn act(
    State(simulator): State<Arc<Simulator>>,
    Path((tx_ref, action)): Path<(String, String)>,
    body: String,
) -> Response {
    let fields = Fields::parse(&body);
    let found = simulator.with(|world| world.book.find_transaction(&tx_ref).cloned());
    let Some(transaction) = found else {
        return unknown("transaction");
    };
    let (state, reference) = (transaction.state, transaction.reference.as_str());
    let outcome = match action.as_str() {
        "pay" => Outcome::Pay {
            method: fields.owned("method").unwrap_or_else(|| "test".to_owned()),
            mobile: fields.owned("phone"),
        },
        "fail" => Outcome::Fail,
        "cancel" => Outcome::Cancel,
        "reverse" if state == TransactionState::Charged => Outcome::Reverse,
        "reverse" => return problem(StatusCode::CONFLICT, "only what was paid is reversed"),
        "expire" => return expire(&simulator, reference),
        "send" => return webhooks::send(&simulator, &transaction, &fields).await,
        "refund" => return refund(&simulator, &transaction, &fields).await,
        _ => return unknown("action"),
    };
    if transaction.is_settled() && !matches!(outcome, Outcome::Reverse) {
        return problem(StatusCode::CONFLICT, "the transaction is paid already");
    }
    let redirect = outcome::apply(&simulator, reference, outcome).await;
    simulator.with(|world| match world.book.transaction(reference) {
        Some(transaction) => {
            let mut value = view(&simulator, world, transaction);
            value["redirect"] = json!(redirect);
            Json(value).into_response()
        }
        None => unknown("transaction"),
    })
}

fn expire(simulator: &Simulator, reference: &str) -> Response {
    simulator.with(|world| {
        let now = world.now();
        if let Some(transaction) = world.book.transaction_mut(reference) {
            transaction.expires_at = now;
            transaction.note("Checkout page expired", false, now);
        }
        world.touch();
        match world.book.transaction(reference) {
            Some(transaction) => Json(view(simulator, world, transaction)).into_response(),
            None => unknown("transaction"),
        }
    })
}

/// A refund from Chapa's dashboard: `amount`, `reason` and `reference` may be given.
async fn refund(
    simulator: &Arc<Simulator>,
    transaction: &Transaction,
    fields: &Fields,
) -> Response {
    let caller = Caller::owner_of(transaction);
    let reference = &transaction.reference;
    match simulator.with(|world| accept_refund(world, &caller, reference, fields)) {
        Ok(refund) => {
            refunds::after_acceptance(simulator, &refund.ref_id).await;
            simulator.with(|world| Json(world.book.refund(&refund.ref_id)).into_response())
        }
        Err((_, message)) => problem(StatusCode::CONFLICT, message),
    }
}

pub(super) async fn list_refunds(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(world.book.refunds()).into_response())
}

/// `process`, `complete`, `reverse` or `fail`, by Chapa's reference of the refund or the
/// merchant's; all but the first send the webhook.
pub(super) async fn act_on_refund(
    State(simulator): State<Arc<Simulator>>,
    Path((ref_id, action)): Path<(String, String)>,
) -> Response {
    let state = match action.as_str() {
        "process" => RefundState::Processing,
        "complete" => RefundState::Refunded,
        "reverse" => RefundState::Reversed,
        "fail" => RefundState::Failed,
        _ => return unknown("action"),
    };
    let known = simulator.with(|world| {
        let by_chapa = world.book.refund(&ref_id);
        let mut merchants = world.book.merchants().iter();
        let found =
            by_chapa.or_else(|| merchants.find_map(|m| world.book.refund_of(&m.name, &ref_id)));
        found.map(|refund| refund.ref_id.clone())
    });
    let Some(ref_id) = known else {
        return unknown("refund");
    };
    match refunds::order(&simulator, &ref_id, state).await {
        Moved::Unknown => unknown("refund"),
        Moved::Ended => problem(StatusCode::CONFLICT, "the refund has ended already"),
        Moved::Yes => simulator.with(|world| Json(world.book.refund(&ref_id)).into_response()),
    }
}
