//! Differences, one by one.

use chrono::{DateTime, Utc};
use ids::{BreakId, StaffId};
use kit::{Conn, Error, Result, Tx};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{BookedCapture, Break, BreakAction, ProviderId, Reconciliation};

fn one(row: &Row) -> Result<Break> {
    Ok(Break {
        id: row.get("id"),
        provider: ProviderId::parse(row.get("provider"))
            .ok_or_else(|| Error::fault("a provider is unknown"))?,
        class: row.get("class"),
        provider_reference: row.get("provider_reference"),
        capture_id: row.get("capture_id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        ours: row.get("ours"),
        theirs: row.get("theirs"),
        state: row.get("state"),
        repair: row.get("repair"),
        resolution: row.get("resolution"),
        resolved_by: row.get("resolved_by"),
        note: row.get("note"),
        first_seen: row.get("first_seen"),
        last_seen: row.get("last_seen"),
        occurred_at: row.get("occurred_at"),
        opened_at: row.get("opened_at"),
        updated_at: row.get("updated_at"),
        closed_at: row.get("closed_at"),
    })
}

// One list of columns for each way to find differences.
macro_rules! breaks {
    ($end:literal) => {
        concat!(
            "
    select id, provider, class, provider_reference, capture_id, attempt_id, order_id, ours,
        theirs, state, repair, resolution, resolved_by, note, first_seen, last_seen, occurred_at,
        opened_at, updated_at, closed_at
    from reconciliation_breaks
    ",
            $end
        )
    };
}

const FIND_BREAK: &str = breaks!("where id = $1");

pub(crate) async fn find_break(conn: &Conn, id: BreakId) -> Result<Option<Break>> {
    conn.query_opt(FIND_BREAK, &[&id])
        .await?
        .as_ref()
        .map(one)
        .transpose()
}

const LOCK_BREAK: &str = breaks!("where id = $1 for update");

pub(crate) async fn lock_break(tx: &Tx, id: BreakId) -> Result<Option<Break>> {
    tx.query_opt(LOCK_BREAK, &[&id])
        .await?
        .as_ref()
        .map(one)
        .transpose()
}

/// Which differences are asked for.
#[derive(Debug, Default)]
pub(crate) struct BreakFilter {
    pub(crate) state: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) seen_in: Option<Uuid>,
}

const LIST_BREAKS: &str = breaks!(
    "where ($1::uuid is null or id < $1) and ($2::text is null or state = $2)
        and ($3::text is null or class = $3) and ($4::uuid is null or last_seen = $4)
    order by id desc
    limit $5"
);

/// Differences, newest first.
pub(crate) async fn list_breaks(
    conn: &Conn,
    filter: &BreakFilter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Break>> {
    conn.query(
        LIST_BREAKS,
        &[
            &after,
            &filter.state,
            &filter.class,
            &filter.seen_in,
            &limit,
        ],
    )
    .await?
    .iter()
    .map(one)
    .collect()
}

const COUNT_OPEN_BREAKS: &str = "
    select class, count(*) as count
    from reconciliation_breaks
    where state = 'open'
    group by class";

/// How many differences are open, by class.
pub(crate) async fn count_open_breaks(conn: &Conn) -> Result<Vec<(String, i64)>> {
    let rows = conn.query(COUNT_OPEN_BREAKS, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("class"), row.get("count")))
        .collect())
}

const UPDATE_BREAK_RESOLVED: &str = "
    update reconciliation_breaks
    set state = 'resolved', resolution = $2, resolved_by = $3, note = $4, closed_at = $5,
        updated_at = $5
    where id = $1 and state = 'open'";

/// Closes a locked difference as a person decides.
pub(crate) async fn update_break_resolved(
    tx: &Tx,
    id: BreakId,
    action: BreakAction,
    (resolved_by, note): (StaffId, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let params = &[
        &id as kit::db::Param<'_>,
        &action.resolution(),
        &resolved_by,
        &note,
        &now,
    ];
    tx.execute(UPDATE_BREAK_RESOLVED, params).await?;
    Ok(())
}

const INSERT_FEE_BREAK: &str = "
    insert into reconciliation_breaks
        (id, provider, mode, class, provider_reference, capture_id, attempt_id, order_id, ours,
         theirs, state, repair, first_seen, last_seen, occurred_at, opened_at, updated_at,
         closed_at)
    values ($1, $2, $3, 'fee_differs', $4, $5, $6, $7, $8, $9, 'repaired', $10, $11, $11, $12,
        $12, $12, $12)";

/// Writes down that a fee differed and was corrected.
pub(crate) async fn insert_fee_break(
    tx: &Tx,
    run: &Reconciliation,
    capture: &BookedCapture,
    [ours, theirs, repair]: [&Value; 3],
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_FEE_BREAK,
        &[
            &BreakId::generate(now),
            &run.provider.as_str(),
            &run.mode.as_str(),
            &capture.provider_reference,
            &capture.id,
            &capture.attempt_id,
            &capture.order_id,
            ours,
            theirs,
            repair,
            &run.id,
            &now,
        ],
    )
    .await?;
    Ok(())
}
