//! Refunds, their lines and steps, and what of a capture and a line is spoken for.

use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId, RefundId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{
    Disposition, LineBalance, ProviderId, Refund, RefundCause, RefundLine, RefundState, RefundStep,
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
        disposition
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
         requested_by, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";

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

const INSERT_REFUND_LINES: &str = "
    insert into refund_lines (refund_id, order_id, variant_id, quantity, amount_minor)
    select $1, $2, variant_id, quantity, amount_minor
    from unnest($3::uuid[], $4::bigint[], $5::bigint[])
        as line (variant_id, quantity, amount_minor)";

pub(crate) async fn insert_refund_lines(
    tx: &Tx,
    refund: &Refund,
    lines: &[RefundLine],
) -> Result<()> {
    let variants: Vec<_> = lines.iter().map(|line| line.variant_id).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    tx.execute(
        INSERT_REFUND_LINES,
        &[
            &refund.id,
            &refund.order_id,
            &variants,
            &quantities,
            &amounts,
        ],
    )
    .await?;
    Ok(())
}

const LIST_REFUND_LINES: &str = "
    select refund_id, variant_id, quantity, refund_lines.amount_minor, currency
    from refund_lines
    join refunds on refunds.id = refund_lines.refund_id
    where refund_id = any($1)
    order by refund_id, variant_id";

/// The lines of some refunds.
pub(crate) async fn list_refund_lines(
    conn: &Conn,
    refunds: &[RefundId],
) -> Result<Vec<(RefundId, RefundLine)>> {
    let rows = conn.query(LIST_REFUND_LINES, &[&refunds]).await?;
    rows.iter()
        .map(|row| {
            let currency: Currency = row
                .get::<_, &str>("currency")
                .parse()
                .map_err(Error::fault)?;
            let line = RefundLine {
                variant_id: row.get("variant_id"),
                quantity: row.get("quantity"),
                amount: Money::new(row.get("amount_minor"), currency),
            };
            Ok((row.get("refund_id"), line))
        })
        .collect()
}

const LIST_LINE_REFUNDS: &str = "
    select variant_id, refunded_quantity, refunded_minor
    from line_refunds
    where order_id = $1";

/// Puts what is spoken for into the balances of an order's lines.
pub(crate) async fn list_line_refunds(
    conn: &Conn,
    order_id: OrderId,
    mut lines: Vec<LineBalance>,
) -> Result<Vec<LineBalance>> {
    for row in conn.query(LIST_LINE_REFUNDS, &[&order_id]).await? {
        let variant_id = row.get("variant_id");
        for line in &mut lines {
            if line.variant_id == variant_id {
                line.refunded_quantity = row.get("refunded_quantity");
                line.refunded_minor = row.get("refunded_minor");
            }
        }
    }
    Ok(lines)
}

// The order of the variants is the order of the row locks.
const UPSERT_LINE_REFUNDS: &str = "
    insert into line_refunds
        (order_id, variant_id, bought_quantity, paid_minor, refunded_quantity, refunded_minor)
    select $1, variant_id, bought_quantity, paid_minor, quantity, amount_minor
    from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        as line (variant_id, bought_quantity, paid_minor, quantity, amount_minor)
    order by variant_id
    on conflict on constraint line_refunds_pkey do update
    set refunded_quantity = line_refunds.refunded_quantity + excluded.refunded_quantity,
        refunded_minor = line_refunds.refunded_minor + excluded.refunded_minor";

/// Takes what goes back of lines; more than is left of one is a fault by `line_refunds`' checks.
pub(crate) async fn upsert_line_refunds(
    tx: &Tx,
    order_id: OrderId,
    balances: &[LineBalance],
    lines: &[RefundLine],
) -> Result<()> {
    let bought = |line: &RefundLine| {
        balances
            .iter()
            .find(|balance| balance.variant_id == line.variant_id)
            .map_or((0, 0), |line| (line.bought_quantity, line.paid.minor()))
    };
    let (quantities, paid): (Vec<i64>, Vec<i64>) = lines.iter().map(bought).unzip();
    let variants: Vec<_> = lines.iter().map(|line| line.variant_id).collect();
    let taken: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor()).collect();
    tx.execute(
        UPSERT_LINE_REFUNDS,
        &[&order_id, &variants, &quantities, &paid, &taken, &amounts],
    )
    .await?;
    Ok(())
}

const UPDATE_LINE_REFUNDS: &str = "
    update line_refunds
    set refunded_quantity = refunded_quantity - refund_lines.quantity,
        refunded_minor = line_refunds.refunded_minor - refund_lines.amount_minor
    from refund_lines
    where refund_lines.refund_id = $1
        and line_refunds.order_id = refund_lines.order_id
        and line_refunds.variant_id = refund_lines.variant_id";

/// Sets free what a refund that did not happen had taken of its lines.
pub(crate) async fn update_line_refunds_freed(tx: &Tx, id: RefundId) -> Result<()> {
    tx.execute(UPDATE_LINE_REFUNDS, &[&id]).await?;
    Ok(())
}
