//! Genuinely signed lies: whatever a webhook claims, only the provider's own answer counts.

use serde_json::{Value, json};

use crate::world::Shop;

/// A webhook as the provider would write it.
fn claim(tx_ref: &str, reference: &str, change: Value) -> Vec<u8> {
    let mut claim = json!({
        "event": "charge.success", "first_name": "Abebe", "last_name": "Bikila",
        "mobile": "251900123456", "currency": "ETB", "amount": "1250.00", "charge": "37.50",
        "status": "success", "mode": "test", "reference": reference, "type": "API",
        "tx_ref": tx_ref, "payment_method": "telebirr",
    });
    claim
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    claim.to_string().into_bytes()
}

fn lies() -> Vec<Value> {
    vec![
        json!({}),
        json!({ "amount": "1249.99" }),
        json!({ "amount": "12.50" }),
        json!({ "amount": "1251.00" }),
        json!({ "amount": "-1250.00" }),
        json!({ "amount": 1250 }),
        json!({ "currency": "USD" }),
        json!({ "currency": "etb" }),
        json!({ "mode": "live" }),
        json!({ "status": "pending" }),
        json!({ "event": "charge.refunded", "status": "refunded" }),
        json!({ "event": "charge.reversed", "status": "reversed" }),
        json!({ "event": "charge.failed/cancelled", "status": "failed/cancelled" }),
        json!({ "event": "payout.success" }),
        json!({ "event": "order.paid" }),
    ]
}

/// Sends every lie about a payment of which the provider says something else.
async fn lie_about(shop: &Shop, tx_ref: &str) {
    let reference = shop.transaction(tx_ref).await["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    for lie in lies() {
        shop.post_signed(&claim(tx_ref, &reference, lie))
            .await
            .expect(200);
    }
    shop.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_moves_nothing_while_the_provider_says_pending_failed_or_cancelled() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    for unpaid in ["not_found_null", "not_found_text_null", "pending"] {
        shop.vary(json!({ "unpaid": unpaid })).await;
        let pending = shop.pending(coffee).await;
        lie_about(&shop, &pending.tx_ref).await;
        assert_eq!(
            shop.attempt_state(&pending.tx_ref).await,
            "pending",
            "{unpaid}"
        );
    }
    for failed in [
        "mirrored",
        "success_envelope",
        "failed_cancelled",
        "not_paid",
    ] {
        shop.vary(json!({ "failed": failed })).await;
        let pending = shop.pending(coffee).await;
        shop.at_provider(&pending.tx_ref, "fail").await;
        lie_about(&shop, &pending.tx_ref).await;
        assert_eq!(
            shop.attempt_state(&pending.tx_ref).await,
            "pending",
            "{failed}"
        );
    }
    let pending = shop.pending(coffee).await;
    shop.at_provider(&pending.tx_ref, "cancel").await;
    lie_about(&shop, &pending.tx_ref).await;
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "cancelled");

    assert_eq!(
        shop.number("select count(*) from orders where status <> 'pending_payment'")
            .await,
        0
    );
    assert_eq!(shop.number("select count(*) from payment_reviews").await, 0);
    assert_eq!(shop.stock(coffee).await, (10, 8));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lie_about_a_paid_order_leaves_it_paid() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    lie_about(&shop, &pending.tx_ref).await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "charged");
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "");
    assert_eq!(
        shop.number("select count(*) from events where name = 'order.paid'")
            .await,
        1
    );
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payment_of_a_cheap_order_pays_no_dear_one() {
    let shop = Shop::open().await;
    let cup = shop.product("cup", &[(100, 5)]).await[0];
    let grinder = shop.product("grinder", &[(2_000_000, 5)]).await[0];
    let (cheap, dear) = (shop.pending(cup).await, shop.pending(grinder).await);
    shop.on_page(&cheap.page, "pay").await.expect(302);
    let reference = shop.transaction(&cheap.tx_ref).await["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_dear = json!({ "amount": "20000.00" });
    for (tx_ref, change) in [
        (&cheap.tx_ref, of_dear.clone()),
        (&dear.tx_ref, of_dear),
        (&dear.tx_ref, json!({})),
    ] {
        shop.post_signed(&claim(tx_ref, &reference, change))
            .await
            .expect(200);
        shop.run_jobs().await;
    }
    assert_eq!(shop.told(&cheap.tx_ref).await, "paid");
    assert_eq!(shop.told(&dear.tx_ref).await, "pending");
    assert_eq!(shop.order_status(&dear.order_id).await, "pending_payment");
    assert_eq!(shop.stock(grinder).await, (5, 1));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_or_a_question_about_one_order_pays_no_other() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (paid, unpaid) = (shop.pending(coffee).await, shop.pending(coffee).await);
    shop.on_page(&paid.page, "pay").await.expect(302);
    let reference = shop.transaction(&paid.tx_ref).await["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    let (a, b, order) = (&paid.tx_ref, &unpaid.tx_ref, &unpaid.order_id);
    let questions = [
        format!("/api/v1/payment/verify/{a}/?tx_ref={b}&order_id={order}&status=success"),
        format!("/api/v1/payment/verify/{b}/?tx_ref={a}&reference={reference}"),
        format!(
            "/api/v1/payment/callback/?trx_ref={a}&tx_ref={b}&ref_id={reference}&status=success"
        ),
        format!("/api/v1/payment/callback/?trx_ref={b}&ref_id={reference}&status=success"),
        format!("/api/v1/payment/callback/?tx_ref={b}&trx_ref={a}&order_id={order}"),
    ];
    for question in questions {
        shop.client().get(&question).await.expect(200);
    }
    shop.client()
        .get(&format!("/api/v1/payment/verify/{reference}/"))
        .await
        .refused(404, "payment_not_found");
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&paid.order_id).await, "paid");
    assert_eq!(shop.order_status(&unpaid.order_id).await, "pending_payment");
    assert_eq!(shop.attempt_state(&unpaid.tx_ref).await, "pending");
    assert_eq!(shop.stock(coffee).await, (9, 1));
    shop.settle_and_close().await;
}
