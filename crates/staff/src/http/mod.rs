//! The staff's HTTP: signing in, the own account, the audit trail; and the extractor that
//! guards every administrative route.

mod audit;
mod extract;
mod session;

use kit::Kit;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::extract::Staff;

/// `/api/v1/admin/auth/jwt/create/`, `/api/v1/admin/me/`, `/api/v1/admin/audit/`.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in))
        .routes(routes!(session::me))
        .routes(routes!(audit::list_audit))
}
