//! What this process has changed lately: nothing that it remembers need be older than what it did.
//! Another process's changes are not here; whoever remembers bounds for how long.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

/// How many things are told apart.
const THINGS_MAX: usize = 10_000;

/// For how long a change is told; nobody may remember anything for longer.
const TOLD_FOR: Duration = Duration::from_secs(60);

/// When things were changed; copies share it.
#[derive(Clone, Default)]
pub struct Changes(Arc<Mutex<Moments>>);

#[derive(Default)]
struct Moments {
    of_things: HashMap<Uuid, Instant>,
    /// Until then anything may have changed.
    forgotten_until: Option<Instant>,
}

impl Changes {
    /// Notes that things have just been changed for everybody to see.
    pub(crate) fn note(&self, things: &[Uuid]) {
        if things.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut moments = self.moments();
        for thing in things {
            moments.of_things.insert(*thing, now);
        }
        if moments.of_things.len() > THINGS_MAX {
            let is_recent = |moment: &Instant| now.duration_since(*moment) < TOLD_FOR;
            moments.of_things.retain(|_, moment| is_recent(moment));
        }
        if moments.of_things.len() > THINGS_MAX {
            moments.of_things.clear();
            moments.forgotten_until = Some(now);
        }
    }

    /// Whether this process may have changed a thing since then. The moment lies less than a
    /// minute ago.
    #[must_use]
    pub fn since(&self, thing: Uuid, moment: Instant) -> bool {
        let moments = self.moments();
        let is_later = |changed: &Instant| *changed >= moment;
        moments.forgotten_until.as_ref().is_some_and(is_later)
            || moments.of_things.get(&thing).is_some_and(is_later)
    }

    fn moments(&self) -> MutexGuard<'_, Moments> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_of_to_whoever_looked_before() {
        let changes = Changes::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let before = Instant::now();
        changes.note(&[one]);
        assert!(changes.since(one, before));
        assert!(!changes.since(other, before));
        let after = Instant::now() + Duration::from_millis(1);
        assert!(!changes.since(one, after));
    }

    #[test]
    fn too_many_changes_are_a_change_of_everything() {
        let changes = Changes::default();
        let before = Instant::now();
        let things: Vec<Uuid> = (0..=THINGS_MAX as u128).map(Uuid::from_u128).collect();
        changes.note(&things);
        assert!(changes.since(Uuid::from_u128(u128::MAX), before));
        assert!(changes.moments().of_things.is_empty());
        let after = Instant::now() + Duration::from_millis(1);
        assert!(!changes.since(things[0], after));
    }
}
