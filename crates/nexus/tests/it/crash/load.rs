//! Kills at random moments while several people buy and get money back: of the server, of the
//! worker, of PostgreSQL, of all three. What the shop has said is the journal: it must all be
//! true in the end. `make chaos` is the run at full length.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ids::VariantId;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    buyer::{Bought, Buyer},
    clerk::{Clerk, Promised},
    journal::{Told, assert_kept, come_to_rest},
};
use crate::world::{Deployment, Process, race::rounds, until};

const BUYERS: u64 = 4;
const KILLS: usize = 10;
const SEED: u64 = 0x5eed;

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "whoever repeats a run needs its seed")]
async fn what_was_acknowledged_survives_random_kills() {
    let kills = number_of("CHAOS_KILLS").map_or_else(|| rounds(KILLS), |kills| kills as usize);
    let seed = number_of("CHAOS_SEED").unwrap_or(SEED);
    eprintln!("{kills} kills with SEED={seed}");
    let started_at = Instant::now();
    let shop = Arc::new(Deployment::open_alone().await);
    let coffee = shop.product("coffee", 1_000_000).await;
    let processes = (shop.server(None).await, shop.worker(None));
    let scene = Arc::new(Scene::new(&shop, coffee, seed).await);
    let mut buying = JoinSet::new();
    for buyer in 0..BUYERS {
        buying.spawn(buy(Arc::clone(&shop), Arc::clone(&scene), buyer));
    }
    let ((killed, processes), journals) = tokio::join!(
        kill_and_start(&shop, &scene, processes, kills),
        buying.join_all()
    );
    drop(processes);
    let journal: Vec<Told> = journals.into_iter().flatten().collect();
    come_to_rest(&shop).await;
    let kept = assert_kept(&shop, &journal).await;
    let seconds = started_at.elapsed().as_secs();
    eprintln!("SEED={seed}: {killed} in {seconds} seconds; {kept}");
    drop(scene);
    Arc::into_inner(shop).unwrap().remove().await;
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a whole number"))
}

/// What buyers and the killer share.
struct Scene {
    coffee: VariantId,
    clerk: Clerk,
    seed: u64,
    answers: Arc<AtomicUsize>,
    is_over: AtomicBool,
}

impl Scene {
    async fn new(shop: &Deployment, coffee: VariantId, seed: u64) -> Self {
        let answers = Arc::default();
        Self {
            coffee,
            clerk: Clerk::hire(shop, &answers).await,
            seed,
            answers,
            is_over: AtomicBool::new(false),
        }
    }
}

/// Orders, pays and gets money back, one order after the other, until the killing is over.
async fn buy(shop: Arc<Deployment>, scene: Arc<Scene>, number: u64) -> Vec<Told> {
    let mut journal = Vec::new();
    let mut random = Random(scene.seed ^ (number + 1).rotate_right(8));
    while !scene.is_over.load(Ordering::SeqCst) {
        let name = format!("load-{number}-{}", journal.len());
        let mut buyer = Buyer::before(&shop, &name, &scene.answers);
        let bought = buyer.buy(scene.coffee).await;
        buyer.verify(&bought).await;
        let refunds = give_back(&shop, &scene, &bought, &mut random).await;
        journal.push(Told { bought, refunds });
    }
    journal
}

/// Nothing, a part, one of the two coffees, all of it at once, or all of it in two parts.
async fn give_back(
    shop: &Deployment,
    scene: &Scene,
    bought: &Bought,
    random: &mut Random,
) -> Vec<Promised> {
    let a_part = json!({ "amount": { "amount": 100_000, "currency": "ETB" } });
    let a_line = json!({ "lines": [{ "variant_id": scene.coffee, "quantity": 1 }] });
    let what_is_left = json!({});
    let wishes: &[(&Value, i64)] = match random.below(6) {
        0 => &[],
        1 => &[(&a_part, 100_000)],
        2 => &[(&a_line, 125_000)],
        3 => &[(&what_is_left, 250_000)],
        4 => &[(&a_part, 100_000), (&what_is_left, 150_000)],
        _ => &[(&a_line, 125_000), (&what_is_left, 125_000)],
    };
    let mut promised = Vec::new();
    for (wish, minor) in wishes {
        let mut wish = (*wish).clone();
        wish["order_id"] = json!(bought.order_id);
        wish["reason"] = json!("a crack");
        let key = format!("{}-refund-{}", bought.email, promised.len());
        let told = scene.clerk.refund(shop, &key, &wish).await;
        assert_eq!(told.amount_minor, *minor);
        promised.push(told);
    }
    promised
}

/// Kills after a random number of answers and a random time, and starts again what it killed.
/// Answers in words how often each was killed, and the last ones, which the last buyers need.
async fn kill_and_start(
    shop: &Deployment,
    scene: &Scene,
    (mut server, mut worker): (Process, Process),
    kills: usize,
) -> (String, (Process, Process)) {
    let mut random = Random(scene.seed);
    let (mut next, mut counts) = (0, [0; 4]);
    for _ in 0..kills {
        next = scene.answers.load(Ordering::SeqCst).max(next) + 1 + random.below(6);
        until("answers", async || {
            (scene.answers.load(Ordering::SeqCst) >= next).then_some(())
        })
        .await;
        let moment = u64::try_from(random.below(40)).unwrap();
        tokio::time::sleep(Duration::from_millis(moment)).await;
        let victim = [0, 0, 0, 1, 1, 1, 2, 2, 3][random.below(9)];
        counts[victim] += 1;
        if matches!(victim, 0 | 3) {
            server.kill().await;
        }
        if matches!(victim, 1 | 3) {
            worker.kill().await;
        }
        if matches!(victim, 2 | 3) {
            shop.kill_postgres().await;
        }
        if matches!(victim, 0 | 3) {
            server = shop.server(None).await;
        }
        if matches!(victim, 1 | 3) {
            shop.end_leases().await;
            worker = shop.worker(None);
        }
        assert!(!server.has_ended(), "{}", server.complained());
        if worker.has_ended() {
            // It was starting when PostgreSQL went away, and said so; one that runs stays.
            let complaint = worker.complained();
            assert!(complaint.starts_with("nexus: "), "{complaint}");
            assert!(counts[2] + counts[3] > 0, "{complaint}");
            worker = shop.worker(None);
        }
    }
    scene.is_over.store(true, Ordering::SeqCst);
    let [servers, workers, databases, all] = counts;
    let words = format!(
        "{kills} kills ({servers} of the server, {workers} of the worker, {databases} of \
         PostgreSQL, {all} of all three)"
    );
    (words, (server, worker))
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
