//! What is priced, and what it comes to.

use ids::{ProductId, PromotionId, ShippingMethodId, VariantId};
use money::{Currency, Money};

use super::{CouponProblem, Offer, Percentage, Place};

/// What is to be priced.
#[derive(Debug, Clone)]
pub struct Basket {
    /// Of all amounts.
    pub currency: Currency,
    /// What is in it.
    pub lines: Vec<BasketLine>,
    /// Where it goes; the shop's home without it.
    pub place: Option<Place>,
    /// How it gets there; the cheapest way without it.
    pub method: Option<ShippingMethodId>,
    /// Codes that the shopper has entered.
    pub coupons: Vec<String>,
    /// The names of who pays, as far as they are known: as of `customers::buyer_names`.
    pub buyers: Vec<String>,
}

/// A line that is to be priced.
#[derive(Debug, Clone, Copy)]
pub struct BasketLine {
    /// What.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// What one unit costs, in minor units.
    pub unit_minor: i64,
    /// Units.
    pub quantity: i64,
}

/// A cart's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// In the order of the basket.
    pub lines: Vec<PricedLine>,
    /// What the lines cost before discounts.
    pub subtotal: Money,
    /// What is taken off them.
    pub discount: Money,
    /// What the delivery costs, after what is taken off it.
    pub shipping: Money,
    /// What is taken off the delivery.
    pub shipping_discount: Money,
    /// Tax on top of prices, the delivery's included.
    pub tax: Money,
    /// The delivery's part of it.
    pub shipping_tax: Money,
    /// Tax that is in the prices, the delivery's included.
    pub tax_included: Money,
    /// Subtotal − discount + shipping + tax.
    pub total: Money,
    /// The delivery; none where the shop takes nothing for it.
    pub delivery: Option<Offer>,
    /// The deliveries to choose from.
    pub offers: Vec<Offer>,
    /// What stands in the way of delivering it.
    pub delivery_problem: Option<DeliveryProblem>,
    /// What was taken off, in the order in which it was.
    pub discounts: Vec<Discount>,
    /// What was taxed.
    pub taxes: Vec<Tax>,
    /// The codes that were entered, and what is wrong with them.
    pub coupons: Vec<(String, Option<CouponProblem>)>,
    /// Whether prices have their tax in them.
    pub prices_include_tax: bool,
}

/// A line's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// What.
    pub variant_id: VariantId,
    /// Unit price × quantity.
    pub gross: Money,
    /// What is taken off.
    pub discount: Money,
    /// Tax on top.
    pub tax: Money,
    /// Tax inside.
    pub tax_included: Money,
}

/// What a promotion takes off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// Which.
    pub promotion_id: PromotionId,
    /// As it was in this version.
    pub promotion_version: i64,
    /// What shoppers are shown.
    pub name: String,
    /// The code that was entered for it.
    pub code: Option<String>,
    /// Of the lines and of the delivery.
    pub amount: Money,
    /// Of each line, by its place in the basket.
    pub lines: Vec<(usize, Money)>,
    /// Of the delivery.
    pub shipping: Money,
}

/// A tax on some of the lines, or on the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// What receipts call it.
    pub name: String,
    /// Of the price without tax.
    pub percentage: Percentage,
    /// What it is found of.
    pub base: Money,
    /// How much it is.
    pub amount: Money,
    /// Of each line, by its place in the basket; none for the delivery's.
    pub lines: Vec<(usize, Money)>,
    /// Whether it is the delivery's.
    pub is_of_shipping: bool,
}

/// What stands in the way of delivering a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryProblem {
    /// The shop does not deliver there, or nothing so heavy.
    Nowhere,
    /// The method that was chosen is not for this place or this cart.
    NotThisMethod,
}
