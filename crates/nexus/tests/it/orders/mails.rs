//! What a buyer is told of an order besides its receipt: once that it waits, once that it is off.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{Client, Shop};

/// The subjects of all mails so far, oldest first; each went to the buyer.
async fn subjects(shop: &Shop) -> Vec<String> {
    let mails = shop.mails().get("/api/messages").await.expect(200);
    let mut mails = mails.body["messages"].as_array().unwrap().clone();
    mails.reverse();
    let subject = |mail: &Value| {
        assert_eq!(mail["to"], json!(["abebe@example.com"]));
        mail["subject"].as_str().unwrap().to_owned()
    };
    mails.iter().map(subject).collect()
}

async fn later(shop: &Shop, minutes: i64) {
    shop.advance(TimeDelta::minutes(minutes));
    shop.run_jobs().await;
}

async fn cancel(who: &Client, order: &Value) {
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    who.post(&path, json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_waits_is_told_once_and_its_end_once() {
    let shop = Shop::open().await;
    let lamp = shop.product("lamp", &[(100, 3)]).await[0];
    let (guest, order) = shop.guest_order(&[(lamp, 1)]).await;
    later(&shop, 4).await;
    assert_eq!(subjects(&shop).await, Vec::<String>::new());
    later(&shop, 1).await;
    later(&shop, 10).await;
    let waits = "Order 1001 waits for your payment · Ecommerce Nexus";
    assert_eq!(subjects(&shop).await, [waits]);
    for _ in 0..2 {
        cancel(&guest, &order).await;
        later(&shop, 1).await;
    }
    let cancelled = "Order 1001 was cancelled · Ecommerce Nexus";
    assert_eq!(subjects(&shop).await, [waits, cancelled]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_at_once_gets_the_receipt_alone() {
    let shop = Shop::open().await;
    let lamp = shop.product("lamp", &[(100, 3)]).await[0];
    shop.paid_order(&[(lamp, 1)]).await;
    later(&shop, 10).await;
    let receipt = "Your receipt for order 1001 · Ecommerce Nexus";
    assert_eq!(subjects(&shop).await, [receipt]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_over_in_time_waits_for_nothing() {
    let shop = Shop::open().await;
    let lamp = shop.product("lamp", &[(100, 3)]).await[0];
    let (guest, order) = shop.guest_order(&[(lamp, 1)]).await;
    cancel(&guest, &order).await;
    later(&shop, 10).await;
    let cancelled = "Order 1001 was cancelled · Ecommerce Nexus";
    assert_eq!(subjects(&shop).await, [cancelled]);
    shop.close().await;
}
