//! What a cart costs, to the cent: discounts, delivery, taxes, total. Pure, in whole minor units.
//!
//! Lines of one variant are priced as one, in the order of ids, so that nothing depends on how a
//! cart was put together. What is found for several lines at once is rounded once and shared out
//! by largest remainder, so that the parts always add up to the whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::PromotionId;
use money::Money;

use super::{
    Basket, BasketLine, CouponProblem, DeliveryProblem, Discount, Offer, Percentage, Place, Priced,
    PricedLine, Promotion, Tax, Terms,
    discounts::{Goods, Taken, apply},
    merged::Merged,
};

/// Prices a basket; `None` when its amounts do not fit.
#[must_use]
pub fn price(basket: &Basket, terms: &Terms, now: DateTime<Utc>) -> Option<Priced> {
    let merged = Merged::of(basket)?;
    let place = basket.place.as_ref().unwrap_or(&terms.tax.home);
    let rate = |goods: &Goods| {
        let class = terms.tax_class(goods.variant_id);
        Some(terms.tax.rate(class, place)?.0)
    };
    let pricing = Pricing {
        basket,
        terms,
        place,
        merged: &merged,
        rates: merged.goods.iter().map(rate).collect(),
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

struct Pricing<'a> {
    basket: &'a Basket,
    terms: &'a Terms,
    place: &'a Place,
    merged: &'a Merged,
    /// Of each of the merged goods, the number of its rate.
    rates: Vec<Option<usize>>,
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
    /// The total: goods, delivery, and the taxes on top of them.
    to_pay: i64,
}

impl Attempt<'_> {
    /// The lower is the buyer's: what reaches them, and of that what costs least. What cannot be
    /// delivered has no price of a delivery in it and would look cheap.
    fn rank(&self) -> (bool, i64) {
        (self.problem.is_some(), self.to_pay)
    }

    /// The promotions with which the goods do not reach the buyer.
    fn undelivered(&self) -> Vec<PromotionId> {
        let all = self.taken.iter().filter(|_| self.problem.is_some());
        all.map(|(promotion, ..)| promotion.id).collect()
    }
}

/// Codes that were entered, and what is wrong with them.
type Coupons = Vec<(String, Option<CouponProblem>)>;

/// A tax, not yet shared out.
struct RateTax {
    rate: usize,
    base: i64,
    amount: i64,
    is_of_shipping: bool,
}

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
        let mut attempt = Attempt {
            goods,
            taken,
            offers,
            delivery,
            problem,
            delivery_left,
            to_pay: left + delivery_left,
        };
        if !self.terms.tax.prices_include_tax {
            attempt.to_pay += self
                .taxes_of(&attempt)
                .iter()
                .map(|tax| tax.amount)
                .sum::<i64>();
        }
        attempt
    }

    /// The taxes, each rate of the goods once, in the order of rates, and then the delivery's.
    fn taxes_of(&self, attempt: &Attempt<'_>) -> Vec<RateTax> {
        let tax = &self.terms.tax;
        let mut bases: BTreeMap<usize, i64> = BTreeMap::new();
        for (rate, goods) in self.rates.iter().zip(&attempt.goods) {
            if let Some(rate) = rate {
                *bases.entry(*rate).or_default() += goods.left;
            }
        }
        let of_goods = bases.into_iter().map(|(rate, base)| (rate, base, false));
        let class = tax.shipping_class.as_deref();
        let class = class.filter(|_| attempt.delivery_left > 0);
        let of_shipping = class.and_then(|class| tax.rate(class, self.place));
        let of_shipping = of_shipping.map(|(rate, _)| (rate, attempt.delivery_left, true));
        let tax = |(rate, base, is_of_shipping): (usize, i64, bool)| RateTax {
            rate,
            base,
            amount: self.tax_of(tax.rates[rate].percentage, base),
            is_of_shipping,
        };
        of_goods.chain(of_shipping).map(tax).collect()
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

    /// The taxes with the part of each line.
    fn taxes(&self, best: &Attempt<'_>, left: &[i64]) -> Vec<Tax> {
        let shared = |found: RateTax| {
            let rate = &self.terms.tax.rates[found.rate];
            let amount = self.money(found.amount);
            let is_taxed = |place: &usize| self.rates[*place] == Some(found.rate);
            let places: Vec<usize> = match found.is_of_shipping {
                true => Vec::new(),
                false => (0..best.goods.len()).filter(is_taxed).collect(),
            };
            let weight = |place: &usize| u64::try_from(best.goods[*place].left).unwrap_or(0);
            let weights: Vec<u64> = places.iter().map(weight).collect();
            let shares = amount.split(&weights);
            let shared: Taken = places
                .into_iter()
                .zip(shares.iter().map(Money::minor))
                .collect();
            Tax {
                name: rate.name.clone(),
                percentage: rate.percentage,
                base: self.money(found.base),
                amount,
                lines: self.merged.by_line(self.basket.currency, left, &shared),
                is_of_shipping: found.is_of_shipping,
            }
        };
        self.taxes_of(best).into_iter().map(shared).collect()
    }

    fn tax_of(&self, percentage: Percentage, base: i64) -> i64 {
        if self.terms.tax.prices_include_tax {
            percentage.within(base)
        } else {
            percentage.of(base)
        }
    }

    fn lines(&self, discounts: &[Discount], taxes: &[Tax]) -> Vec<PricedLine> {
        let lines = &self.basket.lines;
        let sums = |parts: &mut dyn Iterator<Item = &(usize, Money)>| {
            let mut sums = vec![0_i64; lines.len()];
            for (line, amount) in parts {
                sums[*line] += amount.minor();
            }
            sums
        };
        let discounted = sums(&mut discounts.iter().flat_map(|it| &it.lines));
        let taxed = sums(&mut taxes.iter().flat_map(|it| &it.lines));
        let line = |(line, (discount, tax)): (&BasketLine, (i64, i64))| {
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
        let sums = discounted.into_iter().zip(taxed);
        lines.iter().zip(sums).map(line).collect()
    }
}
