//! The customers' HTTP: accounts, sessions; and the extractors that say who is asking.

mod account;
mod addresses;
mod extract;
mod groups_admin;
mod session;

use kit::Kit;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::{
    account::CustomerView,
    extract::{Caller, Customer, SHOPPER_TOKEN_HEADER, Shopper},
    session::{SignedIn, sign_in},
};

/// `/auth/users/`, `/auth/users/me/`, the book of addresses below it,
/// `/auth/jwt/{refresh,verify,revoke}/`, and the regions that addresses name.
///
/// `/auth/jwt/create/` is the cart's route, which hands over a guest's cart in the same request;
/// it calls [`crate::authenticate`] and [`sign_in`].
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(account::register))
        .routes(routes!(account::me, account::change_me))
        .merge(addresses::routes())
        .merge(groups_admin::routes())
        .routes(routes!(session::refresh))
        .routes(routes!(session::verify))
        .routes(routes!(session::revoke))
}
