//! What has become of each message, and what staff see of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{closing::PRIVATE, provider::Pending};
use crate::world::{Client, Shop};

const WEBHOOKS: &str = "/api/v1/admin/payments/webhooks/";

/// The messages that a filter leaves, newest first, without anything private.
async fn listed(staff: &Client, filter: &str) -> Vec<Value> {
    let list = staff.get(&format!("{WEBHOOKS}?{filter}")).await.expect(200);
    assert_nobody(&list.body);
    list.body["data"].as_array().unwrap().clone()
}

fn assert_nobody(shown: &Value) {
    let shown = shown.to_string();
    for private in PRIVATE.iter().chain(&["0900123456", "251900"]) {
        assert!(!shown.contains(private), "{private} is shown: {shown}");
    }
}

/// A message about a payment as the provider writes it, with some members changed.
fn about(pending: &Pending, changes: Value) -> Vec<u8> {
    let mut body = json!({
        "event": "charge.success", "first_name": "Abebe", "last_name": "Bikila",
        "email": "abebe@example.com", "mobile": "251911223344", "currency": "ETB",
        "amount": "1250.00", "charge": "37.50", "status": "success", "mode": "test",
        "reference": "AP-1", "type": "API", "tx_ref": pending.tx_ref,
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string().into_bytes()
}

/// Messages that name nothing of ours, and what becomes of them.
const NOTHING_OF_OURS: [(&str, &str); 12] = [
    (
        r#"{"event":"charge.success","tx_ref":"nx-nobodys"}"#,
        "unknown_reference",
    ),
    (
        r#"{"event":"charge.success","data":{"tx_ref":"nx-nobodys"}}"#,
        "unknown_reference",
    ),
    (
        r#"{"event":"charge.refunded","trx_ref":"other-shop-1"}"#,
        "unknown_reference",
    ),
    (r#"{"event":"charge.success"}"#, "no_reference"),
    (
        r#"{"event":"charge.failed/cancelled","tx_ref":""}"#,
        "no_reference",
    ),
    (
        r#"{"event":"payout.success","type":"Payout","account_name":"Abebe Bikila"}"#,
        "payout",
    ),
    (
        r#"{"event":"payout.failed/cancelled","reference":"p-1"}"#,
        "payout",
    ),
    (r#"{"event":"something.new","data":null}"#, "unknown_event"),
    (r#"{"tx_ref":"nx-nobodys"}"#, "unknown_event"),
    (r#"{"event":"charge.succ"#, "unreadable"),
    ("[]", "unreadable"),
    ("", "unreadable"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_nothing_of_ours_says_why() {
    let shop = Shop::open().await;
    let staff = shop.staff("reader", &["orders.read"]).await;
    for (body, outcome) in NOTHING_OF_OURS {
        shop.advance(TimeDelta::seconds(1));
        shop.post_signed(body.as_bytes()).await.expect(200);
        let waiting = listed(&staff, "outcome=waiting").await;
        assert_eq!(waiting.len(), 1, "{body}");
        assert_eq!(waiting[0]["outcome"], Value::Null);
        shop.run_jobs().await;
        let newest = &listed(&staff, "limit=1").await[0];
        assert_eq!(newest["outcome"], outcome, "{body}");
        assert_eq!(newest["attempt_id"], Value::Null);
        assert_eq!(newest["differs"], json!([]));
        assert!(newest["processed_at"].is_string());
    }
    assert_eq!(shop.calls("verify").await, 0);
    assert_eq!(
        listed(&staff, "outcome=payout&authenticity=signed")
            .await
            .len(),
        2
    );
    assert_eq!(listed(&staff, "tx_ref=other-shop-1").await.len(), 1);
    assert_eq!(listed(&staff, "authenticity=static_token").await.len(), 0);
    let tomorrow = (shop.now() + TimeDelta::days(1)).format("%Y-%m-%dT%H:%M:%SZ");
    assert_eq!(
        listed(&staff, &format!("received_from={tomorrow}"))
            .await
            .len(),
        0
    );
    let all = listed(&staff, &format!("received_to={tomorrow}&limit=100")).await;
    assert_eq!(all.len(), NOTHING_OF_OURS.len());
    for wrong in [
        "outcome=paid",
        "authenticity=none",
        "received_from=%2B99999-01-01T00:00:00Z",
    ] {
        staff
            .get(&format!("{WEBHOOKS}?{wrong}"))
            .await
            .refused(400, "invalid_query");
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_message_claims_is_shown_compared_and_not_believed() {
    let shop = Shop::open().await;
    let staff = shop.staff("reader", &["orders.read"]).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    let cases = [
        (json!({}), json!([])),
        (json!({ "amount": "1249.99" }), json!(["amount"])),
        (json!({ "amount": "1251.00" }), json!(["amount"])),
        (json!({ "currency": "USD" }), json!(["currency"])),
        (json!({ "mode": "live" }), json!(["mode"])),
        (
            json!({ "amount": "0.01", "currency": "USD", "mode": "live" }),
            json!(["amount", "currency", "mode"]),
        ),
        (
            json!({ "amount": "lots", "status": "Abebe 0911223344" }),
            json!([]),
        ),
    ];
    for (changes, differs) in cases {
        let pending = shop.pending(coffee).await;
        shop.post_signed(&about(&pending, changes.clone()))
            .await
            .expect(200);
        shop.run_jobs().await;
        let shown = &listed(&staff, &format!("tx_ref={}", pending.tx_ref)).await[0];
        assert_eq!(shown["differs"], differs, "{changes}");
        assert_eq!(
            shown["outcome"], "no_news",
            "the provider knows of no payment"
        );
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );

        // The provider's own word counts, whatever the message said.
        shop.at_provider(&pending.tx_ref, "pay").await;
        shop.advance(TimeDelta::seconds(1));
        let again = about(&pending, json!({ "amount": "1.00", "again": true }));
        shop.post_signed(&again).await.expect(200);
        shop.run_jobs().await;
        let shown = &listed(&staff, &format!("tx_ref={}", pending.tx_ref)).await[0];
        assert_eq!(shown["outcome"], "settled");
        assert_eq!(shown["differs"], json!(["amount"]));
        assert_eq!(shown["claims"]["amount"], 100);
        assert_eq!(shop.order_status(&pending.order_id).await, "paid");
        let id = shown["id"].as_str().unwrap();
        let one = staff.get(&format!("{WEBHOOKS}{id}/")).await.expect(200);
        assert_eq!(&one.body, shown);
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_about_the_other_mode_is_not_asked_about() {
    let shop = Shop::open().await;
    let staff = shop.staff("reader", &["orders.read"]).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let pending = shop.pending(coffee).await;
    let turn = async |mode: &str| {
        let sql = format!("update payment_attempts set mode = '{mode}'");
        shop.db().await.batch(&sql).await.unwrap();
    };
    turn("live").await;
    shop.post_signed(&about(&pending, json!({})))
        .await
        .expect(200);
    shop.run_jobs().await;
    let shown = &listed(&staff, "").await[0];
    assert_eq!(shown["outcome"], "other_mode");
    assert_eq!(shown["differs"], json!(["mode"]));
    assert_eq!(shop.calls("verify").await, 0);
    turn("test").await;
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_answers_is_given_up_and_can_be_looked_at_again() {
    let shop = Shop::open().await;
    let staff = shop
        .staff("payer", &["orders.read", "payments.manage"])
        .await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    let pending = shop.pending(coffee).await;
    shop.play(json!({ "kind": "server_error", "times": 1_000 }))
        .await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    let named = format!("tx_ref={}", pending.tx_ref);
    let waiting = listed(&staff, &format!("{named}&outcome=waiting")).await;
    assert_eq!(waiting.len(), 1);
    let id = waiting[0]["id"].as_str().unwrap().to_owned();
    let again = format!("{WEBHOOKS}{id}/process/");
    staff
        .post(&again, json!({}))
        .await
        .refused(503, "payment_provider_unreachable");
    shop.advance(TimeDelta::hours(73));
    shop.run_jobs().await;
    // Nobody stays signed in for so long.
    let staff = shop
        .staff("later", &["orders.read", "payments.manage"])
        .await;
    assert_eq!(listed(&staff, &named).await[0]["outcome"], "unanswered");
    shop.mend().await;
    let looked_at = staff.post(&again, json!({})).await.expect(200);
    assert_eq!(looked_at.body["outcome"], "settled");
    assert_eq!(
        looked_at.body["attempt_id"].as_str().map(str::len),
        Some(36)
    );
    let twice = staff.post(&again, json!({})).await.expect(200);
    assert_eq!(twice.body["outcome"], "no_news");
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    staff
        .post(
            &format!("{WEBHOOKS}{}/process/", pending.order_id),
            json!({}),
        )
        .await
        .refused(404, "webhook_not_found");
    shop.settle_and_close().await;
}
