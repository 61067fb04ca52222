//! Asking how a refund stands, while the provider's answer gets lost: nothing is concluded, and
//! nothing is sent again.

use serde_json::json;

use super::staff::Paid;

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_stays_where_it_is_until_an_answer_comes() {
    let mut paid = Paid::within(400).await;
    for mut fault in [
        json!({ "kind": "reset" }),
        json!({ "kind": "lost_answer" }),
        json!({ "kind": "hang" }),
        json!({ "kind": "hang_after" }),
        json!({ "kind": "server_error" }),
        json!({ "kind": "error_after" }),
        json!({ "kind": "answer", "status": 504, "body": "<html></html>" }),
        json!({ "kind": "truncated_json" }),
        json!({ "kind": "cut_answer" }),
        json!({ "kind": "slow_answer", "ms": 2_000 }),
        json!({ "kind": "drip", "interval_ms": 50 }),
        json!({ "kind": "too_many_requests" }),
        json!({ "kind": "page_expired" }),
        json!({ "kind": "huge_answer" }),
        json!({ "kind": "redirect", "location": "/v1/banks" }),
    ] {
        paid.next().await;
        let sent = paid.shop.calls("refund").await;
        let id = paid.ask_for(10_000).await;
        paid.run().await;
        paid.shop.send_webhooks(json!({ "drop": true })).await;
        paid.let_provider(&id, "complete").await;
        paid.shop.send_webhooks(json!({ "drop": false })).await;
        fault["call"] = json!("verify_refund");
        paid.shop.play(fault.clone()).await;
        assert_eq!(paid.check(&id).await, "processing", "{fault}");
        assert_eq!(
            paid.books().await,
            (10_000, 0, 0, "paid".to_owned()),
            "{fault}"
        );
        // While its end is not known, both sides may differ, and the oracle knows by how much.
        paid.shop.assert_provider_agrees().await;
        paid.shop.mend().await;
        assert_eq!(paid.check(&id).await, "succeeded", "{fault}");
        assert_eq!(paid.at_providers().await.len(), 1, "{fault}");
        assert_eq!(paid.shop.calls("refund").await, sent + 1, "{fault}");
        assert_eq!(paid.reviews().await, "", "{fault}");
    }
    paid.close().await;
}
