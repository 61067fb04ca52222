//! Many look at once for what is low: each variant is told of once.

use futures_util::FutureExt;

use crate::world::{
    Shop,
    race::{Held, at_once, caught, equal, every_round, patient_shop, rounds},
};

const LOOKERS: usize = 8;

/// Twelve variants become low, are told of, and are forgotten again.
async fn looked(shop: &Shop, n: usize) -> Held {
    shop.product(&format!("low-{n}"), &[(100, 3); 12]).await;
    let told = "select count(*) from events where name = 'stock.low'";
    let before = shop.number(told).await;
    let looks = (0..LOOKERS).map(|_| {
        let (db, now) = (shop.app.kit.db.clone(), shop.now());
        let settings = shop.app.settings.inventory;
        async move { inventory::look_for_low(&db, &settings, now).await.unwrap() }.boxed()
    });
    at_once(looks).await;
    equal("told", &(shop.number(told).await - before), &12)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_low_is_told_once_however_many_look() {
    let shop = patient_shop(&[]).await;
    every_round(rounds(6), async |n| looked(&shop, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_low_stock_guard_it_is_told_twice() {
    let shop = patient_shop(&["low stock guard"]).await;
    shop.drop_constraint("low_stock", "low_stock_pkey").await;
    let behind = "events_subject_sequence_key";
    shop.drop_constraint("events", behind).await;
    caught("told", 20, async |n| looked(&shop, n).await).await;
    shop.close_broken().await;
}
