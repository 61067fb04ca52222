//! What a purchase costs beyond its goods. Pure: data in, amounts out.

mod basket;
mod delivery;
mod discounts;
mod explanation;
mod merged;
mod percentage;
mod place;
mod pricing;
mod promotion;
mod refusal;
mod tax;

use std::collections::BTreeMap;

use ids::{PromotionId, VariantId};
use serde::{Deserialize, Serialize};

pub use self::{
    basket::{Basket, BasketLine, DeliveryProblem, Discount, Priced, PricedLine, Tax},
    delivery::{MethodKind, Offer, PriceStep, ShippingMethod, ShippingTerms, Zone},
    explanation::{DeliveryPart, DiscountPart, Explanation, LineShare, TaxPart},
    percentage::Percentage,
    place::Place,
    pricing::price,
    promotion::{CouponProblem, Effect, Promotion, Selection},
    refusal::{REFUSALS, TermsRefusal},
    tax::{TaxRate, TaxTerms},
};
pub(crate) use self::{
    delivery::{MINOR_MAX, check_amount},
    tax::{STANDARD, check_class, check_name},
};

/// What terms need to know of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsTerms {
    /// Whose tax rates are its own.
    pub tax_class: String,
    /// What a unit weighs with its wrapping.
    pub weight_grams: i64,
}

/// Everything that a cart is priced by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How the shop taxes.
    pub tax: TaxTerms,
    /// Where it delivers to.
    pub shipping: ShippingTerms,
    /// The promotions that apply by themselves, and those of the codes that were asked for.
    pub promotions: Vec<Promotion>,
    /// Of the variants that were asked for, where it is not the usual.
    pub goods: BTreeMap<VariantId, GoodsTerms>,
    /// How often the buyers that were asked for, by name, have had a promotion.
    pub uses: BTreeMap<(PromotionId, String), i64>,
}

impl Default for Terms {
    /// No tax, no price for deliveries, no promotion.
    fn default() -> Self {
        Self {
            tax: TaxTerms {
                prices_include_tax: true,
                shipping_class: None,
                home: Place {
                    country: "ET".to_owned(),
                    region: "Addis Ababa".to_owned(),
                },
                rates: Vec::new(),
            },
            shipping: ShippingTerms::default(),
            promotions: Vec::new(),
            goods: BTreeMap::new(),
            uses: BTreeMap::new(),
        }
    }
}

impl Terms {
    pub(crate) fn tax_class(&self, id: VariantId) -> &str {
        let own = self.goods.get(&id);
        own.map_or(STANDARD, |goods| goods.tax_class.as_str())
    }

    pub(crate) fn grams(&self, id: VariantId) -> i64 {
        self.goods.get(&id).map_or(0, |goods| goods.weight_grams)
    }

    /// How often a buyer has had it, by whichever of their names it was most often.
    pub(crate) fn uses_of(&self, id: PromotionId, buyers: &[String]) -> i64 {
        let used = |buyer: &String| self.uses.get(&(id, buyer.clone())).copied();
        buyers.iter().filter_map(used).max().unwrap_or(0)
    }

    /// Counts an order of this batch, so that the next one is priced as if it came after it.
    pub fn count(&mut self, used: &[PromotionId], buyers: &[String]) {
        for promotion in &mut self.promotions {
            if used.contains(&promotion.id) {
                promotion.used_count += 1;
                for buyer in buyers {
                    let key = (promotion.id, buyer.clone());
                    *self.uses.entry(key).or_insert(0) += 1;
                }
            }
        }
    }
}

/// A code as it is kept: capital letters, no spaces around it.
#[must_use]
pub fn code_of(text: &str) -> String {
    text.trim().to_uppercase()
}
