//! Payments over HTTP: buyers start and check them, the provider sends messages, staff look.

mod admin;
mod by_hand;
mod callback;
mod credit;
mod initiate;
mod providers;
mod reconciliation;
mod refunds;
mod verify;
mod webhook;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

pub use self::verify::AttemptView;

/// The routes of payments. They need the layer `axum::Extension(Arc<Gateway>)` around them.
pub fn routes() -> OpenApiRouter<Kit> {
    initiate::routes()
        .merge(verify::routes())
        .merge(callback::routes())
        .merge(webhook::routes())
        .merge(providers::routes())
        .merge(credit::routes())
        .merge(admin::routes())
        .merge(refunds::routes())
        .merge(by_hand::routes())
        .merge(reconciliation::routes())
}
