//! Genuine webhooks in every form: stored once, looked at once, never a reason for a 5xx.

use serde_json::json;

use super::provider::sign;
use crate::world::{Shop, race::patient_shop};

const RECEIVED: &str = "select coalesce(sum(received_count), 0)::bigint from webhooks_received";

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_copies_many_of_them_at_once_are_one_payment() {
    let shop = patient_shop(&[]).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    shop.send_webhooks(json!({ "duplicates": 19 })).await;
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    let (genuine, id) = shop.newest_webhook(&pending.tx_ref).await;
    shop.run_jobs().await;
    let redeliver = format!("/__sim/webhooks/{id}/redeliver");
    shop.provider()
        .post(&redeliver, json!({}))
        .await
        .expect(200);
    for _ in 0..960 {
        shop.post_signed(&genuine).await.expect(200);
    }
    shop.run_jobs().await;

    assert_eq!(shop.number(RECEIVED).await, 1_000);
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        1
    );
    let processed = "select count(*) from jobs where kind = 'process_payment_webhook'";
    assert_eq!(shop.number(processed).await, 1);
    assert_eq!(shop.calls("verify").await, 1);
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.stock(coffee).await, (9, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_after_a_refund_and_after_a_month_changes_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    let (genuine, _) = shop.newest_webhook(&pending.tx_ref).await;
    shop.run_jobs().await;
    shop.at_provider(&pending.tx_ref, "reverse").await;
    shop.run_jobs().await;
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "reversal");

    shop.advance(chrono::TimeDelta::days(30));
    shop.run_jobs().await;
    let before = shop.memory().await;
    for _ in 0..20 {
        shop.post_signed(&genuine).await.expect(200);
    }
    shop.run_jobs().await;
    let counted = before.replace(r#","received_count":1}"#, "");
    assert_eq!(counted, before, "rows are not JSON here");
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        2
    );
    assert_eq!(shop.number(RECEIVED).await, 22);
    assert_eq!(shop.number("select count(*) from captures").await, 1);
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "reversal");
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.stock(coffee).await, (9, 0));
    shop.settle_and_close().await;
}

/// The provider's ways of writing a genuine webhook.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_genuine_webhook_leads_to_the_payment() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    let forms = [
        json!({ "headers": "both" }),
        json!({ "headers": "x_only" }),
        json!({ "headers": "static_over_body" }),
        json!({ "body": "nested" }),
        json!({ "body": "unknown_event" }),
        json!({ "body": "short_names" }),
    ];
    for form in forms {
        let pending = shop.pending(coffee).await;
        shop.send_webhooks(json!({ "headers": "both", "body": "flat" }))
            .await;
        shop.send_webhooks(form.clone()).await;
        shop.on_page(&pending.page, "pay").await.expect(302);
        shop.run_jobs().await;
        assert_eq!(shop.order_status(&pending.order_id).await, "paid", "{form}");
    }
    let strength = "select string_agg(distinct authenticity, ' ') from webhooks_received";
    assert_eq!(shop.text(strength).await, "signed");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyers_name_may_be_written_in_amharic() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    for text in ["php", "plain"] {
        shop.vary(json!({ "json_text": text })).await;
        let named = |body: &mut serde_json::Value| {
            body["shipping_address"]["name"] = json!("አልማዝ በቀለ");
        };
        let (guest, order) = shop.order_with(coffee, named).await;
        let (tx_ref, page) = shop.initiate(&guest, &order).await;
        shop.on_page(&page, "pay").await.expect(302);
        let (sent, _) = shop.newest_webhook(&tx_ref).await;
        let is_plain = String::from_utf8_lossy(&sent).contains("አልማዝ");
        assert_eq!(is_plain, text == "plain");
        shop.run_jobs().await;
        assert_eq!(shop.told(&tx_ref).await, "paid");
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_payment_of_ours_is_stored_and_no_more() {
    let shop = Shop::open().await;
    let long = "x".repeat(60_000);
    let bodies = [
        r#"{"event":"charge.success","tx_ref":"nx-nobodys"}"#.to_owned(),
        r#"{"event":"charge.success"}"#.to_owned(),
        r#"{"event":"payout.success","type":"Payout","reference":"p-1","amount":"10.00"}"#
            .to_owned(),
        r#"{"event":"something.new","data":null}"#.to_owned(),
        r#"{"event":"charge.success","data":{"tx_ref":"nx-nobodys"}}"#.to_owned(),
        r#"{"event":"charge.success","tx_ref":"a","tx_ref":"b"}"#.to_owned(),
        r#"{"event":"nul \u0000 in it","tx_ref":"nul \u0000"}"#.to_owned(),
        r#"{"event":7,"tx_ref":{"a":1}}"#.to_owned(),
        format!(r#"{{"event":"{long}"}}"#),
        r#"{"event":"charge.succ"#.to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        String::new(),
        "[".repeat(50_000),
    ];
    for body in &bodies {
        let answer = shop.post_signed(body.as_bytes()).await.expect(200);
        assert_eq!(answer.body, json!({ "received": true }));
    }
    let not_utf8 = [0xff, 0xfe, 0x00];
    shop.post_signed(&not_utf8).await.expect(200);
    shop.run_jobs().await;
    let count = i64::try_from(bodies.len() + 1).unwrap();
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        count
    );
    assert_eq!(
        shop.number("select count(*) from jobs where state <> 'done'")
            .await,
        0
    );
    assert_eq!(shop.calls("verify").await, 0);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_webhook_is_refused_and_its_payment_found_all_the_same() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let limit = vec![b' '; 64 * 1024];
    shop.post_signed(&limit).await.expect(200);
    let over = vec![b' '; 64 * 1024 + 1];
    let signature = sign(&over);
    let answer = shop
        .post_webhook(&over, &[("x-chapa-signature", &signature)])
        .await;
    answer.refused(413, "body_too_large");

    let pending = shop.pending(coffee).await;
    shop.send_webhooks(json!({ "body": "huge" })).await;
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        1
    );
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_waits_while_the_provider_cannot_be_asked() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    shop.play(json!({ "call": "verify", "kind": "server_error", "times": 3 }))
        .await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    for _ in 0..2 {
        shop.run_jobs().await;
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );
        shop.advance(chrono::TimeDelta::seconds(59));
        assert_eq!(shop.run_jobs().await, 0);
        shop.advance(chrono::TimeDelta::seconds(1));
    }
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    shop.settle_and_close().await;
}
