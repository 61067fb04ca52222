//! Prices that can be worked out by hand, and coupons that do not count.

use chrono::TimeDelta;
use money::{Currency, Money};

use super::{generator::Chance, now, priced};
use crate::model::{
    Basket, BasketLine, CouponProblem, DeliveryProblem, Effect, GoodsTerms, MethodKind, Percentage,
    PriceStep, Promotion, Selection, ShippingMethod, ShippingTerms, TaxRate, Terms, Zone,
};

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

fn percentage(millionths: i64) -> Percentage {
    Percentage::of_millionths(millionths).unwrap()
}

fn basket(lines: &[(i64, i64)]) -> Basket {
    let line = |(number, (unit_minor, quantity)): (usize, &(i64, i64))| BasketLine {
        variant_id: format!("0190{number:04x}-0000-7000-8000-000000000000")
            .parse()
            .unwrap(),
        product_id: format!("0190{number:04x}-0000-7000-8000-000000000000")
            .parse()
            .unwrap(),
        unit_minor: *unit_minor,
        quantity: *quantity,
    };
    Basket {
        currency: Currency::ETB,
        lines: lines.iter().enumerate().map(line).collect(),
        place: None,
        method: None,
        coupons: Vec::new(),
        buyers: vec!["email:abebe@example.com".to_owned()],
    }
}

fn coupon(code: &str, effect: Effect) -> Promotion {
    let mut any = Chance::new(1);
    let mut promotion = loop {
        if let Some(promotion) = any.terms().promotions.pop() {
            break promotion;
        }
    };
    promotion.code = Some(code.to_owned());
    promotion.is_exclusive = false;
    promotion.effect = effect;
    promotion.minimum_minor = 0;
    (promotion.usage_limit, promotion.customer_limit) = (None, None);
    promotion.used_count = 0;
    promotion
}

fn tenth() -> Effect {
    Effect::Percentage {
        percentage: percentage(100_000),
        of: Selection::default(),
    }
}

fn vat(prices_include_tax: bool) -> Terms {
    let mut terms = Terms::default();
    terms.tax.prices_include_tax = prices_include_tax;
    terms.tax.rates.push(TaxRate {
        name: "VAT".to_owned(),
        class: "standard".to_owned(),
        country: "ET".to_owned(),
        region: None,
        percentage: Percentage::ETHIOPIAN_VAT,
    });
    terms
}

#[test]
fn without_terms_a_cart_costs_what_its_lines_cost() {
    let priced = priced(&basket(&[(10_000, 3), (99, 7)]), &Terms::default());
    assert_eq!(priced.total, etb(30_693));
    assert_eq!(
        (priced.discount, priced.shipping, priced.tax),
        (etb(0), etb(0), etb(0))
    );
    assert_eq!((priced.tax_included, priced.delivery), (etb(0), None));
}

#[test]
fn ethiopian_vat_is_in_the_price_or_on_top_of_it() {
    let cart = basket(&[(11_500, 2)]);
    let inside = priced(&cart, &vat(true));
    assert_eq!(
        (inside.total, inside.tax, inside.tax_included),
        (etb(23_000), etb(0), etb(3_000))
    );
    let on_top = priced(&cart, &vat(false));
    assert_eq!(
        (on_top.total, on_top.tax, on_top.tax_included),
        (etb(26_450), etb(3_450), etb(0))
    );
}

#[test]
fn a_cent_that_is_left_goes_to_the_largest_remainder() {
    let mut terms = vat(false);
    terms.tax.rates[0].percentage = percentage(100_000);
    // 10 % of 3 × 0.35 is 0.105: one rounding for the cart, 0.11.
    let priced = priced(&basket(&[(35, 1), (35, 1), (35, 1)]), &terms);
    let taxes: Vec<i64> = priced.lines.iter().map(|line| line.tax.minor()).collect();
    assert_eq!((priced.tax, taxes), (etb(11), vec![4, 4, 3]));
}

#[test]
fn a_coupon_counts_once_it_is_entered_and_only_then() {
    let mut terms = Terms::default();
    terms.promotions.push(coupon("TENTH", tenth()));
    let mut cart = basket(&[(10_000, 1)]);
    assert_eq!(priced(&cart, &terms).total, etb(10_000));
    cart.coupons = vec!["TENTH".to_owned(), "OTHER".to_owned()];
    let found = priced(&cart, &terms);
    assert_eq!((found.total, found.discount), (etb(9_000), etb(1_000)));
    let other = ("OTHER".to_owned(), Some(CouponProblem::Unknown));
    assert_eq!(found.coupons, [("TENTH".to_owned(), None), other]);
}

#[test]
fn each_limit_of_a_coupon_has_its_word() {
    let mut cart = basket(&[(10_000, 1)]);
    cart.coupons = vec!["TENTH".to_owned()];
    let mut terms = Terms::default();
    terms.promotions.push(coupon("TENTH", tenth()));
    let check = |change: &dyn Fn(&mut Promotion), problem: CouponProblem| {
        let mut terms = terms.clone();
        change(&mut terms.promotions[0]);
        let id = terms.promotions[0].id;
        terms
            .uses
            .insert((id, "email:abebe@example.com".to_owned()), 1);
        let found = priced(&cart, &terms);
        assert_eq!(found.coupons[0].1, Some(problem));
        assert_eq!(found.total, etb(10_000));
    };
    let hour = TimeDelta::hours(1);
    check(
        &|it| it.starts_at = Some(now() + hour),
        CouponProblem::NotStarted,
    );
    check(&|it| it.ends_at = Some(now()), CouponProblem::Ended);
    check(
        &|it| it.minimum_minor = 10_001,
        CouponProblem::MinimumNotMet,
    );
    check(
        &|it| (it.used_count, it.usage_limit) = (5, Some(5)),
        CouponProblem::UsedUp,
    );
    check(
        &|it| it.customer_limit = Some(1),
        CouponProblem::UsedByBuyer,
    );
    check(&|it| it.closed_at = Some(now()), CouponProblem::Unknown);
    check(
        &|it| it.effect = Effect::FreeShipping,
        CouponProblem::NothingToDiscount,
    );
}

#[test]
fn what_stands_alone_counts_when_the_buyer_pays_less_with_it() {
    let mut terms = Terms::default();
    let mut half = coupon("HALF", tenth());
    half.id = "01900009-0000-7000-8000-000000000000".parse().unwrap();
    half.code = None;
    half.is_exclusive = true;
    half.effect = Effect::AmountOff {
        amount: etb(5_000),
        of: Selection::default(),
    };
    terms.promotions = vec![coupon("TENTH", tenth()), half];
    let mut cart = basket(&[(10_000, 1)]);
    cart.coupons = vec!["TENTH".to_owned()];
    let found = priced(&cart, &terms);
    assert_eq!(found.total, etb(5_000));
    assert_eq!(found.coupons[0].1, Some(CouponProblem::BetterWithout));
}

#[test]
fn what_costs_least_is_the_total_with_its_tax() {
    let mut terms = vat(false);
    let goods = basket(&[(10_000, 1), (10_000, 1)]);
    let exempt = GoodsTerms {
        tax_class: "exempt".to_owned(),
        weight_grams: 0,
    };
    let (taxed, untaxed) = (goods.lines[0].variant_id, goods.lines[1].variant_id);
    terms.goods.insert(untaxed, exempt);
    let off = |number: u64, minor: i64, variant, is_exclusive| {
        let mut promotion = coupon("OFF", tenth());
        promotion.id = format!("0190000{number}-0000-7000-8000-000000000000")
            .parse()
            .unwrap();
        promotion.code = None;
        promotion.is_exclusive = is_exclusive;
        promotion.effect = Effect::AmountOff {
            amount: etb(minor),
            of: Selection {
                variant_ids: [variant].into(),
                ..Selection::default()
            },
        };
        promotion
    };
    // Off the prices the second takes more; off what is paid the first does, with its tax.
    terms.promotions = vec![off(1, 5_000, taxed, true), off(2, 5_100, untaxed, false)];
    assert_eq!(priced(&goods, &terms).total, etb(15_750));
    terms.promotions.remove(0);
    assert_eq!(priced(&goods, &terms).total, etb(16_400));
}

/// One zone, whose only method begins at 500.00 and costs 50.00.
fn from_500() -> ShippingTerms {
    let step = PriceStep {
        up_to_grams: None,
        from: Some(etb(50_000)),
        price: etb(5_000),
    };
    let method = ShippingMethod {
        id: Some("01900000-0000-7000-8000-000000000000".parse().unwrap()),
        name: "Van".to_owned(),
        kind: MethodKind::ByTotal,
        price: None,
        steps: vec![step],
        free_above: None,
    };
    let zone = Zone {
        name: "Everywhere".to_owned(),
        country: None,
        regions: Vec::new(),
        methods: vec![method],
    };
    ShippingTerms { zones: vec![zone] }
}

#[test]
fn what_cannot_be_delivered_is_not_cheap() {
    let mut terms = Terms {
        shipping: from_500(),
        ..Terms::default()
    };
    let mut off = coupon("OFF", tenth());
    off.is_exclusive = true;
    off.effect = Effect::AmountOff {
        amount: etb(15_000),
        of: Selection::default(),
    };
    terms.promotions = vec![off];
    let mut cart = basket(&[(60_000, 1)]);
    cart.coupons = vec!["OFF".to_owned()];
    let found = priced(&cart, &terms);
    assert_eq!((found.total, found.delivery_problem), (etb(65_000), None));
    // Whoever entered it is told, because without it they pay more.
    let problem = CouponProblem::Undelivered;
    assert_eq!(found.coupons[0].1, Some(problem));
    assert!(problem.is_in_the_way());
    terms.promotions[0].code = None;
    cart.coupons.clear();
    let found = priced(&cart, &terms);
    assert_eq!((found.total, found.delivery_problem), (etb(65_000), None));
    // Where nothing is delivered at all, it is as before.
    cart.lines[0].unit_minor = 40_000;
    let found = priced(&cart, &terms);
    let nowhere = Some(DeliveryProblem::Nowhere);
    assert_eq!(
        (found.total, found.delivery_problem),
        (etb(25_000), nowhere)
    );
}

#[test]
fn two_for_one_takes_the_cheapest() {
    let mut terms = Terms::default();
    let mut deal = coupon("DEAL", tenth());
    deal.code = None;
    deal.effect = Effect::BuyGet {
        buy_quantity: 1,
        buy: Selection::default(),
        get_quantity: 1,
        get: Selection::default(),
        percentage: Percentage::ALL,
        applications_max: None,
    };
    terms.promotions.push(deal);
    let found = priced(&basket(&[(3_000, 2), (1_000, 1), (2_000, 2)]), &terms);
    // Five units, two pairs: the two cheapest cost nothing.
    let off: Vec<i64> = found
        .lines
        .iter()
        .map(|line| line.discount.minor())
        .collect();
    assert_eq!((found.total, off), (etb(8_000), vec![0, 1_000, 2_000]));
}

#[test]
fn a_deal_keeps_what_is_bought_for_it() {
    let mut terms = Terms::default();
    let goods = basket(&[(1_000, 1), (3_000, 1)]);
    let of = |lines: &[usize]| Selection {
        variant_ids: lines.iter().map(|n| goods.lines[*n].variant_id).collect(),
        ..Selection::default()
    };
    let mut deal = coupon("DEAL", tenth());
    deal.code = None;
    deal.effect = Effect::BuyGet {
        buy_quantity: 1,
        buy: of(&[0]),
        get_quantity: 1,
        get: of(&[0, 1]),
        percentage: Percentage::ALL,
        applications_max: None,
    };
    terms.promotions.push(deal);
    // The cheaper one is the only one that can be bought, so the other one is got.
    assert_eq!(priced(&goods, &terms).total, etb(1_000));
    // With a second one of it, the cheaper one is got.
    let mut more = goods.clone();
    more.lines[0].quantity = 2;
    assert_eq!(priced(&more, &terms).total, etb(4_000));
}

#[test]
fn amounts_that_do_not_fit_are_no_price() {
    let cart = basket(&[(i64::MAX / 2, 3)]);
    assert_eq!(crate::model::price(&cart, &Terms::default(), now()), None);
}

#[test]
fn percentages_are_exact_texts() {
    let read = |text: &str| serde_json::from_value::<Percentage>(text.into());
    for (text, shown) in [
        ("15", "15"),
        ("15.0000", "15"),
        ("8.875", "8.875"),
        ("0", "0"),
        ("100", "100"),
    ] {
        assert_eq!(read(text).unwrap().to_string(), shown);
    }
    for text in ["-1", "100.0001", "1.00001", "1e1", "", "15 %", "NaN"] {
        assert!(read(text).is_err(), "{text}");
    }
}
