//! Money that comes after the end of its order: the coupon counts again, or the money goes back.

use chrono::TimeDelta;
use kit::sabotage::Sabotage;
use serde_json::{Value, json};

use super::{Clerk, etb, tenth, used};
use crate::world::{Client, Shop, place_body};

struct Late {
    guest: Client,
    order: Value,
    tx_ref: String,
}

impl Late {
    async fn status(&self, shop: &Shop) -> String {
        shop.order_status(self.order["id"].as_str().unwrap()).await
    }
}

async fn order_with_coupon(shop: &Shop, variant: ids::VariantId) -> (Client, Value) {
    let (guest, cart) = shop.guest_cart(&[(variant, 1)]).await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": "selam10" });
    guest.post(&coupons, code).await.expect(200);
    let order = guest.post("/api/v1/orders/", place_body(&cart)).await;
    let order = order.expect(201).body;
    assert_eq!(order["total"], etb(9_000));
    (guest, order)
}

/// An order with the coupon that was not paid in time.
async fn expired(shop: &Shop, variant: ids::VariantId) -> Late {
    let (guest, order) = order_with_coupon(shop, variant).await;
    let (tx_ref, _) = shop.initiate(&guest, &order).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    let late = Late {
        guest,
        order,
        tx_ref,
    };
    assert_eq!(late.status(shop).await, "expired");
    late
}

async fn pay_late(shop: &Shop, late: &Late) {
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_comes_back_counts_for_its_coupon_again() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let mut once = tenth();
    once["usage_limit"] = json!(1);
    clerk.promote(once).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let late = expired(&shop, coffee).await;
    assert_eq!(used(&shop).await, [0, 0, 0]);
    pay_late(&shop, &late).await;
    assert_eq!(late.status(&shop).await, "paid");
    assert_eq!(used(&shop).await, [1, 1, 1]);
    let path = format!("/api/v1/orders/{}/", late.order["id"].as_str().unwrap());
    let paid = late.guest.get(&path).await.expect(200).body;
    assert_eq!(paid["total"], etb(9_000));
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    let refused = guest.post(&coupons, json!({ "code": "selam10" })).await;
    let refused = refused.refused(409, "coupon_not_applicable");
    assert_eq!(refused.body["errors"][0]["code"], "coupon_used_up");
    shop.settle_and_close().await;
}

/// Orders one after the other are let go, and then all of their pages are paid.
#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_not_had_more_often_by_paying_late() {
    for limit in ["usage_limit", "customer_limit"] {
        let shop = Shop::open().await;
        let clerk = Clerk::of(&shop).await;
        let mut once = tenth();
        once[limit] = json!(1);
        clerk.promote(once).await;
        let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(expired(&shop, coffee).await);
        }
        for late in &all {
            pay_late(&shop, late).await;
        }
        assert_eq!(all[0].status(&shop).await, "paid", "{limit}");
        for late in &all[1..] {
            assert_eq!(late.status(&shop).await, "expired", "{limit}");
            assert_eq!(shop.attempt_state(&late.tx_ref).await, "charged_late");
            assert_eq!(shop.open_reviews(&late.tx_ref).await, "surplus");
        }
        assert_eq!(used(&shop).await, [1, 1, 1], "{limit}");
        assert_eq!(shop.stock(coffee).await, (8, 0));
        let sql = "select string_agg(cause || ' ' || amount_minor, '; ') from refunds";
        assert_eq!(shop.text(sql).await, "late_money 9000; late_money 9000");
        shop.settle_and_close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_bring_an_order_back_once_its_coupon_may_be_had_again() {
    let hold = |settings: &mut nexus::config::Settings| {
        settings.payments.late_money = payments::SurplusPolicy::Hold;
    };
    let shop = Shop::open_with(Sabotage::none(), hold).await;
    let clerk = Clerk::of(&shop).await;
    let mut once = tenth();
    once["usage_limit"] = json!(1);
    let promotion = clerk.promote(once).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let late = expired(&shop, coffee).await;
    order_with_coupon(&shop, coffee).await;
    pay_late(&shop, &late).await;
    assert_eq!(shop.open_reviews(&late.tx_ref).await, "surplus");
    let rights = ["orders.read", "payments.manage"];
    let payer = shop.staff("payer", &rights).await;
    let id = shop.text("select id::text from payment_reviews").await;
    let path = format!("/api/v1/admin/payments/reviews/{id}/resolve/");
    let body = json!({ "action": "reinstate", "note": "they called" });
    let before = shop.state().await;
    let refused = payer.key("a").post(&path, body.clone()).await;
    refused.refused(409, "review_promotion_used_up");
    assert_eq!(shop.state().await, before);
    let mut twice = tenth();
    twice["usage_limit"] = json!(2);
    let editor = shop.staff("editor", &["terms.edit"]).await;
    let who = editor.with("if-match", "\"v1\"");
    let of_promotion = format!("/api/v1/admin/promotions/{promotion}/");
    who.put(&of_promotion, twice).await.expect(200);
    let done = payer.key("b").post(&path, body).await.expect(200);
    assert_eq!(done.body["resolution"], "reinstated");
    assert_eq!(late.status(&shop).await, "paid");
    assert_eq!(used(&shop).await, [2, 2, 2]);
    assert_eq!(shop.stock(coffee).await, (8, 1));
    shop.settle_and_close().await;
}
