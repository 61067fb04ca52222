//! `GET /__sim/ledger`: what really happened, for tests to hold a shop's books against.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{problem, unknown};
use crate::book::{
    Account, Book, DEFAULT_MERCHANT, Line, LineKind, Purse, Refund, RefundState, Transaction,
};
use crate::reply::decimal;
use crate::simulator::{Simulator, World};

/// A payment, its refunds and its reversal, each amount out of the ledger's lines.
fn payment(book: &Book, transaction: &Transaction) -> Value {
    let ledger = book.ledger();
    let reference = &transaction.reference;
    let moved = |kind| ledger.moved(reference, kind);
    let at = |kind| {
        let mut lines = ledger.of_payment(reference);
        lines.find(|line| line.kind == kind).map(|line| line.at)
    };
    let (paid, returned) = (moved(LineKind::RefundPaid), moved(LineKind::RefundReturned));
    let of_payment = |refund: &&Refund| refund.payment_reference == *reference;
    let refunds: Vec<&Refund> = book.refunds().iter().filter(of_payment).collect();
    json!({
        "merchant": transaction.merchant,
        "tx_ref": transaction.tx_ref,
        "reference": reference,
        "mode": transaction.mode,
        "type": transaction.kind,
        "state": transaction.state,
        "amount_minor": transaction.amount_minor,
        "currency": transaction.currency,
        "charged_minor": moved(LineKind::Charge),
        "charged_at": at(LineKind::Charge),
        "fee_minor": moved(LineKind::Fee),
        "refunded_minor": paid,
        "refunding_minor": moved(LineKind::RefundTaken) - paid - returned,
        "returned_minor": returned,
        "reversed_minor": moved(LineKind::Reversal),
        "reversed_at": at(LineKind::Reversal),
        "refunds": refunds.into_iter().map(refund).collect::<Vec<_>>(),
    })
}

fn refund(refund: &Refund) -> Value {
    let standing = match refund.state {
        RefundState::Refunded => "done",
        RefundState::Initiated | RefundState::Processing => "open",
        RefundState::Reversed | RefundState::Failed => "reversed",
    };
    let mut value = serde_json::to_value(refund).unwrap_or_default();
    value["standing"] = standing.into();
    value
}

fn balances(book: &Book) -> Vec<Value> {
    let purses = book.ledger().accounts().into_iter();
    purses
        .map(|(purse, accounts)| {
            let held = |account| accounts.get(&account).copied().unwrap_or(0);
            let available = held(Account::Available);
            json!({
                "merchant": purse.merchant,
                "mode": purse.mode,
                "currency": purse.currency,
                "available_minor": available,
                "ledger_minor": available + held(Account::Refunds),
                "accounts": accounts,
            })
        })
        .collect()
}

/// Payments newest first, lines oldest first.
pub(super) async fn whole(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(simulator.with(|world| {
        let book = &world.book;
        let payments = book.transactions().into_iter();
        json!({
            "is_balanced": book.ledger().is_balanced(),
            "payments": payments.map(|t| payment(book, t)).collect::<Vec<_>>(),
            "balances": balances(book),
            "lines": book.ledger().lines(),
        })
    }))
}

/// One payment, by `tx_ref` or Chapa's reference, with its lines.
pub(super) async fn one(
    State(simulator): State<Arc<Simulator>>,
    Path(either): Path<String>,
) -> Response {
    simulator.with(|world| {
        let Some(transaction) = world.book.find_transaction(&either) else {
            return unknown("transaction");
        };
        let ledger = world.book.ledger();
        let lines: Vec<&Line> = ledger.of_payment(&transaction.reference).collect();
        let mut value = payment(&world.book, transaction);
        value["lines"] = json!(lines);
        Json(value).into_response()
    })
}

/// What `POST /__sim/balances` wants.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deposit {
    /// Major units as text; with a minus sign it is a payout.
    amount: String,
    #[serde(default = "birr")]
    currency: String,
    #[serde(default = "default_merchant")]
    merchant: String,
    mode: Option<String>,
}

fn birr() -> String {
    "ETB".to_owned()
}

fn default_merchant() -> String {
    DEFAULT_MERCHANT.to_owned()
}

/// An opening balance, a later deposit or a payout.
pub(super) async fn deposit(
    State(simulator): State<Arc<Simulator>>,
    Json(deposit): Json<Deposit>,
) -> Response {
    let (sign, digits) = match deposit.amount.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, deposit.amount.as_str()),
    };
    let Ok(minor) = money::parse_minor(digits, 2) else {
        return problem(StatusCode::BAD_REQUEST, "amount is no amount");
    };
    let mode = deposit.mode.unwrap_or_else(|| simulator.mode().to_owned());
    let purse = Purse {
        merchant: deposit.merchant,
        mode,
        currency: deposit.currency,
    };
    simulator.with(|world| put_in(world, &purse, sign * minor))
}

fn put_in(world: &mut World, purse: &Purse, amount_minor: i64) -> Response {
    let is_known = matches!(purse.currency.as_str(), "ETB" | "USD")
        && matches!(purse.mode.as_str(), "test" | "live");
    if world.book.merchant(&purse.merchant).is_none() {
        return unknown("merchant");
    }
    if !is_known {
        let message = "currency is ETB or USD; mode is test or live";
        return problem(StatusCode::BAD_REQUEST, message);
    }
    let now = world.now();
    world.book.deposit(purse, amount_minor, now);
    world.touch();
    let available = world.book.ledger().held(purse, Account::Available);
    let text = match available {
        0.. => decimal(available),
        _ => format!("-{}", decimal(-available)),
    };
    Json(json!({ "available_minor": available, "available": text })).into_response()
}
