//! What a cart costs beyond its goods: coupons, where it goes, the quote and its explanation.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use customers::{ShippingAddress, Shopper};
use http::StatusCode;
use ids::{CartId, ShippingMethodId};
use kit::{
    Kit, Result,
    http::{Body, PathId, ProblemResponses, Versioned, access::Access, body::invalid_member},
    rate_limit::address_key,
};
use serde::Deserialize;
use terms::{CouponProblem, TermsRefusal};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{carts::view, quotes::QuoteView, views::CartView};
use crate::{
    actions,
    model::{COUPONS_MAX, CartState, UNKNOWN_COUPONS},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(add_coupon))
        .routes(routes!(remove_coupon))
        .routes(routes!(set_delivery))
        .routes(routes!(quote_cart))
        .routes(routes!(explain_cart))
}

/// A code that a shopper enters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "selam10" }))]
struct AddCoupon {
    /// In any letters, small or capital.
    #[schema(max_length = 40)]
    code: String,
}

/// Where a cart goes, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "shipping_address": {
    "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": "Addis Ababa",
    "city": "Bole", "landmark": "behind Edna Mall"
} }))]
struct SetDelivery {
    /// Without it the cart is priced for the shop's home.
    #[serde(default)]
    shipping_address: Option<ShippingAddress>,
    /// One of the quote's `shipping_methods`; the cheapest that comes to the buyer without it.
    #[serde(default)]
    shipping_method_id: Option<ShippingMethodId>,
}

/// What a cart would cost; what is absent is as it is in the cart, so also for another address the
/// delivery that was chosen, as an order would have it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "coupons": ["SELAM10"] }))]
struct AskQuote {
    #[serde(default)]
    shipping_address: Option<ShippingAddress>,
    #[serde(default)]
    shipping_method_id: Option<ShippingMethodId>,
    /// In the place of the cart's own.
    #[serde(default)]
    #[schema(max_items = 5)]
    coupons: Option<Vec<String>>,
}

/// Codes that are guessed at: by address, because guests and carts cost nothing.
struct Guesses {
    access: Access,
    address: String,
    now: DateTime<Utc>,
}

impl Guesses {
    /// Refuses an address that has guessed too often, also the right code, before anything is
    /// said about it.
    async fn of(access: Access, shopper: &Shopper, now: DateTime<Utc>) -> Result<Self> {
        let address = address_key(shopper.address);
        let limits = &access.limits;
        limits.require(&address, UNKNOWN_COUPONS, now).await?;
        Ok(Self {
            access,
            address,
            now,
        })
    }

    async fn count(&self, problem: Option<CouponProblem>) -> Result<()> {
        if problem == Some(CouponProblem::Unknown) {
            let limits = &self.access.limits;
            let key = &self.address;
            limits.check(key, UNKNOWN_COUPONS, self.now).await?;
        }
        Ok(())
    }
}

fn check_code(pointer: &str, code: &str) -> Result<()> {
    if (1..=40).contains(&code.trim().chars().count()) {
        return Ok(());
    }
    Err(invalid_member(pointer, "it has 1 to 40 characters"))
}

/// Enter a coupon
///
/// One that does not count is refused with the reason, and nothing changes. Entering one again
/// changes nothing. Whoever enters many that nobody knows is refused for a while. Answers the whole
/// cart.
#[utoipa::path(
    post, path = "/api/v1/cart/{id}/coupons/", operation_id = "addCartCoupon", tag = "Cart",
    params(("id" = CartId, Path)), request_body = AddCoupon,
    responses((status = 200, body = CartView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn add_coupon(
    shopper: Shopper,
    access: Access,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
    body: Body<AddCoupon>,
) -> Result<Versioned<CartView>> {
    let text = &body.value.code;
    check_code("/code", text)?;
    let now = kit.clock.now();
    let guesses = Guesses::of(access, &shopper, now).await?;
    let tx = kit.db.begin("add_cart_coupon").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    if let Some(problem) = actions::add_coupon(&tx, cart, text, now).await? {
        tx.rollback().await?;
        guesses.count(Some(problem)).await?;
        let refused = vec![(terms::code_of(text), problem)];
        return Err(TermsRefusal::CouponNotApplicable(refused).into());
    }
    let cart = actions::load(&tx, id, &shopper).await?;
    let view = view(&tx, cart, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Take a coupon out of a cart
#[utoipa::path(
    delete, path = "/api/v1/cart/{id}/coupons/{code}/", operation_id = "deleteCartCoupon",
    tag = "Cart", params(("id" = CartId, Path), ("code" = String, Path)),
    responses((status = 204), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn remove_coupon(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId((id, code)): PathId<(CartId, String)>,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_cart_coupon").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::remove_coupon(&tx, cart, &code, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say where a cart goes, and how
///
/// A place that the shop does not deliver to, or a method that is not for it, is refused, and
/// nothing changes. Answers the whole cart with its new total.
#[utoipa::path(
    put, path = "/api/v1/cart/{id}/delivery/", operation_id = "setCartDelivery", tag = "Cart",
    params(("id" = CartId, Path)), request_body = SetDelivery,
    responses((status = 200, body = CartView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn set_delivery(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
    body: Body<SetDelivery>,
) -> Result<Versioned<CartView>> {
    let SetDelivery {
        shipping_address,
        shipping_method_id,
    } = body.value;
    let address = shipping_address.map(|address| address.checked("/shipping_address"));
    let delivery = (address.transpose()?, shipping_method_id);
    let now = kit.clock.now();
    let tx = kit.db.begin("set_cart_delivery").await?;
    let cart = actions::lock_open(&tx, id, &shopper).await?;
    actions::set_delivery(&tx, cart, delivery, now).await?;
    let cart = actions::load(&tx, id, &shopper).await?;
    let view = view(&tx, cart, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Ask what a cart would cost
///
/// With another address, another delivery or other coupons; nothing of it is kept. Each cent of
/// the total is explained, and what could stand in the way of ordering is said. Whoever asks with
/// many coupons that nobody knows is refused for a while.
#[utoipa::path(
    post, path = "/api/v1/cart/{id}/quote/", operation_id = "quoteCart", tag = "Cart",
    params(("id" = CartId, Path)), request_body = AskQuote,
    responses((status = 200, body = QuoteView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn quote_cart(
    shopper: Shopper,
    access: Access,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
    body: Body<AskQuote>,
) -> Result<Json<QuoteView>> {
    let asked = body.value;
    let now = kit.clock.now();
    let codes = asked.coupons.map(checked_codes).transpose()?;
    let guesses = match codes {
        Some(_) => Some(Guesses::of(access, &shopper, now).await?),
        None => None,
    };
    let conn = kit.db.read().await?;
    let mut cart = actions::load(&conn, id, &shopper).await?;
    if let Some(address) = asked.shipping_address {
        cart.shipping_address = Some(address.checked("/shipping_address")?);
    }
    cart.shipping_method_id = asked.shipping_method_id.or(cart.shipping_method_id);
    cart.coupons = codes.unwrap_or(cart.coupons);
    let quote = actions::quote_of(&conn, &cart, now).await?;
    drop(conn);
    if let Some(guesses) = guesses {
        for (_, problem) in &quote.price.coupons {
            guesses.count(*problem).await?;
        }
    }
    Ok(Json(QuoteView::of(quote, cart.state == CartState::Open)))
}

fn checked_codes(coupons: Vec<String>) -> Result<Vec<String>> {
    if coupons.len() > COUPONS_MAX {
        return Err(invalid_member("/coupons", "there are at most 5"));
    }
    for (n, code) in coupons.iter().enumerate() {
        check_code(&format!("/coupons/{n}"), code)?;
    }
    let mut codes: Vec<String> = coupons.iter().map(|code| terms::code_of(code)).collect();
    codes.sort();
    codes.dedup();
    Ok(codes)
}

/// Explain what a cart costs
///
/// Each discount, the delivery and each tax, and which part of them is which line's.
#[utoipa::path(
    get, path = "/api/v1/cart/{id}/explain/", operation_id = "explainCart", tag = "Cart",
    params(("id" = CartId, Path)),
    responses((status = 200, body = QuoteView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn explain_cart(
    shopper: Shopper,
    State(kit): State<Kit>,
    PathId(id): PathId<CartId>,
) -> Result<Json<QuoteView>> {
    let conn = kit.db.read().await?;
    let cart = actions::load(&conn, id, &shopper).await?;
    let quote = actions::quote_of(&conn, &cart, kit.clock.now()).await?;
    Ok(Json(QuoteView::of(quote, cart.state == CartState::Open)))
}
