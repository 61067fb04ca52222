//! The dashboard at `/admin/` and the demo shop at `/`: pages built by `make web`, embedded.
//!
//! Both are clients of the public API like any other; nothing here knows more than which file
//! stands at which address. A debug build reads `web/dist` anew at each request.

mod document;
mod files;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::Path,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode, header};
use kit::{Error, http::server::ClientAddress};
use serde::Deserialize;

use self::{
    document::Document,
    files::{App, BUILT, Source},
};

/// Scripts, styles and calls from this origin only, nothing inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The section `[pages]`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagesSettings {
    /// Whether the dashboard is at `/admin/`.
    pub dashboard: bool,
    /// Whether the demo shop is at `/`.
    pub shop: bool,
    /// What the demo tells its pages; never read from a file.
    #[serde(skip)]
    pub demo: Option<Demo>,
}

/// What stands around a demo, for its pages to link to.
#[derive(Clone)]
pub struct Demo {
    /// Where mails that were sent can be read.
    pub mailbox: String,
    /// Who may sign in to the dashboard.
    pub staff_email: String,
    /// With what; told only to a browser on this very machine.
    pub staff_password: String,
}

/// Where the shop's client-side router answers; anything else stays what it is.
const SHOP_ADDRESSES: [&str; 7] = [
    "/",
    "/products/{slug}",
    "/cart",
    "/checkout",
    "/orders",
    "/orders/{id}",
    "/account",
];

/// The routes of the pages that are switched on.
pub fn routes(settings: &PagesSettings, shop_name: &str) -> Router {
    serving(settings, shop_name, BUILT)
}

fn serving(settings: &PagesSettings, shop_name: &str, source: Source) -> Router {
    let mut router = Router::new();
    if settings.dashboard {
        router = router
            .route("/admin", get(page))
            .route("/admin/", get(page))
            .route("/admin/{*address}", get(page))
            .route("/admin/assets/{*name}", get(asset))
            .layer(Extension(App::Admin));
    }
    if settings.shop {
        let mut shop = Router::new().route("/assets/{*name}", get(asset));
        for address in SHOP_ADDRESSES {
            shop = shop.route(address, get(page));
        }
        router = router.merge(shop.layer(Extension(App::Shop)));
    }
    let document = Document::new(shop_name, settings.demo.clone());
    router
        .layer(Extension(source))
        .layer(Extension(Arc::new(document)))
}

/// Every address of an application is its one page; its own router takes it from there.
async fn page(
    Extension(app): Extension<App>,
    Extension(source): Extension<Source>,
    Extension(document): Extension<Arc<Document>>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Response {
    let Some(index) = source.index(app) else {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(document::NOT_BUILT)).into_response();
    };
    let is_here = document::is_this_machine(client.map(|Extension(client)| client), &headers);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Html(document.fill(&index, is_here))).into_response()
}

/// A file with the hash of its content in its name. One that is missing is a 404: a page in its
/// place would be taken for a broken script.
async fn asset(
    Extension(app): Extension<App>,
    Extension(source): Extension<Source>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    source.asset(app, &name, &headers)
}
