//! The desk over HTTP.

mod export;
mod notes;
mod timeline;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the desk.
pub fn routes() -> OpenApiRouter<Kit> {
    notes::routes()
        .merge(timeline::routes())
        .merge(export::routes())
}
