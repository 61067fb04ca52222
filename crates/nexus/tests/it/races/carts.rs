//! Carts that several tabs change and order at the same moment: units add up as far as the shelf
//! has them, and an order is one version of its cart.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use ids::VariantId;
use serde_json::{Value, json};

use super::merging::open_carts;
use crate::world::{
    Client, Shop, place_body,
    race::{
        Held, Racers, after_turns, at_most, at_once, caught, equal, every_round, holds,
        patient_shop, rounds, statuses,
    },
};

const ROUNDS: usize = 10;

/// Twenty tabs add one each, of a variant with `units` on the shelf.
async fn add_at_once(shop: &Shop, racers: &Racers, variant: VariantId, units: usize) -> Held {
    let cart = racers.cart(shop, &[]).await;
    let adds = racers.tabs().map(|tab| {
        let path = format!("/api/v1/cart/{cart}/items/");
        let body = json!({ "variant_id": variant });
        async move { tab.post(&path, body).await }
    });
    let answers = at_once(adds).await;
    let kept = units.min(racers.count());
    let sql = format!("select sum(quantity)::bigint from cart_items where cart_id = '{cart}'");
    let found = shop.number(&sql).await;
    at_most("kept", found, i64::try_from(kept).unwrap())?;
    equal("units", &found, &i64::try_from(kept).unwrap())?;
    let mut expected = BTreeMap::from([(201, kept)]);
    if kept < racers.count() {
        expected.insert(409, racers.count() - kept);
    }
    equal("answers", &statuses(&answers), &expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn units_added_at_once_add_up_as_far_as_the_shelf_has_them() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 20).await;
    let shelf = shop.product("add", &[(10_000, 1_000), (10_000, 12)]).await;
    every_round(rounds(ROUNDS), async |n| {
        let units = if n % 2 == 0 { 1_000 } else { 12 };
        add_at_once(&shop, &racers, shelf[n % 2], units).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cart_lock_more_is_added_than_the_shelf_has() {
    let shop = patient_shop(&["cart lock"]).await;
    let racers = Racers::open(&shop, 20).await;
    let shelf = shop.product("add", &[(10_000, 12)]).await;
    caught("kept", 100, async |_| {
        add_at_once(&shop, &racers, shelf[0], 12).await
    })
    .await;
    shop.close_broken().await;
}

/// The cart's order differs from the cart as it stands: nothing changes a cart that was ordered.
fn mismatches(cart: &str) -> String {
    format!(
        "select count(*)
         from (select variant_id, quantity from cart_items where cart_id = '{cart}') as wanted
         full join (
             select variant_id, order_lines.quantity
             from order_lines join orders on orders.id = order_id
             where cart_id = '{cart}'
         ) as ordered using (variant_id)
         where wanted.quantity is distinct from ordered.quantity"
    )
}

/// What other tabs do to a cart while it is ordered: add, add another, change, remove.
async fn edits(racers: &Racers, cart: &str, shelf: &[VariantId]) -> Vec<(Client, Edit)> {
    let first = racers.guest(0);
    let path = format!("/api/v1/cart/{cart}/items/");
    let items = first.get(&path).await.expect(200);
    let item = |n: usize| format!("{path}{}/", items.text(&format!("/{n}/id")));
    let add = |variant: VariantId| (path.clone(), Some(json!({ "variant_id": variant })));
    let edits = [
        (http::Method::POST, add(shelf[0])),
        (http::Method::POST, add(shelf[2])),
        (
            http::Method::PATCH,
            (item(0), Some(json!({ "quantity": 7 }))),
        ),
        (http::Method::DELETE, (item(1), None)),
    ];
    racers.tabs().skip(1).zip(edits).collect()
}

type Edit = (http::Method, (String, Option<Value>));

/// Placing and changing start up to twenty turns apart, in either order.
async fn order_while_changing(shop: &Shop, racers: &Racers, shelf: &[VariantId], n: usize) -> Held {
    let cart = racers.cart(shop, &[(shelf[0], 2), (shelf[1], 1)]).await;
    let (turns, is_late) = (n / 2 % 21 * 8, n.is_multiple_of(2));
    let (wait, mut body) = (if is_late { turns } else { 0 }, place_body(&cart));
    let is_strict = n.is_multiple_of(3);
    if is_strict {
        body["expected_total"] = json!({ "amount": 40_000, "currency": "ETB" });
    }
    let buyer = racers.guest(0);
    let place = after_turns(
        wait,
        async move { buyer.post("/api/v1/orders/", body).await },
    );
    let others = edits(racers, &cart, shelf).await.into_iter();
    let others = others.map(|(tab, (method, (path, body)))| {
        let wait = turns - wait;
        after_turns(wait, async move { tab.send(method, &path, body).await }).boxed()
    });
    let answers = at_once([place.boxed()].into_iter().chain(others)).await;
    let placed = &answers[0];
    for edit in &answers[1..] {
        let is_closed = edit.status == 409 && edit.body["code"] == "cart_closed";
        holds("edit", edit.status.is_success() || is_closed, edit)?;
    }
    if is_strict && placed.status == 409 {
        let orders = format!("select count(*) from orders where cart_id = '{cart}'");
        equal("refusal", &placed.body["code"], &"cart_changed".into())?;
        return equal("orders", &shop.number(&orders).await, &0);
    }
    equal("lines", &shop.number(&mismatches(&cart)).await, &0)?;
    equal("placed", &placed.status.as_u16(), &201)?;
    let total = format!(
        "select sum(quantity * price_minor)::bigint
         from cart_items join variants on variants.id = variant_id where cart_id = '{cart}'"
    );
    let total = shop.number(&total).await;
    equal("total", &placed.body["total"]["amount"], &total.into())?;
    holds("expected total", !is_strict || total == 40_000, total)
}

const PRICES: [(i64, i64); 3] = [(10_000, 100_000), (20_000, 100_000), (30_000, 100_000)];

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_one_version_of_its_cart() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 5).await;
    let shelf = shop.product("edit", &PRICES).await;
    every_round(rounds(63), async |n| {
        order_while_changing(&shop, &racers, &shelf, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cart_lock_an_order_is_no_version_of_its_cart() {
    let shop = patient_shop(&["cart lock"]).await;
    let racers = Racers::open(&shop, 5).await;
    let shelf = shop.product("edit", &PRICES).await;
    // Without expected totals: every third round would end before the lines are looked at.
    let round = async |n: usize| order_while_changing(&shop, &racers, &shelf, n * 3 + 1).await;
    caught("lines", 300, round).await;
    shop.close_broken().await;
}

/// A customer orders in one tab while others ask for their open cart.
async fn new_cart_while_ordering(shop: &Shop, customer: &[Client], variant: VariantId) -> Held {
    let cart = customer[0]
        .post("/api/v1/cart/", json!({}))
        .await
        .text("/id");
    let path = format!("/api/v1/cart/{cart}/items/");
    let body = json!({ "variant_id": variant });
    customer[0].post(&path, body).await.expect(201);
    let work = customer.iter().cloned().enumerate().map(|(n, tab)| {
        let body = place_body(&cart);
        async move {
            match n {
                0 => tab.post("/api/v1/orders/", body).await,
                _ => after_turns(n * 10, tab.post("/api/v1/cart/", json!({}))).await,
            }
        }
    });
    let answers = at_once(work).await;
    equal("placed", &answers[0].status.as_u16(), &201)?;
    let is_fine = answers.iter().all(|answer| answer.status.is_success());
    holds("carts", is_fine, statuses(&answers))?;
    let (open, _) = open_carts(shop).await;
    holds("open", open <= 1, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_s_cart_is_found_or_made_while_another_becomes_an_order() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 12).await;
    let access = shop.sign_up("abebe@example.com").await.text("/access");
    let customer: Vec<Client> = racers.lines().map(|line| line.bearer(&access)).collect();
    let variant = shop.product("next", &[(10_000, 100_000)]).await[0];
    every_round(rounds(40), async |_| {
        new_cart_while_ordering(&shop, &customer, variant).await
    })
    .await;
    shop.close().await;
}
