//! Create, read, drop, merge.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use customers::Shopper;
use http::StatusCode;
use ids::CartId;
use kit::{
    Conn, Kit, Result,
    http::{IdempotencyHeader, PathId, ProblemResponses, Versioned},
    random,
};
use money::Currency;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{CartView, MergeView};
use crate::{
    actions,
    model::{Cart, Quote},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_cart))
        .routes(routes!(get_cart, delete_cart))
        .routes(routes!(merge_cart))
}

pub(super) async fn view(conn: &Conn, cart: Cart, now: DateTime<Utc>) -> Result<CartView> {
    let quote: Quote = actions::quote_of(conn, &cart, now).await?;
    Ok(CartView::of(cart, quote))
}

/// Create a cart
///
/// For a customer who is signed in: their open cart, made if there is none. For a guest: a new
/// cart, and with a first one the `shopper_token` that opens it.
#[utoipa::path(
    post, path = "/api/v1/cart/", operation_id = "createCart", tag = "Cart",
    responses(
        (status = 201, description = "Created", body = CartView),
        (status = 200, description = "The customer's open cart", body = CartView),
        ProblemResponses
    ),
    security((), ("bearer" = []), ("shopper_token" = []))
)]
async fn create_cart(shopper: Shopper, State(kit): State<Kit>) -> Result<Versioned<CartView>> {
    let now = kit.clock.now();
    let new_token = match (&shopper.customer, &shopper.token_hash) {
        (None, None) => Some(random::token()?),
        _ => None,
    };
    let token_hash = match &new_token {
        Some(token) => Some(random::token_hash(token)),
        None => shopper.token_hash,
    };
    let tx = kit.db.begin("create_cart").await?;
    let (cart, is_new) =
        actions::create(&tx, shopper.customer, token_hash, Currency::ETB, now).await?;
    let mut view = view(&tx, cart, now).await?;
    tx.commit().await?;
    view.shopper_token = new_token;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Versioned {
        status,
        version: view.version,
        body: view,
    })
}

/// Read a cart
#[utoipa::path(
    get, path = "/api/v1/cart/{id}/", operation_id = "getCart", tag = "Cart",
    params(("id" = CartId, Path)),
    responses((status = 200, body = CartView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn get_cart(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
) -> Result<Versioned<CartView>> {
    let conn = kit.db.read().await?;
    let cart = actions::load(&conn, id, &shopper).await?;
    let view = view(&conn, cart, kit.clock.now()).await?;
    Ok(Versioned::ok(view.version, view))
}

/// Drop a cart
#[utoipa::path(
    delete, path = "/api/v1/cart/{id}/", operation_id = "deleteCart", tag = "Cart",
    params(("id" = CartId, Path)),
    responses((status = 204), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn delete_cart(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
) -> Result<StatusCode> {
    let tx = kit.db.begin("delete_cart").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::drop_cart(&tx, &cart).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Merge a guest's cart into the customer's
///
/// Quantities of the same variant add up, as far as the shelf has them; `capped` says where they
/// did not. Nothing gets lost, and merging again changes nothing. Needs the customer's bearer
/// token and the guest's `X-Shopper-Token`.
#[utoipa::path(
    post, path = "/api/v1/cart/{id}/merge/", operation_id = "mergeCart", tag = "Cart",
    params(("id" = CartId, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = MergeView), ProblemResponses),
    security(("bearer" = [], "shopper_token" = []))
)]
async fn merge_cart(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
    header: IdempotencyHeader,
) -> Result<Response> {
    let now = kit.clock.now();
    // The cart is the whole request: a key that comes back with another cart is a conflict.
    let key = header.scoped(shopper.principal(), "mergeCart", Vec::new());
    let (key, shopper, kit) = (&key, &shopper, &kit);
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("merge_cart").await?;
            if let Some(reply) = key.replay(&tx, kit).await? {
                return Ok(reply);
            }
            let (cart, capped) = actions::merge(&tx, id, shopper, now).await?;
            let cart = view(&tx, cart, now).await?;
            let body = MergeView {
                cart,
                capped: capped.into_iter().map(Into::into).collect(),
            };
            key.clone().commit(tx, StatusCode::OK, &body).await
        })
        .await
}
