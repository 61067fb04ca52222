//! Refunds, their steps, and the calls about them.

use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId, RefundId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{
    Destination, Disposition, ProviderId, Refund, RefundCause, RefundState, RefundStep,
};

fn refund(row: &Row) -> Result<Refund> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    let word = |what: &str| Error::fault(format_args!("a refund's {what} is unknown"));
    Ok(Refund {
        id: row.get("id"),
        reference: row.get("reference"),
        capture_id: row.get("capture_id"),
        order_id: row.get("order_id"),
        provider: ProviderId::parse(row.get("provider")).ok_or_else(|| word("provider"))?,
        destination: Destination::parse(row.get("destination"))
            .ok_or_else(|| word("destination"))?,
        amount: Money::new(row.get("amount_minor"), currency),
        cause: RefundCause::parse(row.get("cause")).ok_or_else(|| word("cause"))?,
        reason: row.get("reason"),
        state: RefundState::parse(row.get("state")).ok_or_else(|| word("state"))?,
        provider_reference: row.get("provider_reference"),
        requested_by: row.get("requested_by"),
        failure: row.get("failure"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        submitted_at: row.get("submitted_at"),
        updated_at: row.get("updated_at"),
        finished_at: row.get("finished_at"),
        attempt_id: row.get("attempt_id"),
        capture_reference: row.get("capture_reference"),
        disposition: Disposition::parse(row.get("disposition"))
            .ok_or_else(|| word("disposition"))?,
    })
}

// What `refund` reads, the same in each statement.
macro_rules! refunds {
    ($end:literal) => {
        concat!(
            "
    select refunds.id, reference, capture_id, refunds.order_id, refunds.provider,
        refunds.amount_minor, refunds.currency, cause, reason, state,
        refunds.provider_reference, requested_by, failure, version, created_at, submitted_at,
        updated_at, finished_at, attempt_id, captures.provider_reference as capture_reference,
        disposition, destination
    from refunds
    join captures on captures.id = refunds.capture_id
    ",
            $end
        )
    };
}

const FIND_REFUND: &str = refunds!("where refunds.id = $1");

pub(crate) async fn find_refund(conn: &Conn, id: RefundId) -> Result<Option<Refund>> {
    conn.query_opt(FIND_REFUND, &[&id])
        .await?
        .as_ref()
        .map(refund)
        .transpose()
}

// Taken after the rows of its order and its capture.
const LOCK_REFUND: &str = refunds!("where refunds.id = $1 for update of refunds");

pub(crate) async fn lock_refund(tx: &Tx, id: RefundId) -> Result<Option<Refund>> {
    tx.query_opt(LOCK_REFUND, &[&id])
        .await?
        .as_ref()
        .map(refund)
        .transpose()
}

const LIST_REFUNDS: &str = refunds!(
    "where ($1::uuid is null or refunds.id < $1) and ($2::text is null or state = $2)
    order by refunds.id desc
    limit $3"
);

const LIST_REFUNDS_OF_ORDER: &str = refunds!(
    "where ($1::uuid is null or refunds.id < $1) and ($2::text is null or state = $2)
        and refunds.order_id = $4
    order by refunds.id desc
    limit $3"
);

/// Refunds, newest first, of one order or of all.
pub(crate) async fn list_refunds(
    conn: &Conn,
    order_id: Option<OrderId>,
    state: Option<RefundState>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Refund>> {
    let state = state.map(RefundState::as_str);
    let rows = match order_id {
        Some(order_id) => {
            conn.query(LIST_REFUNDS_OF_ORDER, &[&after, &state, &limit, &order_id])
                .await?
        }
        None => conn.query(LIST_REFUNDS, &[&after, &state, &limit]).await?,
    };
    rows.iter().map(refund).collect()
}

const LIST_REFUNDS_OF_ATTEMPT: &str = refunds!("where attempt_id = $1 order by refunds.id");

/// The refunds of the money of an attempt, oldest first.
pub(crate) async fn list_refunds_of_attempt(
    conn: &Conn,
    attempt_id: AttemptId,
) -> Result<Vec<Refund>> {
    let rows = conn.query(LIST_REFUNDS_OF_ATTEMPT, &[&attempt_id]).await?;
    rows.iter().map(refund).collect()
}

// A message may name the refund by either reference, or only the payment that it belongs to.
const LIST_REFUNDS_IN_THE_NEWS: &str = refunds!(
    "where state in ('submitted', 'processing', 'unknown')
        and (refunds.provider_reference = $1 or reference = $2 or attempt_id = $3)
    order by refunds.id"
);

/// The open refunds that a message of the provider may be about.
pub(crate) async fn list_refunds_in_the_news(
    conn: &Conn,
    provider_reference: Option<&str>,
    reference: Option<&str>,
    attempt_id: Option<AttemptId>,
) -> Result<Vec<Refund>> {
    let rows = conn
        .query(
            LIST_REFUNDS_IN_THE_NEWS,
            &[&provider_reference, &reference, &attempt_id],
        )
        .await?;
    rows.iter().map(refund).collect()
}

const EXISTS_REFUND: &str = "
    select exists (
        select
        from refunds
        join captures on captures.id = refunds.capture_id
        where attempt_id = $1 and state not in ('failed', 'reversed')
    )";

/// Whether money of an attempt is going back, or went, by our own wish.
pub(crate) async fn exists_refund(conn: &Conn, attempt_id: AttemptId) -> Result<bool> {
    Ok(conn.query_one(EXISTS_REFUND, &[&attempt_id]).await?.get(0))
}

const EXISTS_REFUND_REFERENCE: &str = "
    select exists (
        select
        from refunds
        where provider = $1 and provider_reference = $2 and id <> $3
    )";

/// Whether another refund has this reference of the provider.
pub(crate) async fn exists_refund_reference(
    conn: &Conn,
    refund: &Refund,
    provider_reference: &str,
) -> Result<bool> {
    let provider = refund.provider.as_str();
    let row = conn
        .query_one(
            EXISTS_REFUND_REFERENCE,
            &[&provider, &provider_reference, &refund.id],
        )
        .await?;
    Ok(row.get(0))
}

const INSERT_REFUND: &str = "
    insert into refunds
        (id, reference, capture_id, order_id, provider, amount_minor, currency, cause, reason,
         requested_by, created_at, updated_at, destination)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)";

/// Writes a promised refund down.
pub(crate) async fn insert_refund(tx: &Tx, new: &Refund) -> Result<()> {
    tx.execute(
        INSERT_REFUND,
        &[
            &new.id,
            &new.reference,
            &new.capture_id,
            &new.order_id,
            &new.provider.as_str(),
            &new.amount.minor(),
            &new.amount.currency().code(),
            &new.cause.as_str(),
            &new.reason,
            &new.requested_by,
            &new.created_at,
            &new.destination.as_str(),
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_REFUND: &str = "
    update refunds
    set state = $2, provider_reference = $3, failure = $4, submitted_at = $5, finished_at = $6,
        version = version + 1, updated_at = $7
    where id = $1";

/// Writes what may change of a refund that is locked.
pub(crate) async fn update_refund(tx: &Tx, refund: &Refund) -> Result<()> {
    tx.execute(
        UPDATE_REFUND,
        &[
            &refund.id,
            &refund.state.as_str(),
            &refund.provider_reference,
            &refund.failure,
            &refund.submitted_at,
            &refund.finished_at,
            &refund.updated_at,
        ],
    )
    .await?;
    Ok(())
}

const INSERT_REFUND_STEP: &str = "
    insert into refund_history
        (refund_id, sequence, from_state, to_state, note, staff_id, occurred_at)
    select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6
    from refund_history
    where refund_id = $1";

pub(crate) async fn insert_refund_step(tx: &Tx, id: RefundId, step: &RefundStep) -> Result<()> {
    tx.execute(
        INSERT_REFUND_STEP,
        &[
            &id,
            &step.from,
            &step.to,
            &step.note,
            &step.staff_id,
            &step.occurred_at,
        ],
    )
    .await?;
    Ok(())
}

const LIST_REFUND_STEPS: &str = "
    select from_state, to_state, note, staff_id, occurred_at
    from refund_history
    where refund_id = $1
    order by sequence";

/// What has become of a refund, step by step.
pub(crate) async fn list_refund_steps(conn: &Conn, id: RefundId) -> Result<Vec<RefundStep>> {
    let rows = conn.query(LIST_REFUND_STEPS, &[&id]).await?;
    let step = |row: &Row| RefundStep {
        from: row.get("from_state"),
        to: row.get("to_state"),
        note: row.get("note"),
        staff_id: row.get("staff_id"),
        occurred_at: row.get("occurred_at"),
    };
    Ok(rows.iter().map(step).collect())
}

/// A call about a refund, as it was recorded.
pub(crate) struct RecordedCall {
    pub(crate) operation: String,
    pub(crate) outcome: String,
    pub(crate) evidence: serde_json::Value,
    pub(crate) called_at: DateTime<Utc>,
}

const LIST_REFUND_CALLS: &str = "
    select operation, outcome, evidence, called_at
    from payment_calls
    where refund_id = $1
    order by called_at desc, id desc
    limit 100";

/// The calls about a refund, newest first: the last hundred.
pub(crate) async fn list_refund_calls(conn: &Conn, id: RefundId) -> Result<Vec<RecordedCall>> {
    let rows = conn.query(LIST_REFUND_CALLS, &[&id]).await?;
    let call = |row: &Row| RecordedCall {
        operation: row.get("operation"),
        outcome: row.get("outcome"),
        evidence: row.get("evidence"),
        called_at: row.get("called_at"),
    };
    Ok(rows.iter().map(call).collect())
}
