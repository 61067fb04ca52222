//! The unsigned callback and the page that the buyer returns to: reasons to ask, nothing else.

use http::Method;
use serde_json::json;

use crate::world::{Answer, Shop};

const CALLBACK: &str = "/api/v1/payment/callback/";

async fn send(shop: &Shop, method: Method, query: &str, media: &str, body: &str) -> Answer {
    let path = format!("{CALLBACK}{query}");
    let body = (!media.is_empty()).then(|| body.as_bytes().to_vec());
    shop.client()
        .try_raw(method, &path, media, body)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_callback_finds_a_payment_whose_webhook_is_lost() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 30)]).await[0];
    shop.lose_all_messages().await;
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    let forms = [
        (Method::GET, "?trx_ref=T&ref_id=AP1&status=success", "", ""),
        (Method::GET, "?tx_ref=T", "", ""),
        (Method::GET, "?status=failed&trx_ref=T", "", ""),
        (
            Method::GET,
            "?utm_source=x&trx_ref=T&amp;y=%F0%9F%92%A3&status=%00",
            "",
            "",
        ),
        (
            Method::GET,
            "",
            json,
            r#"{"trx_ref":"T","ref_id":"AP1","status":"success"}"#,
        ),
        (Method::POST, "", json, r#"{"trx_ref":"T"}"#),
        (
            Method::POST,
            "",
            json,
            r#"{"tx_ref":"T","extra":{"a":[1]}}"#,
        ),
        (Method::POST, "", form, "trx_ref=T&status=success"),
        (Method::POST, "", form, "tx_ref=T"),
        (Method::POST, "?trx_ref=T", "", ""),
        (
            Method::POST,
            "?trx_ref=T",
            json,
            r#"{"trx_ref":"nx-another"}"#,
        ),
        (Method::POST, "", "text/plain", r#"{"trx_ref":"T"}"#),
    ];
    for (method, query, media, body) in forms {
        let pending = shop.pending(coffee).await;
        shop.on_page(&pending.page, "pay").await.expect(302);
        let (query, body) = (
            query.replace('T', &pending.tx_ref),
            body.replace('T', &pending.tx_ref),
        );
        let answer = send(&shop, method, &query, media, &body).await.expect(200);
        assert_eq!(answer.body, json!({ "received": true }));
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );
        shop.run_jobs().await;
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "paid",
            "{query} {body}"
        );
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_own_callbacks_work_in_every_form_and_order() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 30)]).await[0];
    let orders = [
        json!(["callback", "webhook", "redirect"]),
        json!(["webhook", "callback", "redirect"]),
        json!(["callback", "redirect"]),
    ];
    for form in ["query", "json_get", "json_post"] {
        for order in &orders {
            shop.vary(json!({ "callback_form": form, "result_order": order }))
                .await;
            let pending = shop.pending(coffee).await;
            shop.on_page(&pending.page, "pay").await.expect(302);
            shop.run_jobs().await;
            assert_eq!(
                shop.order_status(&pending.order_id).await,
                "paid",
                "{form} {order}"
            );
        }
    }
    assert_eq!(shop.number("select count(*) from captures").await, 9);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callbacks_word_is_not_believed() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    for status in ["success", "failed", "cancelled", "refunded"] {
        let query = format!(
            "?trx_ref={}&ref_id=AP1&status={status}&amount=1250",
            pending.tx_ref
        );
        send(&shop, Method::GET, &query, "", "").await.expect(200);
        shop.run_jobs().await;
        assert_eq!(shop.attempt_state(&pending.tx_ref).await, "pending");
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );
    }
    assert_eq!(shop.calls("verify").await, 4);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_about_nothing_of_ours_leaves_no_trace() {
    let shop = Shop::open().await;
    let before = shop.memory().await;
    let long = format!("?trx_ref={}", "x".repeat(5_000));
    let nonsense = [
        "",
        "?",
        "?trx_ref=",
        "?trx_ref=nx-unknown",
        "?trx_ref=%00",
        "?trx_ref=%FF%FE",
        "?trx_ref='%20or%201=1--",
        "?trx_ref=<script>alert(1)</script>",
        "?trx_ref[]=a",
        "?trx_ref=..%2F..%2Fetc%2Fpasswd",
        "?status=success",
        &long,
    ];
    for query in nonsense {
        for method in [Method::GET, Method::POST] {
            send(&shop, method, query, "", "").await.expect(200);
        }
    }
    for body in [
        "",
        "{",
        "null",
        "[1]",
        "{\"trx_ref\":null}",
        "{\"trx_ref\":{\"a\":1}}",
        "\u{feff}{}",
    ] {
        send(&shop, Method::POST, "", "application/json", body)
            .await
            .expect(200);
    }
    let huge = "x".repeat(16 * 1024 + 1);
    send(&shop, Method::POST, "", "application/json", &huge)
        .await
        .refused(413, "body_too_large");
    assert_eq!(shop.memory().await, before);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_callbacks_is_followed_thirty_times_a_minute() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (flooded, other) = (shop.pending(coffee).await, shop.pending(coffee).await);
    let query = format!("?trx_ref={}", flooded.tx_ref);
    for _ in 0..100 {
        send(&shop, Method::GET, &query, "", "").await.expect(200);
    }
    let asked = "select count(*) from jobs where kind = 'confirm_payment'";
    assert_eq!(shop.number(asked).await, 30);
    let query = format!("?trx_ref={}", other.tx_ref);
    send(&shop, Method::GET, &query, "", "").await.expect(200);
    assert_eq!(shop.number(asked).await, 31);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_return_is_ours_and_its_parameters_change_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    shop.vary(json!({ "return_parameters": true })).await;
    let pending = shop.pending(coffee).await;
    let back = shop.on_page(&pending.page, "cancel").await.expect(302);
    let back = back.headers["location"].to_str().unwrap().to_owned();
    let own = format!(
        "{}/orders/{}?tx_ref={}",
        shop.url, pending.order_id, pending.tx_ref
    );
    assert!(back.starts_with(&own), "{back}");
    let before = shop.memory().await;
    for lie in [
        "&status=success",
        "&status=success&amount=0.01",
        "&next=//evil.example",
        "&x=<script>",
    ] {
        let answer = shop.client().get(&format!("{own}{lie}")).await;
        assert!(answer.status.as_u16() < 500 && !answer.headers.contains_key("location"));
        let path = format!("/api/v1/orders/{}/?x=1{lie}", pending.order_id);
        let seen = pending.guest.get(&path).await;
        assert!(
            seen.status == 400 || seen.body["status"] == "pending_payment",
            "{}",
            seen.body
        );
    }
    assert_eq!(shop.memory().await, before);
    assert_eq!(shop.told(&pending.tx_ref).await, "cancelled");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_was_never_given_tells_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    let near = format!("{}x", pending.tx_ref);
    let capitals = pending.tx_ref.to_uppercase();
    let long = "x".repeat(3_000);
    for guess in [
        near.as_str(),
        &capitals,
        &pending.tx_ref[..20],
        "%3Cscript%3E",
        "%27--",
        &long,
        "nx-",
    ] {
        shop.verify(guess).await.refused(404, "payment_not_found");
    }
    shop.verify("%00").await.expect(404);
    assert_eq!(shop.calls("verify").await, 0);
    shop.settle_and_close().await;
}
