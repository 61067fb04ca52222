//! Sales over HTTP.

mod admin;
mod storefront;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of sales.
pub fn routes() -> OpenApiRouter<Kit> {
    storefront::routes().merge(admin::routes())
}
