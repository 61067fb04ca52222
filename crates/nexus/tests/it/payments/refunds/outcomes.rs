//! Each answer that the provider may give to a refund, and what it makes of it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::staff::{Paid, TOTAL, etb};

fn answered(call: &str, status: u16, body: &Value) -> Value {
    json!({ "call": call, "kind": "answer", "status": status, "body": body.to_string() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_sets_the_money_free_and_calls_a_person() {
    let mut paid = Paid::new().await;
    let no =
        json!({ "message": "Insufficient balance of Abebe", "status": "failed", "data": null });
    let refusals = [
        (
            answered("refund", 400, &no),
            "Insufficient balance of [removed]",
        ),
        (
            answered("refund", 404, &no),
            "Insufficient balance of [removed]",
        ),
        (
            answered("refund", 401, &no),
            "the provider does not accept the secret key",
        ),
        (
            answered("refund", 200, &no),
            "Insufficient balance of [removed]",
        ),
    ];
    for (refusal, reason) in refusals {
        paid.next().await;
        paid.shop.play(refusal).await;
        let id = paid.ask_for(TOTAL).await;
        paid.run().await;
        let refund = paid.refund(&id).await;
        assert_eq!(
            (&refund["state"], &refund["failure"]),
            (&json!("failed"), &json!(reason))
        );
        assert_eq!(paid.books().await, (0, 0, 0, "paid".to_owned()));
        assert_eq!(paid.reviews().await, "refund_failed");
        assert_eq!(paid.at_providers().await.len(), 0);
        // Nobody tries it again by itself; a person may.
        paid.wait(TimeDelta::days(1)).await;
        paid.sign_in_again().await;
        assert_eq!(paid.state(&id).await, "failed");
        paid.confirm(&id, "refunded")
            .await
            .refused(409, "refund_not_confirmable");
        let again = paid.ask_for(TOTAL).await;
        paid.run().await;
        paid.let_provider(&again, "complete").await;
        paid.run().await;
        assert_eq!(paid.state(&again).await, "succeeded");
    }
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_heard_is_sent_again_later() {
    let paid = Paid::new().await;
    let slow_down = json!({ "call": "refund", "kind": "too_many_requests", "times": 2 });
    paid.shop.play(slow_down).await;
    let id = paid.ask_for(TOTAL).await;
    paid.run().await;
    assert_eq!(paid.state(&id).await, "requested");
    assert_eq!(paid.books().await, (TOTAL, 0, 0, "paid".to_owned()));
    paid.wait(TimeDelta::seconds(29)).await;
    assert_eq!(paid.shop.calls("refund").await, 1);
    paid.wait(TimeDelta::seconds(2)).await;
    assert_eq!(
        (
            paid.state(&id).await.as_str(),
            paid.shop.calls("refund").await
        ),
        ("requested", 2)
    );
    paid.wait(TimeDelta::minutes(2)).await;
    assert_eq!(paid.state(&id).await, "processing");
    assert_eq!(paid.at_providers().await.len(), 1);
    assert_eq!(paid.reviews().await, "");
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_an_acceptance_is_understood() {
    let mut paid = Paid::new().await;
    for shape in ["current", "qa", "no_reference", "no_data"] {
        paid.next().await;
        paid.shop.vary(json!({ "refund_shape": shape })).await;
        let id = paid.ask_for(10_000).await;
        paid.run().await;
        assert_eq!(paid.state(&id).await, "processing", "{shape}");
        paid.let_provider(&id, "process").await;
        assert_eq!(paid.check(&id).await, "processing", "{shape}");
        paid.let_provider(&id, "complete").await;
        assert_eq!(paid.check(&id).await, "succeeded", "{shape}");
        let refund = paid.refund(&id).await;
        assert_eq!(
            refund["provider_reference"],
            paid.at_providers().await[0]["ref_id"]
        );
        let steps = refund["history"].as_array().unwrap();
        let steps: Vec<_> = steps.iter().map(|step| step["to_state"].clone()).collect();
        assert_eq!(steps, ["requested", "submitted", "processing", "succeeded"]);
        let calls = refund["calls"].as_array().unwrap().iter();
        let sent = calls.filter(|call| call["operation"] == "refund");
        assert_eq!(sent.count(), 1, "{shape}");
    }
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_other_money_is_no_success() {
    let mut paid = Paid::new().await;
    let other = [
        json!({ "amount": 99.99 }),
        json!({ "amount": 100.01 }),
        json!({ "amount": 10_000 }),
        json!({ "currency": "USD" }),
        json!({ "merchant_reference": "rf-other" }),
        json!({ "payment_reference": "APother", "merchant_reference": null }),
    ];
    for change in other {
        paid.next().await;
        let id = paid.ask_for(10_000).await;
        paid.run().await;
        let mut told = json!({
            "ref_id": paid.refund(&id).await["provider_reference"], "status": "refunded",
            "amount": 100.00, "currency": "ETB",
            "payment_reference": paid.at_providers().await[0]["payment_reference"],
            "merchant_reference": paid.refund(&id).await["reference"],
        });
        for (name, value) in change.as_object().unwrap() {
            told[name] = value.clone();
        }
        let body = json!({ "message": "ok", "status": "success", "data": told });
        paid.shop.play(answered("verify_refund", 200, &body)).await;
        assert_eq!(paid.check(&id).await, "unknown", "{change}");
        assert_eq!(paid.reviews().await, "refund_unknown", "{change}");
        assert_eq!(paid.books().await, (10_000, 0, 0, "paid".to_owned()));
        // The truth repairs it.
        paid.let_provider(&id, "complete").await;
        paid.run().await;
        assert_eq!(paid.state(&id).await, "succeeded", "{change}");
        assert_eq!(paid.reviews().await, "", "{change}");
    }
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_without_its_amount_is_none() {
    let paid = Paid::new().await;
    let id = paid.ask_for(10_000).await;
    paid.run().await;
    for told in [
        json!({ "status": "refunded" }),
        json!({ "status": "refunded", "amount": "1e2", "currency": "ETB" }),
        json!({ "status": "refunded", "amount": 100 }),
        json!({ "status": "REFUNDED?", "amount": 100, "currency": "ETB" }),
        json!({ "amount": 100, "currency": "ETB" }),
    ] {
        let body = json!({ "message": "ok", "status": "success", "data": told });
        paid.shop.play(answered("verify_refund", 200, &body)).await;
        assert_eq!(paid.check(&id).await, "processing", "{told}");
    }
    assert_eq!(paid.refund(&id).await["amount"], etb(10_000));
    paid.close().await;
}
