//! Work for later, written in the transaction that causes it.
//!
//! Promises: a job exists exactly when its cause was committed; a unique key makes it one for
//! ever; a job runs at least once, with a lease; a worker that has lost the lease commits nothing
//! any more; a job ends done or buried with its reason.

pub mod backlog;
mod registry;
mod store;
mod streams;
mod worker;

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

pub use self::{
    registry::{JobRun, Outcome, Registry},
    streams::Streams,
    worker::Worker,
};
use crate::{
    db::{Conn, Tx},
    error::Result,
};

/// One kind of work. Running it twice must do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its stable name, such as `send_receipt`.
    const KIND: &'static str;
    /// The version of its payload; a worker refuses a version that it does not know.
    const VERSION: i16 = 1;
    /// How often it is tried before it is buried.
    const ATTEMPTS_MAX: i16 = 12;
    /// The queue that it waits in; a worker process can be kept to some queues.
    const QUEUE: &'static str = "default";
    /// What is due goes before what is due with a lower priority.
    const PRIORITY: Priority = Priority::Normal;
    /// How long one try may take; the lease ends then and another worker may take it.
    const LEASE: Duration = Duration::from_secs(60);

    /// Makes the job one of its kind for ever; `None` for jobs that may repeat.
    fn unique_key(&self) -> Option<String>;
}

/// Which of the jobs that are due comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody is waiting for it: money, units that are held.
    Urgent = 0,
    /// As it comes.
    Normal = 1,
    /// When there is nothing else to do.
    Low = 2,
}

impl Priority {
    /// Its word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

/// A worker's hold on a job. The version rises each time that somebody takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) job_id: Uuid,
    pub(crate) version: i32,
}

/// Whether the lease is still that of its job; if so, nobody can take the job until `tx` ends.
pub(crate) async fn is_held(tx: &Tx, lease: Lease) -> Result<bool> {
    store::lock_lease(tx, lease).await
}

/// A job that is to be written.
#[derive(Debug, Clone)]
pub struct NewJob {
    kind: &'static str,
    version: i16,
    priority: Priority,
    attempts_max: i16,
    unique_key: Option<String>,
    payload: Value,
    run_at: Option<DateTime<Utc>>,
}

impl NewJob {
    /// Runs as soon as its cause is committed.
    ///
    /// # Errors
    /// A fault when the payload cannot be serialized.
    pub fn now<J: Job>(job: &J) -> Result<Self> {
        Ok(Self {
            kind: J::KIND,
            version: J::VERSION,
            priority: J::PRIORITY,
            attempts_max: J::ATTEMPTS_MAX,
            unique_key: job.unique_key(),
            payload: serde_json::to_value(job)?,
            run_at: None,
        })
    }

    /// Runs at `run_at` or soon after.
    ///
    /// # Errors
    /// As [`NewJob::now`].
    pub fn at<J: Job>(job: &J, run_at: DateTime<Utc>) -> Result<Self> {
        Ok(Self {
            run_at: Some(run_at),
            ..Self::now(job)?
        })
    }
}

/// Writes a job in `tx`; a unique key that exists already makes this a no-op.
///
/// # Errors
/// Faults of the database.
pub async fn insert(tx: &Tx, job: &NewJob, now: DateTime<Utc>) -> Result<()> {
    insert_all(tx, std::slice::from_ref(job), now).await
}

/// Writes jobs in `tx` with one statement; those whose unique key exists already are left out.
///
/// # Errors
/// Faults of the database.
pub async fn insert_all(tx: &Tx, jobs: &[NewJob], now: DateTime<Utc>) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    tx.wakes_workers();
    store::insert_jobs(tx, jobs, now).await
}

/// Which of these unique keys have a job of a kind that is still to be done.
///
/// # Errors
/// Faults of the database.
pub async fn list_planned(
    conn: &Conn,
    kind: &str,
    unique_keys: &[String],
) -> Result<BTreeSet<String>> {
    store::list_planned(conn, kind, unique_keys).await
}

/// The pause before the next try: 5 s, 10 s, 20 s … up to an hour, spread by a fifth so that
/// jobs that failed together do not return together.
#[must_use]
pub fn backoff(attempts: i16, id: Uuid) -> Duration {
    let exponent = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    let base_ms = (5_000_u64 << exponent).min(3_600_000);
    let spread = u64::from(id.as_bytes()[15]) * base_ms / (255 * 5);
    Duration::from_millis(base_ms + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        let id = Uuid::nil();
        let seconds: Vec<u64> = (1..=12).map(|n| backoff(n, id).as_secs()).collect();
        assert_eq!(
            seconds,
            [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
        );
        assert_eq!(backoff(1, Uuid::max()), Duration::from_secs(6));
    }
}
