//! What is sold beyond the stock: never more than its limit, all of that, and given out once.

use futures_util::FutureExt;
use ids::VariantId;
use serde_json::json;

use super::limits::{CLIENTS, Two};
use crate::world::{
    Client,
    race::{Held, at_most, at_once, caught, equal, every_round, rounds, statuses, successes},
};

const STOCK: i64 = 2;
const BEYOND: i64 = 5;
const SOLD: usize = 7;

async fn variants(two: &Two, count: usize) -> Vec<VariantId> {
    let shelf = vec![(10_000, STOCK); count];
    let variants = two.shop.product("soon", &shelf).await;
    for variant in &variants {
        two.shop.sell_beyond(*variant, BEYOND).await;
    }
    variants
}

/// Fifty buyers at two servers want what there is, and what may be owed.
async fn beyond(two: &Two, variant: VariantId) -> Held {
    let answers = two.order(|_| variant).await;
    at_most("sold", successes(&answers), SOLD)?;
    let expected = &[(201, SOLD), (409, CLIENTS * 2 - SOLD)].into();
    equal("answers", &statuses(&answers), expected)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &"insufficient_stock".into())?;
    }
    let owed = answers.iter().filter(|answer| answer.status == 201);
    let owed = owed.filter_map(|answer| answer.body["lines"][0]["backordered"].as_i64());
    equal("owed", &owed.sum::<i64>(), &BEYOND)?;
    equal("stock", &two.shop.stock(variant).await, &(STOCK, STOCK))
}

/// Five units come one by one, at both servers, while some of those who wait pay.
async fn given_out(two: &Two, clerks: &[Client; 2], variant: VariantId) -> Held {
    beyond(two, variant).await?;
    let receipt = json!({ "movements": [
        { "kind": "receipt", "variant_id": variant, "quantity": 1 }
    ] });
    let orders =
        format!("select order_id from backorders where variant_id = '{variant}' order by sequence");
    let rows = two.shop.db().await.query(&orders, &[]).await.unwrap();
    let now = two.shop.now();
    let paying = rows.iter().step_by(2).map(|row| {
        let (db, order) = (two.shop.app.kit.db.clone(), row.get(0));
        async move {
            let tx = db.begin("test_claim").await.unwrap();
            let found = orders::lock_order(&tx, order).await.unwrap().unwrap();
            orders::mark_paid(&tx, &found, now).await.unwrap();
            inventory::claim(&tx, order, now).await.unwrap();
            tx.rollback().await.unwrap();
            200
        }
        .boxed()
    });
    let coming = (0..BEYOND).map(|n| {
        let clerk = clerks[usize::try_from(n % 2).unwrap()].clone();
        let body = receipt.clone();
        async move {
            let path = "/api/v1/admin/inventory/movements/";
            clerk.post(path, body).await.status.as_u16()
        }
        .boxed()
    });
    let answers = at_once(coming.chain(paying)).await;
    equal("answers", &answers, &vec![200; answers.len()])?;
    let waiting =
        format!("select sum(waiting)::bigint from backorders where variant_id = '{variant}'");
    equal("waiting", &two.shop.number(&waiting).await, &0)?;
    let all = STOCK + BEYOND;
    equal("stock", &two.shop.stock(variant).await, &(all, all))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_sold_than_stock_and_limit_and_each_gets_it_once() {
    let two = Two::open(&[], 0).await;
    let clerk = two.shop.staff("clerk", &["stock.edit"]).await;
    let token = clerk.header("authorization").unwrap();
    let there = Client::new(&two.second.url).with("authorization", token);
    let clerks = [clerk, there];
    let count = rounds(5);
    let variants = variants(&two, count).await;
    every_round(count, async |n| given_out(&two, &clerks, variants[n]).await).await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_backorder_guard_more_is_sold() {
    let two = Two::open(&["backorder guard"], 0).await;
    let constraint = "stock_terms_backordered_within";
    two.shop.drop_constraint("stock_terms", constraint).await;
    let variants = variants(&two, 20).await;
    caught("sold", 20, async |n| beyond(&two, variants[n]).await).await;
    two.close_broken().await;
}
