//! The server dies while a gift card pays a part of an order: it pays once, or not at all.

use http::Method;
use serde_json::json;

use super::refunds::{open, work};
use crate::{
    credit::{etb, path},
    world::place_body,
};

/// Where the server dies, and whether the card had paid by then.
pub(super) const OF_THE_SERVER: &[&str] = &[
    "before commit of change_credit",
    "after commit of change_credit",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_card_pays_once_wherever_the_server_dies() {
    let (shop, mut server, owner) = open().await;
    let coffee = shop.product("coffee", 10).await;
    for (number, point) in OF_THE_SERVER.iter().enumerate() {
        let card = json!({ "amount": etb(3_000), "reason": "sold" });
        let cards = "/api/v1/admin/credit/gift-cards/";
        let owner = owner.key(&format!("card-{number}"));
        let code = owner.post(cards, card).await.expect(201).text("/code");
        let client = shop.client();
        let cart = client.post("/api/v1/cart/", json!({})).await.expect(201);
        let guest = client.guest(&cart.text("/shopper_token"));
        let items = format!("/api/v1/cart/{}/items/", cart.text("/id"));
        let line = json!({ "variant_id": coffee });
        guest.post(&items, line).await.expect(201);
        let order = place_body(&cart.text("/id"));
        let order = guest.post("/api/v1/orders/", order).await.expect(201).body;
        let way = path(&order);
        server.kill().await;
        let mut dying = shop.server(Some(point)).await;
        let wish = json!({ "code": code });
        let bytes = Some(wish.to_string().into_bytes());
        let lost = guest.try_raw(Method::POST, &way, "application/json", bytes);
        assert!(lost.await.is_err(), "{point}");
        dying.crashed(point).await;
        server = shop.server(None).await;
        let told = guest.post(&way, wish).await.expect(200).body;
        assert_eq!(told["credit"], etb(3_000), "{point}");
        let balance = "/api/v1/gift-cards/balance/";
        let left = client.post(balance, json!({ "code": code })).await;
        assert_eq!(left.expect(200).body["balance"], etb(0), "{point}");
    }
    work(&shop).await;
    shop.assert_audit_clean().await;
}
