//! What staff see of payments, and what they decide: attempts with every call, received messages,
//! and what waits for a person.

mod attempts;
mod history;
mod reviews;
mod webhooks;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

pub(super) use self::attempts::AttemptAdminView;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    attempts::routes()
        .merge(history::routes())
        .merge(reviews::routes())
        .merge(webhooks::routes())
}
