//! What the provider's messages do to a refund: they are a reason to ask, and no more.

use chrono::TimeDelta;
use serde_json::json;

use super::staff::{Paid, TOTAL};
use crate::world::race::rounds;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_asked_about_and_a_thousand_of_them_change_nothing() {
    let paid = Paid::new().await;
    let (charged, _) = paid.shop.newest_webhook(&paid.tx_ref).await;
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    paid.let_provider(&id, "complete").await;
    paid.run().await;
    assert_eq!(paid.state(&id).await, "succeeded");
    let (refunded, _) = paid.shop.newest_webhook(&paid.tx_ref).await;
    assert_ne!(charged, refunded);
    let tables = [
        "refunds",
        "refund_history",
        "captures",
        "payment_reviews",
        "ledger_transfers",
    ];
    let counts = async || {
        let mut counts = Vec::new();
        for table in tables {
            counts.push(paid.shop.count(table).await);
        }
        counts
    };
    let before = counts().await;
    for _ in 0..rounds(50) {
        for body in [&charged, &refunded] {
            paid.shop.post_signed(body).await.expect(200);
        }
    }
    paid.run().await;
    paid.wait(TimeDelta::days(30)).await;
    for body in [&charged, &refunded] {
        paid.shop.post_signed(body).await.expect(200);
    }
    paid.run().await;
    assert_eq!(counts().await, before);
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_may_name_the_refund_in_any_way_and_is_never_believed() {
    let paid = Paid::new().await;
    paid.shop.lose_all_messages().await;
    let id = paid.ask_for(10_000).await;
    paid.run().await;
    let refund = paid.refund(&id).await;
    for message in [
        json!({ "event": "refund.success", "merchant_reference": refund["reference"] }),
        json!({ "event": "refund.success", "ref_id": refund["provider_reference"] }),
        json!({ "event": "charge.refunded", "tx_ref": paid.tx_ref, "status": "refunded" }),
        json!({ "event": "refund.failed", "data": { "ref_id": refund["provider_reference"] } }),
    ] {
        let asked = paid.shop.calls("verify_refund").await;
        paid.shop
            .post_signed(message.to_string().as_bytes())
            .await
            .expect(200);
        paid.run().await;
        assert_eq!(
            paid.shop.calls("verify_refund").await,
            asked + 1,
            "{message}"
        );
        assert_eq!(paid.state(&id).await, "processing", "{message}");
    }
    assert_eq!(paid.books().await, (10_000, 0, 0, "paid".to_owned()));
    assert_eq!(paid.reviews().await, "");
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_goes_back_by_somebody_else_calls_a_person() {
    let mut paid = Paid::new().await;
    // By our own wish the payment is refunded at the provider, and that is no news.
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    paid.let_provider(&id, "complete").await;
    paid.run().await;
    assert_eq!(paid.reviews().await, "");
    // Somebody gives it back on the provider's dashboard.
    paid.next().await;
    paid.shop
        .vary(json!({ "refund_progress": "instant" }))
        .await;
    paid.shop.at_provider(&paid.tx_ref, "refund").await;
    paid.run().await;
    assert_eq!(paid.reviews().await, "reversal");
    paid.shop.close().await;
}
