//! The control API under `/__sim`: what tests and demonstrations do to the simulated Chapa.
//! Reached from the same machine only.

mod door;
mod ledger;
mod listing;
mod merchants;
mod settings;
mod transactions;
mod webhooks;

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::http::header::ORIGIN;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::json;

use crate::listener::Peer;
use crate::simulator::Simulator;

/// The routes.
pub(crate) fn routes() -> Router<Arc<Simulator>> {
    Router::new()
        .route("/__sim/health", get(settings::health))
        .route(
            "/__sim/variants",
            get(settings::variants).patch(settings::change_variants),
        )
        .route(
            "/__sim/webhook",
            get(settings::webhook).patch(settings::change_webhook),
        )
        .route(
            "/__sim/faults",
            get(settings::faults)
                .post(settings::add_fault)
                .delete(settings::clear_faults),
        )
        .route(
            "/__sim/clock",
            get(settings::clock).post(settings::advance_clock),
        )
        .route("/__sim/door", get(door::show).post(door::put))
        .route("/__sim/reset", post(settings::reset))
        .route("/__sim/calls", get(settings::calls))
        .route(
            "/__sim/transactions",
            get(transactions::list).post(listing::charge),
        )
        .route("/__sim/transactions/{tx_ref}", get(transactions::show))
        .route(
            "/__sim/transactions/{tx_ref}/{action}",
            post(transactions::act),
        )
        .route(
            "/__sim/merchants",
            get(merchants::list).post(merchants::create),
        )
        .route("/__sim/merchants/{name}", patch(merchants::change))
        .route("/__sim/ledger", get(ledger::whole))
        .route("/__sim/ledger/{reference}", get(ledger::one))
        .route("/__sim/balances", post(ledger::deposit))
        .route("/__sim/listing", get(listing::all).delete(listing::clear))
        .route(
            "/__sim/claims",
            get(listing::claims).delete(listing::clear_claims),
        )
        .route("/__sim/claims/{reference}", patch(listing::claim))
        .route("/__sim/listing/arrivals", post(listing::arrive))
        .route("/__sim/listing/{reference}", patch(listing::disguise))
        .route("/__sim/refunds", get(transactions::list_refunds))
        .route(
            "/__sim/refunds/{ref_id}/{action}",
            post(transactions::act_on_refund),
        )
        .route("/__sim/webhooks", get(webhooks::list))
        .route("/__sim/webhooks/{id}/redeliver", post(webhooks::redeliver))
        .layer(from_fn(same_machine_only))
}

/// Loopback only, and no web page: a browser names the page's origin in every POST.
async fn same_machine_only(
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if !peer.address.ip().to_canonical().is_loopback() || request.headers().contains_key(ORIGIN) {
        return problem(
            StatusCode::FORBIDDEN,
            "the control API answers its own machine only",
        );
    }
    next.run(request).await
}

fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

fn unknown(what: &str) -> Response {
    problem(StatusCode::NOT_FOUND, &format!("there is no such {what}"))
}
