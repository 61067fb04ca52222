//! Lies in the list of transactions and in `verify`, foreign charges, and charges that arrive
//! between two pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::transactions::view;
use super::{problem, unknown};
use crate::api::{Caller, amount_minor, charge_foreign};
use crate::book::{Arrival, DEFAULT_MERCHANT};
use crate::fields::Fields;
use crate::simulator::Simulator;

/// Whose charge it is to be.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Whose {
    merchant: Option<String>,
    mode: Option<String>,
}

/// `POST /__sim/transactions`: somebody paid by a payment link.
pub(super) async fn charge(
    State(simulator): State<Arc<Simulator>>,
    Query(whose): Query<Whose>,
    body: String,
) -> Response {
    let fields = Fields::parse(&body);
    let caller = Caller {
        merchant: whose
            .merchant
            .unwrap_or_else(|| DEFAULT_MERCHANT.to_owned()),
        mode: match whose.mode.as_deref() {
            Some("live") => "live",
            Some("test") => "test",
            _ => simulator.mode(),
        },
    };
    simulator.with(|world| {
        if world.book.merchant(&caller.merchant).is_none() {
            return unknown("merchant");
        }
        match charge_foreign(world, &caller, &fields) {
            Ok(reference) => match world.book.transaction(&reference) {
                Some(charged) => Json(view(&simulator, world, charged)).into_response(),
                None => unknown("transaction"),
            },
            Err(message) => problem(StatusCode::BAD_REQUEST, message),
        }
    })
}

pub(super) async fn all(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(&world.book.disguises).into_response())
}

/// `PATCH /__sim/listing/{tx_ref or reference}`: fields that are left out stay as they are.
pub(super) async fn disguise(
    State(simulator): State<Arc<Simulator>>,
    Path(either): Path<String>,
    Json(change): Json<Map<String, Value>>,
) -> Response {
    simulator.with(|world| {
        let Some(transaction) = world.book.find_transaction(&either) else {
            return unknown("transaction");
        };
        let reference = transaction.reference.clone();
        let present = world.book.disguises.get(&reference).cloned();
        match super::settings::merged(&present.unwrap_or_default(), change) {
            Ok(disguise) => {
                world.book.disguises.insert(reference, disguise.clone());
                world.touch();
                Json(disguise).into_response()
            }
            Err(message) => problem(StatusCode::BAD_REQUEST, &message),
        }
    })
}

/// The list tells the truth again.
pub(super) async fn clear(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.with(|world| {
        world.book.disguises.clear();
        world.book.arrivals.clear();
        world.touch();
    });
    StatusCode::NO_CONTENT
}

/// `POST /__sim/listing/arrivals`: foreign charges that come once a page was read.
pub(super) async fn arrive(
    State(simulator): State<Arc<Simulator>>,
    Json(arrival): Json<Arrival>,
) -> Response {
    let is_sound = amount_minor(&arrival.amount).is_some()
        && matches!(arrival.currency.as_str(), "ETB" | "USD")
        && (1..=1_000).contains(&arrival.count);
    if !is_sound {
        let message = "amount is text like 10.00, currency ETB or USD, count 1 to 1000";
        return problem(StatusCode::BAD_REQUEST, message);
    }
    simulator.with(|world| {
        world.book.arrivals.push(arrival);
        world.touch();
        Json(&world.book.arrivals).into_response()
    })
}

pub(super) async fn claims(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| Json(&world.book.claims).into_response())
}

/// `PATCH /__sim/claims/{tx_ref or reference}`: fields that are left out stay as they are.
pub(super) async fn claim(
    State(simulator): State<Arc<Simulator>>,
    Path(either): Path<String>,
    Json(change): Json<Map<String, Value>>,
) -> Response {
    simulator.with(|world| {
        let Some(transaction) = world.book.find_transaction(&either) else {
            return unknown("transaction");
        };
        let reference = transaction.reference.clone();
        let present = world.book.claims.get(&reference).cloned();
        match super::settings::merged(&present.unwrap_or_default(), change) {
            Ok(claims) => {
                world.book.claims.insert(reference, claims.clone());
                world.touch();
                Json(claims).into_response()
            }
            Err(message) => problem(StatusCode::BAD_REQUEST, &message),
        }
    })
}

/// `verify` tells the truth again.
pub(super) async fn clear_claims(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.with(|world| {
        world.book.claims.clear();
        world.touch();
    });
    StatusCode::NO_CONTENT
}
