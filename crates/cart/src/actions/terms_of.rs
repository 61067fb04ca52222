//! What a shopper enters and chooses: coupons, where it goes, how it gets there.

use chrono::{DateTime, Utc};
use customers::ShippingAddress;
use ids::ShippingMethodId;
use kit::{Result, Tx};
use terms::CouponProblem;

use super::quote_of;
use crate::{
    model::{COUPONS_MAX, Cart, CartRefusal},
    store,
};

/// Adds a code to a locked cart. One that the cart has already changes nothing, nor does one that
/// does not count: the answer says why.
///
/// # Errors
/// `too_many_coupons`.
pub(crate) async fn add_coupon(
    tx: &Tx,
    mut cart: Cart,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<CouponProblem>> {
    let code = terms::code_of(text);
    if cart.coupons.contains(&code) {
        return Ok(None);
    }
    if cart.coupons.len() >= COUPONS_MAX {
        return Err(CartRefusal::TooManyCoupons.into());
    }
    cart.coupons.push(code.clone());
    let quote = quote_of(tx, &cart, now).await?;
    let of_code = |(own, _): &(String, Option<CouponProblem>)| *own == code;
    let found = quote.price.coupons.into_iter().find(of_code);
    let problem = found.and_then(|(_, problem)| problem);
    if let Some(problem) = problem.filter(|problem| problem.is_in_the_way()) {
        return Ok(Some(problem));
    }
    store::update_terms(tx, &cart, now).await?;
    Ok(None)
}

/// Takes a code out of a locked cart.
///
/// # Errors
/// `coupon_not_found`.
pub(crate) async fn remove_coupon(
    tx: &Tx,
    mut cart: Cart,
    text: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let code = terms::code_of(text);
    let before = cart.coupons.len();
    cart.coupons.retain(|own| *own != code);
    if cart.coupons.len() == before {
        return Err(CartRefusal::CouponNotFound.into());
    }
    store::update_terms(tx, &cart, now).await
}

/// Says where a locked cart goes, and how.
///
/// # Errors
/// `not_deliverable`, `shipping_method_not_available`.
pub(crate) async fn set_delivery(
    tx: &Tx,
    mut cart: Cart,
    (address, method_id): (Option<ShippingAddress>, Option<ShippingMethodId>),
    now: DateTime<Utc>,
) -> Result<()> {
    cart.shipping_address = address;
    cart.shipping_method_id = method_id;
    let quote = quote_of(tx, &cart, now).await?;
    if let Some(problem) = quote.price.delivery_problem {
        return Err(CartRefusal::NotDeliverable(problem).into());
    }
    store::update_terms(tx, &cart, now).await
}
