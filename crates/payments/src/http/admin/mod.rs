//! What staff see of payments, and what they decide: attempts with every call, received messages,
//! and what waits for a person.

mod attempts;
mod history;
mod reviews;
mod webhooks;

use chrono::{DateTime, Utc};
use kit::Kit;
use serde::Deserializer;
use utoipa_axum::router::OpenApiRouter;

pub(super) use self::attempts::AttemptAdminView;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    attempts::routes()
        .merge(history::routes())
        .merge(reviews::routes())
        .merge(webhooks::routes())
}

/// An instant of a query that the database can hold.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    kit::http::page::instant(deserializer).map(Some)
}
