//! The shelf over HTTP, for staff.

mod backorders;
mod bundles;
mod counts;
mod levels;
mod locations;
mod low;
mod movements;
mod terms;
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
        .merge(terms::routes())
        .merge(bundles::routes())
        .merge(low::routes())
        .merge(backorders::routes())
}
