//! Where each cent of a price comes from: on the wire, and copied by orders.

use ids::{PromotionId, ShippingMethodId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Percentage, Priced};

/// What was added to the goods and taken off them, and of which lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Explanation {
    /// The delivery; none where the shop takes nothing for it.
    pub delivery: Option<DeliveryPart>,
    /// In the order in which they were taken off.
    pub discounts: Vec<DiscountPart>,
    /// Each rate once, and the delivery's.
    pub taxes: Vec<TaxPart>,
}

/// The delivery and its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPart {
    /// Which way.
    pub method_id: ShippingMethodId,
    /// How it is called.
    #[schema(example = "Courier")]
    pub name: String,
    /// Whether the buyer comes for the goods.
    pub is_pick_up: bool,
    /// Before promotions.
    pub price: Money,
}

/// What a promotion takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscountPart {
    /// Which.
    pub promotion_id: PromotionId,
    /// How it is called.
    #[schema(example = "Coffee week")]
    pub name: String,
    /// The code that was entered for it; null for one that applies by itself.
    pub code: Option<String>,
    /// Of the lines and of the delivery.
    pub amount: Money,
    /// Of each line.
    pub lines: Vec<LineShare>,
    /// Of the delivery.
    pub shipping: Money,
}

/// A tax on some of the lines, or on the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxPart {
    /// How it is called.
    #[schema(example = "VAT")]
    pub name: String,
    /// Of the price without tax.
    #[schema(value_type = String, example = "15")]
    pub percentage: Percentage,
    /// Whether it is in the prices; otherwise it comes on top of them.
    pub is_included: bool,
    /// What it is found of, after discounts.
    pub base: Money,
    /// How much it is.
    pub amount: Money,
    /// Of each line; none for the delivery's.
    pub lines: Vec<LineShare>,
    /// Whether it is the delivery's.
    pub is_of_shipping: bool,
}

/// A line's share of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineShare {
    /// Which line.
    pub variant_id: VariantId,
    /// Its part.
    pub amount: Money,
}

impl Priced {
    /// Where each cent comes from.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let lines = |parts: &[(usize, Money)]| -> Vec<LineShare> {
            let part = |(line, amount): &(usize, Money)| LineShare {
                variant_id: self.lines[*line].variant_id,
                amount: *amount,
            };
            parts.iter().map(part).collect()
        };
        let delivery = self.delivery.as_ref().map(|offer| DeliveryPart {
            method_id: offer.id,
            name: offer.name.clone(),
            is_pick_up: offer.is_pick_up,
            price: offer.price,
        });
        let discounts = self.discounts.iter().map(|it| DiscountPart {
            promotion_id: it.promotion_id,
            name: it.name.clone(),
            code: it.code.clone(),
            amount: it.amount,
            lines: lines(&it.lines),
            shipping: it.shipping,
        });
        let taxes = self.taxes.iter().map(|it| TaxPart {
            name: it.name.clone(),
            percentage: it.percentage,
            is_included: self.prices_include_tax,
            base: it.base,
            amount: it.amount,
            lines: lines(&it.lines),
            is_of_shipping: it.is_of_shipping,
        });
        Explanation {
            delivery,
            discounts: discounts.collect(),
            taxes: taxes.collect(),
        }
    }
}
