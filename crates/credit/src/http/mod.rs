//! Credit over HTTP: what a card holds, what a customer has, what staff issue. Paying an order
//! with it is the payments'.

mod shopper;
mod staff;
mod views;

use kit::Kit;
use utoipa_axum::router::OpenApiRouter;

/// The routes of credit.
pub fn routes() -> OpenApiRouter<Kit> {
    shopper::routes().merge(staff::routes())
}
