//! The ways to pay: which there are, which can take an order, and changing one's mind.

use serde_json::{Value, json};

use super::by_hand::{cashier, confirm, etb};
use crate::world::Shop;

const PROVIDERS: &str = "/api/v1/payment/providers/";

fn names(body: &Value) -> Vec<&str> {
    let providers = body["providers"].as_array().unwrap().iter();
    providers
        .map(|one| one["provider"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ways_to_pay_declare_what_they_can_do() {
    let shop = Shop::open().await;
    let coffee = shop
        .product("coffee", &[(125_000, 10), (2_000_001, 10)])
        .await;
    let all = shop.client().get(PROVIDERS).await.expect(200).body;
    assert_eq!(names(&all), ["chapa", "cash_on_delivery", "bank_transfer"]);
    let declared: Vec<Value> = all["providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!([
                one["is_default"],
                one["confirmation"],
                one["has_redirect"],
                one["can_refund"],
                one["for_order"]
            ])
        })
        .collect();
    let expected = [
        json!([true, "by_provider", true, true, null]),
        json!([false, "by_staff", false, false, null]),
        json!([false, "by_staff", false, false, null]),
    ];
    assert_eq!(declared, expected);

    let (guest, order) = shop.guest_order(&[(coffee[0], 1)]).await;
    let of = |order: &Value| format!("{PROVIDERS}?order_id={}", order["id"].as_str().unwrap());
    let able = guest.get(&of(&order)).await.expect(200).body;
    for one in able["providers"].as_array().unwrap() {
        assert_eq!(one["for_order"]["can_pay"], true, "{one}");
        let promised = one["for_order"]["pay_until"].clone();
        let name = one["provider"].as_str().unwrap();
        let id = order["id"].as_str().unwrap();
        let told = shop.initiate_with(&guest, id, name).await.expect(200);
        assert_eq!(told.body["provider"], name);
        // What was promised first holds as long as no longer hold has been promised since.
        let kept = told.body["expires_at"].as_str().unwrap();
        assert!(
            kept >= promised.as_str().unwrap(),
            "{name}: {kept} {promised}"
        );
    }
    let (_, dear) = shop.guest_order(&[(coffee[1], 1)]).await;
    guest.get(&of(&dear)).await.refused(404, "order_not_found");
    shop.client()
        .get(&of(&order))
        .await
        .refused(404, "order_not_found");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_offered_or_not_for_this_order_is_refused() {
    let no_cash = |settings: &mut nexus::config::Settings| {
        settings.payments.cash_on_delivery.is_enabled = false;
        let limit = ("ETB".to_owned(), 124_999);
        settings.payments.bank_transfer.amount_max = [limit].into();
    };
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), no_cash).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let before = shop.memory().await;
    for name in ["cash_on_delivery", "paypal", "", "Chapa"] {
        let refused = shop.initiate_with(&guest, id, name).await;
        let refused = refused.refused(422, "payment_provider_not_offered");
        let offered = &refused.body["meta"]["offered"];
        assert_eq!(*offered, json!(["chapa", "bank_transfer"]));
    }
    let refused = shop.initiate_with(&guest, id, "bank_transfer").await;
    let refused = refused.refused(422, "payment_provider_unsuitable");
    assert_eq!(refused.body["meta"]["reason"], "amount");
    assert_eq!(refused.body["meta"]["most"], etb(124_999));
    assert_eq!(shop.memory().await, before);
    let path = format!("{PROVIDERS}?order_id={id}");
    let able = guest.get(&path).await.expect(200).body;
    assert_eq!(names(&able), ["chapa", "bank_transfer"]);
    assert_eq!(able["providers"][1]["for_order"]["reason"], "amount");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_and_an_empty_one_mean_the_page() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let path = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    let without = guest
        .send(http::Method::POST, &path, None)
        .await
        .expect(200);
    let empty = guest.post(&path, json!({})).await.expect(200);
    let named = guest
        .post(&path, json!({ "provider": "chapa" }))
        .await
        .expect(200);
    assert_eq!(
        (&without.bytes, &without.bytes),
        (&empty.bytes, &named.bytes)
    );
    assert_eq!(without.body["instructions"], Value::Null);
    assert_eq!(shop.calls("initialize").await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_changes_the_provider_has_one_payment_at_a_time() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let staff = cashier(&shop).await;
    let page = shop.pending(coffee).await;
    let id = page.order_id.as_str();
    let told = shop
        .initiate_with(&page.guest, id, "bank_transfer")
        .await
        .expect(200);
    assert_eq!(shop.transaction(&page.tx_ref).await["state"], "cancelled");
    assert_eq!(shop.attempt_state(&page.tx_ref).await, "cancelled");
    let transfer = told.text("/tx_ref");
    let back = shop
        .initiate_with(&page.guest, id, "chapa")
        .await
        .expect(200);
    assert_eq!(shop.attempt_state(&transfer).await, "cancelled");
    let live = "select count(*) from payment_attempts where state = 'pending'";
    assert_eq!(shop.number(live).await, 1);
    // The transfer was on its way: it pays the order, and the page is closed by its check.
    let sql = format!("select id::text from payment_attempts where tx_ref = '{transfer}'");
    let attempt = shop.text(&sql).await;
    let body = json!({ "amount": etb(125_000), "reference": "FT1" });
    confirm(&staff, "1", &attempt, body).await.expect(200);
    assert_eq!(shop.order_status(id).await, "paid");
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
    assert_eq!(
        shop.transaction(&back.text("/tx_ref")).await["state"],
        "cancelled"
    );
    assert_eq!(shop.number(live).await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_paid_is_found_when_the_buyer_wants_another_way() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let page = shop.pending(coffee).await;
    shop.on_page(&page.page, "pay").await.expect(302);
    shop.initiate_with(&page.guest, &page.order_id, "cash_on_delivery")
        .await
        .refused(409, "order_already_paid");
    assert_eq!(shop.order_status(&page.order_id).await, "paid");
    // And the other way round: nobody waits by hand for what a page has paid.
    let page = shop.pending(coffee).await;
    let told = shop
        .initiate_with(&page.guest, &page.order_id, "cash_on_delivery")
        .await;
    let by_hand = told.expect(200).text("/tx_ref");
    shop.at_provider(&page.tx_ref, "pay").await;
    assert_eq!(shop.told(&page.tx_ref).await, "paid");
    assert_eq!(shop.attempt_state(&by_hand).await, "cancelled");
    assert_eq!(shop.order_status(&page.order_id).await, "paid");
    shop.close().await;
}
