//! Daily at its time; and attempts whose check got lost.

use chrono::{NaiveTime, TimeDelta};

use super::{breaks, told};
use crate::world::Shop;

const COUNT: &str = "select count(*) from reconciliations where state = 'done'";

/// The watch of payments begins.
async fn watch(shop: &Shop) {
    let (db, now) = (&shop.app.kit.db, shop.now());
    payments::plan_watch(db, now).await.unwrap();
    payments::plan_watch(db, now).await.unwrap();
    shop.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_are_compared_every_day_at_their_time() {
    let at = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    let set = |settings: &mut nexus::config::Settings| settings.payments.reconcile_at = Some(at);
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), set).await;
    watch(&shop).await;
    assert_eq!(
        shop.number(COUNT).await,
        1,
        "a new shop does not wait for a day"
    );
    let today = shop.now().date_naive().and_time(at).and_utc();
    let next = if today > shop.now() {
        today
    } else {
        today + TimeDelta::days(1)
    };
    for day in 0..3 {
        shop.advance(next + TimeDelta::days(day) - TimeDelta::seconds(1) - shop.now());
        shop.run_jobs().await;
        assert_eq!(shop.number(COUNT).await, 1 + day, "not before its time");
        shop.advance(TimeDelta::minutes(11));
        shop.run_jobs().await;
        assert_eq!(shop.number(COUNT).await, 2 + day);
    }
    let windows = "select count(distinct (to_at - from_at)) from reconciliations
        where to_at - from_at = interval '3 days' and to_at = started_at";
    assert_eq!(shop.number(windows).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_time_the_books_are_compared_on_demand_alone() {
    let off = |settings: &mut nexus::config::Settings| settings.payments.reconcile_at = None;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), off).await;
    watch(&shop).await;
    shop.advance(TimeDelta::days(2));
    shop.run_jobs().await;
    assert_eq!(shop.count("reconciliations").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_check_got_lost_is_asked_about_all_the_same() {
    let off = |settings: &mut nexus::config::Settings| settings.payments.reconcile_at = None;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), off).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    let (lost, kept) = (shop.pending(coffee).await, shop.pending(coffee).await);
    let sql = format!(
        "delete from jobs where kind = 'check_payment' and unique_key =
            (select id::text from payment_attempts where tx_ref = '{}')",
        lost.tx_ref
    );
    shop.db().await.batch(&sql).await.unwrap();
    watch(&shop).await;
    shop.advance(TimeDelta::minutes(10));
    shop.run_jobs().await;
    let asked = "select count(*) from payment_calls join payment_attempts
        on attempt_id = payment_attempts.id where operation = 'verify' and tx_ref = ";
    let asked = async |tx_ref: &str| shop.number(&format!("{asked}'{tx_ref}'")).await;
    assert_eq!(
        (asked(&lost.tx_ref).await, asked(&kept.tx_ref).await),
        (0, 1)
    );
    for pending in [&lost, &kept] {
        shop.on_page(&pending.page, "pay").await.expect(302);
    }
    shop.advance(TimeDelta::minutes(10));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&lost.order_id).await, "paid");
    shop.advance(TimeDelta::minutes(10));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&kept.order_id).await, "paid");
    assert_eq!(
        (asked(&lost.tx_ref).await, asked(&kept.tx_ref).await),
        (1, 2)
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_payment_is_asked_about_for_three_days_after_closing() {
    let off = |settings: &mut nexus::config::Settings| settings.payments.reconcile_at = None;
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), off).await;
    let coffee = shop.product("coffee", &[(125_000, 1)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "expired");
    let sql = "delete from jobs where kind = 'check_payment'";
    shop.db().await.batch(sql).await.unwrap();
    watch(&shop).await;
    shop.advance(TimeDelta::hours(71));
    shop.run_jobs().await;
    shop.at_provider(&pending.tx_ref, "pay").await;
    shop.advance(TimeDelta::minutes(71));
    shop.run_jobs().await;
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "charged_late");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_comparison_finds_what_the_poller_did_not() {
    let at = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
    let set = |settings: &mut nexus::config::Settings| settings.payments.reconcile_at = Some(at);
    let shop = Shop::open_with(kit::sabotage::Sabotage::none(), set).await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.forget_to_ask().await;
    watch(&shop).await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    let staff = shop.bookkeeper().await;
    assert_eq!(told(&breaks(&staff, "").await), ["missing_here repaired"]);
    shop.close().await;
}
