//! Simulated time: the machine's plus what it was moved by, or an instant at which it stands.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Where simulated time is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    #[serde(rename = "clock_offset_seconds", default)]
    offset_seconds: i64,
    #[serde(rename = "clock_offset_nanos", default)]
    offset_nanos: u32,
    /// While there is one, time moves only by order.
    #[serde(rename = "clock_stands_at", default)]
    stands_at: Option<DateTime<Utc>>,
}

impl Clock {
    /// A clock that stands.
    pub(crate) fn standing(at: DateTime<Utc>) -> Self {
        Self {
            stands_at: Some(at),
            ..Self::default()
        }
    }

    /// Simulated time, when the machine's is this.
    pub(crate) fn read(&self, machine: DateTime<Utc>) -> DateTime<Utc> {
        let offset = TimeDelta::new(self.offset_seconds, self.offset_nanos).unwrap_or_default();
        self.stands_at.unwrap_or_else(|| machine + offset)
    }

    /// Moves simulated time to an instant; it goes on, or stands, as before.
    pub(crate) fn set(&mut self, to: DateTime<Utc>, machine: DateTime<Utc>) {
        if self.stands_at.is_some() {
            self.stands_at = Some(to);
            return;
        }
        let offset = to - machine;
        // Whole seconds downwards, so that the rest is never less than nothing.
        let nanos = offset.subsec_nanos();
        self.offset_seconds = offset.num_seconds() - i64::from(nanos < 0);
        self.offset_nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0);
    }

    /// Stops time, or lets it go on from where it is.
    pub(crate) fn stand(&mut self, stands: bool, machine: DateTime<Utc>) {
        let now = self.read(machine);
        self.stands_at = stands.then_some(now);
        self.set(now, machine);
    }

    /// The same clock, so much later.
    pub(crate) fn advanced(&self, seconds: u32) -> Self {
        let later = TimeDelta::seconds(i64::from(seconds));
        Self {
            offset_seconds: self.offset_seconds + i64::from(seconds),
            stands_at: self.stands_at.map(|at| at + later),
            ..*self
        }
    }

    pub(crate) fn stands(&self) -> bool {
        self.stands_at.is_some()
    }

    /// Whole seconds ahead of the machine.
    pub(crate) fn offset_seconds(&self, machine: DateTime<Utc>) -> i64 {
        match self.stands_at {
            Some(at) => (at - machine).num_seconds(),
            None => self.offset_seconds,
        }
    }
}

/// The one place that reads the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is its own program with one clock"
)]
pub(crate) fn machine_now() -> DateTime<Utc> {
    Utc::now()
}

/// `2023-02-02T07:05:23.000000Z`: the way Chapa writes instants.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
