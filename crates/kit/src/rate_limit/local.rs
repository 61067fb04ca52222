//! The counters of one process, bounded in number.

use std::{collections::HashMap, sync::Mutex};

use super::{Decision, Quota};

/// Keys at the most; some ten megabytes.
const KEYS_MAX: usize = 100_000;

#[derive(Default)]
pub(super) struct Local(Mutex<HashMap<String, i64>>);

impl Local {
    /// Decides, and keeps what passed if it is to be counted.
    pub(super) fn decide(&self, key: &str, quota: Quota, now: i64, is_counted: bool) -> Decision {
        let mut moments = match self.0.lock() {
            Ok(moments) => moments,
            // Whoever panicked held a map of plain numbers: nothing in it can be half-written.
            Err(poisoned) => poisoned.into_inner(),
        };
        let decision = quota.decide(moments.get(key).copied(), now);
        if let Decision::Pass(next) = decision
            && is_counted
        {
            if moments.len() >= KEYS_MAX && !moments.contains_key(key) {
                make_room(&mut moments, now);
            }
            moments.insert(key.to_owned(), next);
        }
        decision
    }
}

/// Forgets the keys that are whole again; if that is not enough, the half that is nearest to it,
/// so that a flood of new keys does not free one that has reached its limit.
fn make_room(moments: &mut HashMap<String, i64>, now: i64) {
    moments.retain(|_, moment| *moment > now);
    if moments.len() < KEYS_MAX / 2 {
        return;
    }
    let mut sorted: Vec<i64> = moments.values().copied().collect();
    let middle = sorted.len() / 2;
    let (_, median, _) = sorted.select_nth_unstable(middle);
    let median = *median;
    moments.retain(|_, moment| *moment > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota {
        name: "test",
        burst: 2,
        per_seconds: 10,
    };

    #[test]
    fn the_map_is_bounded_and_keeps_who_is_at_the_limit() {
        let local = Local::default();
        for _ in 0..2 {
            assert!(matches!(
                local.decide("guesser", QUOTA, 0, true),
                Decision::Pass(_)
            ));
        }
        for number in 0..(2 * KEYS_MAX) {
            local.decide(&number.to_string(), QUOTA, 0, true);
        }
        assert!(local.0.lock().unwrap().len() <= KEYS_MAX);
        assert!(matches!(
            local.decide("guesser", QUOTA, 0, true),
            Decision::Wait(_)
        ));
    }
}
