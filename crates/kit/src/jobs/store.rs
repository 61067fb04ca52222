//! Every statement on the table `jobs`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    Lease, NewJob,
    backlog::{Depth, JobFilter, JobRow},
};
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
    insert into jobs (id, kind, version, payload, unique_key, attempts_max, run_at, priority,
        created_at)
    select id, kind, version, payload, unique_key, attempts_max, run_at, priority, $9
    from unnest($1::uuid[], $2::text[], $3::smallint[], $4::jsonb[], $5::text[], $6::smallint[],
        $7::timestamptz[], $8::smallint[])
        as new (id, kind, version, payload, unique_key, attempts_max, run_at, priority)
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
    let priorities: Vec<i16> = jobs.iter().map(|job| job.priority as i16).collect();
    let columns: [Param<'_>; 9] = [
        &ids,
        &kinds,
        &versions,
        &payloads,
        &unique_keys,
        &attempts_max,
        &run_at,
        &priorities,
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
// Each priority is a probe of its own: what waits for later, or for less, is not looked at.
const CLAIM_JOBS: &str = "
    with due as (
        select first.id
        from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
        cross join lateral (
            select jobs.id, jobs.run_at
            from jobs
            where jobs.priority = class.priority and state in ('ready', 'running')
                and run_at <= $1 and kind = any($2)
            order by run_at, jobs.id
            limit $4
            for update skip locked
        ) as first
        order by class.priority, first.run_at, first.id
        limit $4
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

// As the claim: a probe for each priority.
const LIST_DUE: &str = "
    select first.id, first.kind
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
        select jobs.id, kind, run_at
        from jobs
        where jobs.priority = class.priority and state in ('ready', 'running')
            and run_at <= $1 and kind = any($2) and jobs.id <> all($3)
        order by run_at, jobs.id
        limit $4
    ) as first
    order by class.priority, first.run_at, first.id
    limit $4";

/// Jobs of these kinds that somebody may claim, without those that are known.
pub(crate) async fn list_due(
    conn: &Conn,
    kinds: &[&str],
    now: DateTime<Utc>,
    known: &[Uuid],
    limit: i64,
) -> Result<Vec<(Uuid, String)>> {
    let rows = conn
        .query(LIST_DUE, &[&now, &kinds, &known, &limit])
        .await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("id"), row.get("kind")))
        .collect())
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

// Whoever would take the job waits for nothing: a claim leaves out what is locked.
const LOCK_LEASE: &str = "
    select lease_version
    from jobs
    where id = $1 and lease_version = $2 and state = 'running'
    for share";

pub(crate) async fn lock_lease(tx: &Tx, lease: Lease) -> Result<bool> {
    let held = tx
        .query_opt(LOCK_LEASE, &[&lease.job_id, &lease.version])
        .await?;
    Ok(held.is_some())
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

macro_rules! select_jobs {
    ($rest:literal) => {
        concat!(
            "select id, kind, state, payload, unique_key, run_at, attempts, attempts_max,
                last_error, created_at, finished_at
            from jobs ",
            $rest
        )
    };
}

const LIST_JOBS: &str = select_jobs!(
    "where ($1::text[] is null or kind = any($1))
        and ($2::text is null or state = $2)
        and ($3::uuid is null or id < $3)
    order by id desc
    limit $4"
);

// Those that were given up are few, and have an index of their own.
const LIST_DEAD: &str = select_jobs!(
    "where state = 'dead'
        and ($1::text[] is null or kind = any($1))
        and ($2::uuid is null or id < $2)
    order by id desc
    limit $3"
);

pub(crate) async fn list_jobs(
    conn: &Conn,
    filter: &JobFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<JobRow>> {
    let JobFilter { kinds, state } = filter;
    let rows = if state.as_deref() == Some("dead") {
        conn.query(LIST_DEAD, &[kinds, &before, &limit]).await?
    } else {
        conn.query(LIST_JOBS, &[kinds, state, &before, &limit])
            .await?
    };
    Ok(rows.iter().map(job).collect())
}

const FIND_JOB: &str = select_jobs!("where id = $1");

pub(crate) async fn find_job(conn: &Conn, id: Uuid) -> Result<Option<JobRow>> {
    let row = conn.query_opt(FIND_JOB, &[&id]).await?;
    Ok(row.as_ref().map(job))
}

const LOCK_JOB: &str = select_jobs!("where id = $1 for update");

pub(crate) async fn lock_job(tx: &Tx, id: Uuid) -> Result<Option<JobRow>> {
    let row = tx.query_opt(LOCK_JOB, &[&id]).await?;
    Ok(row.as_ref().map(job))
}

fn job(row: &Row) -> JobRow {
    JobRow {
        id: row.get("id"),
        kind: row.get("kind"),
        state: row.get("state"),
        payload: row.get("payload"),
        unique_key: row.get("unique_key"),
        run_at: row.get("run_at"),
        attempts: row.get("attempts"),
        attempts_max: row.get("attempts_max"),
        last_error: row.get("last_error"),
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
    }
}

// Unfinished jobs and dead ones, each by its partial index.
const LIST_DEPTHS: &str = "
    select kind, sum(ready)::bigint as ready, sum(due)::bigint as due,
        sum(running)::bigint as running, sum(dead)::bigint as dead, min(due_since) as due_since
    from (
        select kind, count(*) filter (where state = 'ready') as ready,
            count(*) filter (where run_at <= $1) as due,
            count(*) filter (where state = 'running') as running, 0 as dead,
            min(run_at) filter (where run_at <= $1) as due_since
        from jobs
        where state in ('ready', 'running')
        group by kind
        union all
        select kind, 0, 0, 0, count(*), null
        from jobs
        where state = 'dead'
        group by kind
    ) as parts
    group by kind
    order by kind";

pub(crate) async fn list_depths(conn: &Conn, now: DateTime<Utc>) -> Result<Vec<Depth>> {
    let rows = conn.query(LIST_DEPTHS, &[&now]).await?;
    let depth = |row: &Row| Depth {
        kind: row.get("kind"),
        ready: row.get("ready"),
        due: row.get("due"),
        running: row.get("running"),
        dead: row.get("dead"),
        due_since: row.get("due_since"),
    };
    Ok(rows.iter().map(depth).collect())
}

const UPDATE_RETRIED: &str = "
    update jobs
    set state = 'ready', run_at = $2, attempts = 0, finished_at = null
    where id = $1";

pub(crate) async fn update_retried(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_RETRIED, &[&id, &now]).await?;
    Ok(())
}

const UPDATE_DISCARDED: &str = "
    update jobs
    set state = 'discarded', finished_at = $2
    where id = $1";

pub(crate) async fn update_discarded(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_DISCARDED, &[&id, &now]).await?;
    Ok(())
}
