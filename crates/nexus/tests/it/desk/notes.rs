//! What is written down stays, and stands in the timeline beside all that happened.

use serde_json::json;

use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn notes_stand_in_the_timeline_and_some_of_them_are_for_the_buyer() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let rights = ["orders.read", "orders.manage", "payments.refund"];
    let clerk = shop.staff("clerk", &rights).await;
    let (buyer, order) = shop.paid_order(&[(goods[0], 3)]).await;
    let order = order["id"].as_str().unwrap();
    let path = |rest: &str| format!("/api/v1/admin/orders/{order}/{rest}/");
    let lines = json!([{ "variant_id": goods[0], "quantity": 1 }]);
    shop.advance(chrono::TimeDelta::minutes(1));
    let parcel = json!({ "lines": lines, "carrier": "EthioPost", "tracking_number": "EP1" });
    let keyed = clerk.key("a");
    keyed.post(&path("fulfilments"), parcel).await.expect(201);
    shop.advance(chrono::TimeDelta::minutes(1));
    let call = json!({ "lines": lines, "reason": "one was broken" });
    keyed.post(&path("cancel"), call).await.expect(201);
    shop.advance(chrono::TimeDelta::minutes(1));
    let note = json!({ "text": " The buyer called. " });
    let own = keyed.post(&path("notes"), note.clone()).await.expect(201);
    assert_eq!(own.text("/text"), "The buyer called.");
    let again = keyed.post(&path("notes"), note).await.expect(201);
    assert_eq!(again.bytes, own.bytes);
    shop.advance(chrono::TimeDelta::minutes(1));
    let told = json!({ "text": "We deliver after six.", "is_for_buyer": true });
    let told = clerk.post(&path("notes"), told).await.expect(201);

    let timeline = clerk.get(&path("timeline")).await.expect(200);
    let entries = timeline.body["entries"].as_array().unwrap();
    let pair = |entry: &serde_json::Value| {
        let text = |member: &str| entry[member].as_str().unwrap().to_owned();
        (text("kind"), text("what"), text("text"))
    };
    let mut seen: Vec<_> = entries.iter().map(pair).collect();
    // What happens in one transaction has one time.
    seen[1..3].sort();
    seen[3..5].sort();
    seen[5..7].sort();
    let expected = [
        ("order", "pending_payment", "placed by the shopper"),
        ("order", "paid", "its payment was verified"),
        ("payment", "applied", &seen[2].2.clone()),
        (
            "order",
            "fulfilment_partially_shipped",
            "parcel 1 was shipped",
        ),
        ("parcel", "shipped", "EthioPost EP1"),
        ("cancellation", "cancelled", "one was broken"),
        ("refund", "requested", "one was broken"),
        ("note", "for_staff", "The buyer called."),
        ("note", "for_buyer", "We deliver after six."),
    ];
    let expected = expected.map(|(kind, what, text)| (kind.into(), what.into(), text.into()));
    assert_eq!(seen, expected);
    let refund = entries.iter().find(|entry| entry["kind"] == "refund");
    let amount = json!({ "amount": 1_000, "currency": "ETB" });
    assert_eq!(refund.unwrap()["amount"], amount);

    let path = format!("/api/v1/orders/{order}/notes/");
    let shown = buyer.get(&path).await.expect(200);
    assert_eq!(
        shown.body["notes"],
        json!([{
            "id": told.text("/id"), "text": "We deliver after six.",
            "created_at": told.text("/created_at"),
        }])
    );
    let (stranger, _) = shop.guest_cart(&[]).await;
    stranger.get(&path).await.refused(404, "order_not_found");
    shop.run_jobs().await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_says_nothing_or_too_much_is_refused() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let clerk = shop.staff("clerk", &["orders.manage"]).await;
    let (_, order) = shop.guest_order(&[(goods[0], 1)]).await;
    let path = format!(
        "/api/v1/admin/orders/{}/notes/",
        order["id"].as_str().unwrap()
    );
    let before = shop.state().await;
    for text in [String::new(), "  ".to_owned(), "a".repeat(2_001)] {
        let body = json!({ "text": text });
        clerk.post(&path, body).await.refused(422, "invalid_body");
    }
    let nowhere = ids::OrderId::generate(shop.now());
    let path = format!("/api/v1/admin/orders/{nowhere}/notes/");
    clerk
        .post(&path, json!({ "text": "x" }))
        .await
        .refused(404, "order_not_found");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
