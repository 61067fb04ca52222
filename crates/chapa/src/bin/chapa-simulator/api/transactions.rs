//! `GET /v1/transactions?page=`: the list, newest first, with the lies that were ordered.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::foreign;
use super::verify::is_seen_as_refunded;
use super::{Caller, Who};
use crate::book::{Disguise, Transaction, TransactionState};
use crate::clock::stamp;
use crate::reply::{decimal, envelope};
use crate::simulator::{Simulator, World};
use crate::variants::{AfterFailure, FeeBearer};

pub(super) async fn list(
    State(simulator): State<Arc<Simulator>>,
    Extension(caller): Who,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let page = query
        .get("page")
        .and_then(|page| page.parse::<usize>().ok())
        .unwrap_or(1)
        .max(1);
    simulator.with(|world| {
        let data = page_of(&simulator.public_url, world, &caller, page);
        let response = envelope(
            &world.variants,
            200,
            "Transactions retrieved",
            "success",
            data,
        );
        foreign::arrive(world, &caller, page);
        response
    })
}

fn page_of(public_url: &str, world: &World, caller: &Caller, page: usize) -> Value {
    let per_page = world.variants.page_size.max(1);
    let transactions = world.book.transactions().into_iter();
    let rows: Vec<Value> = transactions
        .filter(|transaction| caller.sees(transaction))
        .flat_map(|transaction| rows(world, transaction))
        .collect();
    let skipped = page.saturating_sub(1).saturating_mul(per_page);
    let address = |page: usize| format!("{public_url}/v1/transactions?page={page}");
    let has_next = rows.len() > skipped.saturating_add(per_page);
    let shown: Vec<&Value> = rows.iter().skip(skipped).take(per_page).collect();
    json!({
        "transactions": shown,
        "pagination": {
            "per_page": per_page,
            "current_page": page,
            "first_page_url": address(1),
            "next_page_url": has_next.then(|| address(page + 1)),
            "prev_page_url": (page > 1).then(|| address(page - 1)),
        },
    })
}

/// A payment's rows: one, unless it is hidden or doubled.
fn rows(world: &World, transaction: &Transaction) -> Vec<Value> {
    let disguise = world.book.disguises.get(&transaction.reference);
    let count = match disguise {
        Some(Disguise { hidden: true, .. }) => 0,
        Some(disguise) => disguise.duplicates.min(100) + 1,
        None => 1,
    };
    let mut row = row(world, transaction);
    if let (Some(disguise), Some(object)) = (disguise, row.as_object_mut()) {
        for (key, lie) in [
            ("amount", &disguise.amount),
            ("charge", &disguise.charge),
            ("currency", &disguise.currency),
            ("status", &disguise.status),
            ("payment_method", &disguise.payment_method),
            ("ref_id", &disguise.ref_id),
        ] {
            if let Some(lie) = lie {
                object.insert(key.to_owned(), lie.clone().into());
            }
        }
    }
    (0..count).map(|_| row.clone()).collect()
}

fn row(world: &World, transaction: &Transaction) -> Value {
    let status = match transaction.state {
        TransactionState::Pending => "pending",
        TransactionState::Charged if is_seen_as_refunded(world, transaction) => "refunded",
        TransactionState::Charged => "success",
        TransactionState::Failed if world.variants.failed == AfterFailure::FailedCancelled => {
            "failed/cancelled"
        }
        TransactionState::Failed => "failed",
        TransactionState::Cancelled => "cancelled",
        TransactionState::Reversed => "reversed",
    };
    let amount_minor = match world.variants.fee_bearer {
        FeeBearer::Merchant => transaction.amount_minor,
        FeeBearer::Customer => transaction.amount_minor + transaction.charge_minor,
    };
    json!({
        "status": status,
        "ref_id": transaction.reference,
        "type": transaction.kind,
        "created_at": stamp(transaction.created_at),
        "currency": transaction.currency,
        "amount": decimal(amount_minor),
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
