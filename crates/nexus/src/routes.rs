//! Every route of the shop, and the layers around them.

use axum::{Extension, Router, extract::State, middleware, routing::get};
use http::{HeaderValue, Method, StatusCode, header};
use kit::{
    Kit,
    http::{
        doors::through_doors,
        layers::{envelope, method_not_allowed, not_found},
    },
};
use tower_http::{compression::CompressionLayer, cors::CorsLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::App, docs, doors::doors, events, media, openapi::ApiDoc, operations, pages, workers,
};

/// The documented routes of every capability.
#[must_use]
pub fn api() -> OpenApiRouter<Kit> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(customers::routes())
        .merge(staff::routes())
        .merge(catalogue::routes())
        .merge(imports::routes())
        .merge(ledger::routes())
        .merge(credit::routes())
        .merge(inventory::routes())
        .merge(sales::routes())
        .merge(terms::routes())
        .merge(cart::routes())
        .merge(admission::routes())
        .merge(checkout::routes())
        .merge(orders::routes())
        .merge(payments::routes())
        .merge(fulfilment::routes())
        .merge(returns::routes())
        .merge(desk::routes())
        .merge(invoices::routes())
        .merge(webhooks::routes())
        .merge(operations::routes())
}

/// The whole server.
pub fn router(app: &App) -> Router {
    let (api, document) = api().split_for_parts();
    let document = crate::openapi::finish(document);
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .merge(api)
        .merge(media::routes())
        .merge(pictures::routes())
        .with_state(app.kit.clone())
        .merge(docs::routes(document))
        .merge(pages::routes(&app.settings.pages, &app.settings.shop.name))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(app.access.clone()))
        .layer(Extension(app.cache.clone()))
        .layer(Extension(app.gateway.clone()))
        .layer(Extension(app.seller.clone()))
        .layer(Extension(app.placement.clone()))
        .layer(Extension(app.gate.clone()))
        .layer(Extension(app.board.clone()))
        .layer(Extension(app.settings.inventory))
        .layer(Extension(app.webhooks.clone()))
        .layer(Extension(app.pictures.clone()))
        .layer(Extension(webhooks::EventTypes(events::NAMES.into())))
        .layer(Extension(app.tasks.clone()))
        .layer(Extension(workers::registry(app)))
        .layer(middleware::from_fn_with_state(
            doors(&app.settings.overload),
            through_doors,
        ))
        .layer(middleware::from_fn_with_state(app.tasks.clone(), envelope))
        .layer(cors(&app.settings.server.allowed_origins))
        .layer(CompressionLayer::new())
}

fn cors(origins: &[String]) -> CorsLayer {
    let headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::HeaderName::from_static("idempotency-key"),
        header::HeaderName::from_static("x-shopper-token"),
        header::HeaderName::from_static("x-request-id"),
    ];
    let exposed = [
        header::ETAG,
        header::RETRY_AFTER,
        header::CONTENT_DISPOSITION,
        header::HeaderName::from_static("idempotent-replayed"),
        header::HeaderName::from_static("x-ledger-closed-day"),
        header::HeaderName::from_static("x-ledger-closing-hash"),
        header::HeaderName::from_static("x-request-id"),
    ];
    let layer = CorsLayer::new()
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers(headers)
        .expose_headers(exposed);
    if origins.iter().any(|origin| origin == "*") {
        return layer.allow_origin(tower_http::cors::Any);
    }
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    layer.allow_origin(origins)
}

/// The process lives. Says nothing about what stands behind it.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Requests can be served: the database answers.
async fn readyz(State(kit): State<Kit>) -> (StatusCode, &'static str) {
    if kit.db.is_reachable().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
