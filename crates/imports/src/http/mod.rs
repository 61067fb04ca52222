//! Files of products over HTTP: in and out.

mod export;
mod imports;
mod views;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of imports and exports of products.
pub fn routes() -> OpenApiRouter<Kit> {
    imports::routes().merge(export::routes())
}
