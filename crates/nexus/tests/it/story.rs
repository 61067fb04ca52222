//! The whole purchase, as a shopper lives it.

use serde_json::json;

use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_coffee_and_gets_a_receipt() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];

    let list = shop
        .client()
        .get("/api/v1/catalogue/products/")
        .await
        .expect(200);
    assert_eq!(list.body["data"][0]["slug"], "coffee");
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let order = guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    assert_eq!(order.body["status"], "pending_payment");
    assert_eq!(order.body["number"], 1001);
    assert_eq!(
        order.body["total"],
        json!({"amount": 250_000, "currency": "ETB"})
    );
    assert_eq!(shop.stock(coffee).await, (10, 2));

    let (tx_ref, page) = shop.initiate(&guest, &order.body).await;
    shop.on_page(&page, "pay").await.expect(302);
    let state = guest
        .get(&format!("/api/v1/payment/verify/{tx_ref}/"))
        .await
        .expect(200);
    assert_eq!(state.body["status"], "paid");
    assert_eq!(shop.stock(coffee).await, (8, 0));
    let path = format!("/api/v1/orders/{}/", order.text("/id"));
    assert_eq!(guest.get(&path).await.expect(200).body["status"], "paid");

    shop.run_jobs().await;
    let mails = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"].as_array().unwrap().len(), 1);
    assert_eq!(
        mails.body["messages"][0]["to"],
        json!(["abebe@example.com"])
    );
    shop.close().await;
}
