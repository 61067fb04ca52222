//! Wire shapes of carts.

use catalogue::Texts;
use chrono::{DateTime, Utc};
use customers::ShippingAddress;
use ids::{CartId, CartItemId, ProductId, ShippingMethodId, VariantId};
use money::Money;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::quotes::{AmountsView, CouponView, amounts, are_terms_met, coupons};
use crate::{
    actions::Capped,
    model::{Cart, LineProblem, Quote, QuotedLine},
};

/// A cart, priced as of now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartView {
    id: CartId,
    /// The guest's capability: given once, when a guest creates a first cart. Keep it secret and
    /// send it as `X-Shopper-Token`; it opens the cart and the order that comes from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3vIbnRKYDqRrX1bWmXCVx3xFvVm0C1mdpCwJv4wFkPk")]
    pub(crate) shopper_token: Option<String>,
    /// `open`, `ordered` or `merged`.
    #[schema(example = "open")]
    state: String,
    items: Vec<CartItemView>,
    /// Units in all.
    item_count: i64,
    #[serde(flatten)]
    amounts: AmountsView,
    /// What is to be paid: send it as `expected_total` when placing the order.
    total: Money,
    /// The codes that were entered.
    coupons: Vec<CouponView>,
    /// Where it goes, as far as the shopper has said so; it is priced for the shop's home until
    /// then.
    shipping_address: Option<ShippingAddress>,
    /// How it gets there, if the shopper has chosen.
    shipping_method_id: Option<ShippingMethodId>,
    /// Whether it can be ordered as it is: not empty, nothing stands in the way.
    is_orderable: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[serde(skip)]
    pub(crate) version: i64,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartItemView {
    id: CartItemId,
    variant_id: VariantId,
    product_id: ProductId,
    product_slug: String,
    sku: String,
    title: Texts,
    options: Vec<CartItemOption>,
    image_url: Option<String>,
    unit_price: Money,
    quantity: i64,
    total: Money,
    /// Units that can be had now.
    available: i64,
    /// What stands in the way of ordering it.
    problems: Vec<LineProblemView>,
}

/// What was chosen.
#[derive(Debug, Serialize, ToSchema)]
struct CartItemOption {
    name: Texts,
    label: Texts,
}

/// What stands in the way of ordering a line.
#[derive(Debug, Serialize, ToSchema)]
struct LineProblemView {
    /// `insufficient_stock`, `limit_exceeded`, `unpublished`, `other_currency`,
    /// `sale_not_started` or `sale_ended`.
    #[schema(example = "insufficient_stock")]
    code: String,
    message: String,
    /// The data that helps, such as `{"available": 3}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<serde_json::Value>,
}

/// What a merge came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeView {
    pub(crate) cart: CartView,
    /// Lines that did not keep the sum of both carts, because the shelf has less.
    pub(crate) capped: Vec<CappedView>,
}

/// A line that did not keep the sum of both carts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CappedView {
    variant_id: VariantId,
    /// The sum of both carts.
    wanted: i64,
    /// What the line has now.
    kept: i64,
    /// Units that can be had now.
    available: i64,
}

impl From<Capped> for CappedView {
    fn from(capped: Capped) -> Self {
        let Capped {
            variant_id,
            wanted,
            kept,
            available,
        } = capped;
        Self {
            variant_id,
            wanted,
            kept,
            available,
        }
    }
}

impl CartView {
    pub(crate) fn of(cart: Cart, quote: Quote) -> Self {
        let (amounts, coupons) = (amounts(&quote), coupons(&quote));
        let are_terms_met = are_terms_met(&quote);
        let items: Vec<CartItemView> = quote.lines.into_iter().map(item).collect();
        let has_no_problem = items.iter().all(|item| item.problems.is_empty());
        Self {
            id: cart.id,
            shopper_token: None,
            state: cart.state.as_str().to_owned(),
            item_count: items.iter().map(|item| item.quantity).sum(),
            is_orderable: !items.is_empty() && has_no_problem && are_terms_met,
            items,
            amounts,
            coupons,
            shipping_address: cart.shipping_address,
            shipping_method_id: cart.shipping_method_id,
            total: quote.total,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
            version: cart.version,
        }
    }

    pub(crate) fn into_items(self) -> Vec<CartItemView> {
        self.items
    }
}

fn item(line: QuotedLine) -> CartItemView {
    let sellable = line.sellable;
    CartItemView {
        id: line.item_id,
        variant_id: sellable.variant_id,
        product_id: sellable.product_id,
        product_slug: sellable.slug,
        sku: sellable.sku,
        title: sellable.title,
        options: sellable
            .options
            .into_iter()
            .map(|(name, label)| CartItemOption { name, label })
            .collect(),
        image_url: sellable.image_url,
        unit_price: sellable.price,
        quantity: line.quantity,
        total: line.total,
        available: sellable.available.max(0),
        problems: line.problems.into_iter().map(problem).collect(),
    }
}

fn problem(problem: LineProblem) -> LineProblemView {
    LineProblemView {
        code: problem.code().to_owned(),
        message: problem.message(),
        meta: match problem {
            LineProblem::InsufficientStock { available } => Some(json!({ "available": available })),
            LineProblem::LimitExceeded { allowed } => Some(json!({ "allowed": allowed })),
            LineProblem::SaleNotStarted { starts_at } => Some(json!({ "starts_at": starts_at })),
            _ => None,
        },
    }
}
