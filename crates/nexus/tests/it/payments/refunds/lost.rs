//! Answers that get lost on the way: one refund at the provider, and ours found by asking.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::staff::{Paid, TOTAL};

async fn lost(paid: &mut Paid, fault: &Value, has_arrived: bool) {
    paid.next().await;
    paid.shop.play(fault.clone()).await;
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    assert_eq!(paid.state(&id).await, "unknown", "{fault}");
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    paid.shop.mend().await;
    if has_arrived {
        assert_eq!(paid.check(&id).await, "processing", "{fault}");
        paid.let_provider(&id, "complete").await;
        paid.run().await;
        assert_eq!(paid.state(&id).await, "succeeded", "{fault}");
        assert_eq!(paid.at_providers().await.len(), 1, "{fault}");
        assert_eq!(paid.reviews().await, "", "{fault}");
    } else {
        // That the provider does not know it is no proof; a person decides, after a day.
        assert_eq!(paid.check(&id).await, "unknown", "{fault}");
        paid.wait(TimeDelta::hours(23)).await;
        assert_eq!(paid.reviews().await, "", "{fault}");
        paid.wait(TimeDelta::hours(2)).await;
        assert_eq!(paid.reviews().await, "refund_unknown", "{fault}");
        paid.sign_in_again().await;
        paid.confirm(&id, "not_refunded").await.expect(200);
        assert_eq!(paid.books().await, (0, 0, 0, "paid".to_owned()));
        assert_eq!(paid.at_providers().await.len(), 0, "{fault}");
        assert_eq!(paid.reviews().await, "", "{fault}");
    }
    let refund = paid.refund(&id).await;
    let calls = refund["calls"].as_array().unwrap().iter();
    let sent = calls.filter(|call| call["operation"] == "refund");
    assert_eq!(sent.count(), 1, "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_and_nothing_is_sent_again() {
    let mut paid = Paid::within(400).await;
    for fault in [
        json!({ "kind": "error_after" }),
        json!({ "kind": "lost_answer" }),
        json!({ "kind": "hang_after" }),
        json!({ "kind": "cut_answer" }),
        json!({ "kind": "truncated_json" }),
        json!({ "kind": "slow_answer", "ms": 2_000 }),
        json!({ "kind": "drip", "interval_ms": 50 }),
    ] {
        let mut fault = fault;
        fault["call"] = json!("refund");
        lost(&mut paid, &fault, true).await;
    }
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_never_have_arrived_is_not_sent_again_either() {
    let mut paid = Paid::within(400).await;
    for fault in [
        json!({ "kind": "reset" }),
        json!({ "kind": "hang" }),
        json!({ "kind": "server_error" }),
        json!({ "kind": "answer", "status": 504, "body": "<html>" }),
        json!({ "kind": "answer", "status": 200, "body": "<html>" }),
        json!({ "kind": "redirect", "location": "/v1/banks" }),
        json!({ "kind": "answer", "status": 400,
            "body": r#"{"message":"Refund reference has been used before","status":"failed"}"# }),
    ] {
        let mut fault = fault;
        fault["call"] = json!("refund");
        lost(&mut paid, &fault, false).await;
    }
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_found_by_the_schedule_alone() {
    let mut paid = Paid::new().await;
    paid.shop.lose_all_messages().await;
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    let asked = async || paid.shop.calls("verify_refund").await;
    for (minutes, times) in [(1, 1), (3, 1), (1, 2), (10, 3), (45, 4), (60, 5)] {
        paid.wait(TimeDelta::minutes(minutes)).await;
        assert_eq!(asked().await, times, "after {minutes} more minutes");
    }
    // The outage of the provider is waited for.
    let away = json!({ "call": "verify_refund", "kind": "server_error", "times": 100 });
    paid.shop.play(away).await;
    paid.sign_in_again().await;
    paid.let_provider(&id, "complete").await;
    paid.wait(TimeDelta::hours(20)).await;
    paid.sign_in_again().await;
    assert_eq!(paid.state(&id).await, "processing");
    paid.shop.mend().await;
    paid.wait(TimeDelta::hours(1)).await;
    paid.sign_in_again().await;
    assert_eq!(paid.state(&id).await, "succeeded");
    let times = paid.shop.calls("verify_refund").await;
    paid.wait(TimeDelta::days(2)).await;
    assert_eq!(
        paid.shop.calls("verify_refund").await,
        times,
        "what is over is not asked about"
    );
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_days_a_person_is_called_and_may_say_how_it_ended() {
    let mut paid = Paid::new().await;
    paid.shop.lose_all_messages().await;
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    paid.confirm(&id, "refunded")
        .await
        .refused(409, "refund_not_confirmable");
    paid.wait(TimeDelta::days(9)).await;
    assert_eq!(paid.reviews().await, "");
    paid.wait(TimeDelta::days(1)).await;
    assert_eq!(paid.reviews().await, "refund_unknown");
    let times = paid.shop.calls("verify_refund").await;
    paid.wait(TimeDelta::days(1)).await;
    assert_eq!(paid.shop.calls("verify_refund").await, times);
    paid.sign_in_again().await;
    let ended = paid.confirm(&id, "refunded").await.expect(200);
    assert_eq!(ended.body["state"], "succeeded");
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    assert_eq!(paid.reviews().await, "");
    paid.close().await;
}
