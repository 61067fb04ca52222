//! Money goes back to where it came from, credit first; or to the customer's credit.

use serde_json::{Value, json};

use super::{etb, pay};
use crate::world::{Client, Shop, place_body};

const REFUNDS: &str = "/api/v1/admin/payments/refunds/";

/// A guest's paid order of two units at 100.00, 30.00 of which a card has paid.
async fn half_paid(shop: &Shop) -> (Client, Value, String, ids::VariantId) {
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(3_000).await;
    let (guest, order) = shop.guest_order(&[(coffee, 2)]).await;
    pay(&guest, &order, &code).await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    shop.run_jobs().await;
    (guest, order, code, coffee)
}

async fn settle(shop: &Shop) {
    shop.run_jobs().await;
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
}

/// (provider, amount, state) of every refund, in the order of their birth.
async fn refunds(shop: &Shop) -> Vec<(String, i64, String)> {
    let sql = "select provider, amount_minor, state from refunds order by id";
    let rows = shop.db().await.query(sql, &[]).await.unwrap();
    let refund = |row: &tokio_postgres::Row| (row.get(0), row.get(1), row.get(2));
    rows.iter().map(refund).collect()
}

fn done(provider: &str, minor: i64) -> (String, i64, String) {
    (provider.to_owned(), minor, "succeeded".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_goes_back_to_the_card_first_and_the_rest_by_chapa() {
    let shop = Shop::open().await;
    let (guest, order, code, coffee) = half_paid(&shop).await;
    let owner = shop.superuser().await;
    let lines = json!([{ "variant_id": coffee, "quantity": 1 }]);
    let body = json!({ "order_id": order["id"], "lines": lines, "reason": "cracked" });
    let first = owner.key("one").post(REFUNDS, body).await.expect(201).body;
    assert_eq!(
        (&first["provider"], &first["amount"]),
        (&json!("credit"), &etb(3_000))
    );
    assert_eq!(first["together_with"].as_array().unwrap().len(), 1);
    settle(&shop).await;
    assert_eq!(
        refunds(&shop).await,
        [done("credit", 3_000), done("chapa", 7_000)]
    );
    assert_eq!(shop.balance(&code).await, 3_000);
    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    let shown = guest.get(&path).await.expect(200).body;
    assert_eq!(shown["refunded"], etb(10_000));
    let notes = "select count(*) from invoices where kind = 'credit_note'";
    assert_eq!(shop.number(notes).await, 2);
    // The other line: only Chapa's money is left.
    let lines = json!([{ "variant_id": coffee, "quantity": 1 }]);
    let body = json!({ "order_id": order["id"], "lines": lines, "reason": "cracked" });
    let second = owner.key("two").post(REFUNDS, body).await.expect(201).body;
    assert_eq!(
        (&second["provider"], &second["amount"]),
        (&json!("chapa"), &etb(10_000))
    );
    settle(&shop).await;
    let before = shop.state().await;
    let body = json!({ "order_id": order["id"], "reason": "all" });
    let refused = owner.key("three").post(REFUNDS, body).await;
    let refused = refused.refused(409, "refund_exceeds_captured");
    assert_eq!(refused.body["meta"]["refundable"], etb(0));
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_called_off_gives_back_both() {
    let shop = Shop::open().await;
    let (_, order, code, coffee) = half_paid(&shop).await;
    let clerk = shop
        .staff("clerk", &["orders.manage", "payments.refund"])
        .await;
    let path = format!(
        "/api/v1/admin/orders/{}/cancel/",
        order["id"].as_str().unwrap()
    );
    let body = json!({ "reason": "sold elsewhere" });
    clerk.key("off").post(&path, body).await.expect(201);
    settle(&shop).await;
    assert_eq!(
        refunds(&shop).await,
        [done("credit", 3_000), done("chapa", 17_000)]
    );
    assert_eq!(shop.balance(&code).await, 3_000);
    assert_eq!(shop.stock(coffee).await, (9, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_card_paid_alone_goes_back_to_it() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(12_000).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&guest, &order, &code).await;
    let owner = shop.superuser().await;
    let body = json!({ "order_id": order["id"], "amount": etb(4_000), "reason": "late" });
    let one = owner.key("one").post(REFUNDS, body).await.expect(201).body;
    assert!(one.get("together_with").is_none());
    settle(&shop).await;
    assert_eq!(refunds(&shop).await, [done("credit", 4_000)]);
    assert_eq!(shop.balance(&code).await, 6_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_becomes_store_credit_where_staff_say_so() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let abebe = shop.customer("abebe@example.com").await;
    let cart = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
    let cart = cart.text("/id");
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    abebe.post(&items, line).await.expect(201);
    let order = abebe.post("/api/v1/orders/", place_body(&cart)).await;
    let order = order.expect(201).body;
    let (tx_ref, page) = shop.initiate(&abebe, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    abebe.get(&verify).await.expect(200);
    let owner = shop.superuser().await;
    let body = json!({
        "order_id": order["id"], "amount": etb(4_000), "reason": "late",
        "destination": "store_credit",
    });
    let one = owner.key("one").post(REFUNDS, body).await.expect(201).body;
    assert_eq!(one["destination"], "store_credit");
    settle(&shop).await;
    assert_eq!(refunds(&shop).await, [done("chapa", 4_000)]);
    let own = abebe.get("/api/v1/credit/").await.expect(200).body;
    assert_eq!(own["data"][0]["balance"], etb(4_000));
    // The provider was not asked to give anything back.
    let calls = "select count(*) from payment_calls where refund_id is not null";
    assert_eq!(shop.number(calls).await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_has_no_store_credit() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (_, order) = shop.paid_order(&[(coffee, 1)]).await;
    let owner = shop.superuser().await;
    let before = shop.state().await;
    let body = json!({
        "order_id": order["id"], "reason": "late", "destination": "store_credit",
    });
    let refused = owner.key("one").post(REFUNDS, body).await;
    refused.refused(409, "refund_needs_customer");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
