//! One buyer, many clicks: one order, one effect, one answer.

use http::StatusCode;
use ids::VariantId;
use kit::sabotage::Sabotage;
use serde_json::json;

use crate::world::{
    Answer, Shop, place_body,
    race::{
        Held, Racers, at_most, at_once, caught, equal, every_round, holds, patient_shop, rounds,
        statuses,
    },
};

const ROUNDS: usize = 12;
const CLICKS: usize = 20;

async fn orders_of(shop: &Shop, cart: &str) -> i64 {
    let sql = format!("select count(*) from orders where cart_id = '{cart}'");
    shop.number(&sql).await
}

async fn click(racers: &Racers, cart: &str, key: Option<&str>) -> Vec<Answer> {
    let clicks = racers.tabs().map(|tab| {
        let tab = key.map_or(tab.clone(), |key| tab.key(key));
        let body = place_body(cart);
        async move { tab.post("/api/v1/orders/", body).await }
    });
    at_once(clicks).await
}

async fn double_click(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let (on_hand, reserved) = shop.stock(variant).await;
    let cart = racers.cart(shop, &[(variant, 2)]).await;
    let answers = click(racers, &cart, None).await;
    at_most("orders", orders_of(shop, &cart).await, 1)?;
    let expected = &[(200, CLICKS - 1), (201, 1)].into();
    equal("answers", &statuses(&answers), expected)?;
    for answer in &answers {
        equal("order", &answer.body["id"], &answers[0].body["id"])?;
    }
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand, reserved + 2),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clicks_are_one_order() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLICKS).await;
    let variant = shop.product("click", &[(10_000, 100_000)]).await[0];
    every_round(rounds(ROUNDS), async |_| {
        double_click(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_cart_lock_two_clicks_are_two_orders() {
    let shop = patient_shop(&["cart lock"]).await;
    shop.drop_constraint("orders", "orders_cart_id_key").await;
    let racers = Racers::open(&shop, CLICKS).await;
    let variant = shop.product("click", &[(10_000, 100_000)]).await[0];
    caught("orders", 100, async |_| {
        double_click(&shop, &racers, variant).await
    })
    .await;
    shop.close_broken().await;
}

fn is_replay(answer: &Answer) -> bool {
    answer.headers.contains_key("idempotent-replayed")
}

async fn same_key(shop: &Shop, racers: &Racers, variant: VariantId, n: usize) -> Held {
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let answers = click(racers, &cart, Some(&format!("order-{n}"))).await;
    equal("answers", &statuses(&answers), &[(201, CLICKS)].into())?;
    equal("orders", &orders_of(shop, &cart).await, &1)?;
    let replays = answers.iter().filter(|answer| is_replay(answer)).count();
    equal("replays", &replays, &(CLICKS - 1))?;
    let is_same = answers
        .iter()
        .all(|answer| answer.bytes == answers[0].bytes);
    holds("the same bytes", is_same, statuses(&answers))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_order_and_the_same_bytes() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLICKS).await;
    let variant = shop.product("key", &[(10_000, 100_000)]).await[0];
    every_round(rounds(ROUNDS), async |n| {
        same_key(&shop, &racers, variant, n).await
    })
    .await;
    shop.close().await;
}

/// Adding to a cart has no guard of its own: only the key makes twenty of them one.
async fn add_with_key(shop: &Shop, racers: &Racers, variant: VariantId, n: usize) -> Held {
    let cart = racers.cart(shop, &[]).await;
    let clicks = racers.tabs().map(|tab| {
        let path = format!("/api/v1/cart/{cart}/items/");
        let body = json!({ "variant_id": variant, "quantity": 3 });
        async move { tab.key(&format!("add-{n}")).post(&path, body).await }
    });
    let answers = at_once(clicks).await;
    let sql = format!("select sum(quantity)::bigint from cart_items where cart_id = '{cart}'");
    equal("units", &shop.number(&sql).await, &3)?;
    equal("answers", &statuses(&answers), &[(201, CLICKS)].into())?;
    let is_same = answers
        .iter()
        .all(|answer| answer.bytes == answers[0].bytes);
    holds("the same bytes", is_same, statuses(&answers))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_adds_once() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLICKS).await;
    let variant = shop.product("add", &[(10_000, 1_000)]).await[0];
    every_round(rounds(ROUNDS), async |n| {
        add_with_key(&shop, &racers, variant, n).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_s_claim_it_is_added_many_times() {
    let shop = patient_shop(&["idempotency key"]).await;
    let racers = Racers::open(&shop, CLICKS).await;
    let variant = shop.product("add", &[(10_000, 1_000)]).await[0];
    caught("units", 10, async |n| {
        add_with_key(&shop, &racers, variant, n).await
    })
    .await;
    shop.close_broken().await;
}

/// A shop that waits for nobody's lock tells the second that the first is at work, and the same
/// request answers the first one's bytes later.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_meanwhile_is_told_and_may_come_again() {
    let impatient = |settings: &mut nexus::config::Settings| settings.database.lock_timeout_ms = 1;
    let shop = Shop::open_with(Sabotage::none(), impatient).await;
    let racers = Racers::open(&shop, 10).await;
    let variant = shop.product("busy", &[(10_000, 1_000)]).await[0];
    for n in 0..rounds(ROUNDS) {
        let cart = racers.cart(&shop, &[(variant, 1)]).await;
        let key = format!("busy-{n}");
        let answers = click(&racers, &cart, Some(&key)).await;
        let first = answers
            .iter()
            .find(|answer| !is_replay(answer) && answer.status == 201);
        let first = first.expect("somebody is first");
        for answer in &answers {
            if answer.status == StatusCode::CONFLICT {
                assert_eq!(answer.body["code"], "idempotency_in_flight");
                assert!(answer.headers.contains_key("retry-after"));
            } else {
                assert_eq!((answer.status.as_u16(), &answer.bytes), (201, &first.bytes));
            }
        }
        let again = click(&racers, &cart, Some(&key)).await;
        assert!(
            again
                .iter()
                .all(|answer| is_replay(answer) && answer.bytes == first.bytes)
        );
        assert_eq!(orders_of(&shop, &cart).await, 1);
    }
    shop.close().await;
}
