//! Which requests share a door: what one kind of them does to the database, another kind does not
//! feel. Health, the documents and streams that wait have none.

use std::sync::Arc;

use axum::extract::Request;
use http::Method;
use kit::http::doors::{Door, DoorOf, DoorSettings};
use serde::Deserialize;

/// The section `[overload]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverloadSettings {
    /// The catalogue, sales, carts.
    pub browsing: DoorSettings,
    /// Queues before sales.
    pub queues: DoorSettings,
    /// Signing in, registering, tokens, staff's too.
    pub accounts: DoorSettings,
    /// Orders that are read.
    pub orders: DoorSettings,
    /// Payments that are started and asked about: most of the time the provider is waited for.
    pub payments: DoorSettings,
    /// What providers tell.
    pub provider: DoorSettings,
    /// What staff do.
    pub staff: DoorSettings,
    /// What staff take out as a whole.
    pub exports: DoorSettings,
    /// Pictures that staff send: most of the time the file is on its way.
    pub uploads: DoorSettings,
}

/// The kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open,
    Browsing,
    Queues,
    Accounts,
    Orders,
    Payments,
    Provider,
    Staff,
    Exports,
    Uploads,
}

fn kind(method: &Method, path: &str) -> Kind {
    let Some(rest) = path.strip_prefix("/api/v1/") else {
        return if path.starts_with("/auth/") {
            Kind::Accounts
        } else {
            Kind::Open
        };
    };
    // What follows something holds no connection while it waits, and is not over for minutes.
    if rest.ends_with("/stream/") {
        return Kind::Open;
    }
    let (noun, rest) = rest.split_once('/').unwrap_or((rest, ""));
    match noun {
        // Orders that are placed wait in a queue of their own, which is bounded too.
        "orders" if method == Method::POST => Kind::Open,
        "orders" => Kind::Orders,
        "sales" if rest.contains("/queue/") => Kind::Queues,
        "payment" if rest.starts_with("webhook/") || rest.starts_with("callback/") => {
            Kind::Provider
        }
        "payment" => Kind::Payments,
        "admin" if rest.starts_with("auth/") => Kind::Accounts,
        "admin" if rest.contains("export") => Kind::Exports,
        "admin" if method == Method::POST && rest.trim_end_matches('/').ends_with("/images") => {
            Kind::Uploads
        }
        "admin" => Kind::Staff,
        _ => Kind::Browsing,
    }
}

/// The doors of one server.
#[must_use]
pub fn doors(settings: &OverloadSettings) -> DoorOf {
    let door = |name, settings| Arc::new(Door::new(name, settings));
    let browsing = door("browsing", settings.browsing);
    let queues = door("queues", settings.queues);
    let accounts = door("accounts", settings.accounts);
    let orders = door("orders", settings.orders);
    let payments = door("payments", settings.payments);
    let provider = door("provider", settings.provider);
    let staff = door("staff", settings.staff);
    let exports = door("exports", settings.exports);
    let uploads = door("uploads", settings.uploads);
    Arc::new(move |request: &Request| {
        let door = match kind(request.method(), request.uri().path()) {
            Kind::Open => return None,
            Kind::Browsing => &browsing,
            Kind::Queues => &queues,
            Kind::Accounts => &accounts,
            Kind::Orders => &orders,
            Kind::Payments => &payments,
            Kind::Provider => &provider,
            Kind::Staff => &staff,
            Kind::Exports => &exports,
            Kind::Uploads => &uploads,
        };
        Some(Arc::clone(door))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_door() {
        for (method, path, expected) in [
            ("GET", "/healthz", Kind::Open),
            ("GET", "/api/docs/", Kind::Open),
            ("GET", "/media/demo/coffee/0.svg", Kind::Open),
            ("POST", "/auth/jwt/create/", Kind::Accounts),
            ("POST", "/api/v1/admin/auth/jwt/create/", Kind::Accounts),
            ("GET", "/api/v1/catalogue/products/", Kind::Browsing),
            ("POST", "/api/v1/cart/x/items/", Kind::Browsing),
            ("GET", "/api/v1/sales/x/", Kind::Browsing),
            ("POST", "/api/v1/sales/x/queue/", Kind::Queues),
            ("GET", "/api/v1/sales/x/queue/y/", Kind::Queues),
            ("GET", "/api/v1/sales/x/queue/y/stream/", Kind::Open),
            (
                "GET",
                "/api/v1/catalogue/products/x/stock/stream/",
                Kind::Open,
            ),
            ("POST", "/api/v1/orders/", Kind::Open),
            ("GET", "/api/v1/orders/", Kind::Orders),
            ("POST", "/api/v1/payment/initiate/x/", Kind::Payments),
            ("POST", "/api/v1/payment/webhook/chapa/", Kind::Provider),
            ("GET", "/api/v1/payment/callback/", Kind::Provider),
            ("GET", "/api/v1/admin/catalogue/brands/x/", Kind::Staff),
            ("GET", "/api/v1/admin/ledger/export/", Kind::Exports),
            ("GET", "/api/v1/admin/events/stream/", Kind::Open),
        ] {
            let method: Method = method.parse().unwrap();
            assert_eq!(kind(&method, path), expected, "{method} {path}");
        }
    }
}
