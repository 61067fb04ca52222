//! Limits of how often something may be done: GCRA, one moment stored per key.
//!
//! Promises: in any stretch of time a key passes at most `burst` plus what its rate gives for
//! that stretch; a refused try costs nothing, so a key that is refused recovers by waiting.
//! With Redis all processes share the counters; without it, or while it is away, each process
//! counts for itself. Never: a personal datum in a key (pass digests), a wait.

mod local;
mod shared;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc};

use axum::response::{IntoResponseParts, ResponseParts};
use chrono::{DateTime, Utc};
use redis::aio::ConnectionManager;

use self::{local::Local, shared::Shared};
use crate::{
    error::{Refusal, RefusalKind, Result},
    http::problem::TOO_MANY_REQUESTS,
};

/// How often: `burst` at once, and `burst` again per `per_seconds`, evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Its name in the `RateLimit` headers and in the key: two quotas of one name share counters.
    pub name: &'static str,
    /// At once, after a rest.
    pub burst: u32,
    /// The time in which a used-up burst is whole again.
    pub per_seconds: u32,
}

impl Quota {
    /// The pause between two when the burst is used up, in microseconds.
    const fn interval(self) -> i64 {
        let burst = if self.burst == 0 { 1 } else { self.burst };
        self.per_seconds as i64 * 1_000_000 / burst as i64
    }

    /// How far ahead of now the stored moment may lie, in microseconds.
    const fn window(self) -> i64 {
        self.interval()
            * if self.burst == 0 {
                1
            } else {
                self.burst as i64
            }
    }

    /// Decides by the stored moment: the next moment to store, or the wait until one passes.
    fn decide(self, stored: Option<i64>, now: i64) -> Decision {
        // A machine whose clock runs ahead must not lock a key out for longer than a window.
        let tat = stored.unwrap_or(now).clamp(now, now + self.window());
        let next = tat + self.interval();
        let wait = next - self.window() - now;
        if wait > 0 {
            Decision::Wait(wait)
        } else {
            Decision::Pass(next)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// Passed; the stored moment is now this.
    Pass(i64),
    /// Refused; one passes after this many microseconds.
    Wait(i64),
}

/// Where a key stands after it passed; as a part of a response it adds the `RateLimit` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    quota: Quota,
    /// How many more pass at once.
    pub remaining: u32,
    /// When the burst is whole again, in seconds from now.
    pub reset_seconds: u64,
}

/// A limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitReached {
    quota: Quota,
    wait_micros: i64,
}

impl Standing {
    fn new(quota: Quota, next: i64, now: i64) -> Self {
        let ahead = (next - now).max(0);
        let room = (quota.window() - ahead).max(0) / quota.interval().max(1);
        Self {
            quota,
            remaining: u32::try_from(room).unwrap_or(u32::MAX),
            reset_seconds: seconds_up(ahead),
        }
    }

    fn headers(self) -> [(&'static str, String); 2] {
        headers(self.quota, self.remaining, self.reset_seconds)
    }
}

fn seconds_up(micros: i64) -> u64 {
    u64::try_from(micros).unwrap_or(0).div_ceil(1_000_000)
}

// The field names and forms of draft-ietf-httpapi-ratelimit-headers.
fn headers(quota: Quota, remaining: u32, seconds: u64) -> [(&'static str, String); 2] {
    let Quota {
        name,
        burst,
        per_seconds,
    } = quota;
    [
        (
            "ratelimit-policy",
            format!("\"{name}\";q={burst};w={per_seconds}"),
        ),
        ("ratelimit", format!("\"{name}\";r={remaining};t={seconds}")),
    ]
}

impl IntoResponseParts for Standing {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        for (name, value) in self.headers() {
            if let Ok(value) = http::HeaderValue::from_str(&value) {
                parts.headers_mut().insert(name, value);
            }
        }
        Ok(parts)
    }
}

impl Refusal for LimitReached {
    fn kind(&self) -> &'static RefusalKind {
        &TOO_MANY_REQUESTS
    }

    fn detail(&self) -> String {
        let seconds = seconds_up(self.wait_micros);
        format!(
            "The limit \"{}\" is reached: try again in {seconds} s.",
            self.quota.name
        )
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        Some(seconds_up(self.wait_micros).max(1))
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        headers(self.quota, 0, seconds_up(self.wait_micros)).into()
    }
}

/// The counters; copies share them.
#[derive(Clone)]
pub struct Limits {
    namespace: Arc<str>,
    shared: Option<Shared>,
    local: Arc<Local>,
}

impl Limits {
    /// Counters in Redis where it is given, else in this process.
    #[must_use]
    pub fn new(redis: Option<ConnectionManager>) -> Self {
        Self {
            namespace: Arc::from("nexus"),
            shared: redis.map(Shared::new),
            local: Arc::default(),
        }
    }

    /// The same counters under another prefix, for installations that share one Redis.
    #[must_use]
    pub fn in_namespace(self, namespace: &str) -> Self {
        Self {
            namespace: Arc::from(namespace),
            ..self
        }
    }

    /// Counts one try of `key`, or refuses it.
    ///
    /// # Errors
    /// `too_many_requests` with the wait; never an outage of Redis.
    pub async fn check(&self, key: &str, quota: Quota, now: DateTime<Utc>) -> Result<Standing> {
        self.decide(key, quota, now, true).await
    }

    /// Refuses `key` where a try would be refused, and counts nothing: for what is counted only
    /// once it has failed. Tries that are on their way at the same moment all pass.
    ///
    /// # Errors
    /// As [`Limits::check`].
    pub async fn require(&self, key: &str, quota: Quota, now: DateTime<Utc>) -> Result<()> {
        self.decide(key, quota, now, false).await.map(drop)
    }

    async fn decide(
        &self,
        key: &str,
        quota: Quota,
        now: DateTime<Utc>,
        is_counted: bool,
    ) -> Result<Standing> {
        let now = now.timestamp_micros();
        let key = format!("{}:limit:{}:{key}", self.namespace, quota.name);
        let shared = match &self.shared {
            Some(shared) => shared.decide(&key, quota, now, is_counted).await,
            None => None,
        };
        let local = || self.local.decide(&key, quota, now, is_counted);
        match shared.unwrap_or_else(local) {
            Decision::Pass(next) => Ok(Standing::new(quota, next, now)),
            Decision::Wait(wait_micros) => {
                metrics::counter!("rate_limited_total", "limit" => quota.name).increment(1);
                Err(LimitReached { quota, wait_micros }.into())
            }
        }
    }
}

/// The key of a client's address. An IPv6 subscriber owns a /64, so its lower half counts not.
#[must_use]
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
