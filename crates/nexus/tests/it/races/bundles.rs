//! A bundle and its part ordered at once: of the part no more is sold than there is, and all of it.
//! A bundle that is changed while it is ordered is sold as it is by then.

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{
    Shop, place_body,
    race::{Held, Racers, at_most, caught, equal, every_round, patient_shop, rounds},
    until,
};

const CLIENTS: usize = 30;
const UNITS: i64 = 10;

/// A part, and a bundle of two of them.
async fn shelves(shop: &Shop, count: usize) -> Vec<(VariantId, VariantId)> {
    let parts = shop.product("part", &vec![(10_000, UNITS); count]).await;
    let bundles = shop.product("set", &vec![(15_000, 0); count]).await;
    let pairs: Vec<_> = parts.into_iter().zip(bundles).collect();
    for (part, bundle) in &pairs {
        shop.bundle(*bundle, &[(*part, 2)]).await;
    }
    pairs
}

/// A third want the part, a third the bundle, a third both in one order.
async fn shared(shop: &Shop, racers: &Racers, (part, bundle): (VariantId, VariantId)) -> Held {
    let lines = |n: usize| match n % 3 {
        0 => vec![(part, 1)],
        1 => vec![(bundle, 1)],
        _ => vec![(bundle, 1), (part, 1)],
    };
    let carts = racers.carts(shop, lines).await;
    let answers = racers.place(&carts).await;
    let units = |n: usize| i64::try_from(n % 3 + 1).unwrap();
    let placed = answers.iter().enumerate();
    let placed = placed.filter(|(_, answer)| answer.status == 201);
    let sold: i64 = placed.map(|(n, _)| units(n)).sum();
    at_most("sold", sold, UNITS)?;
    // Of those who want one unit somebody was refused, or all of them have it.
    let refused = answers.iter().enumerate();
    let mut refused = refused.filter(|(n, answer)| n % 3 == 0 && answer.status == 409);
    if refused.next().is_some() {
        equal("left", &(UNITS - sold), &0)?;
    }
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        equal("code", &answer.body["code"], &"insufficient_stock".into())?;
    }
    equal("stock", &shop.stock(part).await, &(UNITS, sold))?;
    equal("of the bundle", &shop.stock(bundle).await, &(0, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_and_its_part_are_not_sold_twice() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let count = rounds(8);
    let shelves = shelves(&shop, count).await;
    every_round(count, async |n| shared(&shop, &racers, shelves[n]).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stock_guard_a_bundle_takes_what_is_sold() {
    let shop = patient_shop(&["stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let racers = Racers::open(&shop, CLIENTS).await;
    let shelves = shelves(&shop, 20).await;
    caught("sold", 20, async |n| {
        shared(&shop, &racers, shelves[n]).await
    })
    .await;
    shop.close_broken().await;
}

/// How many of this shop's statements wait for a lock.
async fn waiting(shop: &Shop) -> i64 {
    let sql = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    shop.number(sql).await
}

/// Staff make a bundle of one part instead of two, and their change is not committed yet when an
/// order of it comes: what it was made of.
async fn changed_meanwhile(shop: &Shop) -> Value {
    let (part, bundle) = shelves(shop, 1).await[0];
    let staff = shop.staff("clerk", &["stock.edit"]).await;
    let (guest, cart) = shop.guest_cart(&[(bundle, 1)]).await;
    // The last thing that staff write is their trail.
    let trail = shop.app.kit.db.begin("test_lock").await.unwrap();
    let lock = "lock table staff_audit in share mode";
    trail.batch(lock).await.unwrap();
    let staff = staff.with("if-match", "\"v2\"");
    let path = format!("/api/v1/admin/inventory/bundles/{bundle}/");
    let body = json!({ "parts": [{ "variant_id": part, "quantity": 1 }] });
    let tasks = &shop.app.tasks;
    let changed = tasks.spawn(async move { staff.put(&path, body).await });
    until("staff wait for their trail", async || {
        (waiting(shop).await == 1).then_some(())
    })
    .await;
    let order = tasks.spawn(async move { guest.post("/api/v1/orders/", place_body(&cart)).await });
    until("the order waits for staff", async || {
        (waiting(shop).await == 2).then_some(())
    })
    .await;
    trail.rollback().await.unwrap();
    changed.await.unwrap().expect(200);
    let order = order.await.unwrap().expect(201);
    let units = order.body["lines"][0]["parts"][0]["quantity"].as_i64();
    assert_eq!(shop.stock(part).await, (UNITS, units.unwrap()));
    order.body["lines"][0]["parts"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_waits_for_staff_who_change_its_bundle() {
    let shop = patient_shop(&[]).await;
    assert_eq!(changed_meanwhile(&shop).await[0]["quantity"], 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_bundle_guard_an_order_is_made_of_what_was() {
    let shop = patient_shop(&["bundle guard"]).await;
    assert_eq!(changed_meanwhile(&shop).await[0]["quantity"], 2);
    shop.close().await;
}
