//! What one order and one buyer may have of a variant, and what may be open and unpaid.

use chrono::TimeDelta;
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop, place_body};

const ORDERS: &str = "/api/v1/orders/";

/// Sets terms of a variant whose terms have this version.
async fn set(shop: &Shop, variant: VariantId, version: i64, terms: Value) -> Answer {
    let clerk = shop
        .staff(&format!("clerk-{version}"), &["stock.edit"])
        .await;
    let path = format!("/api/v1/admin/inventory/terms/{variant}/");
    let clerk = clerk.with("if-match", &format!("\"v{version}\""));
    clerk.patch(&path, terms).await.expect(200)
}

/// Orders so many units under this e-mail address and this telephone.
async fn order(shop: &Shop, variant: VariantId, quantity: i64, who: (&str, &str)) -> Answer {
    let (guest, cart) = shop.guest_cart(&[(variant, quantity)]).await;
    let mut body = place_body(&cart);
    body["email"] = json!(who.0);
    body["phone"] = json!(who.1);
    guest.post(ORDERS, body).await
}

fn told(answer: Answer, wanted: i64, allowed: i64) {
    let answer = answer.refused(409, "limit_exceeded");
    let meta = &answer.body["errors"][0]["meta"];
    assert_eq!(
        (&meta["wanted"], &meta["allowed"]),
        (&json!(wanted), &json!(allowed))
    );
}

async fn pay(shop: &Shop, who: &Client, order: &Value) {
    let (_, page) = shop.initiate(who, order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
}

const ABEBE: (&str, &str) = ("abebe@example.com", "0911223344");
const SARA: (&str, &str) = ("sara@example.com", "0911000000");

#[tokio::test(flavor = "multi_thread")]
async fn an_order_has_no_more_than_one_order_may() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    let terms = set(&shop, coffee, 1, json!({ "per_order_max": 2 })).await;
    assert_eq!(terms.body["per_order_max"], 2);
    let (guest, cart) = shop.guest_cart(&[(coffee, 3)]).await;
    let path = format!("/api/v1/cart/{cart}/");
    let shown = guest.get(&path).await.expect(200);
    let problem = &shown.body["items"][0]["problems"][0];
    assert_eq!(
        (&problem["code"], &problem["meta"]),
        (&json!("limit_exceeded"), &json!({ "allowed": 2 }))
    );
    assert_eq!(shown.body["is_orderable"], false);
    told(guest.post(ORDERS, place_body(&cart)).await, 3, 2);
    assert_eq!(shop.stock(coffee).await, (10, 0));
    assert_eq!(guest.get(&path).await.expect(200).body, shown.body);
    let item = format!("{path}items/{}/", shown.text("/items/0/id"));
    guest
        .patch(&item, json!({ "quantity": 2 }))
        .await
        .expect(200);
    guest.post(ORDERS, place_body(&cart)).await.expect(201);
    // One buyer may order again.
    order(&shop, coffee, 2, ABEBE).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_is_known_however_the_address_is_written() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 3 })).await;
    order(&shop, coffee, 2, ABEBE).await.expect(201);
    let other = ("Abebe+again@Example.COM", "0911999999");
    told(order(&shop, coffee, 2, other).await, 2, 1);
    let same_phone = ("other@example.com", "+251911223344");
    told(order(&shop, coffee, 2, same_phone).await, 2, 1);
    assert_eq!(shop.stock(coffee).await, (10, 2));
    order(&shop, coffee, 3, SARA).await.expect(201);
    order(&shop, coffee, 1, same_phone).await.expect(201);
    assert_eq!(shop.stock(coffee).await, (10, 6));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_is_given_back_once_and_what_is_paid_counts() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 3 })).await;
    let (guest, placed) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&shop, &guest, &placed).await;
    order(&shop, coffee, 2, ABEBE).await.expect(201);
    told(order(&shop, coffee, 1, ABEBE).await, 1, 0);
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    shop.run_jobs().await;
    told(order(&shop, coffee, 3, ABEBE).await, 3, 2);
    order(&shop, coffee, 2, ABEBE).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_off_after_it_was_paid_is_given_back() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 2 })).await;
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let placed = guest.post(ORDERS, place_body(&cart)).await.expect(201);
    pay(&shop, &guest, &placed.body).await;
    let email = placed.text("/email");
    let who = (email.as_str(), "0911223344");
    told(order(&shop, coffee, 1, who).await, 1, 0);
    let rights = ["orders.manage", "payments.refund"];
    let packer = shop.staff("packer", &rights).await;
    let path = format!("/api/v1/admin/orders/{}/cancel/", placed.text("/id"));
    let mut call = json!({ "reason": "a test" });
    call["lines"] = json!([{ "variant_id": coffee, "quantity": 1 }]);
    packer.key("a").post(&path, call.clone()).await.expect(201);
    // A part of it stands, and counts as it was ordered.
    told(order(&shop, coffee, 1, who).await, 1, 0);
    packer.key("b").post(&path, call).await.expect(201);
    assert_eq!(shop.order_status(&placed.text("/id")).await, "cancelled");
    order(&shop, coffee, 2, who).await.expect(201);
    told(order(&shop, coffee, 1, who).await, 1, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_counts_anew() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    let terms = json!({ "per_customer_max": 1, "per_customer_days": 7 });
    set(&shop, coffee, 1, terms).await;
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    shop.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    shop.run_jobs().await;
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    told(order(&shop, coffee, 1, ABEBE).await, 1, 0);
    shop.advance(TimeDelta::seconds(1));
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    // A period of another length begins now.
    set(&shop, coffee, 2, json!({ "per_customer_days": 30 })).await;
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    told(order(&shop, coffee, 1, ABEBE).await, 1, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_in_the_cart_what_is_left() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 3 })).await;
    let abebe = shop.customer("abebe@example.com").await;
    for (who, phone, allowed) in [
        ("first", "0911000001", None),
        ("second", "0911000002", Some(1)),
    ] {
        let cart = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
        let id = cart.text("/id");
        let line = json!({ "variant_id": coffee, "quantity": 2 });
        let path = format!("/api/v1/cart/{id}/");
        abebe.post(&format!("{path}items/"), line).await.expect(201);
        let shown = abebe.get(&path).await.expect(200);
        let meta = shown.body["items"][0]["problems"][0]["meta"]["allowed"].as_i64();
        assert_eq!(meta, allowed);
        let mut body = place_body(&id);
        body["email"] = json!(format!("{who}@example.com"));
        body["phone"] = json!(phone);
        let placed = abebe.post(ORDERS, body).await;
        match allowed {
            None => drop(placed.expect(201)),
            Some(allowed) => told(placed, 2, allowed),
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_brings_nothing_back_that_the_buyer_may_not_have() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 1 })).await;
    let (guest, late) = shop.guest_order(&[(coffee, 1)]).await;
    let (tx_ref, _) = shop.initiate(&guest, &late).await;
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    let path = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&path, json!({})).await.expect(200);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    let own = format!("{ORDERS}{}/", late["id"].as_str().unwrap());
    assert_eq!(guest.get(&own).await.expect(200).body["status"], "expired");
    assert_eq!(shop.stock(coffee).await, (10, 1));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_brings_back_what_the_buyer_may_have() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    set(&shop, coffee, 1, json!({ "per_customer_max": 1 })).await;
    let (guest, late) = shop.guest_order(&[(coffee, 1)]).await;
    let (tx_ref, _) = shop.initiate(&guest, &late).await;
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    let path = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&path, json!({})).await.expect(200);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    told(order(&shop, coffee, 1, ABEBE).await, 1, 0);
    assert_eq!(shop.stock(coffee).await, (9, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unpaid_is_bounded_by_buyer_and_by_address() {
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), |settings| {
        settings.checkout.unpaid = inventory::UnpaidCaps {
            orders_per_customer: 2,
            units_per_customer: 5,
            orders_per_address: 4,
            units_per_address: 9,
        };
    })
    .await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let refused = |answer: Answer, kind: &str, allowed: i64| {
        let answer = answer.refused(409, "too_much_unpaid");
        let expected = json!({ "kind": kind, "allowed": allowed });
        assert_eq!(answer.body["meta"], expected);
    };
    let (guest, first) = shop.guest_order(&[(coffee, 3)]).await;
    refused(order(&shop, coffee, 3, ABEBE).await, "open_units", 2);
    order(&shop, coffee, 1, ABEBE).await.expect(201);
    refused(order(&shop, coffee, 1, ABEBE).await, "open_orders", 0);
    // The address has five units left, and two orders.
    order(&shop, coffee, 5, SARA).await.expect(201);
    let third = ("third@example.com", "0911000001");
    refused(order(&shop, coffee, 1, third).await, "open_units", 0);
    let (other, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let mut elsewhere = place_body(&cart);
    elsewhere["email"] = json!("third@example.com");
    elsewhere["phone"] = json!("0911000001");
    elsewhere["shipping_address"]["landmark"] = json!("Behind  EDNA mall!");
    refused(other.post(ORDERS, elsewhere.clone()).await, "open_units", 0);
    elsewhere["shipping_address"]["landmark"] = json!("before Edna Mall");
    other.post(ORDERS, elsewhere).await.expect(201);
    assert_eq!(shop.stock(coffee).await, (50, 10));
    pay(&shop, &guest, &first).await;
    order(&shop, coffee, 3, ABEBE).await.expect(201);
    refused(order(&shop, coffee, 1, ABEBE).await, "open_orders", 0);
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    order(&shop, coffee, 5, ABEBE).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_compared_and_swapped_and_audited() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 10)]).await[0];
    let clerk = shop.staff("reader", &["stock.edit"]).await;
    let path = format!("/api/v1/admin/inventory/terms/{coffee}/");
    let unset = clerk.get(&path).await.expect(200);
    assert_eq!(unset.body["per_customer_max"], Value::Null);
    clerk
        .patch(&path, json!({}))
        .await
        .refused(428, "precondition_required");
    let terms = json!({ "per_customer_max": 4, "per_customer_days": 30 });
    let set = set(&shop, coffee, 1, terms).await;
    assert_eq!(set.body["counted_since"], json!(shop.now()));
    let stale = clerk.with("if-match", "\"v1\"");
    let refused = stale.patch(&path, json!({ "per_order_max": 1 })).await;
    refused.refused(412, "precondition_failed");
    let days = clerk.with("if-match", "\"v2\"");
    let alone = days.patch(&path, json!({ "per_customer_max": null })).await;
    alone.refused(422, "invalid_body");
    assert_eq!(clerk.get(&path).await.expect(200).body, set.body);
    let audited = "select count(*) from staff_audit where action = 'stock.terms'";
    assert_eq!(shop.number(audited).await, 1);
    let nobody = path.replace(&coffee.to_string(), "019aab00-0000-7000-8000-00000000ffff");
    clerk.get(&nobody).await.refused(404, "unknown_variant");
    shop.close().await;
}
