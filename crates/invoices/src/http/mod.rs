//! Invoices over HTTP.

mod list;
mod read;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of invoices.
pub fn routes() -> OpenApiRouter<Kit> {
    read::routes().merge(list::routes())
}
