//! The money of an expired order comes while somebody else orders with its coupon, which may be had
//! once: one of both has it, and the other is told so.

use std::collections::BTreeMap;

use ids::VariantId;
use serde_json::json;

use super::{
    late_money::{books, lose_all_messages, paid_too_late, release_both},
    promotions::{coupon, enter},
};
use crate::world::{
    Shop,
    race::{Racers, caught, equal, every_round, holds, patient_shop, rounds},
};

const ROUNDS: usize = 10;

/// Which limit lets the coupon be had once. Both guests have one e-mail address.
fn once(n: usize) -> serde_json::Value {
    match n % 2 {
        0 => json!({ "usage_limit": 1 }),
        _ => json!({ "customer_limit": 1 }),
    }
}

/// Answers whether the order has come back.
async fn late_or_new(
    shop: &Shop,
    racers: &Racers,
    variant: VariantId,
    n: usize,
) -> Result<bool, String> {
    let code = format!("LATE-{n}");
    coupon(shop, &code, once(n)).await;
    let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
    enter(shop, &carts, &code).await;
    let (on_hand, _) = shop.stock(variant).await;
    let (late, tx_ref) = paid_too_late(shop, racers, &carts[0]).await;
    // Each pair of rounds has both limits at the same moment.
    let (told, ordered) = release_both(racers, &tx_ref, &carts[1], (n % ROUNDS) / 2).await;
    let is_back = told.body["status"] == "paid";
    let is_new = ordered.status.is_success();
    holds("one coupon", is_back != is_new, (is_back, is_new))?;
    equal("told", &told.status.as_u16(), &200)?;
    let sql = format!("select used_count from promotions where code = '{code}'");
    equal("counted", &shop.number(&sql).await, &1)?;
    let stock = shop.stock(variant).await;
    let found = books(shop, &late).await;
    if is_back {
        equal("books", &found, &("paid".to_owned(), 1, 0, 0, 0))?;
        equal("shelf", &stock, &(on_hand - 1, 0))?;
        equal("refusal", &ordered.status.as_u16(), &409)?;
        let code = &ordered.body["code"];
        equal("code", code, &"coupon_not_applicable".into())?;
    } else {
        equal("books", &found, &("expired".to_owned(), 0, 1, 1, 1))?;
        equal("shelf", &stock, &(on_hand, 1))?;
        equal("word", &told.body["status"], &"review".into())?;
        let path = format!("/api/v1/orders/{}/cancel/", ordered.text("/id"));
        racers.guest(1).post(&path, json!({})).await.expect(200);
    }
    Ok(is_back)
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_or_a_new_order_has_the_last_use_of_a_coupon() {
    let shop = patient_shop(&[]).await;
    lose_all_messages(&shop).await;
    let racers = Racers::open(&shop, 2).await;
    let variant = shop.product("coffee", &[(10_000, 1_000)]).await[0];
    let mut outcomes = BTreeMap::new();
    every_round(rounds(ROUNDS), async |n| {
        let is_back = late_or_new(&shop, &racers, variant, n).await?;
        *outcomes.entry(is_back).or_insert(0) += 1;
        Ok(())
    })
    .await;
    assert_eq!(outcomes.len(), 2, "both ends were seen");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_both_have_the_last_use() {
    let shop = patient_shop(&["late promotion guard"]).await;
    lose_all_messages(&shop).await;
    shop.drop_constraint("promotions", "promotions_used_within")
        .await;
    let racers = Racers::open(&shop, 2).await;
    let variant = shop.product("coffee", &[(10_000, 1_000)]).await[0];
    caught("one coupon", ROUNDS, async |n| {
        late_or_new(&shop, &racers, variant, n).await.map(drop)
    })
    .await;
    shop.close_broken().await;
}
