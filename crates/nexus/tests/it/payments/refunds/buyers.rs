//! What buyers see of money that comes back to them.

use chrono::TimeDelta;
use serde_json::json;

use super::staff::{Paid, TOTAL, etb};

/// What the buyer is told of the payment, and what the order says.
async fn told(paid: &Paid) -> (String, String) {
    let order = paid
        .guest
        .get(&format!("/api/v1/orders/{}/", paid.order))
        .await;
    let order = order.expect(200).text("/payment_status");
    (paid.shop.told(&paid.tx_ref).await, order)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_refunded_once_all_of_it_is_with_the_buyer() {
    let paid = Paid::new().await;
    let first = paid.ask_for(500).await;
    paid.wait(TimeDelta::seconds(1)).await;
    let second = paid.ask_for(TOTAL - 500).await;
    paid.run().await;
    let words = |payment: &str, order: &str| (payment.to_owned(), order.to_owned());
    assert_eq!(told(&paid).await, words("paid", "paid"));
    paid.let_provider(&first, "complete").await;
    paid.run().await;
    assert_eq!(told(&paid).await, words("paid", "partially_refunded"));
    paid.let_provider(&second, "complete").await;
    paid.run().await;
    assert_eq!(told(&paid).await, words("refunded", "refunded"));

    let sql = "select id::text from payment_attempts";
    let path = format!(
        "/api/v1/admin/payments/attempts/{}/",
        paid.shop.text(sql).await
    );
    let seen = paid.owner.get(&path).await.expect(200).body;
    assert_eq!(
        (&seen["state"], &seen["status"]),
        (&json!("charged"), &json!("refunded"))
    );
    let listed = paid.owner.get("/api/v1/admin/payments/refunds/").await;
    let mut listed = listed.expect(200).body["data"].as_array().unwrap().clone();
    listed.reverse();
    assert_eq!(seen["refunds"], json!(listed));
    assert_eq!(
        (&listed[0]["id"], &listed[1]["id"]),
        (&json!(first), &json!(second))
    );
    paid.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_sees_the_refunds_of_an_order_and_not_the_reasons() {
    let paid = Paid::new().await;
    let line = json!({ "variant_id": paid.variants[0], "quantity": 1 });
    let first = paid.ask(json!({ "lines": [line] })).await.expect(201);
    paid.wait(TimeDelta::seconds(1)).await;
    let second = paid.ask_for(500).await;
    paid.run().await;
    paid.let_provider(&first.text("/id"), "complete").await;
    paid.let_provider(&second, "reverse").await;
    paid.run().await;
    let path = format!("/api/v1/payment/refunds/?order_id={}", paid.order);
    let seen = paid.guest.get(&path).await.expect(200).body;
    let statuses: Vec<_> = seen["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, ["failed", "refunded"]);
    assert_eq!(seen["data"][1]["amount"], etb(10_000));
    assert_eq!(
        seen["data"][1]["lines"][0]["variant_id"],
        json!(paid.variants[0])
    );
    let text = seen.to_string();
    for kept in ["reason", "reference", "failure", "requested_by"] {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
    let page = paid.guest.get(&format!("{path}&limit=1")).await.expect(200);
    let next = page.text("/page/next_cursor");
    let rest = paid
        .guest
        .get(&format!("{path}&limit=1&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(rest.body["data"][0], seen["data"][1]);
    paid.guest
        .get("/api/v1/payment/refunds/")
        .await
        .refused(400, "invalid_query");
    paid.close().await;
}
