//! Promotions: what is taken off, of what, for whom, until when, how often.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{ProductId, PromotionId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};

use super::Percentage;

/// Goods of which a promotion speaks; all of them when it names none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// These variants,
    pub variant_ids: BTreeSet<VariantId>,
    /// and all variants of these products.
    pub product_ids: BTreeSet<ProductId>,
}

impl Selection {
    /// Whether it is everything.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.variant_ids.is_empty() && self.product_ids.is_empty()
    }

    pub(crate) fn has(&self, variant_id: VariantId, product_id: ProductId) -> bool {
        self.is_everything()
            || self.variant_ids.contains(&variant_id)
            || self.product_ids.contains(&product_id)
    }
}

/// What a promotion takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// A part of what the goods still cost.
    Percentage {
        /// Which part.
        percentage: Percentage,
        /// Of these goods.
        of: Selection,
    },
    /// An amount of what the goods still cost together, shared out by what each line costs.
    AmountOff {
        /// At the most.
        amount: Money,
        /// Of these goods.
        of: Selection,
    },
    /// An amount of each unit.
    AmountOffEach {
        /// At the most.
        amount: Money,
        /// Of these goods.
        of: Selection,
    },
    /// For so many units bought, so many others cost less: the cheapest.
    BuyGet {
        /// Units of `buy`.
        buy_quantity: i64,
        /// What is to be bought.
        buy: Selection,
        /// Units of `get`.
        get_quantity: i64,
        /// What costs less then. A unit counts once, as bought or as got.
        get: Selection,
        /// How much less.
        percentage: Percentage,
        /// How often at the most in one cart.
        applications_max: Option<i64>,
    },
    /// The delivery costs nothing.
    FreeShipping,
}

impl Effect {
    /// In which order effects come: units first, then goods that are named, then everything,
    /// then the delivery.
    pub(crate) fn level(&self) -> u8 {
        match self {
            Self::BuyGet { .. } => 0,
            Self::AmountOffEach { .. } => 1,
            Self::Percentage { of, .. } | Self::AmountOff { of, .. } => {
                if of.is_everything() {
                    2
                } else {
                    1
                }
            }
            Self::FreeShipping => 3,
        }
    }
}

/// A promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// What shoppers are shown.
    pub name: String,
    /// What a shopper enters; none for one that applies by itself.
    pub code: Option<String>,
    /// What it takes off.
    pub effect: Effect,
    /// Of one level, the lower comes first.
    pub priority: i32,
    /// Whether it stands alone: with no other promotion.
    pub is_exclusive: bool,
    /// What the goods cost at least, before discounts, in minor units.
    pub minimum_minor: i64,
    /// From when on.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// How many orders may have it.
    pub usage_limit: Option<i64>,
    /// How many orders of one buyer may have it.
    pub customer_limit: Option<i64>,
    /// How many orders have it.
    pub used_count: i64,
    /// When staff ended it.
    pub closed_at: Option<DateTime<Utc>>,
    /// Rises with each change by staff.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When staff last changed it.
    pub updated_at: DateTime<Utc>,
}

/// Why a coupon does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CouponProblem {
    /// No promotion has this code, or not any more.
    Unknown,
    /// Not yet.
    NotStarted,
    /// Not any more.
    Ended,
    /// So many orders have had it as may.
    UsedUp,
    /// This buyer has had it as often as one may.
    UsedByBuyer,
    /// The goods cost too little.
    MinimumNotMet,
    /// Something else that does not go with it costs the buyer less.
    BetterWithout,
    /// There is nothing in the cart that it is about.
    NothingToDiscount,
    /// With what it takes off the goods cannot be delivered.
    Undelivered,
}

impl CouponProblem {
    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "coupon_unknown",
            Self::NotStarted => "coupon_not_started",
            Self::Ended => "coupon_ended",
            Self::UsedUp => "coupon_used_up",
            Self::UsedByBuyer => "coupon_used_by_you",
            Self::MinimumNotMet => "coupon_minimum_not_met",
            Self::BetterWithout => "coupon_better_without",
            Self::NothingToDiscount => "coupon_nothing_to_discount",
            Self::Undelivered => "coupon_not_deliverable",
        }
    }

    /// What to tell the shopper.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unknown => "There is no coupon with this code.",
            Self::NotStarted => "This coupon does not count yet.",
            Self::Ended => "This coupon has ended.",
            Self::UsedUp => "This coupon has been used as often as it may be.",
            Self::UsedByBuyer => "You have used this coupon as often as one may.",
            Self::MinimumNotMet => "The goods cost less than this coupon asks for.",
            Self::BetterWithout => "Another promotion, which stands alone, costs you less.",
            Self::NothingToDiscount => "There is nothing in the cart that this coupon is about.",
            Self::Undelivered => "With this coupon the goods cost too little to be delivered.",
        }
    }

    /// Whether an order with this coupon is refused, so that nobody pays more than they thought;
    /// otherwise it is without it that the buyer pays less, or the same.
    #[must_use]
    pub const fn is_in_the_way(self) -> bool {
        !matches!(self, Self::BetterWithout | Self::NothingToDiscount)
    }
}

impl Promotion {
    /// Why it does not count now, for goods that cost so much and a buyer who has had it so often.
    pub(crate) fn problem(
        &self,
        subtotal: Money,
        used_by_buyer: i64,
        now: DateTime<Utc>,
    ) -> Option<CouponProblem> {
        if self.closed_at.is_some() {
            return Some(CouponProblem::Unknown);
        }
        if self.starts_at.is_some_and(|starts_at| now < starts_at) {
            return Some(CouponProblem::NotStarted);
        }
        if self.ends_at.is_some_and(|ends_at| ends_at <= now) {
            return Some(CouponProblem::Ended);
        }
        if self.usage_limit.is_some_and(|most| self.used_count >= most) {
            return Some(CouponProblem::UsedUp);
        }
        if self
            .customer_limit
            .is_some_and(|most| used_by_buyer >= most)
        {
            return Some(CouponProblem::UsedByBuyer);
        }
        (subtotal.minor() < self.minimum_minor).then_some(CouponProblem::MinimumNotMet)
    }
}
