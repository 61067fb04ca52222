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

/// What a deal finds in a cart: of each of the goods whether it may be bought for it, or got.
struct Found {
    /// Cheapest first: place, whether it may be bought, whether it may be got.
    order: Vec<(usize, bool, bool)>,
    /// Units that may only be bought, only be got, be either.
    bought_only: i64,
    got_only: i64,
    either: i64,
}

impl Found {
    /// Of the units that may be either, so many may be got when the deal is struck so often: the
    /// others are kept back, to be bought.
    fn spare(&self, deal: &Deal<'_>, times: i64) -> i64 {
        let kept = (times * deal.buy_quantity - self.bought_only).max(0);
        self.either - kept
    }

    fn is_possible(&self, deal: &Deal<'_>, times: i64) -> bool {
        let spare = self.spare(deal, times);
        spare >= 0 && self.got_only + spare >= times * deal.get_quantity
    }
}

impl Deal<'_> {
    fn strike(&self, goods: &mut [Goods], percentage: Percentage, currency: Currency) -> Taken {
        let found = self.look(goods);
        let (mut least, mut most) = (0, self.bound(&found));
        // Whatever is possible so often is possible less often: it needs fewer units.
        while least < most {
            let middle = least + (most - least).div_euclid(2) + 1;
            if found.is_possible(self, middle) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        let got = self.got(goods, &found, least);
        self.count(goods, &found, &got, least);
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

    fn look(&self, goods: &[Goods]) -> Found {
        let mut found = Found {
            order: Vec::new(),
            bought_only: 0,
            got_only: 0,
            either: 0,
        };
        for (place, goods) in goods.iter().enumerate() {
            let is_bought = self.buy.has(goods.variant_id, goods.product_id);
            let is_got = self.get.has(goods.variant_id, goods.product_id);
            match (is_bought, is_got) {
                (true, true) => found.either += goods.uncounted,
                (true, false) => found.bought_only += goods.uncounted,
                (false, true) => found.got_only += goods.uncounted,
                (false, false) => continue,
            }
            found.order.push((place, is_bought, is_got));
        }
        let key = |place: usize| (goods[place].unit, goods[place].variant_id);
        found.order.sort_by_key(|(place, ..)| key(*place));
        found
    }

    fn bound(&self, found: &Found) -> i64 {
        let by_buying = (found.bought_only + found.either) / self.buy_quantity.max(1);
        let by_getting = (found.got_only + found.either) / self.get_quantity.max(1);
        by_buying.min(by_getting).min(self.applications_max)
    }

    /// The units that cost less when it is applied so often: the cheapest of which enough are left
    /// to be bought.
    fn got(&self, goods: &[Goods], found: &Found, times: i64) -> Vec<(usize, i64)> {
        let mut wanted = times * self.get_quantity;
        let mut spare = found.spare(self, times);
        let mut got = Vec::new();
        for (place, is_bought, is_got) in &found.order {
            let mut units = if *is_got {
                wanted.min(goods[*place].uncounted)
            } else {
                0
            };
            if *is_bought {
                units = units.min(spare);
                spare -= units;
            }
            if units > 0 {
                wanted -= units;
                got.push((*place, units));
            }
        }
        got
    }

    /// What was got and what was bought counts for no other deal; bought are the dearest.
    fn count(&self, goods: &mut [Goods], found: &Found, got: &[(usize, i64)], times: i64) {
        for (place, units) in got {
            goods[*place].uncounted -= units;
        }
        let mut wanted = times * self.buy_quantity;
        for (place, is_bought, _) in found.order.iter().rev() {
            let goods = &mut goods[*place];
            if *is_bought {
                let units = wanted.min(goods.uncounted);
                goods.uncounted -= units;
                wanted -= units;
            }
        }
    }
}
