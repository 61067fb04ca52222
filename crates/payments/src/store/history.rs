//! What is known of one attempt: calls, money, reviews.

use ids::AttemptId;
use kit::{Conn, Error, Result};
use money::{Currency, Money};
use tokio_postgres::Row;

use super::refunds::RecordedCall;
use crate::model::{Capture, Disposition};

const LIST_CALLS: &str = "
    select operation, outcome, evidence, called_at
    from (
        select id, operation, outcome, evidence, called_at
        from payment_calls
        where attempt_id = $1
        order by called_at desc, id desc
        limit $2
    ) as newest
    order by called_at, id";

/// The newest calls about an attempt, oldest first.
pub(crate) async fn list_calls(
    conn: &Conn,
    attempt_id: AttemptId,
    limit: i64,
) -> Result<Vec<RecordedCall>> {
    let rows = conn.query(LIST_CALLS, &[&attempt_id, &limit]).await?;
    let call = |row: &Row| RecordedCall {
        operation: row.get("operation"),
        outcome: row.get("outcome"),
        evidence: row.get("evidence"),
        called_at: row.get("called_at"),
    };
    Ok(rows.iter().map(call).collect())
}

const LIST_CAPTURES_OF_ATTEMPT: &str = "
    select id, amount_minor, currency, fee_minor, disposition, provider_reference, captured_at
    from captures
    where attempt_id = $1";

/// The money that came by an attempt: one row or none.
pub(crate) async fn list_captures_of_attempt(
    conn: &Conn,
    attempt_id: AttemptId,
) -> Result<Vec<Capture>> {
    let rows = conn.query(LIST_CAPTURES_OF_ATTEMPT, &[&attempt_id]).await?;
    rows.iter().map(capture).collect()
}

fn capture(row: &Row) -> Result<Capture> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    Ok(Capture {
        id: row.get("id"),
        amount: Money::new(row.get("amount_minor"), currency),
        fee: Money::new(row.get("fee_minor"), currency),
        disposition: Disposition::parse(row.get("disposition"))
            .ok_or_else(|| Error::fault("a disposition is unknown"))?,
        provider_reference: row.get("provider_reference"),
        captured_at: row.get("captured_at"),
    })
}
