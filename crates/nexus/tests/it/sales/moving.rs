//! Staff move a sale while its first orders are on their way.

use chrono::TimeDelta;
use serde_json::json;

use super::{open_sale, place, seller, text};
use crate::world::{Answer, Shop, race::patient_shop, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_has_come_is_not_moved() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10)]).await;
    let staff = seller(&shop).await.with("if-match", "\"v1\"");
    let path = open_sale(
        &shop,
        &staff.without("if-match"),
        &goods,
        TimeDelta::seconds(60),
    )
    .await;
    shop.advance(TimeDelta::seconds(60));
    let before = shop.state().await;
    let later = json!({ "starts_at": text(shop.now() + TimeDelta::hours(1)) });
    let refused = staff.patch(&path, later).await;
    let refused = refused.refused(409, "sale_has_started");
    assert_eq!(refused.body["meta"]["starts_at"], text(shop.now()));
    let passed = json!({ "ends_at": text(shop.now() - TimeDelta::seconds(1)) });
    staff
        .patch(&path, passed)
        .await
        .refused(422, "invalid_body");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

/// How many of this shop's statements wait for a lock.
async fn waiting(shop: &Shop) -> i64 {
    let sql = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    shop.number(sql).await
}

/// Staff put a sale off in its last second, and their change is not committed yet when its start
/// comes and with it an order: what staff and buyer are answered.
async fn put_off_at_the_last_moment(shop: &Shop, is_guarded: bool) -> (Answer, Answer) {
    let goods = shop.product("goods", &[(100, 10)]).await;
    let staff = seller(shop).await;
    let path = open_sale(shop, &staff, &goods, TimeDelta::seconds(60)).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    shop.advance(TimeDelta::seconds(59));
    // The last thing that staff write is their trail.
    let trail = shop.app.kit.db.begin("test_lock").await.unwrap();
    trail
        .batch("lock table staff_audit in share mode")
        .await
        .unwrap();
    let later = json!({ "starts_at": text(shop.now() + TimeDelta::hours(1)) });
    let staff = staff.with("if-match", "\"v1\"");
    let moved = shop
        .app
        .tasks
        .spawn(async move { staff.patch(&path, later).await });
    until("staff wait for their trail", async || {
        (waiting(shop).await == 1).then_some(())
    })
    .await;
    shop.advance(TimeDelta::seconds(1));
    let order = shop
        .app
        .tasks
        .spawn(async move { place(&guest, &cart).await });
    if is_guarded {
        until("the order waits for staff", async || {
            (waiting(shop).await == 2).then_some(())
        })
        .await;
        trail.rollback().await.unwrap();
        return (moved.await.unwrap(), order.await.unwrap());
    }
    let order = order.await.unwrap();
    trail.rollback().await.unwrap();
    (moved.await.unwrap(), order)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_for_staff_who_move_its_sale() {
    let shop = patient_shop(&[]).await;
    let (moved, order) = put_off_at_the_last_moment(&shop, true).await;
    moved.expect(200);
    order.refused(409, "sale_not_started");
    assert_eq!(shop.count("orders").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_shelf_s_lock_an_order_is_placed_before_its_sale() {
    let shop = patient_shop(&["sale shelf lock"]).await;
    let (moved, order) = put_off_at_the_last_moment(&shop, false).await;
    moved.expect(200);
    order.expect(201);
    let report = nexus::audit::audit_at(&shop.app.kit.db, shop.now())
        .await
        .unwrap();
    let broken = report.checks.iter().filter(|check| !check.holds());
    let broken: Vec<&str> = broken.map(|check| check.id).collect();
    assert_eq!(broken, ["I40"]);
    shop.close_broken().await;
}
