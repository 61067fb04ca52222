//! Simulated time: the machine's time plus what the control API has advanced it by.

use chrono::{DateTime, SecondsFormat, Utc};

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
