//! A bundle is sold as its parts are there.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Set;
use crate::world::{Stream, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_as_available_as_its_parts() {
    let set = Set::open().await;
    let shown = set.shown().await;
    assert_eq!(
        (&shown["available"], &shown["in_stock"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(shown["availability"], "in_stock");
    // Live stock looks with the same eyes.
    let looked = inventory::list_available(&set.shop.db().await, &[set.bundle]).await;
    assert_eq!(looked.unwrap(), [(set.bundle, 3)]);
    set.shop.guest_order(&[(set.parts[0], 2)]).await;
    assert_eq!(set.shown().await["available"], 2);
    set.shop.guest_order(&[(set.parts[1], 4)]).await;
    assert_eq!(set.shown().await["is_available"], false);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_bundle_takes_its_parts() {
    let set = Set::open().await;
    let (guest, order) = set.shop.guest_order(&[(set.bundle, 2)]).await;
    let parts = json!([
        { "variant_id": set.parts[0], "quantity": 2 },
        { "variant_id": set.parts[1], "quantity": 1 },
    ]);
    assert_eq!(order["lines"][0]["parts"], parts);
    assert_eq!(set.stock().await, [(7, 4), (4, 2)]);
    let own = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    assert_eq!(
        guest.get(&own).await.expect(200).body["lines"][0]["parts"],
        parts
    );
    let (_, page) = set.shop.initiate(&guest, &order).await;
    set.shop.on_page(&page, "pay").await.expect(302);
    set.shop.run_jobs().await;
    assert_eq!(set.stock().await, [(3, 0), (2, 0)]);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_gives_the_parts_back() {
    let set = Set::open().await;
    set.shop
        .guest_order(&[(set.bundle, 3), (set.parts[0], 1)])
        .await;
    assert_eq!(set.stock().await, [(7, 7), (4, 3)]);
    set.shop.advance(TimeDelta::hours(2));
    set.shop.run_jobs().await;
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    assert_eq!(set.shown().await["available"], 3);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_share_a_part_are_one_want_of_it() {
    let set = Set::open().await;
    let (guest, cart) = set
        .shop
        .guest_cart(&[(set.bundle, 3), (set.parts[0], 2)])
        .await;
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let refused = refused.refused(409, "insufficient_stock");
    let named: Vec<&Value> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["meta"])
        .collect();
    let bundle = json!({ "variant_id": set.bundle, "available": 3, "wanted": 3 });
    let part = json!({ "variant_id": set.parts[0], "available": 7, "wanted": 2 });
    assert_eq!(named, [&bundle, &part]);
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_bundle_leaves_no_part_twice() {
    let set = Set::open().await;
    // 7 and 4: two bundles and three of the first are all of the first.
    set.shop
        .guest_order(&[(set.bundle, 2), (set.parts[0], 3)])
        .await;
    assert_eq!(set.stock().await, [(7, 7), (4, 2)]);
    let (guest, cart) = set.shop.guest_cart(&[(set.parts[1], 2)]).await;
    let refused = set.clerk.get("/api/v1/admin/stock/low/").await.expect(200);
    let low = refused.body["data"].as_array().unwrap().iter();
    let low: Vec<&Value> = low.map(|one| &one["variant_id"]).collect();
    assert!(!low.contains(&&json!(set.bundle)), "its parts are low");
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_a_part_holds_for_the_bundle() {
    let set = Set::open().await;
    set.shop.limit(&[set.parts[0]], 3).await;
    let (guest, cart) = set.shop.guest_cart(&[(set.bundle, 2)]).await;
    let before = set.shop.state().await;
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let refused = refused.refused(409, "limit_exceeded");
    let meta = &refused.body["errors"][0]["meta"];
    assert_eq!(meta["variant_id"], json!(set.parts[0]));
    assert_eq!(
        (&meta["wanted"], &meta["allowed"]),
        (&json!(4), &json!(3)),
        "two of it in each bundle"
    );
    assert_eq!(set.shop.state().await, before);
    set.shop.guest_order(&[(set.bundle, 1)]).await;
    assert_eq!(set.stock().await, [(7, 2), (4, 1)]);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_late_takes_the_parts_again_or_goes_back() {
    let set = Set::open().await;
    let (first, late) = set.shop.guest_order(&[(set.bundle, 2)]).await;
    let (second, later) = set.shop.guest_order(&[(set.bundle, 1)]).await;
    let (late_ref, _) = set.shop.initiate(&first, &late).await;
    let (later_ref, _) = set.shop.initiate(&second, &later).await;
    set.shop.advance(TimeDelta::hours(2));
    set.shop.run_jobs().await;
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    // Of the second part one is left for the two orders.
    set.shop.guest_order(&[(set.parts[1], 2)]).await;
    let status = async |who: &crate::world::Client, tx_ref: &str, order: &Value| {
        let path = format!("/__sim/transactions/{tx_ref}/pay");
        let provider = set.shop.provider();
        provider.post(&path, json!({})).await.expect(200);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        who.get(&verify).await.expect(200);
        set.shop.run_jobs().await;
        let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
        who.get(&path).await.expect(200).text("/status")
    };
    assert_eq!(status(&first, &late_ref, &late).await, "paid");
    assert_eq!(set.stock().await, [(3, 0), (2, 2)]);
    assert_eq!(status(&second, &later_ref, &later).await, "expired");
    assert_eq!(set.stock().await, [(3, 0), (2, 2)]);
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_followed_and_what_is_found_is_true_for_bundles() {
    let set = Set::open().await;
    let path = "/api/v1/catalogue/products/set/stock/stream/";
    let mut follower = Stream::open(&set.shop.client(), path, None).await;
    let seen = |available: i64| {
        json!({ "variants": [
        { "variant_id": set.bundle, "available": available },
    ] })
    };
    assert_eq!(follower.next().await.1, seen(3));
    let (guest, cart) = set.shop.guest_cart(&[(set.bundle, 1)]).await;
    set.shop.guest_order(&[(set.parts[0], 6)]).await;
    assert_eq!(follower.next().await.1, seen(0));
    set.shop.run_jobs().await;
    let found = async |query: &str| {
        let path = format!("/api/v1/search/?q=set&{query}");
        let found = set.shop.client().get(&path).await.expect(200).body;
        let found = found["data"].as_array().unwrap().iter();
        found
            .map(|one| one["is_available"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("").await, [json!(false)]);
    assert_eq!(found("is_available=true").await, [] as [Value; 0]);
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let refused = refused.refused(409, "insufficient_stock");
    assert_eq!(
        refused.body["errors"][0]["meta"]["variant_id"],
        json!(set.bundle)
    );
    // Whoever brings parts brings bundles, and nobody is told otherwise from memory.
    set.receive(set.parts[0], 1).await;
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    set.receive(set.parts[0], 4).await;
    let mut told = follower.next().await.1;
    while told != seen(2) {
        told = follower.next().await.1;
    }
    assert_eq!(found("is_available=true").await, [json!(true)]);
    set.shop.close().await;
    follower.end().await;
}
