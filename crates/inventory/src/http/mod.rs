//! The shelf over HTTP, for staff.

mod counts;
mod levels;
mod locations;
mod movements;
mod transfers;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of the shelf.
pub fn routes() -> OpenApiRouter<Kit> {
    levels::routes()
        .merge(locations::routes())
        .merge(counts::routes())
        .merge(movements::routes())
        .merge(transfers::routes())
}
