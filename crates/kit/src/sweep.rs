//! The hourly sweep: what was kept for a while and is not needed any more.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    db::{Conn, Db},
    error::Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Priority, Registry},
    sessions,
};

/// For how long a repeated request is answered as it was the first time.
const REPLIES_KEPT: TimeDelta = TimeDelta::days(30);

/// For how long ended sessions are kept, so that a reused refresh token is still recognized.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);

/// Rows a statement deletes at the most, so that none holds locks for long.
const BATCH: i64 = 5_000;

/// Deletes what is over its time, every hour, on one machine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "sweep";
    const QUEUE: &'static str = "upkeep";
    const PRIORITY: Priority = Priority::Low;

    fn unique_key(&self) -> Option<String> {
        Some("hourly".to_owned())
    }
}

/// Makes sure that the sweep is planned; from then on it plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_sweep").await?;
    jobs::insert(&tx, &NewJob::now(&Sweep)?, now).await?;
    tx.commit().await
}

/// Adds the sweep to the kinds that a worker knows.
#[must_use]
pub fn jobs(registry: Registry) -> Registry {
    registry.with(|_: Sweep, run: JobRun| async move {
        let now = run.clock.now();
        let conn = run.db.read().await?;
        while forget_replies(&conn, now - REPLIES_KEPT).await? == BATCH.unsigned_abs() {}
        while sessions::forget_ended(&conn, now - SESSIONS_KEPT, BATCH).await?
            == BATCH.unsigned_abs()
        {}
        while forget_changes(&conn).await? == BATCH.unsigned_abs() {}
        Ok(Outcome::Again(now + TimeDelta::hours(1)))
    })
}

const DELETE_REPLIES: &str = "
    delete from idempotency_keys
    where (principal, route, key) in (
        select principal, route, key
        from idempotency_keys
        where created_at < $1
        limit $2
    )";

async fn forget_replies(conn: &Conn, before: DateTime<Utc>) -> Result<u64> {
    conn.execute(DELETE_REPLIES, &[&before, &BATCH]).await
}

// By the database's own clock, which wrote them; nobody asks for what is minutes old.
const DELETE_CHANGES: &str = "
    delete from cache_changes
    where ctid = any(array(
        select ctid
        from cache_changes
        where changed_at < now() - interval '1 hour'
        order by xid
        limit $1
    ))";

async fn forget_changes(conn: &Conn) -> Result<u64> {
    conn.execute(DELETE_CHANGES, &[&BATCH]).await
}
