//! Takes due jobs, runs them, and writes down how they ended.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt;

use super::{
    Lease, backoff,
    registry::{JobRun, Outcome, Registry},
    store::{self, ClaimedJob},
    streams::{Idle, Streams, Teller},
};
use crate::{
    clock::Clock,
    db::Db,
    error::{Error, Result},
    sabotage::crash_point,
    tasks::Tasks,
};

/// Runs the jobs of a registry.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    registry: Registry,
    streams: Option<Streams>,
    idle: Idle,
}

/// Without a wake-up a committed job waits this long at the most.
const POLL: Duration = Duration::from_millis(500);

/// The same where somebody looks for jobs and tells of them: only what was told and lost.
const POLL_TOLD: Duration = Duration::from_secs(5);

impl Worker {
    /// A worker for the kinds in `registry`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, registry: Registry) -> Self {
        Self {
            db,
            clock,
            registry,
            streams: None,
            idle: Idle::default(),
        }
    }

    /// The same worker, whose hands are told of jobs through Redis.
    #[must_use]
    pub fn told_through(self, streams: Option<Streams>) -> Self {
        Self { streams, ..self }
    }

    /// Works with `concurrency` hands until the process is told to stop; a job in hand is finished.
    pub async fn run(self, tasks: Tasks, concurrency: usize) {
        if let Some(streams) = self.streams.clone() {
            let teller = Arc::new(Teller {
                streams,
                db: self.db.clone(),
                clock: self.clock.clone(),
                idle: self.idle.clone(),
                kinds: self.registry.kinds(),
            });
            drop(tasks.spawn(Arc::clone(&teller).tell(tasks.clone())));
            drop(tasks.spawn(teller.listen(tasks.clone())));
        }
        let hands: Vec<_> = (0..concurrency)
            .map(|_| tasks.spawn(self.clone().run_hand(tasks.clone())))
            .collect();
        for hand in hands {
            drop(hand.await);
        }
    }

    async fn run_hand(self, tasks: Tasks) {
        while !tasks.is_stopping() {
            match self.run_one().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the worker cannot reach its jobs"),
            }
            tokio::select! {
                () = self.rest() => {}
                () = tasks.stopping() => {}
            }
        }
    }

    /// Until there may be something to do.
    async fn rest(&self) {
        if self.streams.is_some() {
            tokio::select! {
                () = self.idle.hint() => {}
                () = tokio::time::sleep(POLL_TOLD) => {}
            }
        } else {
            tokio::select! {
                () = self.db.wake().wait() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Runs everything that is due now, one after the other, and answers how many ran.
    ///
    /// # Errors
    /// A fault when the jobs cannot be reached.
    pub async fn run_due(&self) -> Result<usize> {
        let mut count = 0;
        while self.run_one().await? {
            count += 1;
        }
        Ok(count)
    }

    async fn run_one(&self) -> Result<bool> {
        let now = self.clock.now();
        let lease_ends_at =
            now + TimeDelta::from_std(self.registry.longest_lease()).unwrap_or(TimeDelta::hours(1));
        let claimed = {
            let conn = self.db.read().await?;
            store::claim_jobs(&conn, &self.registry.kinds(), now, lease_ends_at, 1).await?
        };
        let Some(job) = claimed.into_iter().next() else {
            return Ok(false);
        };
        crash_point(&format!("after claim of {}", job.kind));
        let outcome = self.attempt(&job).await;
        crash_point(&format!("before end of {}", job.kind));
        self.write_end(&job, outcome).await?;
        Ok(true)
    }

    async fn attempt(&self, job: &ClaimedJob) -> Result<Outcome> {
        if job.attempts > job.attempts_max {
            return Err(Error::fault("its worker died at every try"));
        }
        let Some(entry) = self.registry.find(&job.kind) else {
            return Err(Error::fault("no code runs this kind of job"));
        };
        if entry.version != job.version {
            return Err(Error::fault(format_args!(
                "version {} is not known here",
                job.version
            )));
        }
        let run = JobRun {
            db: self.db.under(Lease {
                job_id: job.id,
                version: job.lease_version,
            }),
            clock: self.clock.clone(),
            attempt: job.attempts,
        };
        let work = AssertUnwindSafe((entry.handler)(job.payload.clone(), run)).catch_unwind();
        match tokio::time::timeout(entry.lease, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Error::fault("the job panicked")),
            Err(_) => Err(Error::fault("the job took longer than its lease")),
        }
    }

    async fn write_end(&self, job: &ClaimedJob, outcome: Result<Outcome>) -> Result<()> {
        let now = self.clock.now();
        let conn = self.db.read().await?;
        let label = match &outcome {
            Ok(Outcome::Done) => "done",
            Ok(Outcome::Again(_)) => "again",
            Ok(Outcome::Buried(_)) => "dead",
            Err(_) if job.attempts >= job.attempts_max => "dead",
            Err(_) => "failed",
        };
        let kept = match outcome {
            Ok(Outcome::Done) => store::update_done(&conn, job, now).await?,
            Ok(Outcome::Again(run_at)) => store::update_again(&conn, job, run_at, None).await?,
            Ok(Outcome::Buried(reason)) => {
                tracing::error!(kind = %job.kind, id = %job.id, %reason, "job buried");
                store::update_dead(&conn, job, now, &reason).await?
            }
            Err(error) if job.attempts >= job.attempts_max => {
                tracing::error!(kind = %job.kind, id = %job.id, %error, "job buried");
                store::update_dead(&conn, job, now, &error.to_string()).await?
            }
            Err(error) => {
                tracing::warn!(kind = %job.kind, id = %job.id, %error, "job failed");
                let pause = TimeDelta::from_std(backoff(job.attempts, job.id)).unwrap_or_default();
                store::update_again(&conn, job, now + pause, Some(&error.to_string())).await?
            }
        };
        metrics::counter!("jobs_ended_total", "kind" => job.kind.clone(), "outcome" => label)
            .increment(1);
        if !kept {
            tracing::warn!(kind = %job.kind, id = %job.id, "lease lost to another worker");
        }
        Ok(())
    }
}
