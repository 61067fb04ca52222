//! Bundles whose parts are sold beyond their stock, and what is called off before it has come.

use serde_json::json;

use super::Set;

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_waits_for_its_parts() {
    let set = Set::open().await;
    set.shop.sell_beyond(set.parts[0], 3).await;
    // 7 + 3 of the first make five, 4 of the second four.
    let shown = set.shown().await;
    assert_eq!(
        (&shown["available"], &shown["in_stock"]),
        (&json!(4), &json!(3))
    );
    let (_, order) = set.shop.paid_order(&[(set.bundle, 4)]).await;
    assert_eq!(order["lines"][0]["backordered"], 1);
    assert_eq!(set.stock().await, [(0, 0), (0, 0)]);
    assert_eq!(set.shown().await["availability"], "out_of_stock");
    let order = order["id"].as_str().unwrap();
    let far = (vec![[4, 0, 0, 0, 1]], "unfulfilled".into());
    assert_eq!(set.far(order).await, far);
    set.act(order, "fulfilments", "a", json!({}))
        .await
        .expect(201);
    let far = (vec![[4, 0, 3, 0, 1]], "partially_shipped".into());
    assert_eq!(set.far(order).await, far);
    set.act(order, "fulfilments", "b", json!({}))
        .await
        .refused(409, "nothing_to_ship");
    set.receive(set.parts[0], 1).await;
    assert_eq!(set.stock().await, [(0, 0), (0, 0)]);
    set.act(order, "fulfilments", "c", json!({}))
        .await
        .expect(201);
    assert_eq!(
        set.far(order).await,
        (vec![[4, 0, 4, 0, 0]], "shipped".into())
    );
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_bundle_that_waits_is_called_off() {
    let set = Set::open().await;
    set.shop.sell_beyond(set.parts[0], 3).await;
    let (buyer, order) = set.shop.guest_order(&[(set.bundle, 4)]).await;
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    assert_eq!(set.shown().await["available"], 4);
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paid_order_waits_for_is_called_off_before_it_comes() {
    let set = Set::open().await;
    set.shop.sell_beyond(set.parts[1], 6).await;
    let (buyer, order) = set.shop.paid_order(&[(set.parts[1], 7)]).await;
    let order = order["id"].as_str().unwrap();
    let far = (vec![[7, 0, 0, 0, 3]], "unfulfilled".into());
    assert_eq!(set.far(order).await, far);
    let body = json!({ "lines": set.units(set.parts[1], 2), "reason": "it takes too long" });
    let called = set.act(order, "cancel", "a", body).await.expect(201);
    assert_eq!(called.body["items"], set.units(set.parts[1], 2));
    // Nothing of it was there: nothing is on the shelf again.
    assert_eq!(set.stock().await[1], (0, 0));
    let far = (vec![[7, 2, 0, 0, 1]], "unfulfilled".into());
    assert_eq!(set.far(order).await, far);
    let refunds = format!("/api/v1/payment/refunds/?order_id={order}");
    let refunds = buyer.get(&refunds).await.expect(200);
    assert_eq!(refunds.body["data"][0]["amount"]["amount"], 200);
    let too_many = json!({ "lines": set.units(set.parts[1], 6), "reason": "all of it" });
    let before = set.shop.state().await;
    set.act(order, "cancel", "b", too_many)
        .await
        .refused(409, "exceeds_open_quantity");
    assert_eq!(set.shop.state().await, before);
    // One of the two that come is still waited for.
    set.receive(set.parts[1], 2).await;
    assert_eq!(set.stock().await[1], (1, 0));
    set.act(order, "cancel", "c", json!({ "reason": "after all" }))
        .await
        .expect(201);
    assert_eq!(set.stock().await[1], (6, 0));
    let path = format!("/api/v1/orders/{order}/");
    assert_eq!(
        buyer.get(&path).await.expect(200).body["status"],
        "cancelled"
    );
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_bundle_that_waits_is_called_off_as_a_whole() {
    let set = Set::open().await;
    set.shop.sell_beyond(set.parts[0], 3).await;
    let (_, order) = set
        .shop
        .paid_order(&[(set.bundle, 4), (set.parts[0], 2)])
        .await;
    let order = order["id"].as_str().unwrap();
    let body = json!({ "lines": set.units(set.bundle, 1), "reason": "one less" });
    set.act(order, "cancel", "a", body).await.expect(201);
    // Of the first part three were waited for, two of which the bundle would have needed.
    assert_eq!(set.stock().await, [(0, 0), (1, 0)]);
    let far = (vec![[4, 1, 0, 0, 0], [2, 0, 0, 0, 1]], "unfulfilled".into());
    assert_eq!(set.far(order).await, far);
    set.act(order, "cancel", "b", json!({ "reason": "all" }))
        .await
        .expect(201);
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    assert_eq!(set.shown().await["available"], 4);
    set.shop.run_jobs().await;
    set.shop.close().await;
}
