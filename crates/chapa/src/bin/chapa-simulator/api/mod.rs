//! Chapa's API under `/v1`: routes, and who may call them.

mod cancel;
mod initialize;
mod lists;
mod refund;
mod validation;
mod verify;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post, put};

use crate::reply;
use crate::simulator::Simulator;
use crate::stage;

pub(crate) use refund::accept as accept_refund;
pub(crate) use verify::{customization, meta, webhook_amount};

/// The routes, each logged and open to faults.
pub(crate) fn routes(simulator: &Arc<Simulator>) -> Router<Arc<Simulator>> {
    Router::new()
        .route("/v1/transaction/initialize", post(initialize::initialize))
        .route(
            "/v1/transaction/mobile-initialize",
            post(initialize::initialize),
        )
        .route("/v1/transaction/verify/{tx_ref}", get(verify::verify))
        .route("/v1/transaction/cancel/{tx_ref}", put(cancel::cancel))
        .route("/v1/transaction/events/{reference}", get(lists::timeline))
        .route("/v1/transactions", get(lists::transactions))
        .route("/v1/refund/{reference}", post(refund::refund))
        .route("/v1/refund/{reference}/verify", get(refund::verify))
        .route("/v1/banks", get(lists::banks))
        .route("/v1/currency_supported", get(lists::currencies))
        .route("/v1/balances", get(lists::balances))
        .route("/v1/balances/{currency}", get(lists::balance))
        .route("/v1/{*rest}", axum::routing::any(unknown_route))
        .layer(from_fn_with_state(Arc::clone(simulator), require_key))
        .layer(from_fn_with_state(Arc::clone(simulator), stage::play))
}

async fn require_key(
    State(simulator): State<Arc<Simulator>>,
    request: Request,
    next: Next,
) -> Response {
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .map(|value| value.as_bytes().to_vec());
    let refuse = |message: &str| simulator.with(|w| reply::refusal(&w.variants, 401, message));
    let Some(given) = given else {
        return refuse("Authorization required");
    };
    if given != format!("Bearer {}", simulator.args.secret_key).into_bytes() {
        return refuse("Invalid API Key or User doesn't exist");
    }
    next.run(request).await
}

async fn unknown_route(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| reply::refusal(&world.variants, 404, "The route could not be found."))
}
