//! The storm: everybody buys at once while processes die and the provider misbehaves.

use std::{
    collections::VecDeque,
    io::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use ids::VariantId;
use tokio::task::JoinSet;

use super::{
    Plan,
    buyer::Buyer,
    chance::Chance,
    client::Line,
    journal::{Journal, Told},
    sampler::{self, Seen, Watched},
    stage::{PROCESSES, Stage},
    weather::{self, Weather},
};

/// How often what was killed.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Kills {
    pub(super) servers: usize,
    pub(super) workers: usize,
    pub(super) postgres: usize,
}

/// What the storm has left.
pub(super) struct Storm {
    pub(super) journal: Journal,
    pub(super) kills: Kills,
    pub(super) seen: Seen,
    pub(super) weather: Weather,
    pub(super) hang_ups: usize,
    pub(super) repeats: usize,
}

/// The longest pause between a moment that was drawn and the kill.
const KILL_JITTER_MS: u64 = 60;
const NEWS_EVERY: Duration = Duration::from_secs(10);

/// Lets the storm loose and waits for its end.
pub(super) async fn rage(stage: &Arc<Stage>, watched: Watched, plan: &Plan) -> Result<Storm> {
    let line = Arc::new(Line::open(&stage.urls, plan.hang_up_percent)?);
    let shelf: Arc<Vec<VariantId>> = Arc::new(watched.shelf.iter().map(|(id, _)| *id).collect());
    let (is_over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let over = Arc::clone(&is_over);
    let watching = async move { sampler::watch(&watched, &over).await };
    let (control, seed, over) = (stage.control()?, plan.seed, Arc::clone(&is_over));
    let blowing = async move { weather::blow(&control, seed, &over).await };
    let (stage_of_killer, plan_of_killer) = (Arc::clone(stage), plan.clone());
    let (over, count) = (Arc::clone(&is_over), Arc::clone(&done));
    let killing = async move { kill(&stage_of_killer, &plan_of_killer, &count, &over).await };
    let (watching, blowing, killing) = (spawned(watching), spawned(blowing), spawned(killing));
    let buyers = (0..plan.buyers).map(|number| Buyer::draw(&line, &shelf, plan.seed, number));
    let journal = crowd(buyers.collect(), plan.at_once, &done);
    let limit = Duration::from_secs(60 * plan.minutes);
    let journal = tokio::time::timeout(limit, journal).await;
    is_over.store(true, Ordering::SeqCst);
    let kills = killing.join().await??;
    let (seen, weather) = (watching.join().await?, blowing.join().await??);
    let journal = journal.context("the storm took longer than --minutes")??;
    Ok(Storm {
        journal,
        kills,
        seen,
        weather,
        hang_ups: line.hang_ups.load(Ordering::Relaxed),
        repeats: line.repeats.load(Ordering::Relaxed),
    })
}

/// A task that ends with whoever waits for it.
struct Spawned<T>(JoinSet<T>);

fn spawned<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Spawned<T> {
    let mut set = JoinSet::new();
    set.spawn(work);
    Spawned(set)
}

impl<T: 'static> Spawned<T> {
    async fn join(mut self) -> Result<T> {
        Ok(self.0.join_next().await.context("a task is gone")??)
    }
}

/// Everybody does what they do, some at once, in the order given.
pub(super) async fn crowd(
    buyers: VecDeque<Buyer>,
    at_once: usize,
    done: &Arc<AtomicUsize>,
) -> Result<Journal> {
    let count = buyers.len();
    let queue = Arc::new(Mutex::new(buyers));
    let mut hands = JoinSet::new();
    for _ in 0..at_once.min(count) {
        let (queue, done) = (Arc::clone(&queue), Arc::clone(done));
        hands.spawn(async move {
            let mut told: Vec<Told> = Vec::new();
            let next = || {
                queue
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .pop_front()
            };
            while let Some(buyer) = next() {
                told.push(buyer.live().await);
                done.fetch_add(1, Ordering::SeqCst);
            }
            told
        });
    }
    let mut journal = Journal::default();
    let mut news = tokio::time::interval(NEWS_EVERY);
    news.tick().await;
    loop {
        tokio::select! {
            ended = hands.join_next() => match ended {
                Some(told) => journal.told.extend(told?),
                None => return Ok(journal),
            },
            _ = news.tick() => {
                let done = done.load(Ordering::SeqCst);
                // Standard error may be closed; the proof goes on.
                drop(writeln!(std::io::stderr(), "  {done} of {count} buyers are done"));
            }
        }
    }
}

/// Kills at moments that are spread over the storm, and starts again what was killed.
async fn kill(
    stage: &Stage,
    plan: &Plan,
    done: &AtomicUsize,
    is_over: &AtomicBool,
) -> Result<Kills> {
    let mut chance = Chance::of(plan.seed, 0xdead);
    let mut moments: Vec<usize> = (0..plan.kills)
        .map(|_| chance.below(plan.buyers.saturating_mul(9) / 10))
        .collect();
    moments.sort_unstable();
    let mut kills = Kills::default();
    for moment in moments {
        let has_come = || done.load(Ordering::SeqCst) >= moment;
        while !has_come() && !is_over.load(Ordering::SeqCst) {
            stage.revive().await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(chance.millis(KILL_JITTER_MS)).await;
        match chance.below(8) {
            victim @ 0..=3 => {
                stage.kill_process(victim % PROCESSES).await?;
                kills.servers += 1;
            }
            victim @ 4..=5 => {
                stage.kill_process(PROCESSES + victim % PROCESSES).await?;
                kills.workers += 1;
            }
            _ => {
                stage.kill_postgres().await?;
                kills.postgres += 1;
            }
        }
    }
    while !is_over.load(Ordering::SeqCst) {
        stage.revive().await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(kills)
}
