//! Every statement on the table `jobs`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::NewJob;
use crate::{
    db::{Conn, Param, Tx},
    error::Result,
};

/// A job that this worker holds until its lease ends.
#[derive(Debug, Clone)]
pub(crate) struct ClaimedJob {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i16,
    pub(crate) payload: Value,
    pub(crate) attempts: i16,
    pub(crate) attempts_max: i16,
    pub(crate) lease_version: i32,
}

const INSERT_JOBS: &str = "
    insert into jobs (id, kind, version, payload, unique_key, attempts_max, run_at, created_at)
    select id, kind, version, payload, unique_key, attempts_max, run_at, $8
    from unnest($1::uuid[], $2::text[], $3::smallint[], $4::jsonb[], $5::text[], $6::smallint[],
        $7::timestamptz[])
        as new (id, kind, version, payload, unique_key, attempts_max, run_at)
    on conflict (kind, unique_key) do nothing";

pub(crate) async fn insert_jobs(tx: &Tx, jobs: &[NewJob], now: DateTime<Utc>) -> Result<()> {
    let new_id = |_: &NewJob| Uuid::new_v7(crate::random::uuid_timestamp(now));
    let ids: Vec<Uuid> = jobs.iter().map(new_id).collect();
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind).collect();
    let versions: Vec<i16> = jobs.iter().map(|job| job.version).collect();
    let payloads: Vec<&Value> = jobs.iter().map(|job| &job.payload).collect();
    let unique_keys: Vec<Option<&str>> = jobs.iter().map(|job| job.unique_key.as_deref()).collect();
    let attempts_max: Vec<i16> = jobs.iter().map(|job| job.attempts_max).collect();
    let run_at: Vec<DateTime<Utc>> = jobs.iter().map(|job| job.run_at.unwrap_or(now)).collect();
    let columns: [Param<'_>; 8] = [
        &ids,
        &kinds,
        &versions,
        &payloads,
        &unique_keys,
        &attempts_max,
        &run_at,
        &now,
    ];
    tx.execute(INSERT_JOBS, &columns).await?;
    Ok(())
}

const LIST_PLANNED: &str = "
    select unique_key
    from jobs
    where kind = $1 and unique_key = any($2) and state in ('ready', 'running')";

pub(crate) async fn list_planned(
    conn: &Conn,
    kind: &str,
    unique_keys: &[String],
) -> Result<BTreeSet<String>> {
    let rows = conn.query(LIST_PLANNED, &[&kind, &unique_keys]).await?;
    Ok(rows.iter().map(|row| row.get("unique_key")).collect())
}

// `skip locked`: workers never wait for each other. A lease that ran out makes a job ready again.
const CLAIM_JOBS: &str = "
    with due as (
        select id
        from jobs
        where state in ('ready', 'running') and run_at <= $1
            and kind = any($2)
        order by run_at, id
        limit $4
        for update skip locked
    )
    update jobs
    set state = 'running', attempts = attempts + 1, lease_version = lease_version + 1,
        run_at = $3
    from due
    where jobs.id = due.id
    returning jobs.id, kind, version, payload, attempts, attempts_max, lease_version";

/// Takes due jobs; `run_at` of a running job is the end of its lease.
pub(crate) async fn claim_jobs(
    conn: &Conn,
    kinds: &[&str],
    now: DateTime<Utc>,
    lease_ends_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ClaimedJob>> {
    let rows = conn
        .query(CLAIM_JOBS, &[&now, &kinds, &lease_ends_at, &limit])
        .await?;
    Ok(rows.iter().map(claimed).collect())
}

fn claimed(row: &Row) -> ClaimedJob {
    ClaimedJob {
        id: row.get("id"),
        kind: row.get("kind"),
        version: row.get("version"),
        payload: row.get("payload"),
        attempts: row.get("attempts"),
        attempts_max: row.get("attempts_max"),
        lease_version: row.get("lease_version"),
    }
}

const UPDATE_DONE: &str = "
    update jobs
    set state = 'done', finished_at = $3, last_error = null
    where id = $1 and lease_version = $2 and state = 'running'";

pub(crate) async fn update_done(conn: &Conn, job: &ClaimedJob, now: DateTime<Utc>) -> Result<bool> {
    Ok(conn
        .execute(UPDATE_DONE, &[&job.id, &job.lease_version, &now])
        .await?
        == 1)
}

const UPDATE_AGAIN: &str = "
    update jobs
    set state = 'ready', run_at = $3, last_error = $4,
        attempts = case when $4::text is null then 0 else attempts end
    where id = $1 and lease_version = $2 and state = 'running'";

/// Back to ready, because of an error or because the job asked for another round.
pub(crate) async fn update_again(
    conn: &Conn,
    job: &ClaimedJob,
    run_at: DateTime<Utc>,
    error: Option<&str>,
) -> Result<bool> {
    Ok(conn
        .execute(
            UPDATE_AGAIN,
            &[&job.id, &job.lease_version, &run_at, &error],
        )
        .await?
        == 1)
}

const UPDATE_DEAD: &str = "
    update jobs
    set state = 'dead', finished_at = $3, last_error = $4
    where id = $1 and lease_version = $2 and state = 'running'";

pub(crate) async fn update_dead(
    conn: &Conn,
    job: &ClaimedJob,
    now: DateTime<Utc>,
    error: &str,
) -> Result<bool> {
    Ok(conn
        .execute(UPDATE_DEAD, &[&job.id, &job.lease_version, &now, &error])
        .await?
        == 1)
}
