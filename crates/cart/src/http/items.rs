//! The lines of a cart: list, add, change, remove.

use std::sync::Arc;

use axum::{Extension, Json, extract::State, response::Response};
use customers::Shopper;
use http::StatusCode;
use ids::{CartId, CartItemId, VariantId};
use inventory::{InventoryRefusal, Shortage, StockBoard};
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, PathId, ProblemResponses, Versioned, body::invalid_member},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    carts::view,
    views::{CartItemView, CartView},
};
use crate::{actions, model::QUANTITY_MAX};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_cart_items, add_cart_item))
        .routes(routes!(update_cart_item, delete_cart_item))
}

/// Units of a variant for a cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 2}))]
struct AddCartItem {
    variant_id: VariantId,
    /// Units to add, 1 without it.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 9999, default = 1)]
    quantity: i64,
}

const fn one() -> i64 {
    1
}

/// The new quantity of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": 3}))]
struct UpdateCartItem {
    /// Units; to take the line out, delete it.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
}

fn check_quantity(quantity: i64) -> Result<()> {
    if (1..=QUANTITY_MAX).contains(&quantity) {
        return Ok(());
    }
    Err(invalid_member(
        "/quantity",
        format_args!("it must be from 1 to {QUANTITY_MAX}"),
    ))
}

/// List the lines of a cart
#[utoipa::path(
    get, path = "/api/v1/cart/{id}/items/", operation_id = "listCartItems", tag = "Cart",
    params(("id" = CartId, Path)),
    responses((status = 200, body = Vec<CartItemView>), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_cart_items(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
) -> Result<Json<Vec<CartItemView>>> {
    let conn = kit.db.read().await?;
    let cart = actions::load(&conn, id, &shopper).await?;
    Ok(Json(view(&conn, cart, kit.clock.now()).await?.into_items()))
}

/// Add to a cart
///
/// Adding a variant that is there already adds to its quantity. More than the shelf has is
/// refused, and nothing changes. Answers the whole cart.
#[utoipa::path(
    post, path = "/api/v1/cart/{id}/items/", operation_id = "addCartItem", tag = "Cart",
    params(("id" = CartId, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = AddCartItem,
    responses((status = 201, body = CartView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn add_cart_item(
    shopper: Shopper,
    State(kit): State<Kit>,
    Extension(board): Extension<Arc<StockBoard>>,
    PathId(id): PathId<CartId>,
    header: IdempotencyHeader,
    body: Body<AddCartItem>,
) -> Result<Response> {
    let AddCartItem {
        variant_id,
        quantity,
    } = body.value;
    check_quantity(quantity)?;
    // Whoever sends a key may have had an answer before the last unit went.
    if !header.is_sent() && board.is_empty(&kit.db, variant_id) {
        let shortage = Shortage {
            variant_id,
            wanted: quantity,
            available: 0,
        };
        return Err(InventoryRefusal::InsufficientStock(vec![shortage]).into());
    }
    let now = kit.clock.now();
    let key = header.scoped(shopper.principal(), "addCartItem", body.fingerprint);
    let tx = kit.db.begin("add_cart_item").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::add(&tx, &cart, variant_id, quantity, now).await?;
    let cart = actions::load(&tx, id, &shopper).await?;
    let view = view(&tx, cart, now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Change the quantity of a line
///
/// Answers the whole cart.
#[utoipa::path(
    patch, path = "/api/v1/cart/{id}/items/{item_id}/", operation_id = "updateCartItem",
    tag = "Cart", params(("id" = CartId, Path), ("item_id" = CartItemId, Path)),
    request_body = UpdateCartItem,
    responses((status = 200, body = CartView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn update_cart_item(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId((id, item_id)): PathId<(CartId, CartItemId)>,
    body: Body<UpdateCartItem>,
) -> Result<Versioned<CartView>> {
    check_quantity(body.value.quantity)?;
    let now = kit.clock.now();
    let tx = kit.db.begin("update_cart_item").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::change(&tx, &cart, item_id, body.value.quantity, now).await?;
    let cart = actions::load(&tx, id, &shopper).await?;
    let view = view(&tx, cart, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Take a line out of a cart
#[utoipa::path(
    delete, path = "/api/v1/cart/{id}/items/{item_id}/", operation_id = "deleteCartItem",
    tag = "Cart", params(("id" = CartId, Path), ("item_id" = CartItemId, Path)),
    responses((status = 204), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn delete_cart_item(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId((id, item_id)): PathId<(CartId, CartItemId)>,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_cart_item").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::remove(&tx, &cart, item_id, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
