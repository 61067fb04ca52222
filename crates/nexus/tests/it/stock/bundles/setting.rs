//! What staff may make of what, and that a bundle has no stock of its own.

use ids::VariantId;
use serde_json::{Value, json};

use super::Set;

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_no_part_and_has_no_stock() {
    let set = Set::open().await;
    let of = |part: VariantId| json!({ "parts": [{ "variant_id": part, "quantity": 1 }] });
    let other = set.shop.product("other", &[(100, 0), (100, 5)]).await;
    let within = set.make(other[0], 1, of(set.bundle)).await;
    let within = within.refused(409, "bundle_not_possible");
    assert_eq!(within.body["meta"], json!({ "has_stock": false }));
    let part = set.make(set.parts[0], 1, of(other[0])).await;
    part.refused(409, "bundle_not_possible");
    let stocked = set.make(other[1], 1, of(other[0])).await;
    let stocked = stocked.refused(409, "bundle_not_possible");
    assert_eq!(stocked.body["meta"], json!({ "has_stock": true }));
    let itself = set.make(other[0], 1, of(other[0])).await;
    itself.refused(422, "invalid_body");
    let stale = set.make(set.bundle, 1, of(other[0])).await;
    stale.refused(412, "precondition_failed");
    let path = set.path(set.bundle);
    let kept = set.clerk.get(&path).await.expect(200);
    assert_eq!(kept.body["parts"].as_array().unwrap().len(), 2);
    set.make(set.bundle, 2, json!({ "parts": [] }))
        .await
        .expect(200);
    assert_eq!(set.shown().await["available"], 0);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_brought_to_a_bundle() {
    let set = Set::open().await;
    let admin = "/api/v1/admin/inventory/";
    let before = set.shop.state().await;
    let level = format!("{admin}levels/{}/", set.bundle);
    let version = set.shop.stock_version(set.bundle).await;
    let clerk = set.clerk.with("if-match", &format!("\"v{version}\""));
    let counted = json!({ "on_hand": 3, "reason": "found" });
    clerk
        .put(&level, counted)
        .await
        .refused(409, "bundle_has_no_stock");
    let kept = json!({ "on_hand": 0, "reason": "", "safety_stock": 2 });
    clerk
        .put(&level, kept)
        .await
        .refused(409, "bundle_has_no_stock");
    let terms = format!("{admin}terms/{}/", set.bundle);
    let beyond = json!({ "backorder": { "kind": "backorder", "max": 5 } });
    let clerk = set.clerk.with("if-match", "\"v1\"");
    clerk
        .patch(&terms, beyond)
        .await
        .refused(409, "bundle_has_no_stock");
    assert_eq!(set.shop.state().await, before);
    let receipt = json!({ "kind": "receipt", "quantity": 2, "variant_id": set.bundle });
    let other = json!({ "kind": "receipt", "quantity": 2, "variant_id": set.parts[1] });
    let body = json!({ "movements": [receipt, other] });
    let path = format!("{admin}movements/");
    let answer = set.clerk.post(&path, body).await.expect(200);
    assert_eq!(
        answer.body["results"][0]["refusal"]["code"],
        "bundle_has_no_stock"
    );
    assert_eq!(answer.body["results"][1]["refusal"], Value::Null);
    assert_eq!(set.shop.stock(set.bundle).await, (0, 0));
    assert_eq!(set.stock().await, [(7, 0), (6, 0)]);
    let counts = format!("{admin}counts/");
    let count = set.clerk.post(&counts, json!({})).await.expect(201);
    let id = count.text("/id");
    let lines = json!({ "lines": [{ "variant_id": set.bundle, "counted": 3 }] });
    let path = format!("{counts}{id}/lines/");
    set.clerk.put(&path, lines).await.expect(200);
    let path = format!("{counts}{id}/apply/");
    set.clerk
        .post(&path, json!({}))
        .await
        .refused(409, "bundle_has_no_stock");
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_keeps_what_it_was_made_of() {
    let set = Set::open().await;
    let (guest, order) = set.shop.guest_order(&[(set.bundle, 1)]).await;
    let parts = set.made_of()["parts"].clone();
    set.make(set.bundle, 2, json!({ "parts": [parts[1]] }))
        .await
        .expect(200);
    assert_eq!(set.shown().await["available"], 3);
    assert_eq!(order["lines"][0]["parts"], parts);
    let (_, page) = set.shop.initiate(&guest, &order).await;
    set.shop.on_page(&page, "pay").await.expect(302);
    set.shop.run_jobs().await;
    assert_eq!(set.stock().await, [(5, 0), (3, 0)]);
    let order = order["id"].as_str().unwrap();
    set.act(order, "fulfilments", "a", json!({}))
        .await
        .expect(201);
    assert_eq!(
        set.far(order).await,
        (vec![[1, 0, 1, 0, 0]], "shipped".into())
    );
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_stock_is_no_bundle() {
    let set = Set::open().await;
    let soon = set.shop.product("soon", &[(100, 0)]).await[0];
    set.shop.sell_beyond(soon, 2).await;
    set.shop.guest_order(&[(soon, 1)]).await;
    let before = set.shop.state().await;
    let refused = set.make(soon, 1, set.made_of()).await;
    let refused = refused.refused(409, "bundle_not_possible");
    assert_eq!(refused.body["meta"], json!({ "has_stock": true }));
    assert_eq!(set.shop.state().await, before);
    set.shop.close().await;
}
