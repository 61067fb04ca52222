//! Prices: agreed on by a second opinion, and what holds of every cart.

mod carriage;
mod examples;
mod generator;
mod oracle;

use chrono::{DateTime, Utc};
use money::Money;

use self::{
    generator::Chance,
    oracle::{Opinion, opinion},
};
use crate::model::{Basket, Priced, Terms, price};

const CARTS: u64 = 100_000;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn priced(basket: &Basket, terms: &Terms) -> Priced {
    price(basket, terms, now()).expect("it fits")
}

fn said(priced: &Priced) -> Opinion {
    let line = |line: &crate::model::PricedLine| {
        let tax = line.tax.minor() + line.tax_included.minor();
        (line.discount.minor(), tax)
    };
    let of_shipping = priced.taxes.iter().filter(|tax| tax.is_of_shipping);
    Opinion {
        lines: priced.lines.iter().map(line).collect(),
        shipping: priced.shipping.minor(),
        shipping_tax: of_shipping.map(|tax| tax.amount.minor()).sum(),
        total: priced.total.minor(),
        is_deliverable: priced.delivery_problem.is_none(),
    }
}

/// The parts of a price are one price.
fn assert_whole(priced: &Priced, at: u64) {
    let sum = |amounts: &mut dyn Iterator<Item = Money>| amounts.map(|it| it.minor()).sum::<i64>();
    let lines = || priced.lines.iter();
    let gross = sum(&mut lines().map(|line| line.gross));
    let discount = sum(&mut lines().map(|line| line.discount));
    let tax = sum(&mut lines().map(|line| line.tax)) + priced.shipping_tax.minor();
    assert_eq!(gross, priced.subtotal.minor(), "cart {at}");
    assert_eq!(discount, priced.discount.minor(), "cart {at}");
    assert_eq!(tax, priced.tax.minor(), "cart {at}");
    let total = gross - discount + priced.shipping.minor() + tax;
    assert_eq!(total, priced.total.minor(), "cart {at}");
    for line in lines() {
        let amounts = [line.discount, line.tax, line.tax_included, line.gross];
        assert!(amounts.iter().all(|it| it.minor() >= 0), "cart {at}");
        assert!(line.discount.minor() <= line.gross.minor(), "cart {at}");
    }
    assert!(
        priced.shipping.minor() >= 0 && priced.total.minor() >= 0,
        "cart {at}"
    );
    let explained = sum(&mut priced.discounts.iter().map(|it| it.amount));
    assert_eq!(
        explained,
        discount + priced.shipping_discount.minor(),
        "cart {at}"
    );
    let taxed = sum(&mut priced.taxes.iter().map(|it| it.amount));
    assert_eq!(
        taxed,
        priced.tax.minor() + priced.tax_included.minor(),
        "cart {at}"
    );
}

#[test]
fn a_second_opinion_agrees_to_the_cent() {
    let (mut discounted, mut delivered, mut taxed, mut stranded) = (0, 0, 0, 0);
    for seed in 0..CARTS {
        let mut chance = Chance::new(seed);
        let terms = chance.terms();
        let basket = chance.basket(&terms);
        let priced = priced(&basket, &terms);
        assert_eq!(
            said(&priced),
            opinion(&basket, &terms),
            "cart {seed}: {basket:?} {terms:?}"
        );
        assert_whole(&priced, seed);
        discounted += u64::from(priced.discount.minor() > 0);
        delivered += u64::from(priced.shipping.minor() > 0);
        taxed += u64::from(priced.tax.minor() + priced.tax_included.minor() > 0);
        stranded += u64::from(priced.delivery_problem.is_some());
    }
    assert!(stranded > CARTS / 20, "{stranded}");
    // Nothing of this is rare, or it would not have been looked at.
    for count in [discounted, delivered, taxed] {
        assert!(count > CARTS / 5, "{discounted} {delivered} {taxed}");
    }
}

#[test]
fn the_order_of_lines_and_of_promotions_makes_no_difference() {
    for seed in 0..CARTS / 20 {
        let mut chance = Chance::new(seed);
        let mut terms = chance.terms();
        let mut basket = chance.basket(&terms);
        let first = priced(&basket, &terms);
        let turned: Vec<_> = first.lines.iter().rev().copied().collect();
        basket.lines.reverse();
        terms.promotions.reverse();
        let second = priced(&basket, &terms);
        assert_eq!(second.lines, turned, "cart {seed}");
        assert_eq!(
            (second.total, second.tax),
            (first.total, first.tax),
            "cart {seed}"
        );
        assert_eq!(second.shipping, first.shipping, "cart {seed}");
    }
}

#[test]
fn splitting_and_merging_lines_makes_no_difference() {
    for seed in 0..CARTS / 20 {
        let mut chance = Chance::new(seed);
        let terms = chance.terms();
        let whole = chance.basket(&terms);
        let mut split = whole.clone();
        for line in &whole.lines {
            if line.quantity > 1 {
                let first = split
                    .lines
                    .iter_mut()
                    .find(|it| it.variant_id == line.variant_id);
                first.unwrap().quantity -= 1;
                split.lines.push(crate::model::BasketLine {
                    quantity: 1,
                    ..*line
                });
            }
        }
        let (one, other) = (priced(&whole, &terms), priced(&split, &terms));
        assert_whole(&other, seed);
        let amounts = |it: &Priced| {
            (
                it.subtotal,
                it.discount,
                it.shipping,
                it.tax,
                it.tax_included,
                it.total,
            )
        };
        assert_eq!(amounts(&one), amounts(&other), "cart {seed}");
    }
}
