//! Coupons that many want at the same moment: no more orders have one than may, and no more of one
//! buyer; an order is one version of its cart.

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{
    Answer, Shop, place_body,
    race::{
        Held, Racers, after_turns, at_most, at_once, caught, equal, every_round, holds,
        patient_shop, rounds, statuses,
    },
};

const CLIENTS: usize = 50;
const LIMIT: i64 = 7;
const ROUNDS: usize = 2;

pub(super) async fn coupon(shop: &Shop, code: &str, limits: Value) {
    let clerk = shop.staff(&code.to_lowercase(), &["terms.edit"]).await;
    let mut body = json!({
        "name": code, "code": code, "kind": "amount_off",
        "amount": { "amount": 100, "currency": "ETB" },
    });
    let members = limits.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    let path = "/api/v1/admin/promotions/";
    clerk.post(path, body).await.expect(201);
}

/// Gives a coupon to carts without asking whether it still counts.
pub(super) async fn enter(shop: &Shop, carts: &[String], code: &str) {
    let carts: Vec<uuid::Uuid> = carts.iter().map(|cart| cart.parse().unwrap()).collect();
    let sql = "update carts set coupons = array[$2] where id = any($1)";
    let db = shop.db().await;
    db.execute(sql, &[&carts, &code]).await.unwrap();
}

async fn used(shop: &Shop, code: &str) -> i64 {
    let sql = format!(
        "select count(*) from promotion_redemptions
         join promotions on promotions.id = promotion_id where code = '{code}'"
    );
    shop.number(&sql).await
}

fn refusals(answers: &[Answer], problem: &str) -> usize {
    let of = |answer: &&Answer| answer.body["errors"][0]["code"] == problem;
    answers.iter().filter(of).count()
}

/// Fifty guests with one coupon. Each wants something else, so that no shelf makes them come one
/// after the other.
async fn total(shop: &Shop, racers: &Racers, goods: &[VariantId], n: usize) -> Held {
    let code = format!("TOTAL-{n}");
    coupon(shop, &code, json!({ "usage_limit": LIMIT })).await;
    let carts = racers.carts(shop, |n| vec![(goods[n], 1)]).await;
    enter(shop, &carts, &code).await;
    let answers = racers.place(&carts).await;
    at_most("orders with the coupon", used(shop, &code).await, LIMIT)?;
    let limit = usize::try_from(LIMIT).unwrap();
    let expected = [(201, limit), (409, CLIENTS - limit)].into();
    equal("answers", &statuses(&answers), &expected)?;
    let refused = refusals(&answers, "coupon_used_up");
    equal("refusals", &refused, &(CLIENTS - limit))?;
    let sql = format!("select used_count from promotions where code = '{code}'");
    equal("counted", &shop.number(&sql).await, &LIMIT)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_had_as_often_as_it_may_be() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let goods = shop.product("goods", &[(10_000, 1_000_000); CLIENTS]).await;
    every_round(rounds(ROUNDS), async |n| {
        total(&shop, &racers, &goods, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guarded_count_a_coupon_is_had_too_often() {
    let shop = patient_shop(&["promotion limit"]).await;
    shop.drop_constraint("promotions", "promotions_used_within")
        .await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let goods = shop.product("goods", &[(10_000, 1_000_000); CLIENTS]).await;
    caught("orders with the coupon", 20, async |n| {
        total(&shop, &racers, &goods, n).await
    })
    .await;
    shop.close_broken().await;
}

/// One buyer with fifty carts, of one e-mail address; each asks for something else.
async fn of_one_buyer(shop: &Shop, racers: &Racers, goods: &[VariantId], n: usize) -> Held {
    let code = format!("BUYER-{n}");
    coupon(shop, &code, json!({ "customer_limit": 2 })).await;
    let carts = racers.carts(shop, |n| vec![(goods[n], 1)]).await;
    enter(shop, &carts, &code).await;
    let answers = racers.place(&carts).await;
    at_most("orders with the coupon", used(shop, &code).await, 2)?;
    let expected = [(201, 2), (409, CLIENTS - 2)].into();
    equal("answers", &statuses(&answers), &expected)?;
    let refused = refusals(&answers, "coupon_used_by_you");
    equal("refusals", &refused, &(CLIENTS - 2))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_has_a_coupon_as_often_as_one_may() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let goods = shop.product("goods", &[(10_000, 1_000_000); CLIENTS]).await;
    every_round(rounds(ROUNDS), async |n| {
        of_one_buyer(&shop, &racers, &goods, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guarded_count_a_buyer_has_it_too_often() {
    let shop = patient_shop(&["customer limit"]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let goods = shop.product("goods", &[(10_000, 1_000_000); CLIENTS]).await;
    caught("orders with the coupon", 20, async |n| {
        of_one_buyer(&shop, &racers, &goods, n).await
    })
    .await;
    shop.close_broken().await;
}

/// All that may have a coupon have it and call their orders off, while others want it.
async fn given_back(shop: &Shop, racers: &Racers, goods: &[VariantId], n: usize) -> Held {
    let code = format!("BACK-{n}");
    coupon(shop, &code, json!({ "usage_limit": LIMIT })).await;
    let carts = racers.carts(shop, |n| vec![(goods[n], 1)]).await;
    enter(shop, &carts, &code).await;
    let limit = usize::try_from(LIMIT).unwrap();
    let mut works: Vec<futures_util::future::BoxFuture<'static, Answer>> = Vec::new();
    for (guest, cart) in carts.iter().enumerate() {
        let (client, body) = (racers.guest(guest).clone(), place_body(cart));
        if guest >= limit {
            works.push(Box::pin(async move {
                client.post("/api/v1/orders/", body).await
            }));
            continue;
        }
        let order = client.post("/api/v1/orders/", body).await.expect(201);
        let path = format!("/api/v1/orders/{}/cancel/", order.text("/id"));
        works.push(Box::pin(async move { client.post(&path, json!({})).await }));
    }
    let answers = at_once(works).await;
    let (cancelled, placed) = answers.split_at(limit);
    equal("cancelled", &statuses(cancelled), &[(200, limit)].into())?;
    let of_placed = statuses(placed);
    let had = of_placed.get(&201).copied().unwrap_or(0);
    let refused = refusals(placed, "coupon_used_up");
    equal("answers", &(had + refused), &(CLIENTS - limit))?;
    let had = i64::try_from(had).unwrap();
    at_most("orders with the coupon", had, LIMIT)?;
    let sql = format!("select used_count from promotions where code = '{code}'");
    equal("counted", &shop.number(&sql).await, &had)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_that_comes_back_is_had_again_and_not_too_often() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let goods = shop.product("goods", &[(10_000, 1_000_000); CLIENTS]).await;
    every_round(rounds(ROUNDS), async |n| {
        given_back(&shop, &racers, &goods, n).await
    })
    .await;
    shop.close().await;
}

/// A cart is ordered while a coupon comes and goes and a line grows: the order, its lines and what
/// is asked for are one version of the cart.
async fn changed_meanwhile(shop: &Shop, racers: &Racers, variant: VariantId, n: usize) -> Held {
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let tab = racers.guest(0);
    let (coupons, items) = (
        format!("/api/v1/cart/{cart}/coupons/"),
        format!("/api/v1/cart/{cart}/items/"),
    );
    let placing = {
        let (tab, body) = (tab.clone(), place_body(&cart));
        after_turns(
            n % 20,
            async move { tab.post("/api/v1/orders/", body).await },
        )
    };
    let entering = {
        let (tab, body) = (tab.clone(), json!({ "code": "MOVING" }));
        async move { tab.post(&coupons, body).await }
    };
    let adding = {
        let (tab, body) = (tab.clone(), json!({ "variant_id": variant }));
        async move { tab.post(&items, body).await }
    };
    let works: [futures_util::future::BoxFuture<'static, Answer>; 3] =
        [Box::pin(placing), Box::pin(entering), Box::pin(adding)];
    let answers = at_once(works).await;
    equal("placed", &answers[0].status.as_u16(), &201)?;
    let order = &answers[0].body;
    let units = order["lines"][0]["quantity"].as_i64().unwrap();
    let discounts = order["explanation"]["discounts"].as_array().unwrap();
    let off = 100 * i64::try_from(discounts.len()).unwrap();
    let total = &order["total"]["amount"];
    equal("total", total, &json!(10_000 * units - off))?;
    let sql = format!(
        "select count(*) from carts join cart_items on cart_id = carts.id
         where carts.id = '{cart}' and quantity = {units} and cardinality(coupons) = {}",
        discounts.len()
    );
    equal("carts of this version", &shop.number(&sql).await, &1)?;
    let pay = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    let asked = tab.post(&pay, json!({})).await;
    holds("paid", asked.status.is_success(), asked.status)?;
    equal("asked for", &asked.body["amount"]["amount"], total)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_one_version_of_its_cart_and_its_coupons() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 1).await;
    let variant = shop.product("moving", &[(10_000, 1_000_000)]).await[0];
    coupon(&shop, "MOVING", json!({})).await;
    every_round(rounds(25), async |n| {
        changed_meanwhile(&shop, &racers, variant, n).await
    })
    .await;
    shop.close().await;
}
