//! Which code runs which kind of job.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Job, Priority};
use crate::{clock::Clock, db::Db, error::Result};

/// What a job is given to work with.
#[derive(Clone)]
pub struct JobRun {
    /// The database. Its transactions can be committed only while the lease of this try lasts.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Which try this is, from 1.
    pub attempt: i16,
}

/// How a job ended without an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Finished for good.
    Done,
    /// Not yet: run again then. Does not count as a failed try.
    Again(DateTime<Utc>),
    /// No try will ever succeed: buried at once, with the reason.
    Buried(String),
}

type Run = Pin<Box<dyn Future<Output = Result<Outcome>> + Send>>;
type Handler = Arc<dyn Fn(Value, JobRun) -> Run + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) version: i16,
    pub(crate) queue: &'static str,
    pub(crate) priority: Priority,
    pub(crate) lease: Duration,
    pub(crate) handler: Handler,
}

/// The table from kind to code. Built once, at the top.
#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Entry>);

impl Registry {
    /// Adds a kind of job.
    #[must_use]
    pub fn with<J, F, Fut>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(J, JobRun) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let run = move |payload: Value, run: JobRun| -> Run {
            let handler = Arc::clone(&handler);
            Box::pin(async move { handler(serde_json::from_value(payload)?, run).await })
        };
        let entry = Entry {
            version: J::VERSION,
            queue: J::QUEUE,
            priority: J::PRIORITY,
            lease: J::LEASE,
            handler: Arc::new(run),
        };
        self.0.insert(J::KIND, entry);
        self
    }

    /// The kinds that this process can run.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// The queues that its kinds wait in, in order.
    #[must_use]
    pub fn queues(&self) -> BTreeSet<&'static str> {
        self.0.values().map(|entry| entry.queue).collect()
    }

    /// Each kind with its queue and priority.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, &'static str, Priority)> + '_ {
        let kind = |(kind, entry): (&&'static str, &Entry)| (*kind, entry.queue, entry.priority);
        self.0.iter().map(kind)
    }

    /// Only the kinds of these queues.
    #[must_use]
    pub fn of_queues(mut self, queues: &BTreeSet<String>) -> Self {
        self.0.retain(|_, entry| queues.contains(entry.queue));
        self
    }

    pub(crate) fn find(&self, kind: &str) -> Option<&Entry> {
        self.0.get(kind)
    }

    pub(crate) fn longest_lease(&self) -> Duration {
        self.0
            .values()
            .map(|entry| entry.lease)
            .max()
            .unwrap_or(Duration::from_secs(60))
    }
}
