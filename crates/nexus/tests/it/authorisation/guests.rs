//! A guest's token is the only key to a guest's cart and order.

use serde_json::json;

use crate::world::{Shop, place_body};

/// A guest's cart that was ordered: its id, the token, the order's id and number.
async fn ordered(shop: &Shop, variant: ids::VariantId) -> (String, String, String, String) {
    let cart = shop
        .client()
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201);
    let (id, token) = (cart.text("/id"), cart.text("/shopper_token"));
    let guest = shop.client().guest(&token);
    let line = json!({ "variant_id": variant });
    guest
        .post(&format!("/api/v1/cart/{id}/items/"), line)
        .await
        .expect(201);
    let order = guest
        .post("/api/v1/orders/", place_body(&id))
        .await
        .expect(201);
    (
        id,
        token,
        order.text("/id"),
        order.body["number"].to_string(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_the_carts_opens_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let carts = [ordered(&shop, coffee).await, ordered(&shop, coffee).await];
    let (id, token, order, number) = &carts[0];
    let swapped: String = token.chars().rev().collect();
    let long = format!("{token}A");
    let cases = [
        (None, 404),
        (Some(""), 401),
        (Some(&token[..42]), 401),
        (Some(&long), 401),
        (Some(&id.repeat(2)[..43]), 404),
        (Some(id), 401),
        (Some(number), 401),
        (Some("null"), 401),
        (Some("undefined"), 401),
        (Some("' or '1'='1' -- 567890123456789012345678901"), 401),
        (Some(&swapped), 404),
        (Some(&token.to_lowercase()), 404),
        (Some(&carts[1].1), 404),
    ];
    let before = shop.state().await;
    for (sent, status) in cases {
        let who = sent.map_or_else(|| shop.client(), |token| shop.client().guest(token));
        let codes = [
            (404, ["cart_not_found", "order_not_found"]),
            (401, ["shopper_token_malformed"; 2]),
        ];
        let (_, [of_cart, of_order]) = codes.into_iter().find(|code| code.0 == status).unwrap();
        who.get(&format!("/api/v1/cart/{id}/"))
            .await
            .refused(status, of_cart);
        who.get(&format!("/api/v1/orders/{order}/"))
            .await
            .refused(status, of_order);
        let pay = format!("/api/v1/payment/initiate/{order}/");
        who.post(&pay, json!({})).await.refused(status, of_order);
    }
    let twice = shop.client().guest(token).guest(token);
    twice
        .get(&format!("/api/v1/cart/{id}/"))
        .await
        .refused(401, "shopper_token_malformed");
    // Numbers are for people; they open nothing.
    let guest = shop.client().guest(token);
    guest
        .get(&format!("/api/v1/orders/{number}/"))
        .await
        .refused(404, "invalid_path");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_given_once_and_kept_as_a_digest() {
    let shop = Shop::open().await;
    let mut tokens = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let cart = shop
            .client()
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201);
        let (id, token) = (cart.text("/id"), cart.text("/shopper_token"));
        assert_eq!(token.len(), 43, "256 bits");
        assert!(!token.contains(&id[..8]));
        let guest = shop.client().guest(&token);
        let read = guest.get(&format!("/api/v1/cart/{id}/")).await.expect(200);
        assert!(read.body.get("shopper_token").is_none());
        let second = guest.post("/api/v1/cart/", json!({})).await.expect(201);
        assert!(
            second.body.get("shopper_token").is_none(),
            "the guest has one already"
        );
        let sql = format!("select count(*) from carts where carts::text like '%{token}%'");
        assert_eq!(shop.number(&sql).await, 0);
        assert!(tokens.insert(token));
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_claims_a_guests_cart_only_with_its_token() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let abebe = shop.customer("abebe@example.com").await;
    let merge = format!("/api/v1/cart/{cart}/merge/");
    let before = shop.state().await;
    abebe
        .post(&merge, json!({}))
        .await
        .refused(404, "cart_not_found");
    guest
        .post(&merge, json!({}))
        .await
        .refused(401, "cart_merge_needs_customer");
    let body = json!({
        "email": "abebe@example.com", "password": "correct horse battery staple", "cart_id": cart,
    });
    shop.client()
        .post("/auth/jwt/create/", body)
        .await
        .refused(404, "cart_not_found");
    assert_eq!(shop.state().await, before, "no session either");
    shop.close().await;
}
