//! Small lists: a transaction's events, banks, currencies.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::Who;
use crate::clock::stamp;
use crate::reply::{envelope, json, refusal};
use crate::simulator::Simulator;

pub(super) async fn timeline(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Path(reference): Path<String>,
) -> Response {
    simulator.with(|world| {
        let found = world.book.transaction_by_any(&caller.merchant, &reference);
        let Some(transaction) = found.filter(|transaction| caller.sees(transaction)) else {
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
