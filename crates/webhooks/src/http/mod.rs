//! Webhooks over HTTP: endpoints, their deliveries, and the stream of events; all for staff.

mod deliveries;
mod endpoints;
mod events;

use std::sync::Arc;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The names of all events that the shop announces.
#[derive(Debug, Clone)]
pub struct EventTypes(pub Arc<[&'static str]>);

/// The routes of webhooks.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .merge(endpoints::routes())
        .merge(deliveries::routes())
        .merge(events::routes())
}
