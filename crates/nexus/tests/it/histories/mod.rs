//! Concurrent histories: a few clients do random things at once, over HTTP; what each was told,
//! and what is left in the end, must be what some order of one after the other would have given
//! by a model of a page. `NEXUS_ROUNDS=25` is the run at full length, 5,000 histories.

mod client;
mod model;
mod search;

use std::sync::Arc;

use crate::world::{
    Shop,
    race::{patient_shop, rounds},
};

use self::{
    client::{Scene, play},
    model::Model,
    search::{Event, has_serial_order},
};

const HISTORIES: usize = 200;
const SEED: u64 = 0x5eed;
/// More than a history without its guard needs to be found out.
const CONTROL_MAX: usize = 400;

/// Equal seeds, equal draws (SplitMix64). Which operation a client draws also depends on what it
/// has been told by then.
#[derive(Clone)]
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn units(&mut self, from: i64, limit: usize) -> i64 {
        from + i64::try_from(self.below(limit)).unwrap()
    }
}

/// A shop whose provider tells nobody anything: news comes when a client asks for it.
async fn open(guards: &[&str]) -> Shop {
    let shop = patient_shop(guards).await;
    let provider = shop.provider();
    let silent = serde_json::json!({ "drop": true });
    provider.patch("/__sim/webhook", silent).await.expect(200);
    let nobody = serde_json::json!({ "result_order": ["redirect"] });
    provider.patch("/__sim/variants", nobody).await.expect(200);
    shop
}

/// Plays one history; an error is one that no serial order explains.
async fn history(
    shop: &Arc<Shop>,
    staff: &crate::world::Client,
    seed: u64,
) -> Result<usize, String> {
    let mut draws = Draws(seed);
    let scene = Arc::new(Scene::set(shop, staff, seed, &mut draws).await);
    let start = Model::new(scene.on_hand, scene.carts());
    let mut events = play(&scene, &mut draws).await;
    events.extend(scene.look().await);
    if has_serial_order(&start, &events) {
        return Ok(events.len());
    }
    events.sort_by_key(|event| event.began_at);
    let lines = events.iter().map(|event| {
        let Event {
            client,
            operation,
            said,
            began_at,
            ended_at,
        } = event;
        format!("{began_at:>4}-{ended_at:<4} client {client}: {operation:?} -> {said}")
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    Err(format!(
        "seed {seed}: no serial order of\n{start:?}\n{lines}"
    ))
}

fn seed() -> u64 {
    std::env::var("HISTORIES_SEED").map_or(SEED, |text| text.parse().expect("a whole number"))
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "how much was looked at is the result")]
async fn every_concurrent_history_has_a_serial_order() {
    let shop = Arc::new(open(&[]).await);
    let staff = shop.superuser().await;
    let (count, mut operations) = (rounds(HISTORIES), 0);
    for n in 0..u64::try_from(count).unwrap() {
        match history(&shop, &staff, seed() + n).await {
            Ok(found) => operations += found,
            Err(words) => panic!("{words}"),
        }
    }
    eprintln!(
        "{count} histories of {operations} operations from seed {}",
        seed()
    );
    Arc::into_inner(shop).unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stock_guard_a_history_has_none() {
    let shop = open(&["stock guard"]).await;
    let constraint = "stock_levels_available_not_negative";
    shop.drop_constraint("stock_levels", constraint).await;
    let shop = Arc::new(shop);
    let staff = shop.superuser().await;
    let mut found = None;
    for n in 0..u64::try_from(CONTROL_MAX).unwrap() {
        found = history(&shop, &staff, SEED + n).await.err();
        if found.is_some() {
            break;
        }
    }
    let words = found.expect("a history without a serial order");
    assert!(words.contains("Place"), "{words}");
    Arc::into_inner(shop).unwrap().close_broken().await;
}
