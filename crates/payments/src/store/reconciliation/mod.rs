//! Comparisons with a provider's list.

mod breaks;
mod judging;
mod rows;

use chrono::{DateTime, Utc};
use ids::ReconciliationId;
use kit::{Conn, Error, Result, Tx};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

pub(crate) use self::{
    breaks::{
        BreakFilter, count_open_breaks, find_break, insert_fee_break, list_breaks, lock_break,
        update_break_resolved,
    },
    judging::{Bounds, count_breaks_seen, sum_held, sum_totals, update_breaks_gone, upsert_breaks},
    rows::{
        DifferingFee, QuestionCause, delete_list, exists_unknown_charge, find_differing_fee,
        find_question, find_repeat, insert_questions, lock_booked_capture, update_capture_fee,
        update_question, update_repeats, upsert_rows,
    },
};
use crate::model::{Mode, NewReconciliation, Phase, ProviderId, Reconciliation, Window};

fn reconciliation(row: &Row) -> Result<Reconciliation> {
    let unknown = |what: &str| Error::fault(format_args!("a {what} of comparisons is unknown"));
    Ok(Reconciliation {
        id: row.get("id"),
        provider: ProviderId::parse(row.get("provider")).ok_or_else(|| unknown("provider"))?,
        mode: Mode::parse(row.get("mode")).ok_or_else(|| unknown("mode"))?,
        window: Window {
            from: row.get("from_at"),
            to: row.get("to_at"),
        },
        state: row.get("state"),
        requested_by: row.get("requested_by"),
        started_at: row.get("started_at"),
        finished_at: row.get("finished_at"),
        pages_read: row.get("pages_read"),
        rows_read: row.get("rows_read"),
        totals: row.get("totals"),
        balances: row.get("balances"),
        breaks_open: row.get("breaks_open"),
        breaks_repaired: row.get("breaks_repaired"),
        failure: row.get("failure"),
        phase: Phase::parse(row.get("phase")).ok_or_else(|| unknown("phase"))?,
        deadline_at: row.get("deadline_at"),
        step: row.get("step"),
        next_page: row.get("next_page"),
        calls_failed: row.get("calls_failed"),
    })
}

// One list of columns for each way to find comparisons.
macro_rules! reconciliations {
    ($end:literal) => {
        concat!(
            "
    select id, provider, mode, from_at, to_at, state, requested_by, started_at, finished_at,
        pages_read, rows_read, totals, balances, breaks_open, breaks_repaired, failure, phase,
        deadline_at, step, next_page, calls_failed
    from reconciliations
    ",
            $end
        )
    };
}

const FIND_RECONCILIATION: &str = reconciliations!("where id = $1");

pub(crate) async fn find_reconciliation(
    conn: &Conn,
    id: ReconciliationId,
) -> Result<Option<Reconciliation>> {
    conn.query_opt(FIND_RECONCILIATION, &[&id])
        .await?
        .as_ref()
        .map(reconciliation)
        .transpose()
}

const LOCK_RECONCILIATION: &str = reconciliations!("where id = $1 for update");

/// Taken before every other row.
pub(crate) async fn lock_reconciliation(
    tx: &Tx,
    id: ReconciliationId,
) -> Result<Option<Reconciliation>> {
    tx.query_opt(LOCK_RECONCILIATION, &[&id])
        .await?
        .as_ref()
        .map(reconciliation)
        .transpose()
}

const LIST_RECONCILIATIONS: &str = reconciliations!(
    "where ($1::uuid is null or id < $1)
    order by id desc
    limit $2"
);

/// Comparisons, newest first.
pub(crate) async fn list_reconciliations(
    conn: &Conn,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Reconciliation>> {
    conn.query(LIST_RECONCILIATIONS, &[&after, &limit])
        .await?
        .iter()
        .map(reconciliation)
        .collect()
}

const LIST_OVERDUE: &str = reconciliations!(
    "where state = 'running' and deadline_at <= $1
    order by id"
);

/// Comparisons whose time is over and that nobody has ended.
pub(crate) async fn list_overdue(conn: &Conn, now: DateTime<Utc>) -> Result<Vec<Reconciliation>> {
    conn.query(LIST_OVERDUE, &[&now])
        .await?
        .iter()
        .map(reconciliation)
        .collect()
}

const FIND_LAST_STARTS: &str = "
    select max(started_at) filter (where to_at - from_at >= interval '3 days') as whole,
        max(finished_at) filter (where state = 'done') as done,
        coalesce(bool_or(state = 'running'), false) as is_running
    from reconciliations
    where provider = $1";

/// When the last one of a whole window began, when the last success ended, whether one goes on.
pub(crate) async fn find_last_times(
    conn: &Conn,
    provider: ProviderId,
) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>, bool)> {
    let row = conn
        .query_one(FIND_LAST_STARTS, &[&provider.as_str()])
        .await?;
    Ok((row.get("whole"), row.get("done"), row.get("is_running")))
}

const INSERT_RECONCILIATION: &str = "
    insert into reconciliations
        (id, provider, mode, from_at, to_at, state, phase, requested_by, started_at, deadline_at)
    values ($1, $2, $3, $4, $5, 'running', 'listing', $6, $7, $8)";

/// Begins a comparison; `reconciliations_running_key` lets one go on at a time.
pub(crate) async fn insert_reconciliation(
    tx: &Tx,
    new: &NewReconciliation,
    deadline_at: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_RECONCILIATION,
        &[
            &new.id,
            &new.provider.as_str(),
            &new.mode.as_str(),
            &new.window.from,
            &new.window.to,
            &new.requested_by,
            &new.started_at,
            &deadline_at,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_PROGRESS: &str = "
    update reconciliations
    set phase = $2, next_page = $3, pages_read = $4, rows_read = $5, calls_failed = $6,
        step = step + 1
    where id = $1";

/// Writes how far a locked comparison is; the step after it is another one.
pub(crate) async fn update_progress(tx: &Tx, run: &Reconciliation) -> Result<()> {
    tx.execute(
        UPDATE_PROGRESS,
        &[
            &run.id,
            &run.phase.as_str(),
            &run.next_page,
            &run.pages_read,
            &run.rows_read,
            &run.calls_failed,
        ],
    )
    .await?;
    Ok(())
}

/// What a comparison found, at its end.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) totals: Value,
    pub(crate) balances: Value,
    pub(crate) breaks_open: i64,
    pub(crate) breaks_repaired: i64,
}

const UPDATE_DONE: &str = "
    update reconciliations
    set state = 'done', finished_at = $2, step = step + 1, calls_failed = 0, totals = $3,
        balances = $4, breaks_open = $5, breaks_repaired = $6
    where id = $1";

pub(crate) async fn update_done(
    tx: &Tx,
    id: ReconciliationId,
    found: &Findings,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        UPDATE_DONE,
        &[
            &id,
            &now,
            &found.totals,
            &found.balances,
            &found.breaks_open,
            &found.breaks_repaired,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_FAILED: &str = "
    update reconciliations
    set state = 'failed', finished_at = $2, step = step + 1, failure = $3
    where id = $1";

pub(crate) async fn update_failed(
    tx: &Tx,
    id: ReconciliationId,
    failure: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_FAILED, &[&id, &now, &failure]).await?;
    Ok(())
}
