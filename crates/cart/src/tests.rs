//! Rules of carts by example and by property.

use catalogue::{Sellable, Texts};
use chrono::DateTime;
use ids::{CartId, CartItemId, ProductId, VariantId};
use money::{Currency, Money};
use proptest::prelude::*;

use terms::Terms;

use crate::model::{
    Cart, CartItem, CartRefusal, CartState, LineProblem, Quote, merged_coupons, merged_quantity,
    quote,
};

fn sellable(price_minor: i64, available: i64) -> Sellable {
    let now = DateTime::default();
    Sellable {
        variant_id: VariantId::generate(now),
        product_id: ProductId::generate(now),
        slug: "coffee".to_owned(),
        sku: "COF-1".to_owned(),
        title: Texts::en_am("Coffee", "ቡና"),
        options: Vec::new(),
        image_url: None,
        price: Money::new(price_minor, Currency::ETB),
        listed: Vec::new(),
        is_for_sale: true,
        available,
        sale: None,
        beyond: inventory::Beyond::default(),
        limits: inventory::Limits::default(),
        parts: Vec::new(),
    }
}

fn item(sellable: &Sellable, quantity: i64) -> CartItem {
    let id = CartItemId::generate(DateTime::default());
    CartItem {
        id,
        variant_id: sellable.variant_id,
        quantity,
        parts: Vec::new(),
    }
}

fn quote_of(items: &[CartItem], goods: &[Sellable]) -> Result<Quote, CartRefusal> {
    let now = DateTime::default();
    let cart = Cart {
        id: CartId::generate(now),
        customer_id: None,
        group_id: None,
        token_hash: None,
        currency: Currency::ETB,
        state: CartState::Open,
        coupons: Vec::new(),
        shipping_address: None,
        shipping_method_id: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let goods = goods.iter().cloned();
    let goods = goods
        .map(|sellable| (sellable.variant_id, sellable))
        .collect();
    quote(
        &cart,
        items,
        (&goods, &Terms::default()),
        None,
        Vec::new(),
        now,
    )
}

#[test]
fn coupons_of_two_carts_are_kept_once_and_as_many_as_a_cart_takes() {
    let codes = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    let merged = merged_coupons(&codes("A B C D"), &codes("C E F"));
    assert_eq!(merged, codes("A B C D E"));
}

#[test]
fn a_quote_is_the_sum_of_its_lines() {
    let (coffee, jebena) = (sellable(12_550, 10), sellable(99_900, 1));
    let items = [item(&coffee, 3), item(&jebena, 1)];
    let quote = quote_of(&items, &[coffee, jebena]).expect("fits");
    assert_eq!(quote.total, Money::new(137_550, Currency::ETB));
    assert!(quote.lines.iter().all(|line| line.problems.is_empty()));
}

#[test]
fn a_line_says_what_stands_in_its_way() {
    let mut coffee = sellable(100, 2);
    coffee.is_for_sale = false;
    let quote = quote_of(&[item(&coffee, 3)], &[coffee]).expect("fits");
    assert_eq!(
        quote.lines[0].problems,
        [
            LineProblem::Unpublished,
            LineProblem::InsufficientStock { available: 2 }
        ]
    );
}

#[test]
fn amounts_that_do_not_fit_are_refused() {
    let gold = sellable(i64::MAX / 2, 10);
    let items = [item(&gold, 3)];
    assert!(quote_of(&items, &[gold]).is_err());
}

proptest! {
    #[test]
    fn merging_loses_nothing(
        ours in 0_i64..=9_999,
        theirs in 1_i64..=9_999,
        available in -5_i64..20_000,
    ) {
        let merged = merged_quantity(ours, theirs, available);
        prop_assert!(merged >= ours.max(theirs));
        prop_assert!(merged <= (ours + theirs).min(9_999));
        prop_assert!(merged == ours + theirs || merged >= available.min(9_999));
    }
}
