//! An order is paid with cards and credit, in part or as a whole; one that is not gives it back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{etb, path, pay};
use crate::world::{Client, Shop};

async fn order_of(who: &Client, order: &Value) -> Value {
    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    who.get(&path).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_pays_a_part_and_chapa_the_rest() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(3_000).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let told = pay(&guest, &order, &code.to_lowercase().replace('-', " ")).await;
    assert_eq!((&told["credit"], &told["due"]), (&etb(3_000), &etb(7_000)));
    assert_eq!(told["parts"][0]["state"], "held");
    assert_eq!(shop.balance(&code).await, 0);
    shop.assert_audit_clean().await;
    // The same card again changes nothing.
    assert_eq!(pay(&guest, &order, &code).await, told);
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    let paid = order_of(&guest, &order).await;
    assert_eq!(paid["status"], "paid");
    assert_eq!((&paid["credit"], &paid["due"]), (&etb(3_000), &etb(7_000)));
    let sql = "select sum(amount_minor)::bigint from captures where provider = ";
    assert_eq!(shop.number(&format!("{sql}'credit'")).await, 3_000);
    assert_eq!(shop.number(&format!("{sql}'chapa'")).await, 7_000);
    let told = guest.get(&path(&order)).await.expect(200).body;
    assert_eq!(told["parts"][0]["state"], "spent");
    let again = guest.delete(&path(&order)).await;
    again.refused(409, "order_already_paid");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cards_pay_all_of_an_order_at_once() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (first, second) = (shop.gift_card(4_000).await, shop.gift_card(9_000).await);
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    assert_eq!(
        pay(&guest, &order, &first).await["status"],
        "pending_payment"
    );
    let told = pay(&guest, &order, &second).await;
    assert_eq!((&told["status"], &told["due"]), (&json!("paid"), &etb(0)));
    assert_eq!(shop.balance(&second).await, 3_000);
    assert_eq!(shop.stock(coffee).await, (8, 0));
    shop.run_jobs().await;
    let mails = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"].as_array().unwrap().len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_gives_its_credit_back_once() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(3_000).await;
    // Time runs out.
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&guest, &order, &code).await;
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    assert_eq!(order_of(&guest, &order).await["status"], "expired");
    assert_eq!(shop.balance(&code).await, 3_000);
    shop.assert_audit_clean().await;
    // The buyer calls it off.
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&guest, &order, &code).await;
    let cancel = format!("/api/v1/orders/{}/cancel/", order["id"].as_str().unwrap());
    guest.post(&cancel, json!({})).await.expect(200);
    assert_eq!(shop.balance(&code).await, 3_000);
    // The buyer takes it back.
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&guest, &order, &code).await;
    let told = guest.delete(&path(&order)).await.expect(200).body;
    assert_eq!(
        (&told["due"], &told["parts"][0]["state"]),
        (&etb(10_000), &json!("released"))
    );
    guest.delete(&path(&order)).await.expect(200);
    assert_eq!(shop.balance(&code).await, 3_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_that_comes_too_late_pays_nothing_and_goes_back() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(3_000).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&guest, &order, &code).await;
    let (tx_ref, _) = shop.initiate(&guest, &order).await;
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    assert_eq!(shop.balance(&code).await, 3_000);
    let late = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&late, json!({})).await.expect(200);
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    guest.get(&verify).await.expect(200);
    assert_eq!(order_of(&guest, &order).await["status"], "expired");
    let surplus = "select amount_minor from captures where disposition = 'surplus'";
    assert_eq!(shop.number(surplus).await, 7_000);
    assert_eq!(shop.number("select amount_minor from refunds").await, 7_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_is_closed_before_credit_changes_what_is_due() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let code = shop.gift_card(3_000).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let (_, page) = shop.initiate(&guest, &order).await;
    pay(&guest, &order, &code).await;
    let open = "select count(*) from payment_attempts where state = 'pending'";
    assert_eq!(shop.number(open).await, 0);
    let (_, next) = shop.initiate(&guest, &order).await;
    assert_ne!(next, page);
    // One that has been paid meanwhile pays the order, and the card keeps what it has.
    let other = shop.gift_card(1_000).await;
    shop.on_page(&next, "pay").await.expect(302);
    let body = json!({ "code": other });
    let refused = guest.post(&path(&order), body).await;
    refused.refused(409, "order_already_paid");
    assert_eq!(shop.balance(&other).await, 1_000);
    assert_eq!(shop.balance(&code).await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_spends_store_credit_and_sees_what_became_of_it() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let abebe = shop.customer("abebe@example.com").await;
    let me = abebe.get("/auth/users/me/").await.expect(200).text("/id");
    let issuer = shop.staff("issuer", &["credit.edit"]).await.key("grant");
    let given = json!({ "customer_id": me, "amount": etb(2_500), "reason": "given" });
    let grant = "/api/v1/admin/credit/store-credit/";
    let first = issuer.post(grant, given.clone()).await.expect(201);
    let again = issuer.post(grant, given).await.expect(201);
    assert_eq!(again.bytes, first.bytes);
    let cart = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
    let cart = cart.text("/id");
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    abebe.post(&items, line).await.expect(201);
    let order = abebe
        .post("/api/v1/orders/", crate::world::place_body(&cart))
        .await;
    let order = order.expect(201).body;
    let body = json!({ "amount": etb(2_000) });
    let told = abebe.post(&path(&order), body).await.expect(200).body;
    assert_eq!((&told["credit"], &told["due"]), (&etb(2_000), &etb(8_000)));
    assert_eq!(told["parts"][0]["kind"], "store_credit");
    let own = abebe.get("/api/v1/credit/").await.expect(200).body;
    assert_eq!(own["data"][0]["balance"], etb(500));
    let id = own["data"][0]["id"].as_str().unwrap();
    let entries = format!("/api/v1/credit/{id}/entries/");
    let entries_of = abebe.get(&entries).await.expect(200).body;
    let causes: Vec<&str> = entries_of["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["cause"].as_str().unwrap())
        .collect();
    assert_eq!(causes, ["set_aside", "given"]);
    assert_eq!(entries_of["data"][0]["order_id"], order["id"]);
    let sara = shop.customer("sara@example.com").await;
    sara.get(&entries)
        .await
        .refused(404, "credit_account_not_found");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_pay_is_refused_and_nothing_changes() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let issuer = shop.staff("issuer", &["credit.edit"]).await;
    let issue = "/api/v1/admin/credit/gift-cards/";
    let soon = shop.now() + TimeDelta::minutes(1);
    let body = json!({ "amount": etb(500), "reason": "given", "expires_at": soon });
    let over = issuer.post(issue, body).await.expect(201).text("/code");
    let dollars = json!({ "amount": { "amount": 500, "currency": "USD" }, "reason": "given" });
    let dollars = issuer.post(issue, dollars).await.expect(201).text("/code");
    let empty = shop.gift_card(500).await;
    let (other, another) = shop.guest_order(&[(coffee, 1)]).await;
    pay(&other, &another, &empty).await;
    shop.advance(TimeDelta::minutes(1));
    let before = shop.state().await;
    let nowhere = "0000-0000-0000-0000-0000-0000-0000-0000";
    for (code, status, problem) in [
        (over.as_str(), 409, "credit_expired"),
        (&dollars, 409, "credit_other_currency"),
        (&empty, 409, "credit_empty"),
        (nowhere, 404, "gift_card_not_found"),
        ("ዕቃ", 404, "gift_card_not_found"),
    ] {
        let body = json!({ "code": code });
        let refused = guest.post(&path(&order), body).await;
        refused.refused(status, problem);
    }
    let refused = guest.post(&path(&order), json!({})).await;
    refused.refused(422, "invalid_body");
    let body = json!({ "code": nowhere, "amount": etb(0) });
    let refused = guest.post(&path(&order), body).await;
    refused.refused(422, "invalid_body");
    assert_eq!(shop.state().await, before);
    let abebe = shop.customer("abebe@example.com").await;
    let refused = abebe.post(&path(&order), json!({})).await;
    refused.refused(404, "order_not_found");
    shop.close().await;
}
