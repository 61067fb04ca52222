//! The counters in Redis, shared by all processes: one round trip, one atomic script.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{Script, aio::ConnectionManager};

use super::{Decision, Quota};

/// Longer than this a request does not wait for a counter.
const PATIENCE: Duration = Duration::from_millis(50);

/// After a failure Redis is left alone for this long, so that an outage costs one request in a
/// second its patience and not every request.
const PAUSE: Duration = Duration::from_secs(1);

// The same rule as `Quota::decide`, run where the moment lies. Microseconds since 1970 are below
// 2^53, so Lua's numbers hold them exactly.
const DECIDE: &str = "
    local now, interval, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local tat = tonumber(redis.call('get', KEYS[1]) or now)
    tat = math.min(math.max(tat, now), now + window)
    local next = tat + interval
    local wait = next - window - now
    if wait > 0 then
        return {0, wait}
    end
    if ARGV[4] == '1' then
        local life = math.ceil((next - now) / 1000)
        redis.call('set', KEYS[1], string.format('%.0f', next), 'px', life)
    end
    return {1, next}";

#[derive(Clone)]
pub(super) struct Shared {
    redis: ConnectionManager,
    script: Arc<Script>,
    started_at: Instant,
    /// Milliseconds after `started_at` until which Redis is left alone.
    away_until_ms: Arc<AtomicU64>,
}

impl Shared {
    pub(super) fn new(redis: ConnectionManager) -> Self {
        Self {
            redis,
            script: Arc::new(Script::new(DECIDE)),
            started_at: Instant::now(),
            away_until_ms: Arc::default(),
        }
    }

    /// Decides, and keeps what passed if it is to be counted. `None` while Redis is away.
    pub(super) async fn decide(
        &self,
        key: &str,
        quota: Quota,
        now: i64,
        is_counted: bool,
    ) -> Option<Decision> {
        if self.elapsed_ms() < self.away_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        let mut redis = self.redis.clone();
        let mut call = self.script.key(key);
        call.arg(now).arg(quota.interval()).arg(quota.window());
        call.arg(u8::from(is_counted));
        match tokio::time::timeout(PATIENCE, call.invoke_async::<(i64, i64)>(&mut redis)).await {
            Ok(Ok((1, next))) => Some(Decision::Pass(next)),
            Ok(Ok((_, wait))) => Some(Decision::Wait(wait)),
            Ok(Err(_)) | Err(_) => {
                let pause_ms = u64::try_from(PAUSE.as_millis()).unwrap_or(1_000);
                self.away_until_ms
                    .store(self.elapsed_ms() + pause_ms, Ordering::Relaxed);
                tracing::warn!("redis is away; limits are counted by each process for itself");
                None
            }
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
