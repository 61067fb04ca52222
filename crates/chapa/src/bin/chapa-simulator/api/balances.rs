//! `GET /v1/balances[/{currency}]`, out of the ledger.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Caller, Who};
use crate::book::{Account, Purse};
use crate::reply::{envelope, number, refusal};
use crate::simulator::{Simulator, World};

const CURRENCIES: [&str; 2] = ["ETB", "USD"];

pub(super) async fn all(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
) -> Response {
    simulator.with(|world| {
        let rows = CURRENCIES.map(|currency| row(world, &caller, currency));
        envelope(&world.variants, 200, "Balances retrieved", "success", rows)
    })
}

pub(super) async fn one(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Path(currency): Path<String>,
) -> Response {
    simulator.with(|world| {
        let wanted = currency.to_ascii_uppercase();
        if !CURRENCIES.contains(&wanted.as_str()) {
            let message = format!("Invalid currency, {currency} is not supported");
            return refusal(&world.variants, 400, &message);
        }
        let rows = [row(world, &caller, &wanted)];
        envelope(&world.variants, 200, "Balances retrieved", "success", rows)
    })
}

/// What may be used, and with it what is held for refunds that have not ended.
fn row(world: &World, caller: &Caller, currency: &str) -> Value {
    let purse = Purse {
        merchant: caller.merchant.clone(),
        mode: caller.mode.to_owned(),
        currency: currency.to_owned(),
    };
    let ledger = world.book.ledger();
    let available = ledger.held(&purse, Account::Available);
    let held = ledger.held(&purse, Account::Refunds);
    json!({
        "currency": currency,
        "available_balance": number(available),
        "ledger_balance": number(available + held),
    })
}
