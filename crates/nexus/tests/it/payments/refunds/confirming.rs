//! A person's word: where nobody else knows, once, and never against the provider's.

use serde_json::json;

use super::staff::{Paid, TOTAL};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_ends_what_nobody_knows_of_and_leaves_a_trace() {
    let paid = Paid::new().await;
    let lost = json!({ "call": "refund", "kind": "lost_answer" });
    paid.shop.play(lost).await;
    let id = paid.ask_for(TOTAL).await;
    paid.confirm(&id, "refunded")
        .await
        .refused(409, "refund_not_confirmable");
    paid.run().await;
    assert_eq!(paid.state(&id).await, "unknown");
    let path = format!("/api/v1/admin/payments/refunds/{id}/confirm/");
    for body in [
        json!({ "outcome": "lost", "note": "x" }),
        json!({ "outcome": "refunded", "note": "" }),
        json!({ "outcome": "refunded", "note": "x".repeat(501) }),
        json!({ "outcome": "refunded", "note": "x", "reference": "" }),
        json!({ "outcome": "refunded", "note": "x", "reference": "a b" }),
    ] {
        let owner = paid.owner.key("bad");
        owner.post(&path, body).await.refused(422, "invalid_body");
    }
    let word = json!({ "outcome": "refunded", "note": "on the statement", "reference": "FT-1" });
    let owner = paid.owner.key("word");
    let ended = owner.post(&path, word.clone()).await.expect(200);
    assert_eq!(owner.post(&path, word).await.expect(200).body, ended.body);
    assert_eq!(ended.body["provider_reference"], "FT-1");
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    paid.confirm(&id, "not_refunded")
        .await
        .refused(409, "refund_not_confirmable");
    assert_eq!(paid.check(&id).await, "succeeded");
    let last = paid.refund(&id).await["history"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (&last["from_state"], &last["note"]),
        (&json!("unknown"), &json!("on the statement"))
    );
    assert!(last["staff_id"].is_string());
    let trail = "select count(*) from staff_audit where action in
        ('refund.request', 'refund.confirm')";
    assert_eq!(paid.shop.number(trail).await, 2);
    let gone = "019aab00-0000-7000-8000-000000000001";
    paid.confirm(gone, "refunded")
        .await
        .refused(404, "refund_not_found");
    let path = format!("/api/v1/admin/payments/refunds/{gone}/");
    paid.owner.get(&path).await.refused(404, "refund_not_found");
    paid.close().await;
}
