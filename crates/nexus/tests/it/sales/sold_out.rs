//! Sold out is answered from memory while it is true, and no longer.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use kit::sabotage::Sabotage;
use serde_json::json;

use super::{ORDERS, place};
use crate::world::{Answer, Shop, Stream, place_body, race::patient_shop};

/// Whether nobody has locked the shelf's row.
async fn row_is_free(shop: &Shop, variant: ids::VariantId) -> bool {
    let sql = "select from stock_levels where variant_id = $1 for update skip locked";
    !shop
        .db()
        .await
        .query(sql, &[&variant])
        .await
        .unwrap()
        .is_empty()
}

fn told(answer: &Answer, variant: ids::VariantId) {
    let meta = json!({ "variant_id": variant, "available": 0, "wanted": 1 });
    assert_eq!(answer.body["errors"][0]["meta"], meta);
}

/// While somebody else has locked the empty shelf for good, the news that it is empty needs it not.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_shelf_is_not_asked_again() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 1), (200, 9)]).await;
    let mut late = Vec::new();
    for _ in 0..5 {
        late.push(shop.guest_cart(&[(goods[1], 1), (goods[0], 1)]).await);
    }
    let (first, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    let order = place(&first.key("k"), &cart).await.expect(201);
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    let sql = "select from stock_levels where variant_id = $1 for update";
    lock.query(sql, &[&goods[0]]).await.unwrap();
    assert!(!row_is_free(&shop, goods[0]).await);
    for (guest, cart) in &late {
        let refused = place(guest, cart).await.refused(409, "insufficient_stock");
        told(&refused, goods[0]);
    }
    // Whoever bought it is told so, whatever is remembered.
    let again = place(&first.key("k"), &cart).await.expect(201);
    assert_eq!(again.bytes, order.bytes);
    place(&first, &cart).await.expect(200);
    // Somebody else's cart is not there.
    let (stranger, _) = shop.guest_cart(&[]).await;
    place(&stranger, &late[0].1)
        .await
        .refused(404, "cart_not_found");
    // Nothing is asked at all of whoever puts it into a cart.
    let (guest, cart) = shop.guest_cart(&[]).await;
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": goods[0] });
    let refused = guest.post(&items, line).await;
    told(&refused.refused(409, "insufficient_stock"), goods[0]);
    lock.rollback().await.unwrap();
    // Everything else is sold meanwhile.
    let (other, cart) = shop.guest_cart(&[(goods[1], 1)]).await;
    place(&other, &cart).await.expect(201);
    shop.close().await;
}

/// In the process that puts units on the shelf nobody waits for the news, whichever way they came.
#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_that_has_units_again_sells_them() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 1)]).await;
    let (second, next) = shop.guest_cart(&[(goods[0], 1)]).await;
    let (third, last) = shop.guest_cart(&[(goods[0], 1)]).await;
    shop.guest_order(&[(goods[0], 1)]).await;
    place(&second, &next)
        .await
        .refused(409, "insufficient_stock");
    // Its hold ends.
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    place(&second, &next).await.expect(201);
    place(&third, &last)
        .await
        .refused(409, "insufficient_stock");
    // Another one arrives.
    let staff = shop.staff("clerk", &["stock.edit"]).await;
    let level = format!("/api/v1/admin/inventory/levels/{}/", goods[0]);
    let etag = staff.get(&level).await.expect(200).etag();
    let counted = json!({ "on_hand": 2, "reason": "found one" });
    staff
        .with("if-match", &etag)
        .put(&level, counted)
        .await
        .expect(200);
    place(&third, &last).await.expect(201);
    assert_eq!(shop.stock(goods[0]).await, (2, 2));
    shop.close().await;
}

/// A unit that another server puts on the shelf, unknown to this one: how often its buyer is
/// refused until it is theirs.
async fn until_sold(shop: &Shop, most: Duration) -> Option<usize> {
    let goods = shop.product("goods", &[(100, 1)]).await;
    let (buyer, cart) = shop.guest_cart(&[(goods[0], 1)]).await;
    let (_, order) = shop.guest_order(&[(goods[0], 1)]).await;
    place(&buyer, &cart)
        .await
        .refused(409, "insufficient_stock");
    let release = "
        with ended as (
            update reservations set state = 'released', ended_at = now()
            where order_id = $1::text::uuid returning variant_id
        ), gone as (
            update orders set status = 'expired', closed_at = now() where id = $1::text::uuid
        )
        update stock_levels set reserved = 0 from ended
        where stock_levels.variant_id = ended.variant_id";
    let id = order["id"].as_str().unwrap();
    shop.db().await.execute(release, &[&id]).await.unwrap();
    let begun = Instant::now();
    for refused in 0.. {
        let answer = buyer.post(ORDERS, place_body(&cart)).await;
        if answer.status == 201 {
            return Some(refused);
        }
        told(&answer.refused(409, "insufficient_stock"), goods[0]);
        if begun.elapsed() > most {
            return None;
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_puts_on_the_shelf_is_sold_soon() {
    let shop = patient_shop(&[]).await;
    assert!(until_sold(&shop, Duration::from_secs(60)).await.is_some());
    // The books of this test were changed past every verb.
    shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_bound_the_memory_refuses_for_ever() {
    let shop = Shop::open_with(Sabotage::of(&["bound of memory"]), |_| {}).await;
    assert_eq!(until_sold(&shop, Duration::from_secs(5)).await, None);
    shop.close_broken().await;
}

/// Live stock over a stream: what is there, then each change.
#[tokio::test(flavor = "multi_thread")]
async fn a_product_s_stock_is_followed() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 2), (200, 5)]).await;
    let path = "/api/v1/catalogue/products/goods/stock/stream/";
    let mut follower = Stream::open(&shop.client(), path, None).await;
    let seen = |first: i64| {
        json!({ "variants": [
            { "variant_id": goods[0], "available": first },
            { "variant_id": goods[1], "available": 5 },
        ] })
    };
    assert_eq!(follower.next().await.1, seen(2));
    shop.guest_order(&[(goods[0], 1)]).await;
    assert_eq!(follower.next().await.1, seen(1));
    shop.guest_order(&[(goods[0], 1)]).await;
    let (last, data) = follower.next().await;
    assert_eq!(data, seen(0));
    // After a break, what is known already is not told again.
    let mut again = Stream::open(&shop.client(), path, Some(&last)).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    // The orders expire one after the other.
    let mut data = again.next().await.1;
    if data == seen(1) {
        data = again.next().await.1;
    }
    assert_eq!(data, seen(2));
    shop.client()
        .get("/api/v1/catalogue/products/nothing/stock/stream/")
        .await
        .refused(404, "catalogue_not_found");
    // A stop ends the streams in order.
    shop.close().await;
    again.end().await;
}
