//! The counters in Redis, shared by all processes: one round trip, one atomic script.

use std::sync::Arc;

use redis::{Script, aio::ConnectionManager};

use super::{Decision, Quota};
use crate::patience::Patience;

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
    patience: Patience,
}

impl Shared {
    pub(super) fn new(redis: ConnectionManager) -> Self {
        Self {
            redis,
            script: Arc::new(Script::new(DECIDE)),
            patience: Patience::new("limits are counted by each process for itself"),
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
        let mut redis = self.redis.clone();
        let mut call = self.script.key(key);
        call.arg(now).arg(quota.interval()).arg(quota.window());
        call.arg(u8::from(is_counted));
        let answer: Option<(i64, i64)> = self.patience.ask(call.invoke_async(&mut redis)).await;
        answer.map(|answer| match answer {
            (1, next) => Decision::Pass(next),
            (_, wait) => Decision::Wait(wait),
        })
    }
}
