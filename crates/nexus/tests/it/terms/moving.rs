//! Staff end or correct a promotion while an order that was priced by it is on its way.

use http::Method;
use serde_json::{Value, json};

use super::{Clerk, etb, used};
use crate::world::{Answer, Shop, place_body, race::patient_shop, until};

const PROMOTIONS: &str = "/api/v1/admin/promotions/";

/// A slip: nine tenths off instead of nine per cent.
fn slip(code: Option<&str>) -> Value {
    json!({ "name": "Nine", "code": code, "kind": "percentage", "percentage": "90" })
}

/// How many of this shop's statements wait for a lock.
async fn waiting(shop: &Shop) -> i64 {
    let sql = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    shop.number(sql).await
}

/// Staff have written their change and not committed it yet when an order comes that is priced by
/// the promotion as it was: what staff and buyer are answered.
async fn moved_meanwhile(
    shop: &Shop,
    code: Option<&str>,
    (method, body): (Method, Option<Value>),
) -> (Answer, Answer) {
    let clerk = Clerk::of(shop).await;
    let id = clerk.promote(slip(code)).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    if let Some(code) = code {
        let coupons = format!("/api/v1/cart/{cart}/coupons/");
        let code = json!({ "code": code });
        guest.post(&coupons, code).await.expect(200);
    }
    // The last thing that staff write is their trail.
    let trail = shop.app.kit.db.begin("test_lock").await.unwrap();
    let lock = "lock table staff_audit in share mode";
    trail.batch(lock).await.unwrap();
    let who = clerk.0.with("if-match", "\"v1\"");
    let path = format!("{PROMOTIONS}{id}/");
    let moved = shop
        .app
        .tasks
        .spawn(async move { who.send(method, &path, body).await });
    until("staff wait for their trail", async || {
        (waiting(shop).await == 1).then_some(())
    })
    .await;
    let order = shop
        .app
        .tasks
        .spawn(async move { guest.post("/api/v1/orders/", place_body(&cart)).await });
    until("the order waits for staff", async || {
        (waiting(shop).await == 2).then_some(())
    })
    .await;
    trail.rollback().await.unwrap();
    (moved.await.unwrap(), order.await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_waited_for_staff_does_not_have_what_they_ended() {
    let shop = patient_shop(&[]).await;
    let (ended, order) = moved_meanwhile(&shop, Some("NINE"), (Method::DELETE, None)).await;
    ended.expect(204);
    let refused = order.refused(409, "coupon_not_applicable");
    assert_eq!(refused.body["errors"][0]["code"], "coupon_unknown");
    assert_eq!(used(&shop).await, [0, 0, 0]);
    assert_eq!(shop.count("orders").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_waited_for_staff_is_priced_by_what_they_wrote() {
    let shop = patient_shop(&[]).await;
    let mut nine = slip(None);
    nine["percentage"] = json!("9");
    let (corrected, order) = moved_meanwhile(&shop, None, (Method::PUT, Some(nine))).await;
    corrected.expect(200);
    assert_eq!(order.expect(201).body["total"], etb(9_100));
    assert_eq!(used(&shop).await, [1, 1, 1]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_version_an_order_has_what_staff_took_back() {
    for code in [None, Some("NINE")] {
        let shop = patient_shop(&["promotion version"]).await;
        let (ended, order) = moved_meanwhile(&shop, code, (Method::DELETE, None)).await;
        ended.expect(204);
        assert_eq!(order.expect(201).body["total"], etb(1_000));
        shop.close_broken().await;
    }
}
