//! Endpoints: secrets, changes, pauses.

use chrono::TimeDelta;
use serde_json::json;

use super::{ENDPOINTS, newest, order, states, told};
use crate::world::{Answer, Client, Receiver};

async fn act(owner: &Client, endpoint: &Answer, action: &str) -> Answer {
    let path = format!("{ENDPOINTS}{}/", endpoint.text("/id"));
    let etag = owner.get(&path).await.expect(200).etag();
    let owner = owner.with("if-match", &etag);
    owner.post(&format!("{path}{action}/"), json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_told_once_and_two_sign_while_it_changes() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    let path = format!("{ENDPOINTS}{}/", endpoint.text("/id"));
    let old = endpoint.text("/secret");
    assert!(old.starts_with("whsec_"));
    let shown = owner.get(&path).await.expect(200);
    assert_eq!(shown.body.get("secret"), None);
    assert_eq!(shown.body["is_rotating"], false);
    let rotated = act(&owner, &endpoint, "rotate-secret").await.expect(200);
    let new = rotated.text("/secret");
    assert_ne!(old, new);
    assert_eq!(rotated.body["is_rotating"], true);
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    let both = receiver.received()[0].clone();
    assert_eq!(
        (both.right_signatures(&old), both.right_signatures(&new)),
        (1, 1)
    );
    shop.advance(TimeDelta::hours(24));
    order(&shop, "tea").await;
    shop.run_jobs().await;
    let one = receiver.received()[1].clone();
    assert_eq!(
        (one.right_signatures(&old), one.right_signatures(&new)),
        (0, 1)
    );
    let trail = "select count(*) from staff_audit where after::text like '%whsec_%'";
    assert_eq!(shop.number(trail).await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_during_a_pause_is_told_after_it() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    let paused = act(&owner, &endpoint, "pause").await.expect(200);
    assert_eq!(paused.body["state"], "paused");
    act(&owner, &endpoint, "pause")
        .await
        .refused(409, "webhook_endpoint_state_conflict");
    for slug in ["one", "two", "three"] {
        order(&shop, slug).await;
    }
    shop.run_jobs().await;
    assert_eq!(receiver.received().len(), 0);
    assert_eq!(states(&owner).await, ["pending", "pending", "pending"]);
    act(&owner, &endpoint, "resume").await.expect(200);
    shop.run_jobs().await;
    let numbers: Vec<i64> = receiver
        .received()
        .iter()
        .map(|one| one.body["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    act(&owner, &endpoint, "resume")
        .await
        .refused(409, "webhook_endpoint_state_conflict");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_endpoint_gets_what_it_wants_now() {
    let (first, second) = (Receiver::open().await, Receiver::open().await);
    let (shop, owner, endpoint) = told(&first, &["order.paid"]).await;
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    assert_eq!(first.received().len(), 0);
    let path = format!("{ENDPOINTS}{}/", endpoint.text("/id"));
    let change = json!({ "url": second.url, "events": ["order.placed"], "description": "new" });
    owner
        .patch(&path, change.clone())
        .await
        .refused(428, "precondition_required");
    let stale = owner.with("if-match", "\"v9\"");
    stale
        .patch(&path, change.clone())
        .await
        .refused(412, "precondition_failed");
    let changed = owner.with("if-match", "\"v1\"").patch(&path, change).await;
    let changed = changed.expect(200);
    assert_eq!(changed.body["url"], second.url);
    assert_eq!(changed.body["version"], 2);
    order(&shop, "tea").await;
    shop.run_jobs().await;
    assert_eq!((first.received().len(), second.received().len()), (0, 1));
    let deleted = owner.with("if-match", "\"v2\"").delete(&path).await;
    deleted.expect(204);
    owner
        .get(&path)
        .await
        .refused(404, "webhook_endpoint_not_found");
    order(&shop, "milk").await;
    shop.run_jobs().await;
    assert_eq!(second.received().len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_says_that_it_is_one() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    let path = format!("{ENDPOINTS}{}/test/", endpoint.text("/id"));
    let made = owner.post(&path, json!({ "event": "order.paid" })).await;
    let made = made.expect(202);
    shop.run_jobs().await;
    assert_eq!(newest(&owner).await["id"], made.body["delivery_id"]);
    let received = receiver.received()[0].clone();
    assert_eq!(received.text_of("type"), "order.paid");
    assert_eq!(received.body["data"], json!({ "is_test": true }));
    let unknown = owner.post(&path, json!({ "event": "order.eaten" })).await;
    let unknown = unknown.refused(422, "webhook_event_unknown");
    assert_eq!(unknown.body["meta"], json!({ "name": "order.eaten" }));
    let types = owner.get("/api/v1/admin/webhooks/event-types/").await;
    let types = types.expect(200);
    assert!(
        types.body["data"]
            .as_array()
            .unwrap()
            .contains(&json!("order.paid"))
    );
    shop.close().await;
}
