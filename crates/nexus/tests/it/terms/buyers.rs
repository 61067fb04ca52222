//! One buyer under many names has a coupon as often as one buyer may.

use ids::VariantId;
use serde_json::json;

use super::{Clerk, etb, tenth, used};
use crate::world::{Answer, Client, Shop, place_body};

const HIS: &str = "0911223344";
const HERS: &str = "0922334455";

async fn with_coupon(who: &Client, cart: &str) {
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": "selam10" });
    who.post(&coupons, code).await.expect(200);
}

async fn place(who: &Client, cart: &str, email: &str, phone: &str) -> Answer {
    let mut body = place_body(cart);
    body["email"] = json!(email);
    body["phone"] = json!(phone);
    who.post("/api/v1/orders/", body).await
}

async fn as_guest(shop: &Shop, variant: VariantId, email: &str, phone: &str) -> Answer {
    let (guest, cart) = shop.guest_cart(&[(variant, 1)]).await;
    with_coupon(&guest, &cart).await;
    place(&guest, &cart, email, phone).await
}

/// A shop whose coupon each buyer may have once.
async fn open() -> (Shop, VariantId) {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let mut once = tenth();
    once["customer_limit"] = json!(1);
    clerk.promote(once).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    (shop, coffee)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_under_another_name_has_had_the_coupon() {
    let (shop, coffee) = open().await;
    let abebe = shop.customer("abebe@example.com").await;
    let cart = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
    let cart = cart.text("/id");
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    abebe.post(&items, line).await.expect(201);
    with_coupon(&abebe, &cart).await;
    let order = place(&abebe, &cart, "abebe@example.com", HIS).await;
    let order = order.expect(201).body;
    assert_eq!(order["total"], etb(9_000));
    for (email, phone) in [
        ("abebe@example.com", HERS),
        ("Abebe@Example.com", HERS),
        ("abebe+1@example.com", HERS),
        ("other@example.com", HIS),
        ("other@example.com", "+251911223344"),
    ] {
        let refused = as_guest(&shop, coffee, email, phone).await;
        let refused = refused.refused(409, "coupon_not_applicable");
        assert_eq!(refused.body["errors"][0]["code"], "coupon_used_by_you");
        assert_eq!(used(&shop).await, [1, 1, 1], "{email} {phone}");
        assert_eq!(shop.count("orders").await, 1);
    }
    as_guest(&shop, coffee, "sara@example.com", HERS)
        .await
        .expect(201);
    assert_eq!(used(&shop).await, [2, 1, 2]);
    // With the order each of its names is free again.
    let path = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    abebe.post(&path, json!({})).await.expect(200);
    assert_eq!(used(&shop).await, [1, 1, 1]);
    as_guest(&shop, coffee, "abebe+2@example.com", HIS)
        .await
        .expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_had_it_as_a_guest_does_not_have_it_signed_in() {
    let (shop, coffee) = open().await;
    as_guest(&shop, coffee, "sara+shop@example.com", HERS)
        .await
        .expect(201);
    let sara = shop.customer("sara@example.com").await;
    let cart = sara.post("/api/v1/cart/", json!({})).await.expect(201);
    let cart = cart.text("/id");
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    sara.post(&items, line).await.expect(201);
    with_coupon(&sara, &cart).await;
    let refused = place(&sara, &cart, "sara@example.com", HIS).await;
    let refused = refused.refused(409, "coupon_not_applicable");
    assert_eq!(refused.body["errors"][0]["code"], "coupon_used_by_you");
    assert_eq!(used(&shop).await, [1, 1, 1]);
    shop.close().await;
}
