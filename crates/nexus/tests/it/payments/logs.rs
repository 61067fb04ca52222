//! What the shop writes about its work, at the loudest: never a secret, never the buyer.

use serde_json::json;

use super::closing::PRIVATE;
use crate::world::{Deployment, on_page, place_body, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_loudest_log_names_neither_a_secret_nor_the_buyer() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 10).await;
    let loud = shop.with(&[
        ("NEXUS__LOG__FILTER", "trace"),
        ("NEXUS__LOG__FORMAT", "json"),
    ]);
    let server = crate::world::Process::nexus(&["serve", "--with-worker"], &loud);
    let mut server = server.answering(&shop.url).await;
    let provider = shop.provider();
    let refused = json!({ "message": "no abebe@example.com 0911223344", "status": "failed" });
    provider
        .post(
            "/__sim/faults",
            json!({
                "call": "initialize", "kind": "answer", "status": 400, "body": refused.to_string(),
            }),
        )
        .await
        .expect(200);

    let cart = shop
        .client()
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201);
    let token = cart.text("/shopper_token");
    let guest = shop.client().guest(&token);
    let item = json!({ "variant_id": coffee, "quantity": 1 });
    let items = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    guest.post(&items, item).await.expect(201);
    let order = guest
        .post("/api/v1/orders/", place_body(&cart.text("/id")))
        .await
        .expect(201);
    let initiate = format!("/api/v1/payment/initiate/{}/", order.text("/id"));
    guest.post(&initiate, json!({})).await.expect(502);
    let page = guest
        .post(&initiate, json!({}))
        .await
        .expect(200)
        .text("/payment_url");
    on_page(&shop.client(), &page, "pay").await.expect(302);
    until("the receipt is sent", async || {
        (shop
            .number("select count(*) from mails where state = 'sent'")
            .await
            == 1)
            .then_some(())
    })
    .await;

    server.signal("TERM");
    server.ended().await;
    let log = server.complained();
    assert!(log.contains("serving"), "{log}");
    for private in PRIVATE
        .iter()
        .chain(&[token.as_str(), "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6"])
    {
        let line = log.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{private} stands in the log: {line:?}");
    }
    shop.assert_audit_clean().await;
}
