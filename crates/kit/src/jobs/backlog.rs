//! What an operator sees of jobs, and does with those that were given up.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::store;
use crate::{
    db::{Conn, Tx},
    error::{Refusal, RefusalKind, Resolution, Result},
};

/// The states of a job.
pub const STATES: [&str; 5] = ["ready", "running", "done", "dead", "discarded"];

/// A job as it stands.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Its id; ids sort by birth.
    pub id: Uuid,
    /// Such as `send_receipt`.
    pub kind: String,
    /// One of [`STATES`].
    pub state: String,
    /// What it was given.
    pub payload: Value,
    /// Makes it one of its kind for ever.
    pub unique_key: Option<String>,
    /// When it is due; of a running job the end of its lease.
    pub run_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i16,
    /// How often it is tried before it is buried.
    pub attempts_max: i16,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When its cause was committed, nearly.
    pub created_at: DateTime<Utc>,
    /// When it ended, if it has.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only those of one of these kinds.
    pub kinds: Option<Vec<String>>,
    /// Only those in this state.
    pub state: Option<String>,
}

/// How many jobs of a kind there are that are not done, and since when the first of them is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// Such as `send_receipt`.
    pub kind: String,
    /// Waiting for their time, or for a worker.
    pub ready: i64,
    /// Of these, those whose time has come.
    pub due: i64,
    /// In a worker's hands.
    pub running: i64,
    /// Given up.
    pub dead: i64,
    /// Since when the oldest that is due has waited.
    pub due_since: Option<DateTime<Utc>>,
}

/// Why a job is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobRefusal {
    /// There is none with this id.
    NotFound,
    /// It is in this state, where that cannot be done.
    StateConflict {
        /// One of [`STATES`].
        state: String,
    },
}

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&NOT_FOUND, &STATE_CONFLICT];

static NOT_FOUND: RefusalKind = RefusalKind {
    code: "job_not_found",
    status: 404,
    title: "There is no such job",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "No job has this id. List the jobs to find it.",
};

static STATE_CONFLICT: RefusalKind = RefusalKind {
    code: "job_state_conflict",
    status: 409,
    title: "The job is in another state",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Only a job that was given up (dead) can be discarded, and only one that was given up or \
           discarded can be retried. meta.state is the state that it is in.",
};

impl Refusal for JobRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::StateConflict { .. } => &STATE_CONFLICT,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => NOT_FOUND.help.to_owned(),
            Self::StateConflict { state } => {
                format!("The job is {state}. {}", STATE_CONFLICT.help)
            }
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::NotFound => None,
            Self::StateConflict { state } => Some(serde_json::json!({ "state": state })),
        }
    }
}

/// Jobs, newest first, born before `before`.
///
/// # Errors
/// Faults of the database.
pub async fn list(
    conn: &Conn,
    filter: &JobFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<JobRow>> {
    store::list_jobs(conn, filter, before, limit).await
}

/// A job.
///
/// # Errors
/// [`JobRefusal::NotFound`]; faults.
pub async fn get(conn: &Conn, id: Uuid) -> Result<JobRow> {
    let found = store::find_job(conn, id).await?;
    Ok(found.ok_or(JobRefusal::NotFound)?)
}

/// How much there is to do, kind by kind.
///
/// # Errors
/// Faults of the database.
pub async fn depths(conn: &Conn, now: DateTime<Utc>) -> Result<BTreeMap<String, Depth>> {
    let depths = store::list_depths(conn, now).await?;
    let named = depths.into_iter().map(|depth| (depth.kind.clone(), depth));
    Ok(named.collect())
}

/// Has a job that was given up or put away tried again from the beginning, as soon as `tx` is
/// committed. Answers it as it was.
///
/// # Errors
/// [`JobRefusal`]; faults.
pub async fn retry(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<JobRow> {
    let job = lock(tx, id, &["dead", "discarded"]).await?;
    tx.wakes_workers();
    store::update_retried(tx, id, now).await?;
    Ok(job)
}

/// Puts a job away that was given up: it is not listed with those any more, and its unique key
/// stays taken. Answers it as it was.
///
/// # Errors
/// [`JobRefusal`]; faults.
pub async fn discard(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<JobRow> {
    let job = lock(tx, id, &["dead"]).await?;
    store::update_discarded(tx, id, now).await?;
    Ok(job)
}

async fn lock(tx: &Tx, id: Uuid, states: &[&str]) -> Result<JobRow> {
    let found = store::lock_job(tx, id).await?;
    let job = found.ok_or(JobRefusal::NotFound)?;
    if !states.contains(&job.state.as_str()) {
        return Err(JobRefusal::StateConflict { state: job.state }.into());
    }
    Ok(job)
}
