//! Money that comes too late, or twice: never lost, never hidden, never an order's second life.

use chrono::TimeDelta;
use serde_json::json;

use super::provider::Pending;
use crate::world::{Shop, race::rounds};

pub(super) async fn expired(shop: &Shop, variant: ids::VariantId) -> Pending {
    let pending = shop.pending(variant).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "expired");
    assert_eq!(shop.told(&pending.tx_ref).await, "expired");
    pending
}

pub(super) async fn assert_kept(shop: &Shop, pending: &Pending) {
    assert_eq!(shop.order_status(&pending.order_id).await, "expired");
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "charged_late");
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "surplus");
    assert_eq!(shop.told(&pending.tx_ref).await, "review");
    let told = format!(
        "select count(*) from events where name = 'payment.surplus'
        and payload->>'order_id' = '{}'",
        pending.order_id
    );
    assert_eq!(shop.number(&told).await, 1);
    let kept = shop.captures().await;
    assert!(
        kept.iter()
            .any(|kept| kept.0 == pending.tx_ref && kept.4 == "surplus")
    );
}

async fn assert_back(shop: &Shop, pending: &Pending) {
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "charged_late");
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "");
    assert_eq!(shop.told(&pending.tx_ref).await, "paid");
    let history = format!(
        "select string_agg(to_status || ': ' || reason, '; ' order by sequence)
        from order_history where order_id = '{}'",
        pending.order_id
    );
    assert_eq!(
        shop.text(&history).await,
        "pending_payment: placed by the shopper; expired: not paid in time; \
         paid: paid after it had expired; its units were still there"
    );
    let told = format!(
        "select string_agg(name, ' ' order by sequence) from events where subject_id = '{}'",
        pending.order_id
    );
    assert_eq!(
        shop.text(&told).await,
        "order.placed order.expired order.paid payment.captured"
    );
    let kept = shop.captures().await;
    let mut kept = kept.iter().filter(|kept| kept.0 == pending.tx_ref);
    assert_eq!(kept.next().unwrap().4, "applied");
    let booked = format!(
        "select string_agg(debit_account || ' ' || credit_account || ' ' || amount_minor, '; '
            order by leg)
        from ledger_transfers where order_id = '{}'",
        pending.order_id
    );
    assert_eq!(
        shop.text(&booked).await,
        "held:chapa orders 125000; provider_fees held:chapa 3750"
    );
}

async fn mailed(shop: &Shop, kind: &str) -> i64 {
    let sql = format!("select count(*) from mails where kind = '{kind}' and state = 'sent'");
    shop.number(&sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_after_the_end_brings_the_order_back_whenever_it_comes() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 1_000)]).await[0];
    let moments = [
        TimeDelta::seconds(1),
        TimeDelta::hours(1),
        TimeDelta::days(30),
    ];
    let mut sold = 0;
    for after in moments.repeat(rounds(1)) {
        let pending = expired(&shop, coffee).await;
        assert_eq!(shop.stock(coffee).await, (1_000 - sold, 0));
        shop.advance(after);
        shop.at_provider(&pending.tx_ref, "pay").await;
        shop.run_jobs().await;
        assert_back(&shop, &pending).await;
        sold += 1;
        assert_eq!(shop.stock(coffee).await, (1_000 - sold, 0));
        // The same news again changes nothing.
        let (genuine, _) = shop.newest_webhook(&pending.tx_ref).await;
        shop.post_signed(&genuine).await.expect(200);
        shop.run_jobs().await;
        assert_back(&shop, &pending).await;
        assert_eq!(shop.stock(coffee).await, (1_000 - sold, 0));
    }
    assert_eq!(mailed(&shop, "receipt").await, sold);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_comes_back_with_all_its_units_or_not_at_all() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(25_000, 2), (50_000, 3)]).await;
    let (guest, order) = shop.guest_order(&[(goods[0], 1), (goods[1], 2)]).await;
    let (tx_ref, page) = shop.initiate(&guest, &order).await;
    let order_id = order["id"].as_str().unwrap().to_owned();
    let late = Pending {
        guest,
        order,
        order_id,
        tx_ref,
        page,
    };
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    // One unit is left of what the order wants two of.
    let (_, other) = shop.guest_order(&[(goods[1], 2)]).await;
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_kept(&shop, &late).await;
    assert_eq!(shop.stock(goods[0]).await, (2, 0));
    assert_eq!(shop.stock(goods[1]).await, (3, 2));
    assert_eq!(mailed(&shop, "receipt").await, 0);
    assert_eq!(mailed(&shop, "refund_promised").await, 1);
    assert_eq!(other["status"], "pending_payment");
    shop.settle_and_close().await;
}

/// A payment that was on its way while the provider closed the page.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_cancelled_does_not_come_back() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    let id = &pending.order_id;
    let cancel = format!("/api/v1/orders/{id}/cancel/");
    let gone = pending.guest.post(&cancel, json!({})).await.expect(200);
    assert_eq!(gone.body["status"], "cancelled");
    shop.at_provider(&pending.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_eq!(shop.order_status(id).await, "cancelled");
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "charged_late");
    assert_eq!(shop.open_reviews(&pending.tx_ref).await, "surplus");
    assert_eq!(shop.told(&pending.tx_ref).await, "review");
    assert_eq!(shop.stock(coffee).await, (10, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_takes_nothing_from_those_who_came_after() {
    let shop = Shop::open().await;
    let last = shop.product("last", &[(125_000, 1)]).await[0];
    let late = expired(&shop, last).await;
    let next = shop.pending(last).await;
    shop.on_page(&next.page, "pay").await.expect(302);
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
    assert_kept(&shop, &late).await;
    assert_eq!(shop.order_status(&next.order_id).await, "paid");
    assert_eq!(shop.stock(last).await, (0, 0));
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_is_found_within_a_day_without_any_message() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 2)]).await[0];
    shop.lose_all_messages().await;
    let (asked, found) = (expired(&shop, coffee).await, expired(&shop, coffee).await);
    for pending in [&asked, &found] {
        shop.at_provider(&pending.tx_ref, "pay").await;
    }
    assert_eq!(shop.told(&asked.tx_ref).await, "paid");
    assert_back(&shop, &asked).await;
    shop.advance(TimeDelta::days(1));
    shop.run_jobs().await;
    assert_back(&shop, &found).await;
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_payments_for_one_order_one_pays_and_one_is_given_back() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    for order_of_news in [[0, 1], [1, 0]] {
        let first = shop.pending(coffee).await;
        shop.on_page(&first.page, "cancel").await.expect(302);
        shop.run_jobs().await;
        let (second, _) = shop.initiate(&first.guest, &first.order).await;
        let references = [&first.tx_ref, &second];
        for n in order_of_news {
            shop.at_provider(references[n], "pay").await;
            shop.run_jobs().await;
        }
        let [winner, loser] = order_of_news.map(|n| references[n]);
        assert_eq!(shop.attempt_state(winner).await, "charged");
        assert_eq!(shop.attempt_state(loser).await, "charged_late");
        assert_eq!(shop.open_reviews(winner).await, "");
        assert_eq!(shop.open_reviews(loser).await, "surplus");
        assert_eq!(
            (shop.told(winner).await, shop.told(loser).await),
            ("paid".to_owned(), "review".to_owned())
        );
        assert_eq!(shop.order_status(&first.order_id).await, "paid");
    }
    assert_eq!(shop.stock(coffee).await, (8, 0));
    assert_eq!(mailed(&shop, "receipt").await, 2);
    assert_eq!(mailed(&shop, "refund_promised").await, 2);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_what_waits_for_them() {
    let shop = Shop::open().await;
    let last = shop.product("last", &[(125_000, 1)]).await[0];
    let late = expired(&shop, last).await;
    shop.guest_order(&[(last, 1)]).await;
    shop.at_provider(&late.tx_ref, "pay").await;
    shop.run_jobs().await;
    let path = "/api/v1/admin/payments/reviews/?is_open=true";
    shop.client().get(path).await.expect(401);
    late.guest.get(path).await.expect(401);
    let reviews = shop.superuser().await.get(path).await.expect(200);
    let review = &reviews.body["data"][0];
    assert_eq!(reviews.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(review["kind"], "surplus");
    assert_eq!(review["order_id"], late.order_id.as_str());
    assert_eq!(review["evidence"]["amount_minor"], 125_000);
    assert_eq!(review["evidence"]["tx_ref"], late.tx_ref.as_str());
    shop.settle_and_close().await;
}
