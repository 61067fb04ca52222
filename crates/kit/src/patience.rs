//! Asking Redis without waiting for it: what it answers too late, or not at all, is done without.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Longer than this a request does not wait for Redis.
const PATIENCE: Duration = Duration::from_millis(50);

/// After a failure Redis is left alone for this long, so that an outage costs one request in a
/// second its patience and not every request.
const PAUSE_MS: u64 = 1_000;

/// Whether Redis is worth asking; copies share what they know.
#[derive(Clone)]
pub(crate) struct Patience {
    started_at: Instant,
    /// Milliseconds after `started_at` until which Redis is left alone.
    away_until_ms: Arc<AtomicU64>,
    /// What is done meanwhile, for the log.
    meanwhile: &'static str,
}

impl Patience {
    pub(crate) fn new(meanwhile: &'static str) -> Self {
        Self {
            started_at: Instant::now(),
            away_until_ms: Arc::default(),
            meanwhile,
        }
    }

    /// What Redis answers; `None` while it is away.
    pub(crate) async fn ask<T>(
        &self,
        question: impl Future<Output = redis::RedisResult<T>>,
    ) -> Option<T> {
        if self.elapsed_ms() < self.away_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        if let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, question).await {
            return Some(answer);
        }
        let until = self.elapsed_ms() + PAUSE_MS;
        self.away_until_ms.store(until, Ordering::Relaxed);
        tracing::warn!("redis is away; {}", self.meanwhile);
        None
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
