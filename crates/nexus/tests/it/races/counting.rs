//! Staff set what they counted while units are sold: a count that a sale has overtaken is
//! refused, so that no sale is undone by it.

use futures_util::FutureExt;
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Client, Shop, place_body,
    race::{
        Held, Racers, after_turns, at_once, caught, equal, every_round, holds, patient_shop, rounds,
    },
};

const ROUNDS: usize = 15;

/// A paid order that the shop is about to hear of: the path that makes it ask.
async fn paid_order(shop: &Shop, racers: &Racers, variant: VariantId) -> String {
    let (cart, buyer) = (racers.cart(shop, &[(variant, 2)]).await, racers.guest(0));
    let order = buyer
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    let (tx_ref, _) = shop.initiate(&buyer, &order.body).await;
    let page = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&page, json!({})).await.expect(200);
    format!("/api/v1/payment/verify/{tx_ref}/")
}

/// Two units leave the shelf while ten more than before are counted.
async fn count(shop: &Shop, racers: &Racers, staff: &Client, variant: VariantId, n: usize) -> Held {
    let verify = paid_order(shop, racers, variant).await;
    let path = format!("/api/v1/admin/inventory/levels/{variant}/");
    let level = staff.get(&path).await.expect(200);
    let before = level.body["on_hand"].as_i64().unwrap();
    let body = json!({ "on_hand": before + 10, "reason": "stock count" });
    let (staff, buyer) = (staff.with("if-match", &level.etag()), racers.guest(0));
    let set = after_turns(n * n * 40, async move { staff.put(&path, body).await });
    let sell = async move { buyer.get(&verify).await };
    let answers = at_once([sell.boxed(), set.boxed()]).await;
    shop.run_jobs().await;
    equal("paid", &answers[0].body["status"], &"paid".into())?;
    let counted = answers[1].status.as_u16();
    holds("set", [200, 412].contains(&counted), &answers[1])?;
    let left = if counted == 200 {
        before + 10 - 2
    } else {
        before - 2
    };
    equal("stock", &shop.stock(variant).await, &(left, 0))
}

async fn open(guards: &[&str]) -> (Shop, Racers, Client, VariantId) {
    let shop = patient_shop(guards).await;
    let (racers, staff) = (Racers::open(&shop, 1).await, shop.superuser().await);
    let variant = shop.product("count", &[(10_000, 1_000)]).await[0];
    (shop, racers, staff, variant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_a_sale_has_overtaken_is_refused() {
    let (shop, racers, staff, variant) = open(&[]).await;
    every_round(rounds(ROUNDS), async |n| {
        count(&shop, &racers, &staff, variant, n % ROUNDS).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_version_a_count_undoes_a_sale() {
    let (shop, racers, staff, variant) = open(&["stock version"]).await;
    caught("stock", 60, async |n| {
        count(&shop, &racers, &staff, variant, n).await
    })
    .await;
    shop.close_broken().await;
}
