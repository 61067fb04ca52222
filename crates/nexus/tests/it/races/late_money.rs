//! The money of an expired order comes while somebody else orders the last unit: one of both has
//! it, and the other is told so.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::{FutureExt, future::BoxFuture};
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Answer, Shop, place_body,
    race::{Racers, after_turns, at_once, caught, equal, every_round, holds, patient_shop, rounds},
};

const ROUNDS: usize = 10;

/// What became of the late money: its order, captures applied and surplus, open reviews and
/// refunds.
pub(super) type Books = (String, i64, i64, i64, i64);

const BOOKS: &str = "
    select status,
        (select count(*) from captures
            where order_id = orders.id and disposition = 'applied'),
        (select count(*) from captures
            where order_id = orders.id and disposition = 'surplus'),
        (select count(*) from payment_reviews
            join payment_attempts on payment_attempts.id = attempt_id
            where order_id = orders.id and kind = 'surplus' and resolved_at is null),
        (select count(*) from refunds where order_id = orders.id and cause = 'late_money')
    from orders
    where id = $1::text::uuid";

pub(super) async fn books(shop: &Shop, order: &str) -> Books {
    let row = shop.db().await.query_one(BOOKS, &[&order]).await.unwrap();
    (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))
}

/// An order whose hold has ended, and which is paid at the provider now; nobody has told us.
pub(super) async fn paid_too_late(shop: &Shop, racers: &Racers, cart: &str) -> (String, String) {
    let buyer = racers.guest(0);
    let order = buyer.post("/api/v1/orders/", place_body(cart)).await;
    let order = order.expect(201);
    let (tx_ref, _) = shop.initiate(&buyer, &order.body).await;
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    let pay = format!("/__sim/transactions/{tx_ref}/pay");
    shop.provider().post(&pay, json!({})).await.expect(200);
    (order.text("/id"), tx_ref)
}

/// Asking about the late money, and ordering: first one after the other in both ways,
/// then at once, the order ever later.
pub(super) async fn release_both(
    racers: &Racers,
    tx_ref: &str,
    cart: &str,
    n: usize,
) -> (Answer, Answer) {
    let (line, next) = (racers.guest(0), racers.guest(1));
    let verify = format!("/api/v1/payment/verify/{tx_ref}/");
    let body = place_body(cart);
    let ask = async move { line.get(&verify).await }.boxed();
    let order = async move { next.post("/api/v1/orders/", body).await }.boxed();
    let mut answers = match n {
        0 => vec![ask.await, order.await],
        1 => {
            let ordered = order.await;
            vec![ask.await, ordered]
        }
        _ => {
            let late: BoxFuture<'static, Answer> = after_turns(n * n, order).boxed();
            at_once([ask, late]).await
        }
    };
    let ordered = answers.pop().unwrap();
    (answers.pop().unwrap(), ordered)
}

/// Answers whether the order has come back.
async fn late_or_new(
    shop: &Shop,
    racers: &Racers,
    variant: VariantId,
    n: usize,
) -> Result<bool, String> {
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let (late, tx_ref) = paid_too_late(shop, racers, &cart).await;
    let cart = racers.carts(shop, |_| vec![(variant, 1)]).await.remove(1);
    let (told, ordered) = release_both(racers, &tx_ref, &cart, n).await;
    let (on_hand, reserved) = shop.stock(variant).await;
    let is_back = told.body["status"] == "paid";
    let is_new = ordered.status.is_success();
    holds("one unit", is_back != is_new, (is_back, is_new))?;
    holds("stock", on_hand >= reserved, (on_hand, reserved))?;
    equal("told", &told.status.as_u16(), &200)?;
    let found = books(shop, &late).await;
    if is_back {
        equal("books", &found, &("paid".to_owned(), 1, 0, 0, 0))?;
        equal("shelf", &(on_hand, reserved), &(0, 0))?;
        equal("refusal", &ordered.status.as_u16(), &409)?;
        equal("code", &ordered.body["code"], &"insufficient_stock".into())?;
    } else {
        equal("books", &found, &("expired".to_owned(), 0, 1, 1, 1))?;
        equal("shelf", &(on_hand, reserved), &(1, 1))?;
        equal("word", &told.body["status"], &"review".into())?;
    }
    Ok(is_back)
}

/// The provider tells us nothing unless we ask.
pub(super) async fn lose_all_messages(shop: &Shop) {
    shop.provider()
        .patch("/__sim/webhook", json!({ "drop": true }))
        .await
        .expect(200);
    let habit = json!({ "result_order": ["redirect"] });
    let variants = shop.provider().patch("/__sim/variants", habit).await;
    variants.expect(200);
}

/// As many variants as there are rounds, each with one unit.
async fn shelf(shop: &Shop, count: usize) -> Vec<VariantId> {
    lose_all_messages(shop).await;
    let mut variants = Vec::new();
    for (n, some) in vec![(10_000, 1); count].chunks(400).enumerate() {
        variants.extend(shop.product(&format!("last-{n}"), some).await);
    }
    variants
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_or_a_new_order_has_the_last_unit() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 2).await;
    let count = rounds(ROUNDS);
    let variants = shelf(&shop, count).await;
    let mut outcomes = BTreeMap::new();
    every_round(count, async |n| {
        let is_back = late_or_new(&shop, &racers, variants[n], n % ROUNDS).await?;
        *outcomes.entry(is_back).or_insert(0) += 1;
        Ok(())
    })
    .await;
    assert_eq!(outcomes.len(), 2, "both ends were seen");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_both_have_the_last_unit() {
    let shop = patient_shop(&["late stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let racers = Racers::open(&shop, 2).await;
    let variants = shelf(&shop, 50).await;
    caught("one unit", 50, async |n| {
        late_or_new(&shop, &racers, variants[n], n).await.map(drop)
    })
    .await;
    shop.close_broken().await;
}
