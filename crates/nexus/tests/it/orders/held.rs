//! Orders that need what somebody else has locked wait by themselves; everybody else goes on.

use kit::sabotage::Sabotage;

use super::{ORDERS, batches::all};
use crate::world::{Shop, place_body, race::patient_shop};

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_holds_stops_only_its_own_orders() {
    let shop = Shop::open_with(Sabotage::none(), |settings| {
        settings.database.lock_timeout_ms = 500;
    })
    .await;
    let goods = shop.product("goods", &[(100, 50), (200, 50)]).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(shop.guest_cart(&[(goods[0], 1), (goods[1], 1)]).await);
    }
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    let sql = "select from stock_levels where variant_id = $1 for update";
    lock.query(sql, &[&goods[0]]).await.unwrap();
    let mut stuck = Vec::new();
    for (guest, cart) in held.clone() {
        let body = place_body(&cart);
        stuck.push(
            shop.app
                .tasks
                .spawn(async move { guest.post(ORDERS, body).await }),
        );
        // Meanwhile the other item is sold.
        let (guest, cart) = shop.guest_cart(&[(goods[1], 1)]).await;
        guest.post(ORDERS, place_body(&cart)).await.expect(201);
    }
    for answer in all(stuck).await {
        let busy = answer.refused(503, "resource_busy");
        assert!(busy.headers.contains_key("retry-after"));
    }
    assert_eq!(shop.stock(goods[1]).await, (50, 6));
    lock.rollback().await.unwrap();
    for (guest, cart) in held {
        guest.post(ORDERS, place_body(&cart)).await.expect(201);
    }
    assert_eq!(shop.app.placement.waiting(), 0);
    assert_eq!(
        (shop.stock(goods[0]).await, shop.stock(goods[1]).await),
        ((50, 6), (50, 12))
    );
    shop.close().await;
}

/// Whoever has waited in a lane is placed as soon as the row is free, also with another row that
/// is held.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_waited_for_a_row_is_placed_when_it_is_free() {
    let shop = patient_shop(&[]).await;
    let goods = shop
        .product("goods", &[(100, 50), (200, 50), (300, 50)])
        .await;
    let (cart_guest, cart) = shop.guest_cart(&[(goods[2], 1)]).await;
    let mut asked = Vec::new();
    let mut locks = Vec::new();
    let sql = "select from stock_levels where variant_id = $1 for update";
    for variant in &goods[..2] {
        let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
        lock.query(sql, &[variant]).await.unwrap();
        locks.push(lock);
    }
    let cart_lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    cart_lock
        .query(
            "select from carts where id = $1::text::uuid for update",
            &[&cart],
        )
        .await
        .unwrap();
    for lines in [vec![0], vec![0, 1], vec![1, 0], vec![1], vec![0]] {
        let lines: Vec<_> = lines.into_iter().map(|n| (goods[n], 1)).collect();
        let (guest, cart) = shop.guest_cart(&lines).await;
        let body = place_body(&cart);
        asked.push(
            shop.app
                .tasks
                .spawn(async move { guest.post(ORDERS, body).await }),
        );
    }
    let body = place_body(&cart);
    asked.push(
        shop.app
            .tasks
            .spawn(async move { cart_guest.post(ORDERS, body).await }),
    );
    let (guest, free) = shop.guest_cart(&[(goods[2], 1)]).await;
    guest.post(ORDERS, place_body(&free)).await.expect(201);
    cart_lock.rollback().await.unwrap();
    for lock in locks {
        lock.rollback().await.unwrap();
    }
    for answer in all(asked).await {
        answer.expect(201);
    }
    assert_eq!(shop.app.placement.waiting(), 0);
    let stock = [
        shop.stock(goods[0]).await,
        shop.stock(goods[1]).await,
        shop.stock(goods[2]).await,
    ];
    assert_eq!(stock, [(50, 4), (50, 3), (50, 2)]);
    shop.close().await;
}
