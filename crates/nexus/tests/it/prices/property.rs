//! Whatever lists there are and whenever: each price that is shown is the price that is charged.

use chrono::TimeDelta;
use ids::VariantId;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{LISTS, cart, clerk, group, list, order_of};
use crate::world::{Client, Shop, race::rounds};

const VARIANTS: usize = 4;

/// A list: of whom (0 everybody), when (hours), and which variant from how many on at what price.
#[derive(Debug, Clone)]
struct Drawn {
    group: usize,
    from: Option<i64>,
    until: Option<i64>,
    prices: Vec<(usize, i64, i64)>,
}

fn lists() -> impl Strategy<Value = Vec<Drawn>> {
    let prices = prop::collection::vec((0..VARIANTS, 1..6_i64, 5_000..11_000_i64), 1..6);
    let times = (prop::option::of(0..4_i64), prop::option::of(4..8_i64));
    let drawn = (0..3_usize, times, prices).prop_map(|(group, (from, until), mut prices)| {
        prices.sort_unstable();
        prices.dedup_by_key(|price| (price.0, price.1));
        Drawn {
            group,
            from,
            until,
            prices,
        }
    });
    prop::collection::vec(drawn, 1..5)
}

/// What the shop tells somebody a variant costs, for each of so many.
async fn told(who: &Client, products: &str, variant: VariantId, quantity: i64) -> i64 {
    let path = format!("/api/v1/catalogue/prices/?product_ids={products}");
    let own = who.get(&path).await.expect(200).body;
    let own = own["data"].as_array().unwrap().iter();
    let mut own = own.filter(|own| own["variant_id"] == json!(variant));
    of_quantity(own.next().unwrap(), quantity)
}

fn of_quantity(shown: &Value, quantity: i64) -> i64 {
    let number = |value: &Value| value.as_i64().unwrap();
    let steps = shown["quantity_prices"].as_array().unwrap().iter();
    let mut steps = steps.rev();
    let step = steps.find(|step| number(&step["min_quantity"]) <= quantity);
    number(&step.unwrap_or(shown)["price"]["amount"])
}

/// Pages, lists and search say the same to everybody.
async fn pages(shop: &Shop) -> Vec<Value> {
    let client = shop.client();
    let mut variants = Vec::new();
    for slug in ["cup", "mug"] {
        let path = format!("/api/v1/catalogue/products/{slug}/");
        let page = client.get(&path).await.expect(200).body;
        let own = page["variants"].as_array().unwrap();
        let lowest = own.iter().map(|one| one["price"]["amount"].as_i64());
        assert_eq!(page["price_from"]["amount"].as_i64(), lowest.min().unwrap());
        for path in [
            "/api/v1/catalogue/products/".to_owned(),
            format!("/api/v1/search/?q={slug}"),
        ] {
            let found = client.get(&path).await.expect(200).body;
            let mut found = found["data"].as_array().unwrap().iter();
            let found = found.find(|one| one["slug"] == slug).unwrap();
            assert_eq!(found["price_from"], page["price_from"], "{path}");
        }
        variants.extend(own.clone());
    }
    variants
}

/// Everybody buys some of everything, at what they were shown.
async fn bought(shop: &Shop, buyers: &[Client; 3], goods: &[VariantId], products: &str) {
    let shown = pages(shop).await;
    for (number, buyer) in buyers.iter().enumerate() {
        let quantity = |n: usize| i64::try_from((n + number) % 6 + 1).unwrap();
        let lines: Vec<(VariantId, i64)> = goods
            .iter()
            .enumerate()
            .map(|(n, variant)| (*variant, quantity(n)))
            .collect();
        let (id, said) = cart(buyer, &lines).await;
        let order = buyer.post("/api/v1/orders/", order_of(&id, &said["total"]));
        let order = order.await.expect(201).body;
        let mut total = 0;
        for (at, (variant, quantity)) in lines.iter().enumerate() {
            let price = told(buyer, products, *variant, *quantity).await;
            total += price * quantity;
            assert_eq!(said["items"][at]["unit_price"]["amount"], json!(price));
            assert_eq!(order["lines"][at]["unit_price"]["amount"], json!(price));
            if number == 0 {
                let page = shown.iter().find(|one| one["id"] == json!(variant));
                assert_eq!(of_quantity(page.unwrap(), *quantity), price);
            }
        }
        assert_eq!(order["total"]["amount"], json!(total));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_price_that_is_shown_is_the_price_that_is_charged() {
    let config = Config::default();
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    for _ in 0..rounds(2) {
        let drawn = lists().new_tree(&mut runner).unwrap().current();
        let shop = Shop::open().await;
        let mut goods = shop.product("cup", &[(10_000, 900), (9_000, 900)]).await;
        goods.extend(shop.product("mug", &[(8_000, 900), (7_000, 900)]).await);
        let mut ids = Vec::new();
        for slug in ["cup", "mug"] {
            let path = format!("/api/v1/catalogue/products/{slug}/");
            ids.push(shop.client().get(&path).await.expect(200).text("/id"));
        }
        let start = shop.now();
        let staff = clerk(&shop).await;
        for (name, email) in [("A", "abebe@example.com"), ("B", "sara@example.com")] {
            shop.sign_up(email).await;
            group(&staff, name, &[email]).await;
        }
        let groups = staff
            .get("/api/v1/admin/customer-groups/")
            .await
            .expect(200);
        for one in &drawn {
            let prices = one.prices.iter();
            let prices: Vec<_> = prices
                .map(|(n, from, minor)| (goods[*n], *from, *minor))
                .collect();
            let hour = |hours: Option<i64>| hours.map(|hours| start + TimeDelta::hours(hours));
            let mut more = json!({ "starts_at": hour(one.from), "ends_at": hour(one.until) });
            if one.group > 0 {
                more["group_id"] = groups.body["data"][one.group - 1]["id"].clone();
            }
            staff.post(LISTS, list(&prices, more)).await.expect(201);
        }
        for _ in 0..5 {
            shop.run_jobs().await;
            let buyers = [
                shop.client().guest(&kit::random::token().unwrap()),
                signed_in(&shop, "abebe@example.com").await,
                signed_in(&shop, "sara@example.com").await,
            ];
            bought(&shop, &buyers, &goods, &ids.join(",")).await;
            shop.advance(TimeDelta::hours(2));
        }
        shop.close().await;
    }
}

async fn signed_in(shop: &Shop, email: &str) -> Client {
    let body = json!({ "email": email, "password": "correct horse battery staple" });
    let signed_in = shop.client().post("/auth/jwt/create/", body).await;
    shop.client().bearer(&signed_in.expect(200).text("/access"))
}
