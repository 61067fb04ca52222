//! Starting a payment while the provider is away, slow, hostile or says no: a declared answer,
//! nothing lost, never two pages that could both be paid.

use serde_json::{Value, json};

use crate::world::Shop;

/// After the trouble the buyer tries again, gets a page, and pays once.
async fn then_it_works(shop: &Shop, guest: &crate::world::Client, order: &Value) {
    let id = order["id"].as_str().unwrap();
    shop.mend().await;
    let (tx_ref, page) = shop.initiate(guest, order).await;
    let open = format!(
        "select count(*) from payment_attempts
        where order_id = '{id}' and state in ('created', 'unknown', 'pending')"
    );
    assert_eq!(shop.number(&open).await, 1);
    let ledger = shop
        .provider()
        .get("/__sim/transactions")
        .await
        .expect(200)
        .body;
    let pages = ledger
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["is_open"] == true);
    assert_eq!(
        pages.map(|row| &row["tx_ref"]).collect::<Vec<_>>(),
        [&tx_ref]
    );
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.order_status(id).await, "paid");
}

/// What the buyer is told, and how the attempt is remembered.
async fn told(shop: &Shop, variant: ids::VariantId, fault: Value, told: (u16, &str, &str)) {
    let (guest, order) = shop.guest_order(&[(variant, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let (status, code, state) = told;
    shop.play(fault.clone()).await;
    let answer = guest
        .post(&format!("/api/v1/payment/initiate/{id}/"), json!({}))
        .await;
    assert_eq!(answer.status, status, "{fault}: {}", answer.body);
    let answer = answer.refused(status, code);
    if status == 503 {
        let wait = fault["retry_after"].as_str().unwrap_or("5");
        assert_eq!(answer.headers["retry-after"], wait, "{fault}");
    }
    let remembered = format!("select state from payment_attempts where order_id = '{id}'");
    assert_eq!(shop.text(&remembered).await, state, "{fault}");
    assert_eq!(shop.order_status(id).await, "pending_payment");
    then_it_works(shop, &guest, &order).await;
}

const AWAY: &str = "payment_provider_unreachable";
const REFUSED: &str = "payment_provider_rejected";

async fn impatient_shop() -> (Shop, ids::VariantId) {
    let short = |settings: &mut nexus::config::Settings| settings.payments.total_timeout_ms = 400;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), short).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    (shop, coffee)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_the_buyer_is_told_and_pays_at_the_next_try() {
    let (shop, coffee) = impatient_shop().await;
    let unknown = [
        json!({ "kind": "reset" }),
        json!({ "kind": "hang" }),
        json!({ "kind": "hang_after" }),
        json!({ "kind": "server_error" }),
        json!({ "kind": "answer", "status": 504, "body": "<html>Gateway Timeout</html>" }),
        json!({ "kind": "error_after" }),
        json!({ "kind": "lost_answer" }),
        json!({ "kind": "cut_answer" }),
        json!({ "kind": "truncated_json" }),
        json!({ "kind": "slow_answer", "ms": 2_000 }),
        json!({ "kind": "drip", "interval_ms": 50 }),
        json!({ "kind": "huge_answer" }),
        json!({ "kind": "redirect", "location": "/v1/banks" }),
    ];
    for mut fault in unknown {
        fault["call"] = json!("initialize");
        told(&shop, coffee, fault, (503, AWAY, "unknown")).await;
    }
    let slow_down =
        json!({ "call": "initialize", "kind": "too_many_requests", "retry_after": "9" });
    told(&shop, coffee, slow_down, (503, AWAY, "failed")).await;
    shop.settle_and_close().await;
}

fn answered(status: u16, body: &str) -> Value {
    json!({ "call": "initialize", "kind": "answer", "status": status, "body": body })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_and_a_strange_acceptance_leads_nowhere() {
    let (shop, coffee) = impatient_shop().await;
    let refusals = [
        json!({ "call": "initialize", "kind": "page_expired" }),
        answered(
            400,
            r#"{"message":"User can't receive payments","status":"failed","data":null}"#,
        ),
        answered(
            400,
            r#"{"message":{"email":["validation.email"]},"status":"failed","data":null}"#,
        ),
        answered(
            401,
            r#"{"message":"Invalid API Key","status":"failed","data":null}"#,
        ),
        answered(
            404,
            r#"{"message":"Payments through API is disabled","status":"failed"}"#,
        ),
        answered(200, r#"{"message":"no","status":"failed","data":null}"#),
    ];
    for refusal in refusals {
        told(&shop, coffee, refusal, (502, REFUSED, "failed")).await;
    }
    let page = |url: &str| {
        let data = json!({ "checkout_url": url });
        answered(
            200,
            &json!({ "message": "Hosted Link", "status": "success", "data": data }).to_string(),
        )
    };
    let strange = [
        page("https://evil.example/pay"),
        page("javascript:alert(1)"),
        page("//evil.example"),
        page("https://checkout.chapa.co@evil.example/"),
        page(""),
        answered(200, "{}"),
        answered(
            200,
            r#"{"message":"Hosted Link","status":"success","data":null}"#,
        ),
        answered(200, "<html>Hosted Link</html>"),
        answered(
            400,
            r#"{"message":"Transaction reference has been used before","status":"failed"}"#,
        ),
    ];
    for strange in strange {
        told(&shop, coffee, strange, (503, AWAY, "unknown")).await;
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_is_no_loss() {
    let nowhere = |settings: &mut nexus::config::Settings| {
        settings.payments.base_url = "http://127.0.0.1:9/v1".to_owned();
    };
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), nowhere).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let path = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    for _ in 0..3 {
        guest.post(&path, json!({})).await.refused(503, AWAY);
    }
    assert_eq!(
        shop.text("select string_agg(state, ' ') from payment_attempts")
            .await,
        "failed failed failed"
    );
    assert_eq!(shop.stock(coffee).await, (10, 1));
    // Nothing was ever sent, so there is nothing to ask about: the hold simply ends.
    shop.advance(chrono::TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(
        shop.order_status(order["id"].as_str().unwrap()).await,
        "expired"
    );
    assert_eq!(shop.stock(coffee).await, (10, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_paid_on_a_page_whose_address_was_lost_is_not_charged_again() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    shop.vary(json!({ "instant_result": "success" })).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let id = order["id"].as_str().unwrap();
    let path = format!("/api/v1/payment/initiate/{id}/");
    shop.play(json!({ "call": "initialize", "kind": "lost_answer" }))
        .await;
    guest.post(&path, json!({})).await.refused(503, AWAY);
    guest
        .post(&path, json!({}))
        .await
        .refused(409, "order_already_paid");
    assert_eq!(shop.calls("initialize").await, 1);
    assert_eq!(shop.order_status(id).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_about_the_old_page_there_is_no_new_one() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let path = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    shop.play(json!({ "call": "initialize", "kind": "lost_answer" }))
        .await;
    guest.post(&path, json!({})).await.refused(503, AWAY);
    for call in ["verify", "cancel"] {
        shop.play(json!({ "call": call, "kind": "server_error" }))
            .await;
        guest.post(&path, json!({})).await.refused(503, AWAY);
        assert_eq!(
            shop.text("select string_agg(state, ' ') from payment_attempts")
                .await,
            "unknown"
        );
    }
    assert_eq!(shop.calls("initialize").await, 1);
    then_it_works(&shop, &guest, &order).await;
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_may_come_before_the_page() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.vary(json!({ "instant_result": "success" })).await;
    let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
    let (tx_ref, _) = shop.initiate(&guest, &order).await;
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        1
    );
    shop.run_jobs().await;
    assert_eq!(shop.told(&tx_ref).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_names_the_buyer_is_kept_without_the_buyer() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let words = format!(
        "Abebe Bikila <abebe@example.com> +251911223344 0911223344 may not pay with {}",
        crate::world::CHAPA_KEY
    );
    let messages = [
        json!(words),
        json!({ "email": [words], "phone_number": [words] }),
        json!([words]),
    ];
    for message in messages {
        let (guest, order) = shop.guest_order(&[(coffee, 1)]).await;
        let body = json!({ "message": message, "status": "failed", "data": null }).to_string();
        shop.play(answered(400, &body)).await;
        let path = format!(
            "/api/v1/payment/initiate/{}/",
            order["id"].as_str().unwrap()
        );
        let refused = guest.post(&path, json!({})).await.refused(502, REFUSED);
        assert!(!refused.body.to_string().contains(crate::world::CHAPA_KEY));
        shop.assert_nothing_private().await;
    }
    shop.settle_and_close().await;
}
