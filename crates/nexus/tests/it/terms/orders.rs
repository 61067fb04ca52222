//! Orders keep what they were priced by, are paid what they cost, and are refunded by line.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Clerk, address, etb, taxes, tenth, zones};
use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_the_quote_that_was_seen_and_is_paid_to_the_cent() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("taxes", taxes(false)).await;
    clerk.set("shipping", zones()).await;
    clerk.promote(tenth()).await;
    let goods = shop.product("goods", &[(333, 9), (10_001, 9)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 3), (goods[1], 2)]).await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": "selam10" });
    guest.post(&coupons, code).await.expect(200);
    let explain = format!("/api/v1/cart/{cart}/explain/");
    let quote = guest.get(&explain).await.expect(200).body;
    let mut body = place_body(&cart);
    body["expected_total"] = quote["total"].clone();
    let order = guest.post("/api/v1/orders/", body).await.expect(201).body;
    for member in [
        "subtotal",
        "discount",
        "shipping",
        "tax",
        "total",
        "explanation",
    ] {
        assert_eq!(order[member], quote[member], "{member}");
    }
    // The clerk changes everything; the order stays as it was agreed.
    clerk.set("taxes", taxes(true)).await;
    clerk.set("shipping", json!({ "zones": [] })).await;
    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    assert_eq!(guest.get(&path).await.expect(200).body, order);
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    let sql = "select sum(amount_minor)::bigint from captures";
    let total = order["total"]["amount"].as_i64().unwrap();
    assert_eq!(shop.number(sql).await, total);
    check_invoice(&shop, &order).await;
    refund_each_line(&shop, &order).await;
    shop.close().await;
}

/// The invoice has the order's lines and its one tax, of the lines and the delivery.
async fn check_invoice(shop: &Shop, order: &Value) {
    shop.run_jobs().await;
    let sql = "select document from invoices where kind = 'invoice'";
    let db = shop.db().await;
    let document: Value = db.query_one(sql, &[]).await.unwrap().get("document");
    let minor = |amount: &Value| amount["amount"].clone();
    let tax = |amount: Value| json!([{ "name": "VAT", "percentage": "15", "amount_minor": amount, "is_included": false }]);
    assert_eq!(document["taxes"], tax(minor(&order["tax"])));
    assert_eq!(document["total_minor"], minor(&order["total"]));
    let lines = order["lines"].as_array().unwrap();
    assert_eq!(document["lines"].as_array().unwrap().len(), lines.len());
    for (n, line) in lines.iter().enumerate() {
        let said = &document["lines"][n];
        assert_eq!(said["discount_minor"], minor(&line["discount"]), "{n}");
        assert_eq!(said["taxes"], tax(minor(&line["tax"])), "{n}");
    }
}

/// Line by line and the rest: what goes back of the lines is what was paid for them.
async fn refund_each_line(shop: &Shop, order: &Value) {
    let owner = shop.superuser().await;
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    shop.run_jobs().await;
    let path = "/api/v1/admin/payments/refunds/";
    let mut of_lines = 0;
    for line in order["lines"].as_array().unwrap() {
        let minor = |member: &str| line[member]["amount"].as_i64().unwrap();
        let paid = minor("total") - minor("discount") + minor("tax");
        of_lines += paid;
        let lines = json!([{ "variant_id": line["variant_id"], "quantity": line["quantity"] }]);
        let body = json!({ "order_id": order["id"], "lines": lines, "reason": "back" });
        let key = line["sku"].as_str().unwrap();
        let refund = owner.key(key).post(path, body).await.expect(201);
        assert_eq!(refund.body["amount"], etb(paid));
        shop.run_jobs().await;
        shop.advance(TimeDelta::minutes(1));
        shop.run_jobs().await;
    }
    let total = order["total"]["amount"].as_i64().unwrap();
    let rest = total - of_lines;
    // The courier's 115.00 and 15 % on top of it.
    assert_eq!(rest, 13_225);
    let body = json!({ "order_id": order["id"], "amount": etb(rest), "reason": "all" });
    owner.key("rest").post(path, body).await.expect(201);
    shop.run_jobs().await;
    shop.advance(TimeDelta::minutes(1));
    shop.run_jobs().await;
    let refunded = "select refunded_minor from orders";
    assert_eq!(shop.number(refunded).await, total);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_total_than_was_seen_is_refused_with_both() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("shipping", zones()).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let before = shop.state().await;
    let mut body = place_body(&cart);
    // What it costs to Addis Ababa; the post to Afar is dearer.
    body["expected_total"] = etb(21_500);
    body["shipping_address"] = address("Afar");
    let refused = guest.post("/api/v1/orders/", body.clone()).await;
    let refused = refused.refused(409, "cart_changed");
    let expected = json!({ "expected_total": etb(21_500), "total": etb(30_000) });
    assert_eq!(refused.body["meta"], expected);
    assert_eq!(shop.state().await, before);
    body["expected_total"] = etb(30_000);
    guest.post("/api/v1/orders/", body).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_given_back_when_its_order_is_let_go() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let mut once = tenth();
    once["usage_limit"] = json!(1);
    clerk.promote(once).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let used = async || shop.number("select used_count from promotions").await;
    let code = json!({ "code": "selam10" });
    let (first, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    first.post(&coupons, code.clone()).await.expect(200);
    let (second, other) = shop.guest_cart(&[(coffee, 1)]).await;
    let coupons = format!("/api/v1/cart/{other}/coupons/");
    second.post(&coupons, code).await.expect(200);
    let order = first.post("/api/v1/orders/", place_body(&cart)).await;
    assert_eq!(order.expect(201).body["total"], etb(9_000));
    assert_eq!(used().await, 1);
    let before = shop.state().await;
    let refused = second.post("/api/v1/orders/", place_body(&other)).await;
    let refused = refused.refused(409, "coupon_not_applicable");
    assert_eq!(refused.body["errors"][0]["code"], "coupon_used_up");
    assert_eq!(shop.state().await, before);
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    assert_eq!(used().await, 0);
    let order = second.post("/api/v1/orders/", place_body(&other)).await;
    assert_eq!(order.expect(201).body["total"], etb(9_000));
    assert_eq!(used().await, 1);
    shop.close().await;
}

/// A van that brings nothing for less than 500.00, and a promotion that makes 450.00 of 600.00.
#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_that_nobody_could_deliver_stands_back() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let step = json!({ "from": etb(50_000), "price": etb(5_000) });
    let van = json!({ "name": "Van", "kind": "by_total", "steps": [step] });
    let zone = json!({ "name": "All", "country": "ET", "methods": [van] });
    clerk.set("shipping", json!({ "zones": [zone] })).await;
    let off = json!({
        "name": "Off", "kind": "amount_off", "amount": etb(15_000), "is_exclusive": true,
    });
    clerk.promote(off.clone()).await;
    let coffee = shop.product("coffee", &[(60_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let mut coupon = off;
    coupon["code"] = json!("VAN");
    clerk.promote(coupon).await;
    let before = shop.state().await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let refused = guest.post(&coupons, json!({ "code": "van" })).await;
    let refused = refused.refused(409, "coupon_not_applicable");
    assert_eq!(refused.body["errors"][0]["code"], "coupon_not_deliverable");
    assert_eq!(shop.state().await, before);
    let order = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let order = order.expect(201).body;
    assert_eq!(order["total"], etb(65_000));
    assert_eq!(order["explanation"]["discounts"], json!([]));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_would_cost_nothing_is_refused() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let free = json!({ "name": "All", "kind": "percentage", "percentage": "100" });
    clerk.promote(free).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let before = shop.state().await;
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    refused.refused(409, "nothing_to_pay");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
