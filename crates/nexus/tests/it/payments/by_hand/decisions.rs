//! What staff say: other amounts, references that were used, money that never came or came late.

use chrono::TimeDelta;
use serde_json::json;

use super::{cashier, confirm, etb, reject, report};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn another_amount_or_currency_is_kept_and_never_applied() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let staff = cashier(&shop).await;
    let reports = [
        (etb(124_999), "amount 1249.99 instead of 1250.00"),
        (etb(125_001), "amount 1250.01 instead of 1250.00"),
        (
            json!({ "amount": 125_000, "currency": "USD" }),
            "currency USD instead of ETB",
        ),
    ];
    for (n, (amount, words)) in reports.into_iter().enumerate() {
        let wait = shop.waiting(coffee, "bank_transfer").await;
        let body = json!({ "amount": amount, "reference": format!("FT-{n}") });
        let key = format!("key-{n}");
        let answer = confirm(&staff, &key, &wait.attempt, body.clone())
            .await
            .expect(200);
        assert_eq!(answer.body["state"], "review");
        assert_eq!(shop.order_status(&wait.order_id).await, "pending_payment");
        let tx_ref = wait.told.text("/tx_ref");
        assert_eq!(shop.open_reviews(&tx_ref).await, "mismatch");
        let sql = format!(
            "select detail from payment_reviews where attempt_id = '{}'",
            wait.attempt
        );
        let detail = shop.text(&sql).await;
        assert!(
            detail.starts_with("Staff report money") && detail.contains(words),
            "{detail}"
        );
        // Said again it is the same; said better it does not undo what is recorded.
        let before = shop.memory().await;
        let key = format!("again-{n}");
        confirm(&staff, &key, &wait.attempt, body).await.expect(200);
        let key = format!("better-{n}");
        confirm(&staff, &key, &wait.attempt, report(125_000, "FT-better"))
            .await
            .refused(409, "payment_confirmed_differently");
        assert_eq!(shop.memory().await, before);
    }
    let kept = "select count(*) from captures where disposition = 'surplus'";
    assert_eq!(shop.number(kept).await, 3);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_confirms_one_payment() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let staff = cashier(&shop).await;
    let first = shop.waiting(coffee, "bank_transfer").await;
    let second = shop.waiting(coffee, "bank_transfer").await;
    let cash = shop.waiting(coffee, "cash_on_delivery").await;
    let body = report(125_000, "FT1");
    confirm(&staff, "1", &first.attempt, body.clone())
        .await
        .expect(200);
    let before = shop.memory().await;
    confirm(&staff, "2", &second.attempt, body.clone())
        .await
        .refused(409, "payment_reference_taken");
    assert_eq!(shop.memory().await, before);
    // A receipt is no line of a statement.
    confirm(&staff, "3", &cash.attempt, body).await.expect(200);
    assert_eq!(shop.order_status(&second.order_id).await, "pending_payment");
    assert_eq!(shop.order_status(&cash.order_id).await, "paid");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_cannot_confirm_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let staff = cashier(&shop).await;
    let wait = shop.waiting(coffee, "bank_transfer").await;
    let page = shop.pending(coffee).await;
    let asked = format!(
        "select id::text from payment_attempts where tx_ref = '{}'",
        page.tx_ref
    );
    let asked = shop.text(&asked).await;
    let before = shop.memory().await;
    let good = report(125_000, "FT1");
    for (n, attempt) in [&asked, "01890a5d-ac96-774b-bcce-b302099a8057"]
        .iter()
        .enumerate()
    {
        let expected = [
            (409, "payment_not_confirmed_by_staff"),
            (404, "payment_attempt_not_found"),
        ];
        let (status, code) = expected[n];
        let key = format!("c{n}");
        confirm(&staff, &key, attempt, good.clone())
            .await
            .refused(status, code);
        let key = format!("r{n}");
        reject(&staff, &key, attempt, "never came")
            .await
            .refused(status, code);
    }
    let later = shop.now() + TimeDelta::seconds(1);
    let amount = etb(125_000);
    for body in [
        report(0, "FT1"),
        report(-125_000, "FT1"),
        report(125_000, "  "),
        report(125_000, &"x".repeat(65)),
        report(125_000, "FT\n1"),
        json!({ "amount": amount, "reference": "FT1", "received_at": later }),
        json!({ "amount": amount, "reference": "FT1", "note": "x".repeat(501) }),
        json!({ "reference": "FT1" }),
    ] {
        confirm(&staff, "bad", &wait.attempt, body)
            .await
            .refused(422, "invalid_body");
    }
    reject(&staff, "bad", &wait.attempt, " ")
        .await
        .refused(422, "invalid_body");
    for verb in ["confirm", "reject"] {
        let path = format!("/api/v1/admin/payments/attempts/{}/{verb}/", wait.attempt);
        let body = if verb == "confirm" {
            good.clone()
        } else {
            json!({ "reason": "x" })
        };
        staff
            .post(&path, body)
            .await
            .refused(400, "idempotency_key_required");
    }
    assert_eq!(shop.memory().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_never_came_leaves_the_order_to_be_paid() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let staff = cashier(&shop).await;
    let wait = shop.waiting(coffee, "cash_on_delivery").await;
    let first = reject(&staff, "1", &wait.attempt, "nobody at home")
        .await
        .expect(200);
    assert_eq!(
        (&first.body["state"], &first.body["failure"]),
        (&json!("failed"), &json!("nobody at home"))
    );
    let again = reject(&staff, "2", &wait.attempt, "still nobody")
        .await
        .expect(200);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(shop.order_status(&wait.order_id).await, "pending_payment");
    assert_eq!(shop.stock(coffee).await, (10, 1));
    // It came after all.
    confirm(&staff, "3", &wait.attempt, report(125_000, "R-1"))
        .await
        .expect(200);
    assert_eq!(shop.order_status(&wait.order_id).await, "paid");
    reject(&staff, "4", &wait.attempt, "no")
        .await
        .refused(409, "payment_confirmed_differently");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_late_goes_the_way_of_late_money() {
    let shop = Shop::open().await;
    let scarce = shop.product("scarce", &[(125_000, 1), (125_000, 5)]).await;
    let gone = shop.waiting(scarce[0], "bank_transfer").await;
    let there = shop.waiting(scarce[1], "bank_transfer").await;
    shop.advance(TimeDelta::hours(72));
    shop.run_jobs().await;
    for wait in [&gone, &there] {
        assert_eq!(shop.order_status(&wait.order_id).await, "expired");
    }
    shop.guest_order(&[(scarce[0], 1)]).await;
    let staff = cashier(&shop).await;
    confirm(&staff, "1", &gone.attempt, report(125_000, "FT1"))
        .await
        .expect(200);
    confirm(&staff, "2", &there.attempt, report(125_000, "FT2"))
        .await
        .expect(200);
    assert_eq!(shop.order_status(&gone.order_id).await, "expired");
    assert_eq!(
        shop.open_reviews(&gone.told.text("/tx_ref")).await,
        "surplus"
    );
    assert_eq!(shop.order_status(&there.order_id).await, "paid");
    shop.close().await;
}
