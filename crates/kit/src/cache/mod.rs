//! Public answers, kept in this process and in Redis.
//!
//! Promises: an answer shows every change that was committed `stale_ms_max` before it was asked
//! for, on every server, whatever became of messages: what is kept is believed only after a look
//! at what has changed (`cache_changes`, written by triggers in the transaction of the change).
//! Of those who ask for one thing at once, one loads it. Without Redis each process keeps answers
//! for itself, for a shorter time.
//! Never: an answer that depends on who asks; a wait for Redis; an answer that cannot be thrown
//! away at any moment.

mod flights;
mod shared;
mod snapshot;
mod watch;

use std::{
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use redis::aio::ConnectionManager;
use serde::Deserialize;
use uuid::Uuid;

use self::{
    flights::{Flights, Outcome, Turn},
    shared::Shared,
    snapshot::Snapshot,
    watch::Watch,
};
pub use crate::http::etag::Document;
use crate::{
    clock::Clock,
    db::{Conn, Db},
    error::Result,
};

/// For how long an answer is kept at the most, whether anything changes or not: also what follows
/// from the passing of time alone is not older.
const LIFE: Duration = Duration::from_secs(60);

/// For how long a process keeps it without asking Redis again; without Redis, at all.
const LIFE_HERE: Duration = Duration::from_secs(10);

/// How often somebody waits for somebody else's load before loading alone.
const WAITS_MAX: usize = 3;

/// The section `[cache]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheSettings {
    /// For how long a committed change may stay unseen, in milliseconds.
    pub stale_ms_max: u64,
    /// How much this process keeps, in mebibytes; 0 keeps nothing, here or in Redis.
    pub memory_mb: u64,
}

/// What is asked for: everything that changes the answer.
#[derive(Debug, Clone)]
pub struct Question {
    name: &'static str,
    of: String,
    is_shared: bool,
}

impl Question {
    /// Of one kind, with everything that tells two answers of that kind apart.
    #[must_use]
    pub const fn new(name: &'static str, of: String) -> Self {
        Self {
            name,
            of,
            is_shared: true,
        }
    }

    /// Kept in this process alone: visitors can make up any number of such questions.
    #[must_use]
    pub fn kept_here(self) -> Self {
        Self {
            is_shared: false,
            ..self
        }
    }
}

/// An answer, and the things whose change makes it another one.
#[derive(Debug)]
pub struct Made {
    /// `None` when there is no such thing.
    pub document: Option<Document>,
    /// Ids as the triggers on `cache_changes` write them.
    pub tags: Vec<Uuid>,
}

/// An answer that is kept, with what its load saw.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    document: Option<Document>,
    tags: Vec<Uuid>,
    snapshot: Snapshot,
    era: u64,
}

/// The answers that a process keeps; copies share them.
#[derive(Clone)]
pub struct Cache(Arc<Parts>);

struct Parts {
    db: Db,
    clock: Clock,
    prefix: String,
    here: Option<moka::sync::Cache<Arc<str>, Arc<Kept>>>,
    shared: Option<Shared>,
    watch: Watch,
    flights: Flights,
    loads: AtomicU64,
}

impl Cache {
    /// With a second level in Redis where it is given. `namespace` keeps installations apart that
    /// share one Redis, `release` the answers of programs that are not the same.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        redis: Option<ConnectionManager>,
        (namespace, release): (&str, &str),
        settings: &CacheSettings,
    ) -> Self {
        let bytes_max = settings.memory_mb.saturating_mul(1024 * 1024);
        let here = (bytes_max > 0).then(|| {
            moka::sync::Cache::builder()
                .max_capacity(bytes_max)
                .weigher(|key: &Arc<str>, kept: &Arc<Kept>| weight(key, kept))
                .time_to_live(LIFE_HERE)
                .build()
        });
        Self(Arc::new(Parts {
            db,
            clock,
            prefix: format!("{namespace}:cache:{release}"),
            here,
            shared: redis.map(Shared::new),
            watch: Watch::new(Duration::from_millis(settings.stale_ms_max)),
            flights: Flights::default(),
            loads: AtomicU64::new(0),
        }))
    }

    /// How many answers this process has loaded from the database, for metrics and tests.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.0.loads.load(Ordering::Relaxed)
    }

    /// The answer to a question, kept or loaded; `None` when there is no such thing. `load` reads
    /// on the connection that it is given.
    ///
    /// # Errors
    /// Those of `load`, which are not kept; faults of the database.
    pub async fn answer<F, Fut>(&self, question: &Question, load: F) -> Result<Option<Document>>
    where
        F: Fn(Conn) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Made>> + Send,
    {
        let parts = &self.0;
        let Some(here) = &parts.here else {
            let conn = parts.db.read().await?;
            parts.loads.fetch_add(1, Ordering::Relaxed);
            return Ok(load(conn).await?.document);
        };
        parts.watch.look(&parts.db).await?;
        let key = parts.key(question, parts.clock.now());
        let kept_here = || {
            let kept = here.get(&key);
            kept.filter(|kept| parts.watch.believes(kept))
        };
        // Tests may have everybody load who does not find it.
        let waits = if parts.db.sabotage().has_removed("single flight") {
            0
        } else {
            WAITS_MAX
        };
        for _ in 0..waits {
            if let Some(kept) = kept_here() {
                return Ok(given(question, &kept));
            }
            let pilot = match parts.flights.join(&key) {
                Turn::Load(pilot) => pilot,
                Turn::Wait(passenger) => match passenger.landed().await {
                    Outcome::Loaded(kept) if parts.watch.believes(&kept) => {
                        return Ok(given(question, &kept));
                    }
                    Outcome::Loaded(_) | Outcome::Loading => continue,
                    // Nobody waits for the next one to fail too.
                    Outcome::Failed => break,
                },
            };
            // Somebody may have landed between the two looks above.
            if let Some(kept) = kept_here() {
                return Ok(given(question, &kept));
            }
            match parts.fetch(question, &key, &load).await {
                Ok(kept) => {
                    let kept = Arc::new(kept);
                    here.insert(Arc::clone(&key), Arc::clone(&kept));
                    pilot.land(Outcome::Loaded(Arc::clone(&kept)));
                    return Ok(kept.document.clone());
                }
                Err(error) => {
                    pilot.land(Outcome::Failed);
                    return Err(error);
                }
            }
        }
        Ok(parts.load(question, &load).await?.document)
    }
}

fn given(question: &Question, kept: &Kept) -> Option<Document> {
    counted(question, "process");
    kept.document.clone()
}

impl Parts {
    /// The answer that is kept under a key ends at a moment of its own within each minute.
    fn key(&self, question: &Question, now: DateTime<Utc>) -> Arc<str> {
        let mut hasher = DefaultHasher::new();
        (question.name, &question.of).hash(&mut hasher);
        let life_ms = LIFE.as_millis();
        let spread_ms = u128::from(hasher.finish()) % life_ms;
        let now_ms = u128::from(now.timestamp_millis().unsigned_abs());
        let turn = (now_ms + spread_ms) / life_ms;
        let Question { name, of, .. } = question;
        format!("{}:{name}:{turn}:{of}", self.prefix).into()
    }

    /// From Redis if it is there and may be believed, else from the database.
    async fn fetch<F, Fut>(&self, question: &Question, key: &str, load: &F) -> Result<Kept>
    where
        F: Fn(Conn) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Made>> + Send,
    {
        let Some(shared) = self.shared.as_ref().filter(|_| question.is_shared) else {
            return self.load(question, load).await;
        };
        let mut found = shared.find(key).await.and_then(|kept| self.adopted(kept));
        if found.is_none() && !shared.takes(key).await {
            let is_wanted = |kept: &Kept| self.watch.adopts(kept).is_some();
            let waited = shared.wait(key, is_wanted).await;
            found = waited.and_then(|kept| self.adopted(kept));
        }
        if let Some(found) = found {
            counted(question, "redis");
            return Ok(found);
        }
        let kept = self.load(question, load).await?;
        shared.keep(key, &kept).await;
        Ok(kept)
    }

    fn adopted(&self, kept: Kept) -> Option<Kept> {
        let era = self.watch.adopts(&kept)?;
        Some(Kept { era, ..kept })
    }

    async fn load<F, Fut>(&self, question: &Question, load: &F) -> Result<Kept>
    where
        F: Fn(Conn) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Made>> + Send,
    {
        let conn = self.db.read().await?;
        self.loads.fetch_add(1, Ordering::Relaxed);
        counted(question, "database");
        // What was seen is noted before anything is read: a change in between counts as unseen.
        let moment = self.watch.moment(&conn).await?;
        let made = load(conn).await?;
        Ok(Kept {
            document: made.document,
            tags: made.tags,
            snapshot: moment.snapshot,
            era: moment.era,
        })
    }
}

fn counted(question: &Question, from: &'static str) {
    metrics::counter!("cache_answers_total", "kind" => question.name, "from" => from).increment(1);
}

/// In bytes, nearly.
fn weight(key: &Arc<str>, kept: &Arc<Kept>) -> u32 {
    let body = kept
        .document
        .as_ref()
        .map_or(0, |document| document.body.len());
    u32::try_from(key.len() + body + 16 * kept.tags.len() + 256).unwrap_or(u32::MAX)
}
