//! Whole, in part, by line: what is promised, what is refused, what the books say at each step.

use serde_json::json;

use super::staff::{Paid, TOTAL, etb};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_goes_back_when_nothing_else_is_said() {
    let paid = Paid::new().await;
    let answer = paid.ask(json!({})).await.expect(201);
    assert_eq!(answer.body["amount"], etb(TOTAL));
    assert_eq!(answer.body["state"], "requested");
    assert_eq!(answer.body["cause"], "staff");
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    let id = answer.text("/id");
    paid.run().await;
    assert_eq!(paid.state(&id).await, "processing");
    let at_provider = paid.at_providers().await;
    assert_eq!(at_provider.len(), 1);
    assert_eq!(
        at_provider[0]["merchant_reference"],
        answer.body["reference"]
    );
    assert_eq!(at_provider[0]["amount_minor"], TOTAL);
    assert_eq!(at_provider[0]["reason"], "one cup was broken");
    paid.let_provider(&id, "complete").await;
    paid.run().await;
    assert_eq!(paid.state(&id).await, "succeeded");
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    assert_eq!(paid.reviews().await, "");
    let refused = paid
        .ask(json!({}))
        .await
        .refused(409, "refund_exceeds_captured");
    assert_eq!(refused.body["meta"]["refundable"], etb(0));
    paid.close().await;
}
