//! What is called off is on the shelf again, and its money is on its way back.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_called_off_and_its_money_goes_back() {
    let floor = Floor::open().await;
    let (buyer, order) = floor.order().await;
    let body = json!({ "lines": floor.lines(&[(0, 1)]), "reason": "one was broken" });
    let called = floor.cancel("a", &order, body.clone()).await.expect(201);
    assert_eq!(called.body["items"], floor.lines(&[(0, 1)]));
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (8, 0));
    let far = (vec![[3, 1, 0, 0], [1, 0, 0, 0]], "unfulfilled".into());
    assert_eq!(floor.far(&order).await, far);
    let again = floor.cancel("a", &order, body).await.expect(201);
    assert_eq!(again.bytes, called.bytes);
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (8, 0));
    let refund = format!(
        "/api/v1/admin/payments/refunds/{}/",
        called.text("/refund_id")
    );
    let refund = floor.packer.get(&refund).await.expect(200);
    assert_eq!(
        refund.body["amount"],
        json!({ "amount": 1_000, "currency": "ETB" })
    );
    assert_eq!(refund.body["reason"], "one was broken");
    let shown = format!("/api/v1/orders/{order}/");
    assert_eq!(buyer.get(&shown).await.expect(200).body["status"], "paid");
    // The rest leaves, and no more.
    floor
        .ship("b", &order, json!({ "lines": floor.lines(&[(0, 3)]) }))
        .await
        .refused(409, "exceeds_open_quantity");
    floor.ship("c", &order, json!({})).await.expect(201);
    let far = (vec![[3, 1, 2, 0], [1, 0, 1, 0]], "shipped".into());
    assert_eq!(floor.far(&order).await, far);
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_is_called_off_as_a_whole() {
    let floor = Floor::open().await;
    let (buyer, order) = floor.order().await;
    let body = json!({ "lines": floor.lines(&[(1, 1)]), "reason": "sold out" });
    floor.cancel("a", &order, body).await.expect(201);
    let called = floor
        .cancel("b", &order, json!({ "reason": "the buyer asked" }))
        .await
        .expect(201);
    assert_eq!(called.body["items"], floor.lines(&[(0, 3)]));
    for variant in &floor.goods {
        assert_eq!(floor.shop.stock(*variant).await, (10, 0));
    }
    let shown = format!("/api/v1/orders/{order}/");
    let shown = buyer.get(&shown).await.expect(200);
    assert_eq!(shown.body["status"], "cancelled");
    assert_eq!(shown.body["fulfilment_status"], "cancelled");
    assert_eq!(shown.body["payment_status"], "paid", "nothing is back yet");
    let refunds = format!("/api/v1/payment/refunds/?order_id={order}");
    let refunds = buyer.get(&refunds).await.expect(200);
    assert_eq!(refunds.body["data"][0]["amount"]["amount"], 3_000);
    assert_eq!(refunds.body["data"][1]["amount"]["amount"], 500);
    let before = floor.shop.state().await;
    floor
        .cancel("c", &order, json!({ "reason": "again" }))
        .await
        .refused(409, "order_status_conflict");
    floor
        .ship("d", &order, json!({}))
        .await
        .refused(409, "order_not_shippable");
    assert_eq!(floor.shop.state().await, before);
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_order_is_called_off_by_its_buyer() {
    let floor = Floor::open().await;
    let lines = [(floor.goods[0], 3)];
    let (buyer, order) = floor.shop.guest_order(&lines).await;
    let (tx_ref, page) = floor.shop.initiate(&buyer, &order).await;
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (10, 3));
    let gone = buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(gone.body["status"], "cancelled");
    assert_eq!(gone.body["fulfilment_status"], "cancelled");
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (10, 0));
    let again = buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(again.body, gone.body);
    // Its page is closed: nobody pays it any more.
    let closed = floor.shop.on_page(&page, "pay").await;
    assert!(!closed.status.is_redirection(), "{}", closed.status);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    let verified = buyer.get(&verify).await.expect(200);
    assert_eq!(verified.body["status"], "cancelled");
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_called_off_stays_as_it_is() {
    let floor = Floor::open().await;
    let (buyer, order) = floor.order().await;
    floor.ship("a", &order, json!({})).await.expect(201);
    let (_, unpaid) = floor.shop.guest_order(&[(floor.goods[0], 2)]).await;
    let unpaid = unpaid["id"].as_str().unwrap();
    floor.shop.run_jobs().await;
    let before = floor.shop.state().await;
    let own = format!("/api/v1/orders/{order}/cancel/");
    buyer
        .post(&own, json!({}))
        .await
        .refused(409, "order_already_processed");
    floor
        .cancel("b", &order, json!({ "reason": "too late" }))
        .await
        .refused(409, "nothing_to_ship");
    let part = json!({ "lines": floor.lines(&[(0, 1)]), "reason": "less" });
    floor
        .cancel("c", unpaid, part)
        .await
        .refused(409, "order_not_paid");
    floor
        .cancel("d", &order, json!({ "reason": "  " }))
        .await
        .refused(422, "invalid_body");
    assert_eq!(floor.shop.state().await, before);
    // Staff call an unpaid one off as a whole.
    let gone = floor
        .cancel("e", unpaid, json!({ "reason": "a test" }))
        .await;
    assert_eq!(gone.expect(201).body["refund_id"], json!(null));
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (7, 0));
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

/// A key names one request, and the order that it is about is a part of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_order_does_nothing_to_another() {
    let floor = Floor::open().await;
    let (_, one) = floor.order().await;
    let (_, other) = floor.order().await;
    let body = json!({ "reason": "the buyer asked" });
    floor.cancel("a", &one, body.clone()).await.expect(201);
    let before = floor.shop.state().await;
    floor
        .cancel("a", &other, body.clone())
        .await
        .refused(422, "idempotency_conflict");
    assert_eq!(floor.shop.state().await, before);
    floor.cancel("b", &other, body).await.expect(201);
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}
