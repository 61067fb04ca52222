//! `PUT /v1/transaction/cancel/{tx_ref}`: closes a checkout page for good.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::{Caller, Who};
use crate::book::TransactionState;
use crate::clock::stamp;
use crate::reply::{envelope, number, refusal};
use crate::simulator::{Simulator, World};

pub(super) async fn cancel(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Path(tx_ref): Path<String>,
) -> Response {
    simulator.with(|world| answer(world, &caller, &tx_ref))
}

fn answer(world: &mut World, caller: &Caller, tx_ref: &str) -> Response {
    let now = world.now();
    let max_attempts = world.variants.max_attempts;
    let found = world.book.transaction_of(&caller.merchant, tx_ref);
    let reference = found
        .filter(|transaction| caller.sees(transaction))
        .map(|transaction| transaction.reference.clone());
    let Some(transaction) = reference.and_then(|reference| world.book.transaction_mut(&reference))
    else {
        return refusal(
            &world.variants,
            world.variants.cancel_missing,
            "Transaction not found",
        );
    };
    if !transaction.is_open(now, max_attempts) {
        return refusal(&world.variants, 400, "Payment link already expired");
    }
    transaction.state = TransactionState::Cancelled;
    transaction.note("Checkout link expired by the merchant", false, now);
    let data = json!({
        "tx_ref": transaction.tx_ref,
        "amount": number(transaction.amount_minor),
        "currency": transaction.currency,
        "created_at": stamp(transaction.created_at),
        "updated_at": stamp(transaction.updated_at),
    });
    world.touch();
    envelope(
        &world.variants,
        200,
        "Checkout link expired successfully",
        "success",
        data,
    )
}
