//! One kind of requests is stopped: it is refused early, and the others do not notice.

use kit::{http::doors::DoorSettings, sabotage::Sabotage};
use serde_json::json;

use crate::world::{
    Shop, place_body,
    race::{Racers, patient_shop},
    until,
};

const LIST: &str = "/api/v1/catalogue/products/";

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_full_is_refused_at_once_and_no_other_is() {
    let shop = Shop::open_with(Sabotage::none(), |settings| {
        settings.overload.browsing = DoorSettings {
            at_once: 1,
            waiting: 1,
        };
        settings.database.statement_timeout_ms = 60_000;
        settings.database.lock_timeout_ms = 60_000;
    })
    .await;
    let goods = shop.product("goods", &[(100, 9)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    let (payer, order) = shop.guest_order(&[(goods[0], 1)]).await;
    let staff = shop.staff("clerk", &["stock.edit"]).await;
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    lock.batch("lock table categories in access exclusive mode")
        .await
        .unwrap();
    let slow = "/api/v1/catalogue/categories/";
    let ask = |path: &'static str| {
        let client = shop.client();
        shop.app.tasks.spawn(async move { client.get(path).await })
    };
    let first = ask(slow);
    until("the first one is inside", async || {
        let sql = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        (shop.number(sql).await == 1).then_some(())
    })
    .await;
    // Of two more, one finds a place in the line and the other is refused; who, is open.
    let (second, third) = (ask(LIST), ask(LIST));
    let (mut second, mut third) = (second, third);
    let (refused, other) = tokio::select! {
        answer = &mut second => (answer.unwrap(), third),
        answer = &mut third => (answer.unwrap(), second),
    };
    let refused = refused.refused(503, "overloaded");
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.body["retryable"], true);
    for _ in 0..20 {
        shop.client().get(LIST).await.refused(503, "overloaded");
    }
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    shop.initiate(&payer, &order).await;
    payer.get("/api/v1/orders/").await.expect(200);
    shop.client()
        .post("/api/v1/payment/webhook/chapa/", json!({}))
        .await
        .expect(401);
    let level = format!("/api/v1/admin/inventory/levels/{}/", goods[0]);
    staff.get(&level).await.expect(200);
    shop.client().get("/healthz").await.expect(200);
    shop.client().get("/readyz").await.expect(200);
    lock.rollback().await.unwrap();
    first.await.unwrap().expect(200);
    other.await.unwrap().expect(200);
    shop.client().get(LIST).await.expect(200);
    shop.close().await;
}

/// Sixty want one item while the queue stands: they get a lane, in which they wait together, and
/// whoever wants something else is placed as soon as the queue goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_gets_a_lane_of_its_own() {
    const CROWD: usize = 60;
    let shop = patient_shop(&[]).await;
    let goods = shop.product("goods", &[(100, 500), (200, 500)]).await;
    let racers = Racers::open(&shop, CROWD).await;
    let crowd = racers.carts(&shop, |_| vec![(goods[0], 1)]).await;
    let (first, cart) = shop.guest_cart(&[(goods[1], 1)]).await;
    let (other, late) = shop.guest_cart(&[(goods[1], 2)]).await;
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    lock.query("select from order_numbers for update", &[])
        .await
        .unwrap();
    let ask = |who: crate::world::Client, cart: &str| {
        let body = place_body(cart);
        let ask = async move { who.post("/api/v1/orders/", body).await };
        shop.app.tasks.spawn(ask)
    };
    let first = ask(first, &cart);
    let standing = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    until("the queue stands", async || {
        (shop.number(standing).await == 1).then_some(())
    })
    .await;
    assert_eq!(shop.app.placement.lanes(), 0);
    let come = async {
        until("a lane stands beside the queue", async || {
            let lanes = shop.app.placement.lanes();
            (lanes == 1 && shop.number(standing).await == 2).then_some(())
        })
        .await;
        let other = ask(other, &late);
        lock.rollback().await.unwrap();
        other.await.unwrap().expect(201);
    };
    let (answers, ()) = tokio::join!(racers.place(&crowd), come);
    first.await.unwrap().expect(201);
    for answer in answers {
        answer.expect(201);
    }
    until("the lane is closed", async || {
        (shop.app.placement.lanes() == 0).then_some(())
    })
    .await;
    let stock = (shop.stock(goods[0]).await, shop.stock(goods[1]).await);
    assert_eq!(stock, ((500, 60), (500, 3)));
    shop.close().await;
}
