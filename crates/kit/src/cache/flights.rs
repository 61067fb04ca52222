//! One load at a time of whatever is asked for: whoever comes meanwhile waits for it.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::Kept;

/// What became of a load.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It is under way.
    Loading,
    /// It brought this.
    Loaded(Arc<Kept>),
    /// The database did not give it.
    Failed,
}

/// The loads that are under way in this process.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Arc<str>, watch::Receiver<Outcome>>>);

/// What somebody finds who wants an answer loaded.
pub(super) enum Turn<'a> {
    /// Nobody is at it: load it, and say what came.
    Load(Pilot<'a>),
    /// Somebody is.
    Wait(Passenger),
}

/// Whoever loads. Dropped without a word, it lets those who wait look for themselves.
pub(super) struct Pilot<'a> {
    flights: &'a Flights,
    key: Arc<str>,
    outcome: watch::Sender<Outcome>,
}

/// Whoever waits.
pub(super) struct Passenger(watch::Receiver<Outcome>);

impl Flights {
    pub(super) fn join(&self, key: &Arc<str>) -> Turn<'_> {
        match self.loads().entry(Arc::clone(key)) {
            Slot::Occupied(flight) => Turn::Wait(Passenger(flight.get().clone())),
            Slot::Vacant(place) => {
                let (outcome, receiver) = watch::channel(Outcome::Loading);
                place.insert(receiver);
                Turn::Load(Pilot {
                    flights: self,
                    key: Arc::clone(key),
                    outcome,
                })
            }
        }
    }

    fn loads(&self) -> MutexGuard<'_, HashMap<Arc<str>, watch::Receiver<Outcome>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pilot<'_> {
    /// Everybody who waits gets it.
    pub(super) fn land(self, outcome: Outcome) {
        self.outcome.send_replace(outcome);
    }
}

impl Drop for Pilot<'_> {
    fn drop(&mut self) {
        self.flights.loads().remove(&self.key);
    }
}

impl Passenger {
    /// What became of the load: it is [`Outcome::Loading`] still when whoever loaded has gone.
    pub(super) async fn landed(mut self) -> Outcome {
        let ended = |outcome: &Outcome| !matches!(outcome, Outcome::Loading);
        match self.0.wait_for(ended).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => Outcome::Loading,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::{Document, snapshot::Snapshot};

    fn kept() -> Arc<Kept> {
        Arc::new(Kept {
            document: Some(Document::of(&"shown").unwrap()),
            tags: Vec::new(),
            snapshot: Snapshot::parse("1:1:").unwrap(),
            era: 0,
        })
    }

    #[tokio::test]
    async fn whoever_waits_gets_what_was_loaded() {
        let (flights, key) = (Flights::default(), Arc::from("key"));
        let Turn::Load(pilot) = flights.join(&key) else {
            panic!("nobody was at it");
        };
        let Turn::Wait(passenger) = flights.join(&key) else {
            panic!("a second one loads");
        };
        pilot.land(Outcome::Loaded(kept()));
        assert!(matches!(passenger.landed().await, Outcome::Loaded(_)));
        assert!(matches!(flights.join(&key), Turn::Load(_)));
    }

    #[tokio::test]
    async fn a_load_that_ends_without_a_word_holds_nobody_up() {
        let (flights, key) = (Flights::default(), Arc::from("key"));
        let Turn::Load(pilot) = flights.join(&key) else {
            panic!("nobody was at it");
        };
        let Turn::Wait(passenger) = flights.join(&key) else {
            panic!("a second one loads");
        };
        drop(pilot);
        assert!(matches!(passenger.landed().await, Outcome::Loading));
        assert!(matches!(flights.join(&key), Turn::Load(_)));
    }
}
