//! A paid order waits for most of its units: while they come, some are called off. Each unit is
//! either called off or there, and none is both.

use futures_util::FutureExt;
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Client, Shop,
    race::{Held, at_once, caught, equal, every_round, patient_shop, rounds},
};

const ORDERED: i64 = 10;
const STOCK: i64 = 2;
const COMING: i64 = 6;

async fn contest(shop: &Shop, staff: &Client, (round, variant): (usize, VariantId)) -> Held {
    let (_, order) = shop.paid_order(&[(variant, ORDERED)]).await;
    let order = order["id"].as_str().unwrap();
    let receipt = json!({ "movements": [
        { "kind": "receipt", "variant_id": variant, "quantity": 1 }
    ] });
    let coming = (0..COMING).map(|_| {
        let (who, body) = (staff.clone(), receipt.clone());
        let path = "/api/v1/admin/inventory/movements/";
        async move { who.post(path, body).await.status.as_u16() }.boxed()
    });
    let called = (0..4).map(|n| {
        let who = staff.key(&format!("{round}-{n}"));
        let path = format!("/api/v1/admin/orders/{order}/cancel/");
        let lines = json!([{ "variant_id": variant, "quantity": 2 }]);
        let body = json!({ "lines": lines, "reason": "a race" });
        async move { who.post(&path, body).await.status.as_u16() }.boxed()
    });
    let answers = at_once(coming.chain(called)).await;
    let waiting = format!("select sum(waiting)::bigint from backorders where order_id = '{order}'");
    equal("waiting", &shop.number(&waiting).await, &0)?;
    let mut expected = vec![200; usize::try_from(COMING).unwrap()];
    expected.extend([201; 4]);
    equal("answers", &answers, &expected)?;
    // Two of its ten units stay with the order, of the eight that were there or came.
    let free = STOCK + COMING - (ORDERED - 8);
    equal("stock", &shop.stock(variant).await, &(free, 0))
}

/// Everything is called off by four at once, while it comes: the money of all ten units goes back,
/// once, and the order is cancelled.
async fn whole(shop: &Shop, staff: &Client, (round, variant): (usize, VariantId)) -> Held {
    let (guest, order) = shop.paid_order(&[(variant, ORDERED)]).await;
    let order = order["id"].as_str().unwrap();
    let receipt = json!({ "movements": [
        { "kind": "receipt", "variant_id": variant, "quantity": 1 }
    ] });
    let coming = (0..COMING).map(|_| {
        let (who, body) = (staff.clone(), receipt.clone());
        let path = "/api/v1/admin/inventory/movements/";
        async move { who.post(path, body).await.status.as_u16() }.boxed()
    });
    let called = (0..4).map(|n| {
        let who = staff.key(&format!("whole-{round}-{n}"));
        let path = format!("/api/v1/admin/orders/{order}/cancel/");
        async move {
            who.post(&path, json!({ "reason": "a race" }))
                .await
                .status
                .as_u16()
        }
        .boxed()
    });
    let mut answers = at_once(coming.chain(called)).await;
    answers.sort_unstable();
    let mut expected = vec![200; usize::try_from(COMING).unwrap()];
    expected.extend([201, 409, 409, 409]);
    equal("answers", &answers, &expected)?;
    let refunds = format!(
        "select coalesce(sum(amount_minor), 0)::bigint from refunds where order_id = '{order}'"
    );
    equal("refunds", &shop.number(&refunds).await, &(ORDERED * 100))?;
    let waiting = format!("select sum(waiting)::bigint from backorders where order_id = '{order}'");
    equal("waiting", &shop.number(&waiting).await, &0)?;
    let path = format!("/api/v1/orders/{order}/");
    let seen = guest.get(&path).await.expect(200).body;
    equal("status", &seen["status"], &json!("cancelled"))?;
    equal("stock", &shop.stock(variant).await, &(STOCK + COMING, 0))
}

async fn field(shop: &Shop, count: usize) -> (Client, Vec<VariantId>) {
    let variants = shop.product("soon", &vec![(100, STOCK); count]).await;
    for variant in &variants {
        shop.sell_beyond(*variant, ORDERED).await;
    }
    let rights = ["stock.edit", "orders.manage", "payments.refund"];
    (shop.staff("clerk", &rights).await, variants)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_and_what_is_called_off_are_not_the_same_units() {
    let shop = patient_shop(&[]).await;
    let count = rounds(6);
    let (staff, variants) = field(&shop, count).await;
    every_round(count, async |n| {
        contest(&shop, &staff, (n, variants[n])).await
    })
    .await;
    shop.run_jobs().await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_called_off_whole_while_its_units_come_is_paid_back_whole() {
    let shop = patient_shop(&[]).await;
    let count = rounds(10);
    let (staff, variants) = field(&shop, count).await;
    every_round(count, async |n| {
        whole(&shop, &staff, (n, variants[n])).await
    })
    .await;
    shop.run_jobs().await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_what_has_come_is_called_off_as_if_it_had_not() {
    let shop = patient_shop(&["awaited lock"]).await;
    shop.drop_constraint("backorders", "backorders_add_up")
        .await;
    let constraint = "stock_terms_backordered_within";
    shop.drop_constraint("stock_terms", constraint).await;
    let (staff, variants) = field(&shop, 50).await;
    caught("waiting", 50, async |n| {
        contest(&shop, &staff, (n, variants[n])).await
    })
    .await;
    shop.close_broken().await;
}
