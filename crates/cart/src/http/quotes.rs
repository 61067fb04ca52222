//! Wire shapes of quotes.

use ids::{ShippingMethodId, VariantId};
use money::Money;
use serde::Serialize;
use terms::{CouponProblem, DeliveryProblem, Explanation, Offer};
use utoipa::ToSchema;

use crate::model::Quote;

/// What a cart costs, each cent explained.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuoteView {
    lines: Vec<QuoteLineView>,
    #[serde(flatten)]
    amounts: AmountsView,
    /// What is to be paid: send it as `expected_total` when placing the order.
    total: Money,
    /// Where each cent comes from.
    explanation: Explanation,
    /// The deliveries to choose from, each with its price before promotions.
    shipping_methods: Vec<OfferView>,
    coupons: Vec<CouponView>,
    /// `not_deliverable` or `shipping_method_not_available`, if that stands in the way.
    #[schema(example = "not_deliverable")]
    delivery_problem: Option<&'static str>,
    /// Whether the shopper has said where it goes; it is priced for the shop's home otherwise.
    is_place_known: bool,
    /// Whether it can be ordered like this.
    is_orderable: bool,
}

/// What is added to the lines of a cart and taken off them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AmountsView {
    /// Sum of the lines, before discounts.
    subtotal: Money,
    /// What is taken off the lines.
    discount: Money,
    /// What the delivery costs, after what is taken off it.
    shipping: Money,
    /// What is taken off the delivery.
    shipping_discount: Money,
    /// Tax on top of the prices.
    tax: Money,
    /// Tax that is in the prices.
    tax_included: Money,
}

/// A line's price.
#[derive(Debug, Serialize, ToSchema)]
struct QuoteLineView {
    variant_id: VariantId,
    unit_price: Money,
    quantity: i64,
    /// Unit price × quantity.
    total: Money,
    /// What is taken off it.
    discount: Money,
    /// Tax on top of it.
    tax: Money,
    /// Tax inside of it.
    tax_included: Money,
}

/// A delivery to choose.
#[derive(Debug, Serialize, ToSchema)]
struct OfferView {
    id: ShippingMethodId,
    #[schema(example = "Courier")]
    name: String,
    /// Whether the buyer comes for the goods.
    is_pick_up: bool,
    price: Money,
    /// Whether the cart is priced with it.
    is_chosen: bool,
}

/// A code that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CouponView {
    #[schema(example = "SELAM10")]
    code: String,
    /// Why it takes nothing off; null when it does. With `coupon_better_without` and
    /// `coupon_nothing_to_discount` the cart can be ordered all the same.
    problem: Option<CouponProblemView>,
}

/// Why a coupon takes nothing off.
#[derive(Debug, Serialize, ToSchema)]
struct CouponProblemView {
    /// `coupon_unknown`, `coupon_not_started`, `coupon_ended`, `coupon_used_up`,
    /// `coupon_used_by_you`, `coupon_minimum_not_met`, `coupon_better_without`,
    /// `coupon_nothing_to_discount` or `coupon_not_deliverable`.
    #[schema(example = "coupon_ended")]
    code: &'static str,
    message: &'static str,
}

/// Whether nothing but the lines and their stock could stand in the way of ordering.
pub(crate) fn are_terms_met(quote: &Quote) -> bool {
    let is_in_the_way =
        |problem: Option<CouponProblem>| problem.is_some_and(CouponProblem::is_in_the_way);
    let coupons = quote.price.coupons.iter();
    quote.price.delivery_problem.is_none()
        && quote.total.minor() > 0
        && !coupons
            .into_iter()
            .any(|(_, problem)| is_in_the_way(*problem))
}

pub(crate) fn amounts(quote: &Quote) -> AmountsView {
    AmountsView {
        subtotal: quote.price.subtotal,
        discount: quote.price.discount,
        shipping: quote.price.shipping,
        shipping_discount: quote.price.shipping_discount,
        tax: quote.price.tax,
        tax_included: quote.price.tax_included,
    }
}

pub(crate) fn coupons(quote: &Quote) -> Vec<CouponView> {
    let problem = |problem: CouponProblem| CouponProblemView {
        code: problem.code(),
        message: problem.message(),
    };
    let coupon = |(code, found): &(String, Option<CouponProblem>)| CouponView {
        code: code.clone(),
        problem: found.map(problem),
    };
    quote.price.coupons.iter().map(coupon).collect()
}

impl QuoteView {
    pub(crate) fn of(quote: Quote, is_open: bool) -> Self {
        let has_no_problem = quote.lines.iter().all(|line| line.problems.is_empty());
        let is_whole = is_open && !quote.lines.is_empty() && has_no_problem;
        let lines = quote.lines.iter().zip(&quote.price.lines);
        let line = lines.map(|(line, priced)| QuoteLineView {
            variant_id: line.sellable.variant_id,
            unit_price: line.sellable.price,
            quantity: line.quantity,
            total: line.total,
            discount: priced.discount,
            tax: priced.tax,
            tax_included: priced.tax_included,
        });
        let chosen = quote.price.delivery.as_ref().map(|offer| offer.id);
        let offer = |offer: &Offer| OfferView {
            id: offer.id,
            name: offer.name.clone(),
            is_pick_up: offer.is_pick_up,
            price: offer.price,
            is_chosen: chosen == Some(offer.id),
        };
        Self {
            lines: line.collect(),
            amounts: amounts(&quote),
            total: quote.total,
            explanation: quote.price.explanation(),
            shipping_methods: quote.price.offers.iter().map(offer).collect(),
            coupons: coupons(&quote),
            delivery_problem: quote.price.delivery_problem.map(|problem| match problem {
                DeliveryProblem::Nowhere => "not_deliverable",
                DeliveryProblem::NotThisMethod => "shipping_method_not_available",
            }),
            is_place_known: quote.is_place_known,
            is_orderable: is_whole && are_terms_met(&quote),
        }
    }
}
