//! Without its own token, in its time, nobody orders; nothing has changed then.

use chrono::TimeDelta;
use serde_json::json;

use super::{SALES, Waiter, queued_sale};
use crate::world::{Answer, Shop};

fn told(answer: Answer, waiter: &Waiter, reason: &str) {
    let refused = answer.refused(409, "queue_required");
    let meta = &refused.body["meta"];
    assert_eq!(meta["reason"], reason, "{meta}");
    assert_eq!(meta["sale_id"], waiter.sale);
    let join = format!("/api/v1/sales/{}/queue/", waiter.sale);
    assert_eq!(meta["join"], join);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_needs_the_token_of_its_own_cart_and_sale_in_its_time() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50), (100, 50)]).await;
    let sale = queued_sale(&shop, &goods[..1], TimeDelta::zero(), 10).await;
    let other_sale = {
        let staff = shop.staff("seller", &["catalogue.edit"]).await;
        let body = json!({
            "name": "Other", "variant_ids": &goods[1..], "starts_at": shop.now(),
            "queue": { "slots": 5, "token_seconds": 60 },
        });
        staff.post(SALES, body).await.expect(201).text("/id")
    };
    let waiter = Waiter::new(&shop, &sale, goods[0]).await;
    let stranger = Waiter::new(&shop, &sale, goods[0]).await;
    // The same cart in another queue.
    let line = json!({ "variant_id": goods[1] });
    let items = format!("/api/v1/cart/{}/items/", waiter.cart);
    let filled = waiter.who.post(&items, line).await.expect(201);
    let elsewhere = Waiter {
        who: waiter.who.clone(),
        cart: waiter.cart.clone(),
        sale: other_sale,
    };
    for waiter in [&waiter, &stranger, &elsewhere] {
        waiter.join().await.expect(201);
    }
    let (own, foreign, other) = (
        waiter.token().await,
        stranger.token().await,
        elsewhere.token().await,
    );
    let item = format!("{items}{}/", filled.text("/items/1/id"));
    waiter.who.delete(&item).await.expect(204);
    let mut forged = own.clone().into_bytes();
    let middle = forged.len() / 2;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    let before = shop.state().await;
    told(waiter.buy(&[]).await, &waiter, "missing");
    told(waiter.buy(&[&forged]).await, &waiter, "not_ours");
    told(
        waiter.buy(&["", "x", &"A".repeat(96)]).await,
        &waiter,
        "not_ours",
    );
    told(waiter.buy(&[&foreign]).await, &waiter, "of_another_cart");
    told(waiter.buy(&[&other]).await, &waiter, "of_another_sale");
    waiter.buy(&[&*own; 11]).await.refused(422, "invalid_body");
    assert_eq!(shop.state().await, before);
    shop.advance(TimeDelta::seconds(60));
    told(waiter.buy(&[&own]).await, &waiter, "expired");
    assert_eq!(shop.count("orders").await, 0);
    waiter.until("expired").await;
    waiter.join().await.expect(201);
    let fresh = waiter.token().await;
    let keyed = waiter.who.key("k");
    let order = waiter.order(&[&foreign, &other, &fresh]);
    let placed = keyed.post(super::ORDERS, order.clone()).await.expect(201);
    // What was answered is answered again, with the token's time over.
    shop.advance(TimeDelta::seconds(61));
    let again = keyed.post(super::ORDERS, order).await.expect(201);
    assert_eq!(again.bytes, placed.bytes);
    assert_eq!(waiter.buy(&[]).await.expect(200).body, placed.body);
    assert_eq!(shop.stock(goods[0]).await, (50, 1));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_switch_the_queue_on_and_off() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 1).await;
    let staff = shop.staff("seller", &["catalogue.edit"]).await;
    let path = format!("{SALES}{sale}/");
    let waiter = Waiter::new(&shop, &sale, goods[0]).await;
    told(waiter.buy(&[]).await, &waiter, "missing");
    let before = shop.state().await;
    let first = staff.with("if-match", "\"v1\"");
    for queue in [
        json!({ "slots": 0, "token_seconds": 60 }),
        json!({ "slots": 5, "token_seconds": 29 }),
    ] {
        let refused = first.patch(&path, json!({ "queue": queue })).await;
        refused.refused(422, "invalid_body");
    }
    assert_eq!(shop.state().await, before);
    let off = first
        .patch(&path, json!({ "queue": null }))
        .await
        .expect(200);
    assert_eq!(off.body["queue"], json!(null));
    let public = format!("/api/v1/sales/{sale}/");
    let shown = shop.client().get(&public).await.expect(200);
    assert_eq!(shown.body["has_queue"], false);
    waiter.join().await.refused(409, "sale_has_no_queue");
    waiter.buy(&[]).await.expect(201);
    shop.advance(TimeDelta::seconds(1));
    let queue = json!({ "slots": 3, "token_seconds": 90 });
    let second = staff.with("if-match", "\"v2\"");
    let on = second
        .patch(&path, json!({ "queue": queue }))
        .await
        .expect(200);
    assert_eq!(on.body["queue"], queue);
    let late = Waiter::new(&shop, &sale, goods[0]).await;
    told(late.buy(&[]).await, &late, "missing");
    late.join().await.expect(201);
    let token = late.token().await;
    shop.advance(TimeDelta::seconds(89));
    late.buy(&[&token]).await.expect(201);
    shop.close().await;
}
