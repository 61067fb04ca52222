//! The one clock. Everything else takes the time as a parameter or a `Clock`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, or one that a test holds in its hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still at `start` until [`Clock::advance`]; copies share it.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(AtomicI64::new(start.timestamp_micros()))))
    }

    /// The time, to the microsecond that PostgreSQL keeps.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the ambient clock is read"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Some(manual) => manual.load(Ordering::SeqCst),
            None => Utc::now().timestamp_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Moves a manual clock forward; the system's clock does not move.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(manual) = &self.0 {
            manual.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}
