//! Lists: transactions, a transaction's events, banks, currencies, balances.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::book::{Transaction, TransactionState};
use crate::clock::stamp;
use crate::reply::{decimal, envelope, json, number, refusal};
use crate::simulator::{Simulator, World};

const PAGE_SIZE: usize = 10;

pub(super) async fn transactions(
    State(simulator): State<Arc<Simulator>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let page = query
        .get("page")
        .and_then(|page| page.parse::<usize>().ok())
        .unwrap_or(1)
        .max(1);
    simulator.with(|world| {
        let all = world.book.transactions();
        let skipped = page.saturating_sub(1).saturating_mul(PAGE_SIZE);
        let rows: Vec<Value> = all
            .iter()
            .skip(skipped)
            .take(PAGE_SIZE)
            .map(|t| row(t))
            .collect();
        let address = |page: usize| format!("{}/v1/transactions?page={page}", simulator.public_url);
        let has_next = all.len() > skipped.saturating_add(PAGE_SIZE);
        let data = json!({
            "transactions": rows,
            "pagination": {
                "per_page": PAGE_SIZE,
                "current_page": page,
                "first_page_url": address(1),
                "next_page_url": has_next.then(|| address(page + 1)),
                "prev_page_url": (page > 1).then(|| address(page - 1)),
            },
        });
        envelope(
            &world.variants,
            200,
            "Transactions retrieved",
            "success",
            data,
        )
    })
}

fn row(transaction: &Transaction) -> Value {
    let status = match transaction.state {
        TransactionState::Pending => "pending",
        TransactionState::Charged => "success",
        TransactionState::Failed => "failed",
        TransactionState::Cancelled => "cancelled",
        TransactionState::Reversed => "reversed",
    };
    json!({
        "status": status,
        "ref_id": transaction.reference,
        "type": "API",
        "created_at": stamp(transaction.created_at),
        "currency": transaction.currency,
        "amount": decimal(transaction.amount_minor),
        "charge": decimal(transaction.charge_minor),
        "trans_id": null,
        "payment_method": transaction.method,
        "customer": {
            "id": transaction.number,
            "email": transaction.email,
            "first_name": transaction.first_name,
            "last_name": transaction.last_name,
            "mobile": transaction.phone_number,
        },
    })
}

pub(super) async fn timeline(
    State(simulator): State<Arc<Simulator>>,
    Path(reference): Path<String>,
) -> Response {
    simulator.with(|world| {
        let Some(transaction) = world.book.transaction_by_any(&reference) else {
            return refusal(&world.variants, 404, "Transaction not found");
        };
        let rows: Vec<Value> = transaction
            .timeline
            .iter()
            .enumerate()
            .map(|(index, row)| {
                json!({
                    "item": transaction.number * 1_000 + index as u64,
                    "message": row.message,
                    "type": if row.is_error { "error" } else { "log" },
                    "created_at": stamp(row.at),
                    "updated_at": stamp(row.at),
                })
            })
            .collect();
        envelope(
            &world.variants,
            200,
            "Transaction events fetched",
            "success",
            rows,
        )
    })
}

/// Success without a `status`, as Chapa does it here.
pub(super) async fn banks(State(simulator): State<Arc<Simulator>>) -> Response {
    let bank = |id: u32, slug: &str, name: &str, acct_length: u32, is_mobilemoney: Option<u32>| {
        json!({
            "id": id, "slug": slug, "swift": "CBETETAA", "name": name, "acct_length": acct_length,
            "country_id": 1, "is_mobilemoney": is_mobilemoney, "is_active": 1, "is_rtgs": null,
            "active": 1, "is_24hrs": 1, "created_at": "2023-01-24T04:28:30.000000Z",
            "updated_at": "2023-01-24T04:28:30.000000Z", "currency": "ETB",
        })
    };
    let body = json!({
        "message": "Banks retrieved",
        "data": [
            bank(130, "abay_bank", "Abay Bank", 16, None),
            bank(128, "cbebirr", "CBEBirr", 10, Some(1)),
            bank(855, "telebirr", "telebirr", 10, Some(1)),
        ],
    });
    simulator.with(|world| json(&world.variants, 200, &body))
}

pub(super) async fn currencies(State(simulator): State<Arc<Simulator>>) -> Response {
    let body = json!({
        "status": "success", "currency_code": [1, 2], "currency_name": ["ETB", "USD"],
    });
    simulator.with(|world| json(&world.variants, 200, &body))
}

pub(super) async fn balances(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| {
        let rows = ["ETB", "USD"].map(|currency| balance_of(world, currency));
        envelope(&world.variants, 200, "Balances retrieved", "success", rows)
    })
}

pub(super) async fn balance(
    State(simulator): State<Arc<Simulator>>,
    Path(currency): Path<String>,
) -> Response {
    simulator.with(|world| match currency.to_ascii_uppercase().as_str() {
        known @ ("ETB" | "USD") => {
            let rows = [balance_of(world, known)];
            envelope(&world.variants, 200, "Balances retrieved", "success", rows)
        }
        _ => refusal(
            &world.variants,
            400,
            &format!("Invalid currency, {currency} is not supported"),
        ),
    })
}

/// What was charged, less fees and refunds.
fn balance_of(world: &World, currency: &str) -> Value {
    let of_currency =
        |t: &&Transaction| t.currency == currency && t.state == TransactionState::Charged;
    let earned: i64 = world
        .book
        .transactions()
        .into_iter()
        .filter(of_currency)
        .map(|t| t.amount_minor - t.charge_minor - world.book.refunded_minor(&t.tx_ref, false))
        .sum();
    json!({
        "currency": currency,
        "available_balance": number(earned),
        "ledger_balance": number(earned),
    })
}
