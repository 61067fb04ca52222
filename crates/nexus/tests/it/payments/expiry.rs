//! The end of a hold: the provider is asked before anything is given away.

use chrono::TimeDelta;
use serde_json::json;

use super::provider::Pending;
use crate::world::Shop;

/// The hold of an order, and a moment.
const HOLD: TimeDelta = TimeDelta::minutes(60);
const MOMENT: TimeDelta = TimeDelta::seconds(1);

async fn quiet_shop() -> (Shop, ids::VariantId) {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 1_000)]).await[0];
    shop.lose_all_messages().await;
    (shop, coffee)
}

/// Only the job that ends holds may find the payment: the checks of attempts are put off.
async fn put_checks_off(shop: &Shop) {
    let sql = "update jobs set run_at = run_at + interval '1 day' where kind = 'check_payment'";
    shop.db().await.batch(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_paid_in_silence_does_not_expire() {
    let (shop, coffee) = quiet_shop().await;
    let mut orders: Vec<(Pending, &str)> = Vec::new();
    for n in 0..crate::world::race::rounds(20) {
        let pending = shop.pending(coffee).await;
        let what = ["pay", "fail", "cancel", "nothing", "expire"][n % 5];
        if what != "nothing" {
            shop.at_provider(&pending.tx_ref, what).await;
        }
        orders.push((pending, what));
    }
    put_checks_off(&shop).await;
    shop.advance(HOLD - MOMENT);
    // Buyers are told that their orders wait, and nothing else happens.
    shop.run_jobs().await;
    for (pending, _) in &orders {
        assert_eq!(
            shop.order_status(&pending.order_id).await,
            "pending_payment"
        );
    }
    assert_eq!(shop.calls("verify").await, 0);
    shop.advance(MOMENT);
    shop.run_jobs().await;
    for (pending, what) in &orders {
        let (order, attempt) = match *what {
            "pay" => ("paid", "charged"),
            "fail" => ("expired", "failed"),
            "cancel" => ("expired", "cancelled"),
            _ => ("expired", "expired"),
        };
        assert_eq!(shop.order_status(&pending.order_id).await, order, "{what}");
        assert_eq!(shop.attempt_state(&pending.tx_ref).await, attempt, "{what}");
        assert_ne!(
            shop.transaction(&pending.tx_ref).await["is_open"],
            true,
            "{what}"
        );
    }
    let paid = i64::try_from(orders.len() / 5).unwrap();
    assert_eq!(shop.stock(coffee).await, (1_000 - paid, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_away_the_hold_is_kept() {
    let (shop, coffee) = quiet_shop().await;
    let (paid, unpaid) = (shop.pending(coffee).await, shop.pending(coffee).await);
    shop.at_provider(&paid.tx_ref, "pay").await;
    shop.play(json!({ "kind": "server_error", "times": 1_000 }))
        .await;
    shop.advance(HOLD);
    for _ in 0..4 {
        shop.run_jobs().await;
        for pending in [&paid, &unpaid] {
            assert_eq!(
                shop.order_status(&pending.order_id).await,
                "pending_payment"
            );
        }
        assert_eq!(shop.stock(coffee).await, (1_000, 2));
        shop.advance(TimeDelta::minutes(5));
    }
    shop.mend().await;
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&paid.order_id).await, "paid");
    assert_eq!(shop.order_status(&unpaid.order_id).await, "expired");
    assert_eq!(shop.attempt_state(&unpaid.tx_ref).await, "expired");
    assert_eq!(shop.stock(coffee).await, (999, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_closed_keeps_the_hold() {
    let (shop, coffee) = quiet_shop().await;
    let pending = shop.pending(coffee).await;
    shop.play(json!({ "call": "cancel", "kind": "server_error", "times": 2 }))
        .await;
    shop.advance(HOLD);
    shop.run_jobs().await;
    assert_eq!(
        shop.order_status(&pending.order_id).await,
        "pending_payment"
    );
    assert_eq!(shop.stock(coffee).await, (1_000, 1));
    // The buyer pays on the page that is still open.
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.advance(TimeDelta::minutes(5));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.stock(coffee).await, (999, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_between_the_question_and_the_closing_of_the_page_is_seen() {
    let (shop, coffee) = quiet_shop().await;
    let pending = shop.pending(coffee).await;
    put_checks_off(&shop).await;
    shop.advance(HOLD);
    // The first question is answered "not paid yet" although the money is there already, as if
    // it had come a moment later; the page then turns out to be closed.
    let unpaid = r#"{"message":"Payment not paid yet","status":null,"data":null}"#;
    shop.play(json!({ "call": "verify", "kind": "answer", "status": 404, "body": unpaid }))
        .await;
    shop.at_provider(&pending.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.calls("cancel").await, 1);
    assert_eq!(shop.calls("verify").await, 2);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_attempt_counts_too() {
    let (shop, coffee) = quiet_shop().await;
    let first = shop.pending(coffee).await;
    shop.at_provider(&first.tx_ref, "cancel").await;
    assert_eq!(shop.told(&first.tx_ref).await, "cancelled");
    let (second, _) = shop.initiate(&first.guest, &first.order).await;
    put_checks_off(&shop).await;
    // The push to the buyer's phone went through although the page was cancelled.
    shop.at_provider(&first.tx_ref, "pay").await;
    shop.advance(HOLD);
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&first.order_id).await, "paid");
    assert_eq!(shop.attempt_state(&first.tx_ref).await, "charged");
    assert_eq!(shop.stock(coffee).await, (999, 0));
    // The other page is closed, so that nobody pays there for nothing.
    shop.advance(TimeDelta::days(2));
    shop.run_jobs().await;
    assert_eq!(shop.transaction(&second).await["is_open"], false);
    shop.settle_and_close().await;
}
