//! Buyers ask, staff decide; never for more than was shipped.

use serde_json::json;

use super::Counter;

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_asks_and_staff_approve() {
    let counter = Counter::open().await;
    let path = format!("/api/v1/orders/{}/returns/", counter.order);
    let lines = json!([counter.wish(0, 1, "refund")]);
    let body = json!({ "lines": lines, "note": "the handle is off" });
    let asks = counter.buyer.key("ask");
    let asked = asks.post(&path, body.clone()).await.expect(201);
    assert_eq!(asked.body["state"], "requested");
    assert_eq!(asked.body["lines"][0]["received"], 0);
    let again = asks.post(&path, body).await.expect(201);
    assert_eq!(again.bytes, asked.bytes);
    assert_eq!(counter.status().await, "open");
    let id = asked.text("/id");
    let first = counter.clerk.with("if-match", "\"v1\"");
    let approve = format!("/api/v1/admin/returns/{id}/approve/");
    let note = json!({ "note": "Send it to Bole." });
    counter
        .clerk
        .post(&approve, note.clone())
        .await
        .refused(428, "precondition_required");
    let approved = first.post(&approve, note.clone()).await.expect(200);
    assert_eq!(approved.body["state"], "approved");
    assert_eq!(approved.etag(), "\"v2\"");
    let before = counter.shop.state().await;
    first
        .post(&approve, note.clone())
        .await
        .refused(412, "precondition_failed");
    let second = counter.clerk.with("if-match", "\"v2\"");
    let reject = format!("/api/v1/admin/returns/{id}/reject/");
    let refused = second.post(&reject, note).await;
    let refused = refused.refused(409, "return_state_conflict");
    assert_eq!(refused.body["meta"]["state"], "approved");
    assert_eq!(counter.shop.state().await, before);
    let seen = counter.buyer.get(&path).await.expect(200);
    assert_eq!(seen.body["returns"][0]["answer"], "Send it to Bole.");
    assert_eq!(seen.body["returns"][0]["note"], "the handle is off");
    let (stranger, _) = counter.shop.guest_cart(&[]).await;
    stranger.get(&path).await.refused(404, "order_not_found");
    counter.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_asked_for_than_was_shipped() {
    let counter = Counter::open().await;
    let path = format!("/api/v1/orders/{}/returns/", counter.order);
    let ask =
        async |lines: serde_json::Value| counter.buyer.post(&path, json!({ "lines": lines })).await;
    let before = counter.shop.state().await;
    let refused = ask(json!([
        counter.wish(1, 1, "refund"),
        counter.wish(0, 3, "refund")
    ]))
    .await;
    let refused = refused.refused(409, "exceeds_shipped_quantity");
    assert_eq!(refused.body["errors"][0]["pointer"], "/lines/1/quantity");
    assert_eq!(refused.body["errors"][0]["meta"], json!({ "left": 2 }));
    ask(json!([])).await.refused(422, "invalid_body");
    let twice = json!([counter.wish(0, 1, "refund"), counter.wish(0, 1, "exchange")]);
    ask(twice).await.refused(422, "invalid_body");
    let mut strange = counter.wish(0, 1, "refund");
    strange["reason"] = json!("because");
    ask(json!([strange])).await.refused(422, "invalid_body");
    assert_eq!(counter.shop.state().await, before);

    let id = ask(json!([counter.wish(0, 2, "refund")])).await.expect(201);
    let id = id.text("/id");
    let more = json!([counter.wish(0, 1, "refund")]);
    ask(more.clone())
        .await
        .refused(409, "exceeds_shipped_quantity");
    // What is rejected can be asked for again.
    let reject = format!("/api/v1/admin/returns/{id}/reject/");
    let clerk = counter.clerk.with("if-match", "\"v1\"");
    clerk.post(&reject, json!({})).await.expect(200);
    assert_eq!(counter.status().await, "none");
    ask(more).await.expect(201);
    assert_eq!(counter.status().await, "open");
    counter.close().await;
}
