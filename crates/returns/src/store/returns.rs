//! The statements on returns and their history.

use chrono::{DateTime, Utc};
use ids::{OrderId, ReturnId, StaffId};
use kit::{Conn, Error, Result, Tx, db::Param};
use tokio_postgres::Row;

use crate::model::{Return, ReturnState};

fn one(row: &Row) -> Result<Return> {
    let state: &str = row.get("state");
    let state = ReturnState::parse(state)
        .ok_or_else(|| Error::fault(format_args!("unknown state of a return {state}")))?;
    Ok(Return {
        id: row.get("id"),
        order_id: row.get("order_id"),
        number: row.get("number"),
        state,
        note: row.get("note"),
        opened_by: row.get("opened_by"),
        version: row.get("version"),
        requested_at: row.get("requested_at"),
        received_at: row.get("received_at"),
    })
}

// What `one` reads, the same in each statement.
macro_rules! select_returns {
    ($rest:literal) => {
        concat!(
            "
    select id, order_id, number, state, note, opened_by, version, requested_at, received_at
    from returns
    ",
            $rest
        )
    };
}

const FIND_RETURN: &str = select_returns!("where id = $1");

pub(crate) async fn find_return(conn: &Conn, id: ReturnId) -> Result<Option<Return>> {
    let row = conn.query_opt(FIND_RETURN, &[&id]).await?;
    row.as_ref().map(one).transpose()
}

const LOCK_RETURN: &str = select_returns!(
    "where id = $1
    for update"
);

pub(crate) async fn lock_return(tx: &Tx, id: ReturnId) -> Result<Option<Return>> {
    let row = tx.query_opt(LOCK_RETURN, &[&id]).await?;
    row.as_ref().map(one).transpose()
}

const LIST_RETURNS_OF_ORDER: &str = select_returns!(
    "where order_id = $1
    order by number"
);

/// The returns of an order, the first first.
pub(crate) async fn list_returns_of_order(conn: &Conn, order_id: OrderId) -> Result<Vec<Return>> {
    let rows = conn.query(LIST_RETURNS_OF_ORDER, &[&order_id]).await?;
    rows.iter().map(one).collect()
}

// Keyset by (requested_at, id).
const LIST_RETURNS: &str = select_returns!(
    "where ($1::uuid is null or order_id = $1)
        and ($2::text is null or state = $2)
        and ($3::timestamptz is null or (requested_at, id) < ($3, $4))
    order by requested_at desc, id desc
    limit $5"
);

/// Returns, newest first.
pub(crate) async fn list_returns(
    conn: &Conn,
    order_id: Option<OrderId>,
    state: Option<ReturnState>,
    after: Option<(DateTime<Utc>, ReturnId)>,
    limit: i64,
) -> Result<Vec<Return>> {
    let (after_at, after_id) = after.unzip();
    let state = state.map(ReturnState::as_str);
    let columns: [Param<'_>; 5] = [&order_id, &state, &after_at, &after_id, &limit];
    let rows = conn.query(LIST_RETURNS, &columns).await?;
    rows.iter().map(one).collect()
}

const FIND_NEXT_NUMBER: &str = "
    select coalesce(max(number), 0) + 1 as number
    from returns
    where order_id = $1";

/// The number of an order's next return; the order is locked.
pub(crate) async fn find_next_number(tx: &Tx, order_id: OrderId) -> Result<i32> {
    let row = tx.query_one(FIND_NEXT_NUMBER, &[&order_id]).await?;
    Ok(row.get("number"))
}

const INSERT_RETURN: &str = "
    insert into returns
        (id, order_id, number, state, note, opened_by, requested_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)";

/// Writes a return down, without its lines.
pub(crate) async fn insert_return(tx: &Tx, new: &Return) -> Result<()> {
    let state = new.state.as_str();
    let columns: [Param<'_>; 7] = [
        &new.id,
        &new.order_id,
        &new.number,
        &state,
        &new.note,
        &new.opened_by,
        &new.requested_at,
    ];
    tx.execute(INSERT_RETURN, &columns).await?;
    Ok(())
}

const UPDATE_STATE: &str = "
    update returns
    set state = $2, updated_at = $3, version = version + 1,
        received_at = case $2 when 'received' then $3::timestamptz end
    where id = $1";

pub(crate) async fn update_state(
    tx: &Tx,
    id: ReturnId,
    state: ReturnState,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_STATE, &[&id, &state.as_str(), &now])
        .await?;
    Ok(())
}

const UPDATE_VERSION: &str = "
    update returns
    set updated_at = $2, version = version + 1
    where id = $1";

/// Notes that something about a return has changed.
pub(crate) async fn update_version(tx: &Tx, id: ReturnId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_VERSION, &[&id, &now]).await?;
    Ok(())
}

/// A step of a return.
pub(crate) struct Step<'a> {
    pub(crate) from: Option<ReturnState>,
    pub(crate) to: ReturnState,
    pub(crate) note: &'a str,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

const INSERT_STEP: &str = "
    insert into return_history
        (return_id, sequence, from_state, to_state, note, staff_id, occurred_at)
    select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6
    from return_history
    where return_id = $1";

pub(crate) async fn insert_step(tx: &Tx, id: ReturnId, step: &Step<'_>) -> Result<()> {
    let (from, to) = (step.from.map(ReturnState::as_str), step.to.as_str());
    let columns: [Param<'_>; 6] = [
        &id,
        &from,
        &to,
        &step.note,
        &step.staff_id,
        &step.occurred_at,
    ];
    tx.execute(INSERT_STEP, &columns).await?;
    Ok(())
}

/// A step of a return as it was written.
pub(crate) struct Stepped {
    pub(crate) return_id: ReturnId,
    pub(crate) from: Option<String>,
    pub(crate) to: String,
    pub(crate) note: String,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

const LIST_STEPS: &str = "
    select return_id, from_state, to_state, note, staff_id, occurred_at
    from return_history
    where return_id = any($1)
    order by return_id, sequence";

/// The history of some returns.
pub(crate) async fn list_steps(conn: &Conn, returns: &[ReturnId]) -> Result<Vec<Stepped>> {
    let rows = conn.query(LIST_STEPS, &[&returns]).await?;
    let step = |row: &Row| Stepped {
        return_id: row.get("return_id"),
        from: row.get("from_state"),
        to: row.get("to_state"),
        note: row.get("note"),
        staff_id: row.get("staff_id"),
        occurred_at: row.get("occurred_at"),
    };
    Ok(rows.iter().map(step).collect())
}
