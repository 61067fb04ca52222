//! An order that is called off gives its coupon back, once it is called off as a whole.

use serde_json::{Value, json};

use super::{Clerk, etb, taxes, tenth, used, zones};
use crate::world::{Client, Shop, place_body};

/// A shop whose coupon may be had once, and an order that has it.
async fn ordered() -> (Shop, Client, Value) {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("taxes", taxes(true)).await;
    clerk.set("shipping", zones()).await;
    let mut once = tenth();
    once["usage_limit"] = json!(1);
    once["customer_limit"] = json!(1);
    clerk.promote(once).await;
    let jebena = shop.product("jebena", &[(3_333, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(jebena, 3)]).await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": "selam10" });
    guest.post(&coupons, code).await.expect(200);
    let order = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let order = order.expect(201).body;
    assert_eq!(order["discount"], etb(1_000));
    // 89.99 for the goods, 115.00 for the courier.
    assert_eq!(order["total"], etb(20_499));
    (shop, guest, order)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_order_that_is_called_off_gives_its_coupon_back() {
    let (shop, guest, order) = ordered().await;
    assert_eq!(used(&shop).await, [1, 1, 1]);
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    for _ in 0..2 {
        let gone = guest.post(&path, json!({})).await.expect(200);
        assert_eq!(gone.body["status"], "cancelled");
        assert_eq!(used(&shop).await, [0, 0, 0]);
    }
    shop.run_jobs().await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_gives_its_coupon_back_with_its_last_unit() {
    let (shop, guest, order) = ordered().await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    shop.run_jobs().await;
    let packer = shop
        .staff(
            "packer",
            &["orders.read", "orders.manage", "payments.refund"],
        )
        .await;
    let path = format!(
        "/api/v1/admin/orders/{}/cancel/",
        order["id"].as_str().unwrap()
    );
    let refunded = async |called: Value| {
        let id = called["refund_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/admin/payments/refunds/{id}/");
        packer.get(&path).await.expect(200).body["amount"].clone()
    };
    let line = json!({ "variant_id": order["lines"][0]["variant_id"], "quantity": 1 });
    let part = json!({ "lines": [line], "reason": "one was broken" });
    let called = packer.key("part").post(&path, part).await.expect(201).body;
    // A third of what was paid for the goods, the cent that is over with the first.
    assert_eq!(refunded(called).await, etb(3_000));
    assert_eq!(used(&shop).await, [1, 1, 1]);
    let rest = json!({ "reason": "the buyer asked" });
    let called = packer.key("rest").post(&path, rest).await.expect(201).body;
    // The other two units and the courier.
    assert_eq!(refunded(called).await, etb(17_499));
    assert_eq!(used(&shop).await, [0, 0, 0]);
    shop.run_jobs().await;
    shop.close().await;
}
