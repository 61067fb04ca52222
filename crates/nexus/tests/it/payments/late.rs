//! Money that comes too late, or twice: never lost, never hidden, never an order's second life.

use chrono::TimeDelta;
use serde_json::json;

use super::provider::Pending;
use crate::world::{Shop, race::rounds};

async fn expired(shop: &Shop, variant: ids::VariantId) -> Pending {
    let pending = shop.pending(variant).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "expired");
    assert_eq!(shop.told(&pending.tx_ref).await, "expired");
    pending
}

async fn assert_kept(shop: &Shop, pending: &Pending) {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_after_the_end_is_kept_and_reported_whenever_it_comes() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 3)]).await[0];
    let moments = [
        TimeDelta::seconds(1),
        TimeDelta::hours(1),
        TimeDelta::days(30),
    ];
    for after in moments.repeat(rounds(1)) {
        let pending = expired(&shop, coffee).await;
        assert_eq!(shop.stock(coffee).await, (3, 0));
        shop.advance(after);
        shop.at_provider(&pending.tx_ref, "pay").await;
        shop.run_jobs().await;
        assert_kept(&shop, &pending).await;
        assert_eq!(shop.stock(coffee).await, (3, 0));
    }
    assert_eq!(
        shop.mails().get("/api/messages").await.expect(200).body["messages"],
        json!([])
    );
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
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    shop.lose_all_messages().await;
    let (asked, found) = (expired(&shop, coffee).await, expired(&shop, coffee).await);
    for pending in [&asked, &found] {
        shop.at_provider(&pending.tx_ref, "pay").await;
    }
    assert_eq!(shop.told(&asked.tx_ref).await, "review");
    assert_kept(&shop, &asked).await;
    shop.advance(TimeDelta::days(1));
    shop.run_jobs().await;
    assert_kept(&shop, &found).await;
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
    let mails = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"].as_array().unwrap().len(), 2);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_what_waits_for_them() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let late = expired(&shop, coffee).await;
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
