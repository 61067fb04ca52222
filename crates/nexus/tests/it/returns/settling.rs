//! What buyers get for what came: money, or the same again, never for more than came.

use serde_json::json;

use super::Counter;

#[tokio::test(flavor = "multi_thread")]
async fn money_goes_back_for_what_came() {
    let counter = Counter::open().await;
    let id = counter.opened(json!([counter.wish(0, 2, "refund")])).await;
    let came = json!({ "lines": [counter.came(0, 1, 1)] });
    counter.act("a", &id, "receive", came).await.expect(200);
    let one = json!({ "lines": [counter.units(0, 1)] });
    let paid = counter
        .act("b", &id, "refund", one.clone())
        .await
        .expect(200);
    assert_eq!(paid.body["lines"][0]["refunded"], 1);
    let refund = format!(
        "/api/v1/admin/payments/refunds/{}/",
        paid.text("/refund_ids/0")
    );
    let refund = counter.clerk.get(&refund).await.expect(200);
    assert_eq!(
        refund.body["amount"],
        json!({ "amount": 1_000, "currency": "ETB" })
    );
    let again = counter.act("b", &id, "refund", one).await.expect(200);
    assert_eq!(again.bytes, paid.bytes);
    let two = json!({ "lines": [counter.units(0, 2)] });
    let before = counter.shop.state().await;
    let refused = counter.act("c", &id, "refund", two).await;
    let refused = refused.refused(409, "exceeds_received_quantity");
    assert_eq!(refused.body["errors"][0]["meta"], json!({ "left": 1 }));
    assert_eq!(counter.shop.state().await, before);
    // The rest, without saying how much.
    let rest = counter.act("d", &id, "refund", json!({})).await.expect(200);
    assert_eq!(rest.body["lines"][0]["refunded"], 2);
    counter
        .act("e", &id, "refund", json!({}))
        .await
        .refused(409, "nothing_to_settle");
    let path = format!("/api/v1/orders/{}/returns/", counter.order);
    let seen = counter.buyer.get(&path).await.expect(200);
    assert_eq!(seen.body["returns"][0]["lines"][0]["refunded"], 2);
    counter.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_is_sent_for_what_came() {
    let counter = Counter::open().await;
    let id = counter
        .opened(json!([counter.wish(0, 2, "exchange")]))
        .await;
    let came = json!({ "lines": [counter.came(0, 0, 2)] });
    counter.act("a", &id, "receive", came).await.expect(200);
    let (on_hand, _) = counter.shop.stock(counter.goods[0]).await;
    let depot = counter.shop.location("depot", &[]).await;
    let before = counter.shop.state().await;
    counter
        .act("b", &id, "exchange", json!({ "location_id": depot }))
        .await
        .refused(409, "insufficient_stock");
    counter
        .act("c", &id, "refund", json!({}))
        .await
        .refused(409, "nothing_to_settle");
    assert_eq!(counter.shop.state().await, before);
    let body = json!({ "lines": [counter.units(0, 1)], "carrier": "EthioPost" });
    let sent = counter.act("d", &id, "exchange", body).await.expect(200);
    assert_eq!(sent.body["lines"][0]["exchanged"], 1);
    assert_eq!(sent.body["exchanges"][0]["carrier"], "EthioPost");
    assert_eq!(counter.shop.stock(counter.goods[0]).await, (on_hand - 1, 0));
    // Money for the other one, after all.
    let one = json!({ "lines": [counter.units(0, 1)] });
    let paid = counter
        .act("e", &id, "refund", one.clone())
        .await
        .expect(200);
    assert_eq!(paid.body["lines"][0]["refunded"], 1);
    counter
        .act("f", &id, "exchange", one)
        .await
        .refused(409, "exceeds_received_quantity");
    let listed = format!(
        "/api/v1/admin/returns/?order_id={}&state=received",
        counter.order
    );
    let listed = counter.clerk.get(&listed).await.expect(200);
    assert_eq!(listed.body["data"], json!([counter.read(&id).await.body]));
    counter.close().await;
}
