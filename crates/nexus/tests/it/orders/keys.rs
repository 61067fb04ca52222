//! Idempotency keys: one effect, the same bytes, whoever repeats what.

use http::{HeaderValue, Method};
use serde_json::json;

use super::{ORDERS, body_with, place};
use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn repeating_with_a_key_answers_the_same_bytes() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let keyed = guest.key("order-1");
    let first = place(&keyed, &cart).await.expect(201);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let before = shop.state().await;
    for _ in 0..3 {
        let again = place(&keyed, &cart).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
        assert_eq!(again.headers["idempotent-replayed"], "true");
    }
    // The order goes on living; the replay stays what it was.
    let (_, page) = shop.initiate(&guest, &first.body).await;
    shop.on_page(&page, "pay").await.expect(302);
    assert_eq!(place(&keyed, &cart).await.expect(201).bytes, first.bytes);
    let other = keyed
        .post(ORDERS, body_with(&cart, &json!({ "note": "more" })))
        .await;
    other.refused(422, "idempotency_conflict");
    // Without a key the cart itself remembers its order.
    let known = place(&guest, &cart).await.expect(200);
    assert_eq!(known.body["id"], first.body["id"]);
    assert_eq!(
        shop.state().await["orders"] == before["orders"],
        known.body["status"] != "paid"
    );
    assert_eq!(
        (
            shop.count("orders").await,
            shop.count("idempotency_keys").await
        ),
        (1, 1)
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_its_caller_and_route() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let (guest, cart) = shop.guest_cart(&[]).await;
        let guest = guest.key("the-same-key");
        let line = json!({ "variant_id": coffee });
        guest
            .post(&format!("/api/v1/cart/{cart}/items/"), line)
            .await
            .expect(201);
        let order = place(&guest, &cart).await.expect(201);
        guest
            .post(
                &format!("/api/v1/payment/initiate/{}/", order.text("/id")),
                json!({}),
            )
            .await
            .expect(200);
        numbers.push(order.body["number"].clone());
    }
    assert_eq!(numbers, [1001, 1002]);
    let abebe = shop.customer("abebe@example.com").await.key("the-same-key");
    let cart = abebe
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201)
        .text("/id");
    let line = json!({ "variant_id": coffee });
    abebe
        .post(&format!("/api/v1/cart/{cart}/items/"), line)
        .await
        .expect(201);
    assert_eq!(place(&abebe, &cart).await.expect(201).body["number"], 1003);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_key_is_refused_and_a_refusal_is_not_remembered() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let before = shop.state().await;
    let long = "k".repeat(256);
    for key in ["", " ", "a b", "ቁልፍ", "a\tb", &long] {
        place(&guest.key(key), &cart)
            .await
            .refused(400, "idempotency_key_malformed");
    }
    let twice = guest.key("a").key("b");
    place(&twice, &cart)
        .await
        .refused(400, "idempotency_key_malformed");
    let keyed = guest.key("retry-me");
    let wrong = body_with(&cart, &json!({ "email": "no" }));
    keyed.post(ORDERS, wrong).await.refused(422, "invalid_body");
    let stale = body_with(
        &cart,
        &json!({ "expected_total": { "amount": 1, "currency": "ETB" } }),
    );
    keyed.post(ORDERS, stale).await.refused(409, "cart_changed");
    assert_eq!(shop.state().await, before, "refusals are not stored");
    place(&keyed, &cart).await.expect(201);
    let longest = "~".repeat(255);
    let (other, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    place(&other.key(&longest), &cart).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_bound_to_the_bytes_of_the_body() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let keyed = guest.key("bytes");
    let compact = place_body(&cart).to_string();
    let send = async |text: String| {
        let media = "application/json; charset=utf-8";
        let sent = keyed.try_raw(Method::POST, ORDERS, media, Some(text.into_bytes()));
        sent.await.unwrap()
    };
    let first = send(compact.clone()).await.expect(201);
    let again = send(compact.clone()).await.expect(201);
    assert_eq!(
        again.headers.get("idempotent-replayed"),
        Some(&HeaderValue::from_static("true"))
    );
    assert_eq!(again.bytes, first.bytes);
    send(format!("{compact} "))
        .await
        .refused(422, "idempotency_conflict");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_kept_for_weeks_and_a_fault_is_never_stored() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let keyed = guest.key("order-1");
    let conn = shop.db().await;
    conn.execute("alter table order_lines rename to elsewhere", &[])
        .await
        .unwrap();
    place(&keyed, &cart).await.refused(500, "internal_error");
    conn.execute("alter table elsewhere rename to order_lines", &[])
        .await
        .unwrap();
    drop(conn);
    assert_eq!(
        (shop.count("orders").await, shop.stock(coffee).await),
        (0, (9, 0))
    );
    let first = place(&keyed, &cart).await.expect(201);
    assert_eq!(first.body["number"], 1001);
    for days in [1, 28] {
        shop.advance(chrono::TimeDelta::days(days));
        shop.run_jobs().await;
        assert_eq!(place(&keyed, &cart).await.expect(201).bytes, first.bytes);
    }
    let read = guest
        .get(&format!("{ORDERS}{}/", first.text("/id")))
        .await
        .expect(200);
    assert_eq!(read.body["status"], "expired");
    shop.close().await;
}
