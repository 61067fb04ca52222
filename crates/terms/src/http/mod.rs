//! What staff set: taxes, deliveries, promotions, and what goods are to them.

mod documents;
mod goods;
mod promotions;
mod views;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of terms.
pub fn routes() -> OpenApiRouter<Kit> {
    documents::routes()
        .merge(goods::routes())
        .merge(promotions::routes())
}
