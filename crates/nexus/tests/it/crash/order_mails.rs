//! The worker dies while it tells a buyer that an order was called off: the buyer is told once.

use serde_json::json;

use super::{
    buyer::message_ids,
    refunds::{open, work},
};
use crate::world::{Deployment, place_body};

/// Where the worker dies.
pub(super) const OF_THE_WORKER: &[&str] = &[
    "after claim of send_order_mail",
    "before end of send_order_mail",
];

/// The id of an order that was called off before it was paid.
async fn called_off(shop: &Deployment, variant: ids::VariantId, email: &str) -> String {
    let cart = shop
        .client()
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201);
    let guest = shop.client().guest(&cart.text("/shopper_token"));
    let id = cart.text("/id");
    let item = json!({ "variant_id": variant, "quantity": 1 });
    let items = format!("/api/v1/cart/{id}/items/");
    guest.post(&items, item).await.expect(201);
    let mut body = place_body(&id);
    body["email"] = json!(email);
    let order = guest
        .post("/api/v1/orders/", body)
        .await
        .expect(201)
        .text("/id");
    let cancel = format!("/api/v1/orders/{order}/cancel/");
    guest.post(&cancel, json!({})).await.expect(200);
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_tells_of_a_cancelled_order_once() {
    let (shop, _server, _owner) = open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_WORKER.iter().enumerate() {
        let email = format!("called-off-{number}@example.com");
        let order = called_off(&shop, coffee, &email).await;
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        work(&shop).await;
        let sent = format!(
            "select count(*) from mails
            where kind = 'order_cancelled' and state = 'sent' and subject_id = '{order}'"
        );
        assert_eq!(shop.number(&sent).await, 1, "{point}");
        assert_eq!(message_ids(&shop, &email).await.len(), 1, "{point}");
    }
    shop.assert_provider_agrees().await;
    shop.assert_audit_clean().await;
}
