//! Carts over HTTP, and the sign-in that takes a cart along.

mod carts;
mod items;
mod quotes;
mod sign_in;
mod terms_of;
mod views;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of carts, and `POST /auth/jwt/create/`.
pub fn routes() -> OpenApiRouter<Kit> {
    carts::routes()
        .merge(items::routes())
        .merge(sign_in::routes())
        .merge(terms_of::routes())
}
