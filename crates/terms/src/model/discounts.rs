//! What promotions take off a cart. Works on goods that are merged and in the order of their ids,
//! so that neither the order of lines nor how they are split makes a difference.

use ids::{ProductId, VariantId};
use money::{Currency, Money};

use super::{Effect, Percentage, Promotion, Selection};

/// All units of a variant at one price.
#[derive(Debug, Clone)]
pub(super) struct Goods {
    pub(super) variant_id: VariantId,
    pub(super) product_id: ProductId,
    pub(super) unit: i64,
    pub(super) quantity: i64,
    /// What they still cost.
    pub(super) left: i64,
    /// Units that no "buy and get" has counted yet.
    pub(super) uncounted: i64,
}

/// What one promotion takes off each of the goods.
pub(super) type Taken = Vec<(usize, i64)>;

/// Applies one promotion: what it takes off, which is then gone from the goods.
pub(super) fn apply(promotion: &Promotion, goods: &mut [Goods], currency: Currency) -> Taken {
    let taken = match &promotion.effect {
        Effect::Percentage { percentage, of } => {
            let (places, total) = selected(goods, of);
            shared(goods, &places, percentage.of(total), currency)
        }
        Effect::AmountOff { amount, of } if amount.currency() == currency => {
            let (places, total) = selected(goods, of);
            shared(goods, &places, amount.minor().min(total), currency)
        }
        Effect::AmountOffEach { amount, of } if amount.currency() == currency => {
            let each = |place: &usize| {
                let goods = &goods[*place];
                let wanted = amount.minor().saturating_mul(goods.quantity);
                (*place, wanted.min(goods.left))
            };
            selected(goods, of).0.iter().map(each).collect()
        }
        Effect::BuyGet {
            buy_quantity,
            buy,
            get_quantity,
            get,
            percentage,
            applications_max,
        } => {
            let deal = Deal {
                buy_quantity: *buy_quantity,
                buy,
                get_quantity: *get_quantity,
                get,
                applications_max: applications_max.unwrap_or(i64::MAX),
            };
            deal.strike(goods, *percentage, currency)
        }
        _ => Vec::new(),
    };
    for (place, amount) in &taken {
        goods[*place].left -= amount;
    }
    taken
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .collect()
}

/// The places of the goods that a promotion speaks of, and what they still cost together.
fn selected(goods: &[Goods], of: &Selection) -> (Vec<usize>, i64) {
    let has = |(_, goods): &(usize, &Goods)| of.has(goods.variant_id, goods.product_id);
    let places = || goods.iter().enumerate().filter(has);
    let total = places().map(|(_, goods)| goods.left).sum();
    (places().map(|(place, _)| place).collect(), total)
}

/// Shares an amount among goods by what they still cost.
fn shared(goods: &[Goods], places: &[usize], amount: i64, currency: Currency) -> Taken {
    let weight = |place: &usize| u64::try_from(goods[*place].left).unwrap_or(0);
    let weights: Vec<u64> = places.iter().map(weight).collect();
    let shares = Money::new(amount, currency).split(&weights);
    let places = places.iter().copied();
    places.zip(shares.iter().map(Money::minor)).collect()
}

/// Buy some, get others for less.
struct Deal<'a> {
    buy_quantity: i64,
    buy: &'a Selection,
    get_quantity: i64,
    get: &'a Selection,
    applications_max: i64,
}

impl Deal<'_> {
    fn strike(&self, goods: &mut [Goods], percentage: Percentage, currency: Currency) -> Taken {
        let cheapest_first = self.by_price(goods);
        let (mut least, mut most) = (0, self.bound(goods));
        // Whatever is possible so often is possible less often: the taken units only grow.
        while least < most {
            let middle = least + (most - least).div_euclid(2) + 1;
            if self.is_possible(goods, &cheapest_first, middle) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        let got = self.got(goods, &cheapest_first, least);
        self.count(goods, &cheapest_first, &got, least);
        // A unit costs what it did before anything was taken off: this level is the first.
        let worth =
            |(place, units): &(usize, i64)| (*units * goods[*place].unit).min(goods[*place].left);
        let weights: Vec<i64> = got.iter().map(worth).collect();
        let amount = percentage.of(weights.iter().sum());
        let weights: Vec<u64> = weights
            .iter()
            .map(|w| u64::try_from(*w).unwrap_or(0))
            .collect();
        let shares = Money::new(amount, currency).split(&weights);
        let places = got.iter().map(|(place, _)| *place);
        places.zip(shares.iter().map(Money::minor)).collect()
    }

    fn by_price(&self, goods: &[Goods]) -> Vec<usize> {
        let mut places: Vec<usize> = (0..goods.len()).collect();
        places.sort_by_key(|place| (goods[*place].unit, goods[*place].variant_id));
        places
    }

    fn bound(&self, goods: &[Goods]) -> i64 {
        let of = |selection: &Selection| -> i64 {
            let has = |goods: &&Goods| selection.has(goods.variant_id, goods.product_id);
            goods.iter().filter(has).map(|goods| goods.uncounted).sum()
        };
        let by_buying = of(self.buy) / self.buy_quantity.max(1);
        let by_getting = of(self.get) / self.get_quantity.max(1);
        by_buying.min(by_getting).min(self.applications_max)
    }

    /// The units that cost less when it is applied so often: the cheapest ones.
    fn got(&self, goods: &[Goods], cheapest_first: &[usize], times: i64) -> Vec<(usize, i64)> {
        let mut wanted = times * self.get_quantity;
        let mut got = Vec::new();
        for place in cheapest_first {
            let goods = &goods[*place];
            if wanted > 0 && self.get.has(goods.variant_id, goods.product_id) {
                let units = wanted.min(goods.uncounted);
                wanted -= units;
                got.push((*place, units));
            }
        }
        got
    }

    fn is_possible(&self, goods: &[Goods], cheapest_first: &[usize], times: i64) -> bool {
        let got = self.got(goods, cheapest_first, times);
        let units_got: i64 = got.iter().map(|(_, units)| units).sum();
        let bought_of = |(place, goods): (usize, &Goods)| {
            let gone = got.iter().find(|got| got.0 == place).map_or(0, |got| got.1);
            let is_bought = self.buy.has(goods.variant_id, goods.product_id);
            if is_bought { goods.uncounted - gone } else { 0 }
        };
        let to_buy: i64 = goods.iter().enumerate().map(bought_of).sum();
        units_got == times * self.get_quantity && to_buy >= times * self.buy_quantity
    }

    /// What was got and what was bought counts for no other deal; bought are the dearest.
    fn count(&self, goods: &mut [Goods], cheapest: &[usize], got: &[(usize, i64)], times: i64) {
        for (place, units) in got {
            goods[*place].uncounted -= units;
        }
        let mut wanted = times * self.buy_quantity;
        for place in cheapest.iter().rev() {
            let goods = &mut goods[*place];
            if self.buy.has(goods.variant_id, goods.product_id) {
                let units = wanted.min(goods.uncounted);
                goods.uncounted -= units;
                wanted -= units;
            }
        }
    }
}
