//! Captures and calls to the provider.

use ids::{AttemptId, CaptureId};
use kit::{Conn, Result, Tx};
use uuid::Uuid;

use crate::model::{Call, NewCapture, ProviderId};

const INSERT_CAPTURE: &str = "
    insert into captures
        (id, attempt_id, order_id, provider, provider_reference, amount_minor, currency,
         fee_minor, disposition, evidence, captured_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Records money, once per attempt and once per reference of the provider.
pub(crate) async fn insert_capture(tx: &Tx, new: &NewCapture<'_>) -> Result<()> {
    tx.execute(
        INSERT_CAPTURE,
        &[
            &new.id,
            &new.attempt.id,
            &new.attempt.order_id,
            &new.attempt.provider.as_str(),
            &new.charge.provider_reference,
            &new.charge.amount.minor(),
            &new.charge.amount.currency().code(),
            &new.charge.fee_minor,
            &new.disposition.as_str(),
            &new.evidence,
            &new.captured_at,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_CAPTURE_APPLIED: &str = "
    update captures
    set disposition = 'applied'
    where id = $1 and disposition = 'surplus'";

/// Lets surplus money pay its order after all. At most one capture does: the index says so.
pub(crate) async fn update_capture_applied(tx: &Tx, id: CaptureId) -> Result<()> {
    tx.execute(UPDATE_CAPTURE_APPLIED, &[&id]).await?;
    Ok(())
}

const FIND_CAPTURED_ATTEMPT: &str = "
    select attempt_id
    from captures
    where provider = $1 and provider_reference = $2";

/// The attempt whose money is recorded under a reference of the provider.
pub(crate) async fn find_captured_attempt(
    conn: &Conn,
    provider: ProviderId,
    provider_reference: &str,
) -> Result<Option<AttemptId>> {
    let row = conn
        .query_opt(
            FIND_CAPTURED_ATTEMPT,
            &[&provider.as_str(), &provider_reference],
        )
        .await?;
    Ok(row.map(|row| row.get("attempt_id")))
}

const FIND_CAPTURE_OF: &str = "
    select provider_reference, amount_minor, currency
    from captures
    where attempt_id = $1";

/// The money that is recorded for an attempt: its reference, minor units, currency.
pub(crate) async fn find_capture_of(
    conn: &Conn,
    attempt_id: AttemptId,
) -> Result<Option<(String, i64, String)>> {
    let row = conn.query_opt(FIND_CAPTURE_OF, &[&attempt_id]).await?;
    Ok(row.map(|row| {
        (
            row.get("provider_reference"),
            row.get("amount_minor"),
            row.get("currency"),
        )
    }))
}

const INSERT_CALL: &str = "
    insert into payment_calls
        (id, attempt_id, refund_id, operation, outcome, evidence, called_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Records a call. It takes a share of the attempt's row, so it comes after the order's lock.
pub(crate) async fn insert_call(tx: &Tx, call: &Call) -> Result<()> {
    let id = Uuid::new_v7(kit::random::uuid_timestamp(call.called_at));
    let operation = call.operation.as_str();
    tx.execute(
        INSERT_CALL,
        &[
            &id,
            &call.attempt_id,
            &call.refund_id,
            &operation,
            &call.outcome,
            &call.evidence,
            &call.called_at,
        ],
    )
    .await?;
    Ok(())
}
