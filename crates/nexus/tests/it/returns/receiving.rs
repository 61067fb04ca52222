//! What has come is on the shelf again or written off, once.

use serde_json::json;

use super::Counter;

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_restocked_and_written_off() {
    let counter = Counter::open().await;
    let depot = counter.shop.location("depot", &[]).await;
    let id = counter
        .opened(json!([
            counter.wish(0, 2, "refund"),
            counter.wish(1, 1, "refund")
        ]))
        .await;
    let stock = counter.shop.stock(counter.goods[0]).await;
    let body = json!({
        "lines": [counter.came(0, 1, 1)], "location_id": depot, "note": "one is cracked",
    });
    let got = counter.act("a", &id, "receive", body.clone()).await;
    let got = got.expect(200);
    assert_eq!(got.body["state"], "received");
    let line = |n: usize| {
        let lines = got.body["lines"].as_array().unwrap();
        let variant = counter.goods[n].to_string();
        let own = lines.iter().find(|line| line["variant_id"] == *variant);
        own.unwrap().clone()
    };
    assert_eq!(
        (line(0)["restocked"].clone(), line(0)["written_off"].clone()),
        (json!(1), json!(1))
    );
    assert_eq!(line(1)["restocked"], 0, "it did not come");
    assert_eq!(counter.shop.stock(counter.goods[0]).await, (stock.0 + 1, 0));
    let moved = |kind: &str| {
        format!(
            "select coalesce(sum(quantity), 0)::bigint from stock_movements
             where kind = '{kind}' and location_id = '{depot}'"
        )
    };
    assert_eq!(counter.shop.number(&moved("return")).await, 2);
    assert_eq!(counter.shop.number(&moved("damage")).await, -1);
    assert_eq!(counter.status().await, "returned");
    let again = counter
        .act("a", &id, "receive", body.clone())
        .await
        .expect(200);
    assert_eq!(again.bytes, got.bytes);
    let before = counter.shop.state().await;
    counter
        .act("b", &id, "receive", body)
        .await
        .refused(409, "return_state_conflict");
    assert_eq!(counter.shop.state().await, before);
    // What did not come can still come.
    counter.opened(json!([counter.wish(1, 1, "refund")])).await;
    assert_eq!(counter.status().await, "open");
    counter.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_come_changes_nothing() {
    let counter = Counter::open().await;
    let path = format!("/api/v1/orders/{}/returns/", counter.order);
    let body = json!({ "lines": [counter.wish(0, 1, "refund")] });
    let asked = counter
        .buyer
        .post(&path, body)
        .await
        .expect(201)
        .text("/id");
    let id = counter.opened(json!([counter.wish(0, 1, "refund")])).await;
    let nowhere = ids::LocationId::generate(counter.shop.now());
    let before = counter.shop.state().await;
    let one = json!({ "lines": [counter.came(0, 1, 0)] });
    counter
        .act("a", &asked, "receive", one.clone())
        .await
        .refused(409, "return_state_conflict");
    let more = json!({ "lines": [counter.came(0, 1, 1)] });
    let refused = counter.act("b", &id, "receive", more).await;
    let refused = refused.refused(409, "exceeds_expected_quantity");
    assert_eq!(refused.body["errors"][0]["meta"], json!({ "left": 1 }));
    let other = json!({ "lines": [counter.came(1, 1, 0)] });
    counter
        .act("c", &id, "receive", other)
        .await
        .refused(422, "return_line_not_found");
    let mut lost = one.clone();
    lost["location_id"] = json!(nowhere);
    counter
        .act("d", &id, "receive", lost)
        .await
        .refused(404, "unknown_location");
    counter
        .act("e", &id, "refund", json!({}))
        .await
        .refused(409, "return_state_conflict");
    let path = format!("/api/v1/admin/returns/{id}/receive/");
    counter
        .clerk
        .post(&path, one)
        .await
        .refused(400, "idempotency_key_required");
    counter
        .act(
            "f",
            &nowhere.to_string(),
            "receive",
            json!({ "lines": [counter.came(0, 1, 0)] }),
        )
        .await
        .refused(404, "return_not_found");
    assert_eq!(counter.shop.state().await, before);
    counter.close().await;
}
