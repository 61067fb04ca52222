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

/// Two units leave in two parcels and arrive, one comes back and its money with it; the books and
/// the shelf are proved after each step.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_leaves_in_two_parcels_and_one_line_comes_back() {
    let shop = Shop::open().await;
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let goods = shop.product("coffee", &[(125_000, 10), (90_000, 10)]).await;
    let rights = ["orders.read", "orders.manage", "payments.refund"];
    let clerk = shop.staff("clerk", &rights).await;
    let (buyer, order) = shop.paid_order(&[(goods[0], 1), (goods[1], 1)]).await;
    let order = order["id"].as_str().unwrap();
    let path = |rest: &str| format!("/api/v1/admin/orders/{order}/{rest}/");
    shop.assert_audit_clean().await;

    let mut parcels = Vec::new();
    for (n, variant) in goods.iter().enumerate() {
        let body = json!({
            "lines": [{ "variant_id": variant, "quantity": 1 }], "carrier": "EthioPost",
        });
        let key = clerk.key(&format!("parcel-{n}"));
        let sent = key.post(&path("fulfilments"), body).await.expect(201);
        parcels.push(sent.text("/id"));
        shop.assert_audit_clean().await;
    }
    for parcel in parcels {
        let path = format!("/api/v1/admin/fulfilments/{parcel}/deliver/");
        clerk.post(&path, json!({})).await.expect(200);
        shop.assert_audit_clean().await;
    }
    let own = format!("/api/v1/orders/{order}/");
    let shown = buyer.get(&own).await.expect(200);
    assert_eq!(shown.body["fulfilment_status"], "delivered");

    let wish = json!({ "lines": [{
        "variant_id": goods[1], "quantity": 1, "reason": "damaged", "resolution": "refund",
    }] });
    let asked = format!("{own}returns/");
    let asked = buyer.post(&asked, wish).await.expect(201).text("/id");
    shop.assert_audit_clean().await;
    let of_return = |verb: &str| format!("/api/v1/admin/returns/{asked}/{verb}/");
    let first = clerk.with("if-match", "\"v1\"");
    first
        .post(&of_return("approve"), json!({}))
        .await
        .expect(200);
    let came = json!({ "lines": [{ "variant_id": goods[1], "restocked": 1 }] });
    let keyed = clerk.key("return");
    keyed.post(&of_return("receive"), came).await.expect(200);
    assert_eq!(shop.stock(goods[1]).await, (10, 0));
    shop.assert_audit_clean().await;
    keyed
        .post(&of_return("refund"), json!({}))
        .await
        .expect(200);
    shop.assert_audit_clean().await;
    shop.run_jobs().await;
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
    shop.assert_audit_clean().await;

    let shown = buyer.get(&own).await.expect(200);
    assert_eq!(shown.body["payment_status"], "partially_refunded");
    assert_eq!(shown.body["refunded"]["amount"], 90_000);
    assert_eq!(shown.body["return_status"], "returned");
    shop.close().await;
}
