//! The last unit is sold once, and what is there is sold.

use chrono::TimeDelta;
use futures_util::FutureExt;
use ids::VariantId;

use crate::world::{
    Answer, Shop, place_body,
    race::{
        Held, Racers, at_most, at_once, caught, equal, every_round, holds, patient_shop, rounds,
        statuses, successes,
    },
};

const ROUNDS: usize = 12;

/// As many variants as there are rounds, each with `on_hand` units; at most 400 to a product.
async fn shelf(shop: &Shop, slug: &str, count: usize, on_hand: i64) -> Vec<VariantId> {
    let units = vec![(10_000, on_hand); count];
    let mut variants = Vec::new();
    for (n, some) in units.chunks(400).enumerate() {
        variants.extend(shop.product(&format!("{slug}-{n}"), some).await);
    }
    variants
}

/// A loser is told how many there are, and that is fewer than were wanted.
fn told_sold_out(answer: &Answer, variant: VariantId) -> Held {
    equal("code", &answer.body["code"], &"insufficient_stock".into())?;
    let meta = &answer.body["errors"][0]["meta"];
    equal("named", &meta["variant_id"], &variant.to_string().into())?;
    equal("available", &meta["available"], &0.into())
}

/// Everybody wants the one unit of a variant.
async fn last_unit(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
    let answers = racers.place(&carts).await;
    let losers = racers.count() - 1;
    at_most("sold", successes(&answers), 1)?;
    equal(
        "answers",
        &statuses(&answers),
        &[(201, 1), (409, losers)].into(),
    )?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        told_sold_out(answer, variant)?;
    }
    equal("stock", &shop.stock(variant).await, &(1, 1))?;
    let untouched = format!(
        "select count(*) from carts join cart_items on cart_id = carts.id
         where variant_id = '{variant}' and state = 'open' and version = 1 and quantity = 1"
    );
    let kept = shop.number(&untouched).await;
    equal("carts kept", &kept, &i64::try_from(losers).unwrap())?;
    let orders = format!("select count(*) from order_lines where variant_id = '{variant}'");
    equal("orders", &shop.number(&orders).await, &1)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_unit_is_sold_once() {
    let shop = patient_shop(&[]).await;
    for width in [2, 8, 20] {
        let racers = Racers::open(&shop, width).await;
        let count = rounds(ROUNDS);
        let variants = shelf(&shop, &format!("last-{width}"), count, 1).await;
        every_round(count, async |n| {
            last_unit(&shop, &racers, variants[n]).await
        })
        .await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stock_guard_the_last_unit_is_sold_twice() {
    let shop = patient_shop(&["stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let racers = Racers::open(&shop, 20).await;
    let variants = shelf(&shop, "last", 100, 1).await;
    caught("sold", 100, async |n| {
        last_unit(&shop, &racers, variants[n]).await
    })
    .await;
    shop.close_broken().await;
}

const BUYERS: usize = 200;
const WAVE: usize = 40;
const UNITS: usize = 100;

/// Twice as many buyers as units, in waves; the shelf runs empty in the middle of one.
async fn sell_out(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let mut answers = Vec::new();
    for _ in 0..BUYERS / WAVE {
        let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
        answers.extend(racers.place(&carts).await);
    }
    let sold = &[(201, UNITS), (409, BUYERS - UNITS)].into();
    at_most("sold", successes(&answers), UNITS)?;
    equal("answers", &statuses(&answers), sold)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        told_sold_out(answer, variant)?;
    }
    equal("stock", &shop.stock(variant).await, &(100, 100))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_units_are_sold_to_a_hundred_of_two_hundred_buyers() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, WAVE).await;
    let count = rounds(2);
    let variants = shelf(&shop, "hundred", count, 100).await;
    every_round(count, async |n| sell_out(&shop, &racers, variants[n]).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stock_guard_more_is_sold_than_there_is() {
    let shop = patient_shop(&["stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let racers = Racers::open(&shop, WAVE).await;
    let variants = shelf(&shop, "hundred", 20, 100).await;
    caught("sold", 20, async |n| {
        sell_out(&shop, &racers, variants[n]).await
    })
    .await;
    shop.close_broken().await;
}

/// Units come back (a hold ends) while everybody asks for them: whoever is refused is refused
/// for want of units, not because the look at the shelf was older than the wait for it.
async fn coming_back(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
    let first = racers.guest(0);
    let body = place_body(&carts[0]);
    first.post("/api/v1/orders/", body).await.expect(201);
    shop.advance(TimeDelta::minutes(60));
    let worker = nexus::workers::worker(&shop.app);
    let rest = (1..racers.count()).map(|n| {
        let (client, body) = (racers.guest(n), place_body(&carts[n]));
        async move { Some(client.post("/api/v1/orders/", body).await) }.boxed()
    });
    let release = async move {
        worker.run_due().await.unwrap();
        None
    }
    .boxed();
    let answers = at_once(rest.chain([release])).await;
    for answer in answers
        .into_iter()
        .flatten()
        .filter(|one| one.status != 201)
    {
        told_sold_out(&answer, variant)?;
    }
    let (on_hand, reserved) = shop.stock(variant).await;
    holds("stock", on_hand == 1 && reserved <= 1, (on_hand, reserved))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_for_units_that_are_there() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 8).await;
    let count = rounds(ROUNDS * 2);
    let variants = shelf(&shop, "back", count, 1).await;
    every_round(count, async |n| {
        coming_back(&shop, &racers, variants[n]).await
    })
    .await;
    shop.close().await;
}
