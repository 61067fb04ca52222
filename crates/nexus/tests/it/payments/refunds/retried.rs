//! A refund that did not go through is asked for once more, by a person's word, once.

use serde_json::json;

use super::staff::{Paid, TOTAL};

#[tokio::test(flavor = "multi_thread")]
async fn staff_ask_for_a_failed_refund_once_more() {
    let paid = Paid::new().await;
    let no = json!({ "message": "Insufficient balance", "status": "failed", "data": null });
    let refusal =
        json!({ "call": "refund", "kind": "answer", "status": 400, "body": no.to_string() });
    paid.shop.play(refusal).await;
    let first = paid.ask_for(TOTAL).await;
    paid.run().await;
    assert_eq!(paid.state(&first).await, "failed");
    assert_eq!(paid.reviews().await, "refund_failed");
    let open = "/api/v1/admin/payments/reviews/?is_open=true";
    let review = paid.owner.get(open).await.expect(200).text("/data/0/id");
    let path = format!("/api/v1/admin/payments/reviews/{review}/");
    let shown = paid.owner.get(&path).await.expect(200);
    assert_eq!(shown.body["actions"], json!(["retry", "dismiss"]));
    let resolve = format!("{path}resolve/");
    let body = json!({ "action": "retry", "note": "there is money again" });
    let once = paid.owner.key("retry");
    let done = once.post(&resolve, body.clone()).await.expect(200);
    assert_eq!(done.body["resolution"], "retried");
    assert_eq!(
        once.post(&resolve, body.clone()).await.expect(200).body,
        done.body
    );
    let twice = paid.owner.key("retry-again").post(&resolve, body).await;
    twice.refused(409, "review_resolved");
    paid.run().await;
    let second = "select id::text from refunds where state = 'processing'";
    let second = paid.shop.text(second).await;
    assert_ne!(second, first);
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    paid.let_provider(&second, "complete").await;
    paid.run().await;
    assert_eq!(paid.state(&second).await, "succeeded");
    assert_eq!(paid.state(&first).await, "failed");
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    assert_eq!(paid.reviews().await, "");
    assert_eq!(paid.at_providers().await.len(), 1);
    paid.close().await;
}
