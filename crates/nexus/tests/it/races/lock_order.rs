//! Orders that share variants in every order of insertion, and staff who count the same shelves:
//! nobody waits in a circle.

use ids::VariantId;
use serde_json::json;

use crate::world::{
    Client, Shop,
    race::{Held, Racers, at_once, deadlocks, equal, every_round, patient_shop, rounds, statuses},
};

const ROUNDS: usize = 6;
const BUYERS: usize = 20;

/// Half of the carts hold the variants in one order, half in the opposite; in wider carts each
/// begins somewhere else.
fn lines(variants: &[VariantId], n: usize) -> Vec<(VariantId, i64)> {
    let mut lines: Vec<_> = variants.iter().map(|variant| (*variant, 1)).collect();
    lines.rotate_left((n / 2) % variants.len());
    if n % 2 == 1 {
        lines.reverse();
    }
    lines
}

/// Staff add ten units, as counted: read, then set what was read plus ten.
async fn count_shelf(staff: Client, variant: VariantId) -> u16 {
    let path = format!("/api/v1/admin/inventory/levels/{variant}/");
    let level = staff.get(&path).await.expect(200);
    let on_hand = level.body["on_hand"].as_i64().unwrap() + 10;
    let body = json!({ "on_hand": on_hand, "reason": "delivery" });
    let staff = staff.with("if-match", &level.etag());
    staff.put(&path, body).await.status.as_u16()
}

async fn cross(shop: &Shop, racers: &Racers, staff: &Client, shelf: &[VariantId]) -> Held {
    let mut before = Vec::new();
    for variant in shelf {
        before.push(shop.stock(*variant).await);
    }
    let carts = racers.carts(shop, |n| lines(shelf, n)).await;
    let counting = shelf
        .iter()
        .map(|variant| count_shelf(staff.clone(), *variant));
    let (answers, counted) = tokio::join!(racers.place(&carts), at_once(counting));
    equal("placed", &statuses(&answers), &[(201, BUYERS)].into())?;
    equal("counted", &counted, &vec![200; shelf.len()])?;
    let units = i64::try_from(BUYERS).unwrap();
    for (variant, (on_hand, reserved)) in shelf.iter().zip(before) {
        let expected = (on_hand + 10, reserved + units);
        equal("stock", &shop.stock(*variant).await, &expected)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn carts_in_opposite_order_and_staff_never_deadlock() {
    let mut shop = patient_shop(&[]).await;
    shop.keeps_database = true;
    let database = shop.database_url.clone();
    let (racers, staff) = (Racers::open(&shop, BUYERS).await, shop.superuser().await);
    for (slug, width) in [("pair", 2), ("ten", 10)] {
        let shelf = shop.product(slug, &vec![(10_000, 10_000); width]).await;
        every_round(rounds(ROUNDS), async |_| {
            cross(&shop, &racers, &staff, &shelf).await
        })
        .await;
    }
    shop.close().await;
    assert_eq!(deadlocks(&database).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_taken_in_the_carts_order_deadlock() {
    let mut shop = patient_shop(&["stock lock order"]).await;
    shop.keeps_database = true;
    let database = shop.database_url.clone();
    let racers = Racers::open(&shop, BUYERS).await;
    let shelf = shop.product("pair", &[(10_000, 10_000); 2]).await;
    // Repeated by the server, a deadlock need not reach the client: the database has counted it.
    for _ in 0..5 {
        let carts = racers.carts(&shop, |n| lines(&shelf, n)).await;
        racers.place(&carts).await;
    }
    shop.close_broken().await;
    assert!(deadlocks(&database).await > 0);
}
