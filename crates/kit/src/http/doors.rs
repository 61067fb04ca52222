//! How many requests of a kind run at once and how many wait: whoever comes then is refused at
//! once, so that those who are inside are served in time and other kinds do not notice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{OVERLOADED, Refused};
use crate::error::Result;

/// How many requests of a kind the process takes in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorSettings {
    /// How many run at once.
    pub at_once: usize,
    /// How many more wait for their turn.
    pub waiting: usize,
}

/// The longest that a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// The door of one kind of requests.
pub struct Door {
    name: &'static str,
    at_once: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// Which door a path leads through; `None`: it is always open.
pub type DoorOf = Arc<dyn Fn(&Request) -> Option<Arc<Door>> + Send + Sync>;

impl Door {
    /// A door with its name in the metrics.
    #[must_use]
    pub fn new(name: &'static str, settings: DoorSettings) -> Self {
        Self {
            name,
            at_once: Arc::new(Semaphore::new(settings.at_once.max(1))),
            waiting: AtomicUsize::new(0),
            waiting_max: settings.waiting,
        }
    }

    /// Goes in, or waits for a turn; whoever drops the answer is out again.
    ///
    /// # Errors
    /// `overloaded`: at once when too many wait already, else when the turn has not come in time.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(inside) = Arc::clone(&self.at_once).try_acquire_owned() {
            return Ok(inside);
        }
        let Some(_place) = self.take_place() else {
            return Err(self.refuse());
        };
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.at_once).acquire_owned());
        match turn.await {
            Ok(Ok(inside)) => Ok(inside),
            _ => Err(self.refuse()),
        }
    }

    fn take_place(&self) -> Option<Place<'_>> {
        let next = |waiting| (waiting < self.waiting_max).then_some(waiting + 1);
        let taken = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        taken.is_ok().then(|| Place(&self.waiting))
    }

    fn refuse(&self) -> crate::error::Error {
        metrics::counter!("overload_refused_total", "kind" => self.name).increment(1);
        Refused::new(&OVERLOADED, OVERLOADED.help).into()
    }
}

/// A place in the line, free again also when whoever waits has gone.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The layer: a request is inside until its answer begins.
pub async fn through_doors(
    State(door_of): State<DoorOf>,
    request: Request,
    next: Next,
) -> Response {
    let Some(door) = door_of(&request) else {
        return next.run(request).await;
    };
    match door.enter().await {
        Ok(_inside) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(at_once: usize, waiting: usize) -> Arc<Door> {
        Arc::new(Door::new("test", DoorSettings { at_once, waiting }))
    }

    #[tokio::test]
    async fn whoever_finds_the_line_full_is_refused_at_once() {
        let door = door(1, 1);
        let inside = door.enter().await.unwrap();
        let mut second = Box::pin(door.enter());
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(door.enter().await.unwrap_err().code(), Some("overloaded"));
        drop(inside);
        let inside = second.await.unwrap();
        assert_eq!(door.waiting.load(Ordering::Relaxed), 0);
        drop(inside);
        drop(door.enter().await.unwrap());
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_no_gap_in_the_line() {
        let door = door(1, 1);
        let inside = door.enter().await.unwrap();
        let mut second = Box::pin(door.enter());
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(second);
        let mut third = Box::pin(door.enter());
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(inside);
        drop(third.await.unwrap());
    }
}
