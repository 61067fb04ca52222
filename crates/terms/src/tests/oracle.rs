//! A second opinion: what a cart costs, in exact fractions and unit by unit. Written apart from
//! the product's code; it shares the data that goes in and no function.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::carriage::delivery;
use crate::model::{Basket, BasketLine, Effect, Percentage, Place, Promotion, Selection, Terms};

pub(super) type Exact = BigRational;

pub(super) fn exact(number: i64) -> Exact {
    Exact::from_integer(BigInt::from(number))
}

fn part(percentage: Percentage) -> Exact {
    exact(percentage.millionths()) / exact(1_000_000)
}

/// To the nearest cent, halves up.
fn cents(amount: &Exact) -> Exact {
    (amount + exact(1) / exact(2)).floor()
}

/// Largest remainder, the earlier one first when two are the same.
fn shares(amount: &Exact, weights: &[Exact]) -> Vec<Exact> {
    let whole: Exact = weights.iter().sum();
    if whole == exact(0) {
        return weights.iter().map(|_| exact(0)).collect();
    }
    let fair: Vec<Exact> = weights.iter().map(|w| amount * w / &whole).collect();
    let mut given: Vec<Exact> = fair.iter().map(Exact::floor).collect();
    while &given.iter().sum::<Exact>() < amount {
        let behind = |n: &usize| &fair[*n] - &given[*n];
        let mut next = 0;
        for n in 1..given.len() {
            if behind(&n) > behind(&next) {
                next = n;
            }
        }
        given[next] += exact(1);
    }
    given
}

/// One unit of something: its variant's and its product's place in the order of ids, its price.
#[derive(Clone)]
struct Unit {
    is_counted: bool,
}

#[derive(Clone)]
struct Pile {
    line: usize,
    price: i64,
    units: Vec<Unit>,
    cost: Exact,
}

/// What the second opinion says: each line's discount and tax, then the cart's amounts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opinion {
    pub(super) lines: Vec<(i64, i64)>,
    pub(super) shipping: i64,
    pub(super) shipping_tax: i64,
    pub(super) total: i64,
    pub(super) is_deliverable: bool,
}

fn whole(amount: &Exact) -> i64 {
    assert!(amount.is_integer(), "{amount} is not in whole cents");
    amount.to_integer().try_into().unwrap()
}

fn speaks_of(selection: &Selection, basket: &Basket, pile: &Pile) -> bool {
    let line = &basket.lines[pile.line];
    let names = selection.variant_ids.len() + selection.product_ids.len();
    names == 0
        || selection.variant_ids.contains(&line.variant_id)
        || selection.product_ids.contains(&line.product_id)
}

/// So many units to get, the cheapest of which enough are left to be bought.
fn cheapest_units(
    (gettable, buyable): (&[usize], &[usize]),
    (to_buy, to_get): (usize, usize),
) -> Option<Vec<usize>> {
    let mut spare = buyable.len().checked_sub(to_buy)?;
    let mut got = Vec::new();
    for u in gettable {
        let is_needed = buyable.contains(u);
        if got.len() == to_get || (is_needed && spare == 0) {
            continue;
        }
        spare -= usize::from(is_needed);
        got.push(*u);
    }
    (got.len() == to_get).then_some(got)
}

fn buy_get(effect: &Effect, basket: &Basket, piles: &mut [Pile]) {
    let Effect::BuyGet {
        buy_quantity,
        buy,
        get_quantity,
        get,
        percentage,
        applications_max,
    } = effect
    else {
        return;
    };
    // Every unit that is left, cheapest first, by (price, variant).
    let mut order: Vec<usize> = (0..piles.len()).collect();
    order.sort_by_key(|n| (piles[*n].price, basket.lines[piles[*n].line].variant_id));
    let free: Vec<usize> = order
        .iter()
        .flat_map(|n| {
            let left = piles[*n].units.iter().filter(|unit| !unit.is_counted);
            left.map(|_| *n).collect::<Vec<_>>()
        })
        .collect();
    let gettable: Vec<usize> = (0..free.len())
        .filter(|u| speaks_of(get, basket, &piles[free[*u]]))
        .collect();
    let buyable: Vec<usize> = (0..free.len())
        .filter(|u| speaks_of(buy, basket, &piles[free[*u]]))
        .collect();
    let (x, y) = (*buy_quantity as usize, *get_quantity as usize);
    let pick = |times: usize| cheapest_units((&gettable, &buyable), (times * x, times * y));
    let mut times = 0;
    let mut got = Vec::new();
    while applications_max.is_none_or(|most| (times as i64) < most) {
        let Some(more) = pick(times + 1) else {
            break;
        };
        got = more;
        times += 1;
    }
    let bought: Vec<usize> = buyable
        .iter()
        .rev()
        .filter(|u| !got.contains(u))
        .take(times * x)
        .copied()
        .collect();
    let mut worth: BTreeMap<usize, i64> = BTreeMap::new();
    for u in &got {
        *worth.entry(free[*u]).or_default() += piles[free[*u]].price;
    }
    for u in got.iter().chain(&bought) {
        let units = &mut piles[free[*u]].units;
        let unit = units.iter_mut().find(|unit| !unit.is_counted).unwrap();
        unit.is_counted = true;
    }
    let mut which: Vec<usize> = worth.keys().copied().collect();
    which.sort_by_key(|n| order.iter().position(|m| m == n));
    let weights: Vec<Exact> = which.iter().map(|n| exact(worth[n])).collect();
    let off = cents(&(weights.iter().sum::<Exact>() * part(*percentage)));
    for (n, share) in which.iter().zip(shares(&off, &weights)) {
        piles[*n].cost -= share;
    }
}

fn take_off(promotion: &Promotion, basket: &Basket, piles: &mut [Pile]) {
    let chosen = |of: &Selection, piles: &[Pile]| -> Vec<usize> {
        let all = 0..piles.len();
        all.filter(|n| speaks_of(of, basket, &piles[*n])).collect()
    };
    let spread = |which: &[usize], off: Exact, piles: &mut [Pile]| {
        let weights: Vec<Exact> = which.iter().map(|n| piles[*n].cost.clone()).collect();
        for (n, share) in which.iter().zip(shares(&off, &weights)) {
            piles[*n].cost -= share;
        }
    };
    match &promotion.effect {
        Effect::Percentage { percentage, of } => {
            let which = chosen(of, piles);
            let cost: Exact = which.iter().map(|n| &piles[*n].cost).sum();
            spread(&which, cents(&(cost * part(*percentage))), piles);
        }
        Effect::AmountOff { amount, of } => {
            let which = chosen(of, piles);
            let cost: Exact = which.iter().map(|n| &piles[*n].cost).sum();
            spread(&which, exact(amount.minor()).min(cost), piles);
        }
        Effect::AmountOffEach { amount, of } => {
            for n in chosen(of, piles) {
                for _ in 0..piles[n].units.len() {
                    let off = exact(amount.minor()).min(piles[n].cost.clone());
                    piles[n].cost -= off;
                }
            }
        }
        Effect::BuyGet { .. } => buy_get(&promotion.effect, basket, piles),
        Effect::FreeShipping => {}
    }
}

fn phase(effect: &Effect) -> u8 {
    let named = |of: &Selection| !(of.variant_ids.is_empty() && of.product_ids.is_empty());
    match effect {
        Effect::BuyGet { .. } => 0,
        Effect::AmountOffEach { .. } => 1,
        Effect::Percentage { of, .. } | Effect::AmountOff { of, .. } if named(of) => 1,
        Effect::FreeShipping => 3,
        _ => 2,
    }
}

fn percentage_of(terms: &Terms, class: &str, place: &Place) -> Option<(usize, Percentage)> {
    let mut found = None;
    for (n, rate) in terms.tax.rates.iter().enumerate() {
        let is_here = rate.class == class && rate.country == place.country;
        match &rate.region {
            Some(region) if is_here && *region == place.region => {
                return Some((n, rate.percentage));
            }
            None if is_here && found.is_none() => found = Some((n, rate.percentage)),
            _ => {}
        }
    }
    found
}

fn tax(terms: &Terms, percentage: Percentage, base: &Exact) -> Exact {
    let rate = part(percentage);
    if terms.tax.prices_include_tax {
        cents(&(base - base / (exact(1) + rate)))
    } else {
        cents(&(base * rate))
    }
}

/// What the promotions leave that are chosen.
struct Way {
    is_deliverable: bool,
    /// The total.
    pays: Exact,
    piles: Vec<Pile>,
    carried: Exact,
}

/// Whether a promotion is the buyer's, by its code and its limits.
fn is_theirs(promotion: &Promotion, basket: &Basket, terms: &Terms) -> bool {
    let entered = |code: &String| basket.coupons.iter().any(|coupon| coupon == code);
    let worth: i64 = basket
        .lines
        .iter()
        .map(|it| it.unit_minor * it.quantity)
        .sum();
    let mut had = 0;
    for buyer in &basket.buyers {
        let key = (promotion.id, buyer.clone());
        had = terms.uses.get(&key).map_or(had, |uses| had.max(*uses));
    }
    promotion.code.as_ref().is_none_or(entered)
        && worth >= promotion.minimum_minor
        && promotion
            .usage_limit
            .is_none_or(|most| promotion.used_count < most)
        && promotion.customer_limit.is_none_or(|most| had < most)
}

/// The promotions with which the goods arrive, and of those the ones that cost the buyer least.
fn cheapest(basket: &Basket, terms: &Terms, place: &Place, piles: &[Pile]) -> Way {
    let weight = |line: &BasketLine| {
        let own = terms.goods.get(&line.variant_id);
        own.map_or(0, |it| it.weight_grams) * line.quantity
    };
    let grams: i64 = basket.lines.iter().map(weight).sum();
    let order = |it: &&Promotion| (phase(&it.effect), it.priority, it.id);
    let theirs = terms.promotions.iter();
    let theirs = theirs.filter(|it| is_theirs(it, basket, terms));
    let (mut alone, together): (Vec<&Promotion>, Vec<&Promotion>) =
        theirs.partition(|it| it.is_exclusive);
    alone.sort_by_key(order);
    let mut ways = vec![together];
    ways.extend(alone.into_iter().map(|it| vec![it]));
    let mut best: Option<Way> = None;
    for mut way in ways {
        way.sort_by_key(order);
        let mut tried = piles.to_vec();
        for promotion in &way {
            take_off(promotion, basket, &mut tried);
        }
        let goods: Exact = tried.iter().map(|pile| &pile.cost).sum();
        let is_free = way
            .iter()
            .any(|it| matches!(it.effect, Effect::FreeShipping));
        let brought = delivery(basket, terms, place, &goods, grams);
        let is_deliverable = brought.is_some();
        let carried = brought.filter(|_| !is_free).unwrap_or(exact(0));
        let pays = &goods + &carried + on_top(basket, terms, place, &tried, &carried);
        let is_better = |best: &Way| match (is_deliverable, best.is_deliverable) {
            (true, false) => true,
            (false, true) => false,
            _ => pays < best.pays,
        };
        if best.as_ref().is_none_or(is_better) {
            best = Some(Way {
                is_deliverable,
                pays,
                piles: tried,
                carried,
            });
        }
    }
    best.unwrap()
}

/// The tax of each pile.
fn taxed(basket: &Basket, terms: &Terms, place: &Place, piles: &[Pile]) -> Vec<Exact> {
    let mut taxes: Vec<Exact> = piles.iter().map(|_| exact(0)).collect();
    let mut groups: BTreeMap<usize, (Percentage, Vec<usize>)> = BTreeMap::new();
    for (n, pile) in piles.iter().enumerate() {
        let own = terms.goods.get(&basket.lines[pile.line].variant_id);
        let class = own.map_or("standard", |it| &it.tax_class);
        if let Some((rate, percentage)) = percentage_of(terms, class, place) {
            let group = groups.entry(rate).or_insert((percentage, Vec::new()));
            group.1.push(n);
        }
    }
    for (percentage, members) in groups.values() {
        let weights: Vec<Exact> = members.iter().map(|n| piles[*n].cost.clone()).collect();
        let amount = tax(terms, *percentage, &weights.iter().sum());
        for (n, share) in members.iter().zip(shares(&amount, &weights)) {
            taxes[*n] = share;
        }
    }
    taxes
}

fn tax_of_delivery(terms: &Terms, place: &Place, carried: &Exact) -> Exact {
    let class = terms.tax.shipping_class.as_ref();
    let rate = class.and_then(|class| percentage_of(terms, class, place));
    rate.map_or(exact(0), |(_, rate)| tax(terms, rate, carried))
}

/// What is to be paid beyond the prices.
fn on_top(basket: &Basket, terms: &Terms, place: &Place, piles: &[Pile], carried: &Exact) -> Exact {
    if terms.tax.prices_include_tax {
        return exact(0);
    }
    let of_goods: Exact = taxed(basket, terms, place, piles).iter().sum();
    of_goods + tax_of_delivery(terms, place, carried)
}

/// Prices a basket whose lines are of different variants, in the order of their ids. No promotion
/// has a schedule.
pub(super) fn opinion(basket: &Basket, terms: &Terms) -> Opinion {
    let place = basket.place.as_ref().unwrap_or(&terms.tax.home);
    let pile = |(line, wanted): (usize, &BasketLine)| Pile {
        line,
        price: wanted.unit_minor,
        units: vec![Unit { is_counted: false }; wanted.quantity as usize],
        cost: exact(wanted.unit_minor) * exact(wanted.quantity),
    };
    let piles: Vec<Pile> = basket.lines.iter().enumerate().map(pile).collect();
    let Way {
        is_deliverable,
        pays,
        piles,
        carried,
    } = cheapest(basket, terms, place, &piles);
    let taxes = taxed(basket, terms, place, &piles);
    let of_delivery = tax_of_delivery(terms, place, &carried);
    let line = |(pile, tax): (&Pile, &Exact)| {
        let gross = exact(pile.price) * exact(pile.units.len() as i64);
        (whole(&(gross - &pile.cost)), whole(tax))
    };
    Opinion {
        lines: piles.iter().zip(&taxes).map(line).collect(),
        shipping: whole(&carried),
        shipping_tax: whole(&of_delivery),
        total: whole(&pays),
        is_deliverable,
    }
}
