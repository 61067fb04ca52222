//! What a cart costs, to the cent: discounts, delivery, taxes, total. Pure, in whole minor units.
//!
//! Lines of one variant are priced as one, in the order of ids, so that nothing depends on how a
//! cart was put together. What is found for several lines at once is rounded once and shared out
//! by largest remainder, so that the parts always add up to the whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{PromotionId, VariantId};
use money::{Currency, Money};

use super::{
    Basket, BasketLine, CouponProblem, DeliveryProblem, Discount, Offer, Percentage, Place, Priced,
    PricedLine, Promotion, Tax, Terms,
    discounts::{Goods, Taken, apply},
};

/// Prices a basket; `None` when its amounts do not fit.
#[must_use]
pub fn price(basket: &Basket, terms: &Terms, now: DateTime<Utc>) -> Option<Priced> {
    let merged = Merged::of(basket)?;
    let place = basket.place.as_ref().unwrap_or(&terms.tax.home);
    let pricing = Pricing {
        basket,
        terms,
        place,
        merged: &merged,
        grams: merged.grams(terms)?,
    };
    let (coupons, combined, alone) = pricing.promotions(now);
    let mut best = pricing.attempt(&combined);
    let mut undelivered = best.undelivered();
    for promotion in alone {
        let attempt = pricing.attempt(&[promotion]);
        undelivered.extend(attempt.undelivered());
        if attempt.rank() < best.rank() {
            best = attempt;
        }
    }
    if best.problem.is_some() {
        undelivered.clear();
    }
    pricing.finish(best, coupons, &undelivered)
}

/// The goods of a basket, merged, and which line belongs to which.
struct Merged {
    goods: Vec<Goods>,
    /// Of each line of the basket.
    places: Vec<usize>,
    subtotal: i64,
}

impl Merged {
    fn of(basket: &Basket) -> Option<Self> {
        let mut by_key: BTreeMap<(VariantId, i64), Goods> = BTreeMap::new();
        let mut subtotal: i64 = 0;
        for line in &basket.lines {
            let gross = line.unit_minor.checked_mul(line.quantity)?;
            subtotal = subtotal.checked_add(gross)?;
            let found = by_key.entry((line.variant_id, line.unit_minor));
            let goods = found.or_insert_with(|| Goods {
                variant_id: line.variant_id,
                product_id: line.product_id,
                unit: line.unit_minor,
                quantity: 0,
                left: 0,
                uncounted: 0,
            });
            goods.quantity = goods.quantity.checked_add(line.quantity)?;
            goods.left = goods.left.checked_add(gross)?;
            goods.uncounted = goods.quantity;
        }
        let keys: Vec<(VariantId, i64)> = by_key.keys().copied().collect();
        let place =
            |line: &BasketLine| keys.binary_search(&(line.variant_id, line.unit_minor)).ok();
        Some(Self {
            places: basket.lines.iter().map(place).collect::<Option<_>>()?,
            goods: by_key.into_values().collect(),
            // Room for taxes on top of it.
            subtotal: (subtotal < i64::MAX / 4).then_some(subtotal)?,
        })
    }

    fn grams(&self, terms: &Terms) -> Option<i64> {
        let weight = |goods: &Goods| terms.grams(goods.variant_id).checked_mul(goods.quantity);
        self.goods
            .iter()
            .try_fold(0_i64, |sum, goods| sum.checked_add(weight(goods)?))
    }

    /// What an amount of some goods is of each of their lines, by what the lines still cost.
    fn by_line(&self, currency: Currency, left: &[i64], taken: &Taken) -> Vec<(usize, Money)> {
        let mut found = Vec::new();
        for (place, amount) in taken {
            let of_place = |line: &usize| self.places[*line] == *place;
            let lines: Vec<usize> = (0..self.places.len()).filter(of_place).collect();
            let weight = |line: &usize| u64::try_from(left[*line]).unwrap_or(0);
            let weights: Vec<u64> = lines.iter().map(weight).collect();
            let shares = Money::new(*amount, currency).split(&weights);
            found.extend(lines.into_iter().zip(shares));
        }
        found.sort_by_key(|(line, _)| *line);
        found
    }
}

struct Pricing<'a> {
    basket: &'a Basket,
    terms: &'a Terms,
    place: &'a Place,
    merged: &'a Merged,
    grams: i64,
}

/// A cart with some promotions.
struct Attempt<'a> {
    goods: Vec<Goods>,
    taken: Vec<(&'a Promotion, Taken, i64)>,
    offers: Vec<Offer>,
    delivery: Option<Offer>,
    problem: Option<DeliveryProblem>,
    delivery_left: i64,
}

impl Attempt<'_> {
    /// The lower is the buyer's: what reaches them, and of that what costs least. What cannot be
    /// delivered has no price of a delivery in it and would look cheap.
    fn rank(&self) -> (bool, i64) {
        (self.problem.is_some(), self.to_pay())
    }

    fn to_pay(&self) -> i64 {
        self.goods.iter().map(|goods| goods.left).sum::<i64>() + self.delivery_left
    }

    /// The promotions with which the goods do not reach the buyer.
    fn undelivered(&self) -> Vec<PromotionId> {
        let all = self.taken.iter().filter(|_| self.problem.is_some());
        all.map(|(promotion, ..)| promotion.id).collect()
    }
}

/// Codes that were entered, and what is wrong with them.
type Coupons = Vec<(String, Option<CouponProblem>)>;

type Candidates<'a> = (Coupons, Vec<&'a Promotion>, Vec<&'a Promotion>);

impl<'a> Pricing<'a> {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.basket.currency)
    }

    /// What the entered codes come to, what counts together, and what counts alone.
    fn promotions(&self, now: DateTime<Utc>) -> Candidates<'a> {
        let subtotal = self.money(self.merged.subtotal);
        let problem = |promotion: &Promotion| {
            let used = self.terms.uses_of(promotion.id, &self.basket.buyers);
            promotion.problem(subtotal, used, now)
        };
        let with_code = |code: &String| {
            let found = self.terms.promotions.iter();
            found
                .filter(|promotion| promotion.code.as_ref() == Some(code))
                .collect()
        };
        let mut chosen: Vec<&Promotion> = Vec::new();
        let mut coupons = Vec::new();
        for code in &self.basket.coupons {
            let found: Vec<&Promotion> = with_code(code);
            let promotion = found.first().copied();
            let problem = promotion.map_or(Some(CouponProblem::Unknown), problem);
            if let (Some(promotion), None) = (promotion, problem) {
                chosen.push(promotion);
            }
            coupons.push((code.clone(), problem));
        }
        let automatic = self.terms.promotions.iter();
        let automatic = automatic.filter(|promotion| promotion.code.is_none());
        chosen.extend(automatic.filter(|promotion| problem(promotion).is_none()));
        chosen.sort_by_key(|it| (it.effect.level(), it.priority, it.id));
        chosen.dedup_by_key(|it| it.id);
        let (alone, combined) = chosen.into_iter().partition(|it| it.is_exclusive);
        (coupons, combined, alone)
    }

    fn attempt(&self, promotions: &[&'a Promotion]) -> Attempt<'a> {
        let mut goods = self.merged.goods.clone();
        let mut taken = Vec::new();
        for promotion in promotions {
            let off = apply(promotion, &mut goods, self.basket.currency);
            taken.push((*promotion, off, 0));
        }
        let left: i64 = goods.iter().map(|goods| goods.left).sum();
        let shipping = &self.terms.shipping;
        let offers = shipping.offers(self.place, self.money(left), self.grams);
        let (delivery, problem) = self.choose(&offers);
        let mut delivery_left = delivery.as_ref().map_or(0, |offer| offer.price.minor());
        for (promotion, _, off_delivery) in &mut taken {
            if promotion.effect.level() == 3 {
                *off_delivery = delivery_left;
                delivery_left = 0;
            }
        }
        Attempt {
            goods,
            taken,
            offers,
            delivery,
            problem,
            delivery_left,
        }
    }

    /// The method that was chosen, or else the cheapest one that comes to the buyer.
    fn choose(&self, offers: &[Offer]) -> (Option<Offer>, Option<DeliveryProblem>) {
        if self.terms.shipping.zones.is_empty() {
            let problem = self.basket.method.map(|_| DeliveryProblem::NotThisMethod);
            return (None, problem);
        }
        if let Some(id) = self.basket.method {
            let found = offers.iter().find(|offer| offer.id == id).cloned();
            let problem = found.is_none().then_some(DeliveryProblem::NotThisMethod);
            return (found, problem);
        }
        let cheapest = offers
            .iter()
            .min_by_key(|offer| (offer.is_pick_up, offer.price.minor()));
        let problem = cheapest.is_none().then_some(DeliveryProblem::Nowhere);
        (cheapest.cloned(), problem)
    }

    fn finish(
        &self,
        best: Attempt<'_>,
        mut coupons: Coupons,
        undelivered: &[PromotionId],
    ) -> Option<Priced> {
        let (discounts, left) = self.discounts(&best);
        let taxes = self.taxes(&best, &left);
        for (code, problem) in &mut coupons {
            let is_it = |own: &Option<String>| own.as_ref() == Some(code);
            let is_tried = best.taken.iter().any(|(it, ..)| is_it(&it.code));
            let counts = discounts.iter().any(|discount| is_it(&discount.code));
            let mut all = self.terms.promotions.iter();
            let is_undelivered = all.any(|it| is_it(&it.code) && undelivered.contains(&it.id));
            if problem.is_none() && !counts {
                *problem = Some(match (is_tried, is_undelivered) {
                    (true, _) => CouponProblem::NothingToDiscount,
                    (false, true) => CouponProblem::Undelivered,
                    (false, false) => CouponProblem::BetterWithout,
                });
            }
        }
        let is_included = self.terms.tax.prices_include_tax;
        let lines = self.lines(&discounts, &taxes);
        let sum = |amounts: &mut dyn Iterator<Item = Money>| amounts.map(|it| it.minor()).sum();
        let discount: i64 = sum(&mut lines.iter().map(|line| line.discount));
        let all_tax: i64 = sum(&mut taxes.iter().map(|tax| tax.amount));
        let of_shipping = taxes.iter().filter(|tax| tax.is_of_shipping);
        let shipping_tax: i64 = sum(&mut of_shipping.map(|tax| tax.amount));
        let on_top = |minor: i64| if is_included { 0 } else { minor };
        let goods_left = self.merged.subtotal - discount;
        let total = goods_left.checked_add(best.delivery_left)?;
        Some(Priced {
            subtotal: self.money(self.merged.subtotal),
            discount: self.money(discount),
            shipping: self.money(best.delivery_left),
            shipping_discount: self.money(sum(&mut discounts.iter().map(|it| it.shipping))),
            tax: self.money(on_top(all_tax)),
            shipping_tax: self.money(on_top(shipping_tax)),
            tax_included: self.money(all_tax - on_top(all_tax)),
            total: self.money(total.checked_add(on_top(all_tax))?),
            delivery: best.delivery,
            offers: best.offers,
            delivery_problem: best.problem,
            lines,
            discounts,
            taxes,
            coupons,
            prices_include_tax: is_included,
        })
    }

    /// What was taken off, and what each line of the basket costs then.
    fn discounts(&self, best: &Attempt<'_>) -> (Vec<Discount>, Vec<i64>) {
        let gross = |line: &BasketLine| line.unit_minor.saturating_mul(line.quantity);
        let mut left: Vec<i64> = self.basket.lines.iter().map(gross).collect();
        let mut discounts = Vec::new();
        for (promotion, taken, shipping) in &best.taken {
            let amount = taken.iter().map(|(_, amount)| amount).sum::<i64>() + shipping;
            if amount == 0 {
                continue;
            }
            let lines = self.merged.by_line(self.basket.currency, &left, taken);
            for (line, amount) in &lines {
                left[*line] -= amount.minor();
            }
            discounts.push(Discount {
                promotion_id: promotion.id,
                promotion_version: promotion.version,
                name: promotion.name.clone(),
                code: promotion.code.clone(),
                amount: self.money(amount),
                lines,
                shipping: self.money(*shipping),
            });
        }
        (discounts, left)
    }

    /// Each rate of the goods once, and the delivery's.
    fn taxes(&self, best: &Attempt<'_>, left: &[i64]) -> Vec<Tax> {
        let tax = &self.terms.tax;
        let mut by_rate: BTreeMap<usize, Taken> = BTreeMap::new();
        for (place, goods) in best.goods.iter().enumerate() {
            let class = self.terms.tax_class(goods.variant_id);
            if let Some((rate, _)) = tax.rate(class, self.place) {
                by_rate.entry(rate).or_default().push((place, goods.left));
            }
        }
        let mut taxes = Vec::new();
        for (rate, goods) in by_rate {
            let base = goods.iter().map(|(_, left)| left).sum();
            let weight = |(_, left): &(usize, i64)| u64::try_from(*left).unwrap_or(0);
            let weights: Vec<u64> = goods.iter().map(weight).collect();
            let amount = self.money(self.tax_of(tax.rates[rate].percentage, base));
            let shares = amount.split(&weights);
            let places = goods.iter().map(|(place, _)| *place);
            let shared: Taken = places.zip(shares.iter().map(Money::minor)).collect();
            taxes.push(Tax {
                name: tax.rates[rate].name.clone(),
                percentage: tax.rates[rate].percentage,
                base: self.money(base),
                amount,
                lines: self.merged.by_line(self.basket.currency, left, &shared),
                is_of_shipping: false,
            });
        }
        let class = tax
            .shipping_class
            .as_deref()
            .filter(|_| best.delivery_left > 0);
        if let Some((_, rate)) = class.and_then(|class| tax.rate(class, self.place)) {
            taxes.push(Tax {
                name: rate.name.clone(),
                percentage: rate.percentage,
                base: self.money(best.delivery_left),
                amount: self.money(self.tax_of(rate.percentage, best.delivery_left)),
                lines: Vec::new(),
                is_of_shipping: true,
            });
        }
        taxes
    }

    fn tax_of(&self, percentage: Percentage, base: i64) -> i64 {
        if self.terms.tax.prices_include_tax {
            percentage.within(base)
        } else {
            percentage.of(base)
        }
    }

    fn lines(&self, discounts: &[Discount], taxes: &[Tax]) -> Vec<PricedLine> {
        let of = |parts: &[(usize, Money)], place: usize| -> i64 {
            let own = parts.iter().filter(|(line, _)| *line == place);
            own.map(|(_, amount)| amount.minor()).sum()
        };
        let line = |(place, line): (usize, &BasketLine)| {
            let discount = discounts.iter().map(|it| of(&it.lines, place)).sum();
            let tax: i64 = taxes.iter().map(|it| of(&it.lines, place)).sum();
            let (on_top, included) = match self.terms.tax.prices_include_tax {
                true => (0, tax),
                false => (tax, 0),
            };
            PricedLine {
                variant_id: line.variant_id,
                gross: self.money(line.unit_minor.saturating_mul(line.quantity)),
                discount: self.money(discount),
                tax: self.money(on_top),
                tax_included: self.money(included),
            }
        };
        self.basket.lines.iter().enumerate().map(line).collect()
    }
}
