//! One attempt with every call, and asking about it again.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::closing::PRIVATE;
use crate::world::Shop;

const ATTEMPTS: &str = "/api/v1/admin/payments/attempts/";

fn words(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|entry| entry[member].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_shown_with_every_call_and_nobodys_name() {
    let shop = Shop::open().await;
    let staff = shop.staff("reader", &["orders.read"]).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    // No callback, which might bring the news before the webhook.
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    let pending = shop.pending(coffee).await;
    shop.advance(TimeDelta::seconds(1));
    assert_eq!(shop.told(&pending.tx_ref).await, "pending");
    shop.advance(TimeDelta::seconds(1));
    shop.play(json!({ "call": "verify", "kind": "server_error" }))
        .await;
    shop.verify(&pending.tx_ref)
        .await
        .refused(503, "payment_provider_unreachable");
    shop.advance(TimeDelta::seconds(1));
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    let list = staff
        .get(&format!("{ATTEMPTS}?tx_ref={}", pending.tx_ref))
        .await
        .expect(200);
    let id = list.text("/data/0/id");
    let shown = staff.get(&format!("{ATTEMPTS}{id}/")).await.expect(200);
    assert_eq!(
        words(&shown.body["calls"], "operation")[..3],
        ["initialize", "verify", "verify"]
    );
    assert_eq!(
        words(&shown.body["calls"], "outcome")[..3],
        ["opened", "pending", "unknown"]
    );
    assert_eq!(
        words(&shown.body["calls"], "outcome").last().unwrap(),
        "charged"
    );
    let times = words(&shown.body["calls"], "called_at");
    assert!(times.is_sorted());
    assert_eq!(shown.body["state"], "charged");
    assert_eq!(shown.body["provider"], "chapa");
    assert_eq!(shown.body["reviews"], json!([]));
    let capture = &shown.body["captures"][0];
    assert_eq!(
        capture["amount"],
        json!({ "amount": 125_000, "currency": "ETB" })
    );
    assert_eq!(
        capture["fee"],
        json!({ "amount": 3_750, "currency": "ETB" })
    );
    assert_eq!(capture["disposition"], "applied");
    assert_eq!(shown.body["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(shown.body["webhooks"][0]["outcome"], "settled");
    for private in PRIVATE {
        assert!(
            !shown.body.to_string().contains(private),
            "{private}: {}",
            shown.body
        );
    }
    staff
        .get(&format!("{ATTEMPTS}{}/", pending.order_id))
        .await
        .refused(404, "payment_attempt_not_found");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_found_by_what_is_known_of_them() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let first = shop.pending(coffee).await;
    shop.on_page(&first.page, "pay").await.expect(302);
    shop.run_jobs().await;
    shop.advance(TimeDelta::hours(1));
    let second = shop.pending(coffee).await;
    let staff = shop.staff("reader", &["orders.read"]).await;
    let between = (shop.now() - TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ");
    let (first, second) = (&first, &second);
    let cases = [
        ("state=charged".to_owned(), vec![first]),
        ("state=pending&provider=chapa".to_owned(), vec![second]),
        ("provider=bank_transfer".to_owned(), vec![]),
        (format!("tx_ref={}", first.tx_ref), vec![first]),
        (format!("order_id={}", second.order_id), vec![second]),
        (
            format!("order_id={}&state=charged", second.order_id),
            vec![],
        ),
        (format!("created_from={between}"), vec![second]),
        (format!("created_to={between}"), vec![first]),
        (String::new(), vec![second, first]),
    ];
    for (filter, expected) in cases {
        let list = staff.get(&format!("{ATTEMPTS}?{filter}")).await.expect(200);
        let expected: Vec<&str> = expected.iter().map(|one| one.tx_ref.as_str()).collect();
        assert_eq!(words(&list.body["data"], "tx_ref"), expected, "{filter}");
    }
    for wrong in [
        "state=paid",
        "provider=paypal",
        "created_from=yesterday",
        "x=1",
    ] {
        let refused = staff.get(&format!("{ATTEMPTS}?{wrong}")).await;
        refused.refused(400, "invalid_query");
    }
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_ask_the_provider_again_as_often_as_they_like() {
    let shop = Shop::open().await;
    let staff = shop
        .staff("payer", &["orders.read", "payments.manage"])
        .await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    let id = shop.text("select id::text from payment_attempts").await;
    let verify = format!("{ATTEMPTS}{id}/verify/");
    let asked = staff.post(&verify, json!({})).await.expect(200);
    assert_eq!(asked.body["state"], "pending");
    shop.play(json!({ "call": "verify", "kind": "server_error" }))
        .await;
    staff
        .post(&verify, json!({}))
        .await
        .refused(503, "payment_provider_unreachable");
    shop.at_provider(&pending.tx_ref, "pay").await;
    for _ in 0..3 {
        let asked = staff.post(&verify, json!({})).await.expect(200);
        assert_eq!(asked.body["state"], "charged");
        assert_eq!(asked.body["captures"].as_array().unwrap().len(), 1);
    }
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.calls("verify").await, 5);
    // Also what is in the books may have been taken back.
    shop.at_provider(&pending.tx_ref, "reverse").await;
    let asked = staff.post(&verify, json!({})).await.expect(200);
    assert_eq!(asked.body["reviews"][0]["kind"], "reversal");
    staff
        .post(
            &format!("{ATTEMPTS}{}/verify/", pending.order_id),
            json!({}),
        )
        .await
        .refused(404, "payment_attempt_not_found");
    shop.settle_and_close().await;
}
