//! Every message of the provider is lost: the shop asks by itself, on a schedule, and finds out.

use chrono::TimeDelta;
use serde_json::json;

use crate::world::Shop;

/// Minutes after the start of a payment at which the shop asks by itself, while it is unpaid.
const SCHEDULE: [i64; 5] = [1, 3, 10, 30, 60];

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_found_at_the_next_round_whenever_it_was_made() {
    for round in 0..SCHEDULE.len() - 1 {
        let shop = Shop::open().await;
        let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
        shop.lose_all_messages().await;
        let pending = shop.pending(coffee).await;
        let mut minute = 0;
        for (n, due) in SCHEDULE[..=round].iter().enumerate() {
            let is_last = n == round;
            shop.advance(TimeDelta::minutes(due - minute) - TimeDelta::seconds(1));
            minute = *due;
            // Another job tells the buyer that the order waits.
            shop.run_jobs().await;
            let calls = shop.calls("verify").await;
            assert_eq!(calls, n, "not before minute {due}");
            if is_last {
                shop.on_page(&pending.page, "pay").await.expect(302);
            }
            shop.advance(TimeDelta::seconds(1));
            assert!(shop.run_jobs().await > 0, "at minute {due}");
            assert_eq!(shop.calls("verify").await, n + 1);
            let status = if is_last { "paid" } else { "pending_payment" };
            assert_eq!(
                shop.order_status(&pending.order_id).await,
                status,
                "minute {due}"
            );
        }
        shop.advance(TimeDelta::days(4));
        shop.run_jobs().await;
        assert_eq!(
            shop.calls("verify").await,
            round + 1,
            "a paid one is not asked about"
        );
        shop.settle_and_close().await;
    }
}

/// The provider's books and ours are equal in the end: nobody's payment is lost with its message.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_payments_are_found_although_every_message_is_lost() {
    const COUNT: i64 = 200;
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, COUNT)]).await[0];
    shop.lose_all_messages().await;
    for n in 0..COUNT {
        let pending = shop.pending(coffee).await;
        // The last of them pay when the hold ends: the expiry asks before it lets them go.
        if n < COUNT - 20 {
            shop.at_provider(&pending.tx_ref, "pay").await;
        }
    }
    shop.advance(TimeDelta::minutes(1));
    shop.run_jobs().await;
    let paid = "select count(*) from orders where status = 'paid'";
    assert_eq!(shop.number(paid).await, COUNT - 20);
    let waiting = "select string_agg(tx_ref, ' ') from payment_attempts where state = 'pending'";
    for tx_ref in shop.text(waiting).await.split(' ') {
        shop.at_provider(tx_ref, "pay").await;
    }
    shop.advance(TimeDelta::minutes(59));
    shop.run_jobs().await;
    assert_eq!(shop.number(paid).await, COUNT);
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        0
    );
    let held = "select sum(case when debit_account = 'held:chapa' then amount_minor
        when credit_account = 'held:chapa' then -amount_minor else 0 end)::bigint
        from ledger_transfers";
    assert_eq!(shop.number(held).await, COUNT * (125_000 - 3_750));
    assert_eq!(shop.stock(coffee).await, (0, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_goes_on_through_an_outage() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.play(json!({ "call": "verify", "kind": "server_error", "times": 3 }))
        .await;
    for minutes in [1, 2, 7] {
        shop.advance(TimeDelta::minutes(minutes));
        shop.run_jobs().await;
        assert_eq!(shop.attempt_state(&pending.tx_ref).await, "pending");
    }
    shop.advance(TimeDelta::minutes(20));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    let outcomes = "select string_agg(outcome, ' ' order by called_at, id) from payment_calls";
    assert_eq!(
        shop.text(outcomes).await,
        "opened unknown unknown unknown charged"
    );
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_comes_back_is_told_at_once() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    assert_eq!(shop.told(&pending.tx_ref).await, "pending");
    shop.on_page(&pending.page, "pay").await.expect(302);
    let told = shop.verify(&pending.tx_ref).await.expect(200);
    let expected = json!({
        "tx_ref": pending.tx_ref, "order_id": pending.order_id, "status": "paid",
        "amount": { "amount": 125_000, "currency": "ETB" }, "paid_at": told.body["paid_at"],
    });
    assert_eq!(told.body, expected);
    assert!(told.body["paid_at"].is_string());
    for _ in 0..3 {
        assert_eq!(
            shop.verify(&pending.tx_ref).await.expect(200).body,
            expected
        );
    }
    assert_eq!(shop.calls("verify").await, 2);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_can_be_asked_about_sixty_times_a_minute() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    for _ in 0..60 {
        assert_eq!(shop.told(&pending.tx_ref).await, "pending");
    }
    shop.verify(&pending.tx_ref)
        .await
        .refused(429, "too_many_requests");
    assert_eq!(shop.calls("verify").await, 60);
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.told(&pending.tx_ref).await, "paid");
    shop.settle_and_close().await;
}
