//! Chapa's API under `/v1`: routes, and who may call them.

mod balances;
mod cancel;
mod foreign;
mod initialize;
mod lists;
mod refund;
mod transactions;
mod validation;
mod verify;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Extension, Router};

use crate::book::Transaction;
use crate::reply;
use crate::simulator::Simulator;
use crate::stage;

pub(crate) use foreign::charge as charge_foreign;
pub(crate) use refund::accept as accept_refund;
pub(crate) use validation::amount_minor;
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
        .route("/v1/transactions", get(transactions::list))
        .route("/v1/refund/{reference}", post(refund::refund))
        .route("/v1/refund/{reference}/verify", get(refund::verify))
        .route("/v1/banks", get(lists::banks))
        .route("/v1/currency_supported", get(lists::currencies))
        .route("/v1/balances", get(balances::all))
        .route("/v1/balances/{currency}", get(balances::one))
        .route("/v1/{*rest}", axum::routing::any(unknown_route))
        .layer(from_fn_with_state(Arc::clone(simulator), require_key))
        .layer(from_fn_with_state(Arc::clone(simulator), stage::play))
}

/// Whose key a call came with.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) merchant: String,
    /// `test` or `live`: what the other mode did is not seen.
    pub(crate) mode: &'static str,
}

impl Caller {
    /// The merchant whose payment it is, in its mode.
    pub(crate) fn owner_of(transaction: &Transaction) -> Self {
        Self {
            merchant: transaction.merchant.clone(),
            mode: if transaction.mode == "live" {
                "live"
            } else {
                "test"
            },
        }
    }

    /// Whether it may see this payment.
    fn sees(&self, transaction: &Transaction) -> bool {
        transaction.merchant == self.merchant && transaction.mode == self.mode
    }
}

/// The caller in a handler.
type Who = Extension<Caller>;

async fn require_key(
    State(simulator): State<Arc<Simulator>>,
    mut request: Request,
    next: Next,
) -> Response {
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let refuse = |message: &str| simulator.with(|w| reply::refusal(&w.variants, 401, message));
    let Some(given) = given else {
        return refuse("Authorization required");
    };
    let key = given.strip_prefix("Bearer ").unwrap_or_default();
    let caller = simulator.with(|world| {
        let (merchant, mode) = world.book.caller(key)?;
        Some(Caller {
            merchant: merchant.name.clone(),
            mode,
        })
    });
    let Some(caller) = caller else {
        return refuse("Invalid API Key or User doesn't exist");
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn unknown_route(State(simulator): State<Arc<Simulator>>) -> Response {
    simulator.with(|world| reply::refusal(&world.variants, 404, "The route could not be found."))
}
