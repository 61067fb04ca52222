//! Kills at random moments while several people buy. What the shop has said is the journal: it
//! must all be true in the end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ids::VariantId;
use tokio::task::JoinSet;

use super::buyer::{Bought, Buyer, assert_bought_once, until_jobs_are_done};
use crate::world::{Deployment, Process, race::rounds, until};

const BUYERS: usize = 4;
const ORDERS_OF_EACH: usize = 5;
const KILLS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_random_kills() {
    let (orders_of_each, kills) = (rounds(ORDERS_OF_EACH), rounds(KILLS));
    let shop = Arc::new(Deployment::open().await);
    let coffee = shop.product("coffee", 10_000).await;
    let answers = Arc::new(AtomicUsize::new(0));
    let mut buying = JoinSet::new();
    for buyer in 0..BUYERS {
        let (shop, answers) = (Arc::clone(&shop), Arc::clone(&answers));
        buying.spawn(buy(shop, coffee, buyer, orders_of_each, answers));
    }
    let (processes, journals) =
        tokio::join!(kill_and_start(&shop, &answers, kills), buying.join_all());
    let journal: Vec<Bought> = journals.into_iter().flatten().collect();
    until_jobs_are_done(&shop).await;
    drop(processes);

    let orders = i64::try_from(BUYERS * orders_of_each).unwrap();
    assert_eq!(shop.number("select count(*) from orders").await, orders);
    assert_eq!(shop.number("select count(*) from captures").await, orders);
    for bought in &journal {
        // A worker may have died between SMTP's answer and its note of it.
        assert_bought_once(&shop, bought, 1..=2).await;
    }
    assert_eq!(
        shop.number("select on_hand from stock_levels").await,
        10_000 - 2 * orders
    );
    assert_eq!(shop.number("select reserved from stock_levels").await, 0);
}

async fn buy(
    shop: Arc<Deployment>,
    coffee: VariantId,
    buyer: usize,
    orders: usize,
    answers: Arc<AtomicUsize>,
) -> Vec<Bought> {
    let mut journal = Vec::new();
    for number in 0..orders {
        let mut buyer = Buyer::before(&shop, &format!("load-{buyer}-{number}"), &answers);
        let bought = buyer.buy(coffee).await;
        buyer.verify(&bought).await;
        journal.push(bought);
    }
    journal
}

/// Kills the server or the worker after a random number of answers, and starts it again; answers
/// the last ones.
async fn kill_and_start(
    shop: &Deployment,
    answers: &AtomicUsize,
    kills: usize,
) -> (Process, Process) {
    let (mut server, mut worker) = (shop.server(None).await, shop.worker(None));
    let mut random = Random(0x5eed);
    let mut next = 0;
    for _ in 0..kills {
        next += 5 + random.below(6);
        until("answers", async || {
            (answers.load(Ordering::SeqCst) >= next).then_some(())
        })
        .await;
        if random.below(2) == 0 {
            server.kill().await;
            server = shop.server(None).await;
        } else {
            worker.kill().await;
            shop.end_leases().await;
            worker = shop.worker(None);
        }
    }
    (server, worker)
}

/// Equal seeds, equal kills (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit).unwrap()
    }
}
