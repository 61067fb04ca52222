//! Captures, calls to the provider, reviews.

use chrono::{DateTime, Utc};
use ids::{AttemptId, CaptureId, RefundId, ReviewId};
use kit::{Conn, Result, Tx};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Call, NewCapture, ProviderId, Review, ReviewKind};

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

/// A review that is to be opened.
pub(crate) struct NewReview<'a> {
    pub(crate) id: ReviewId,
    pub(crate) attempt_id: AttemptId,
    /// Which refund, where it is about one.
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) kind: ReviewKind,
    pub(crate) detail: &'a str,
    pub(crate) evidence: &'a Value,
    pub(crate) opened_at: DateTime<Utc>,
}

const INSERT_REVIEW: &str = "
    insert into payment_reviews
        (id, attempt_id, refund_id, kind, detail, evidence, opened_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict on constraint payment_reviews_kind_once do nothing";

/// Opens a review; answers whether it is a new one.
pub(crate) async fn insert_review(tx: &Tx, new: &NewReview<'_>) -> Result<bool> {
    let NewReview {
        id,
        attempt_id,
        refund_id,
        kind,
        detail,
        evidence,
        opened_at,
    } = new;
    let kind = kind.as_str();
    let inserted = tx
        .execute(
            INSERT_REVIEW,
            &[
                id, attempt_id, refund_id, &kind, detail, evidence, opened_at,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

const UPDATE_REVIEW_RESOLVED: &str = "
    update payment_reviews
    set resolved_at = $3
    where attempt_id = $1 and kind = $2 and resolved_at is null";

/// Closes a review that later news has answered.
pub(crate) async fn update_review_resolved(
    tx: &Tx,
    attempt_id: AttemptId,
    kind: ReviewKind,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_REVIEW_RESOLVED, &[&attempt_id, &kind.as_str(), &now])
        .await?;
    Ok(())
}

const UPDATE_REFUND_REVIEWS_RESOLVED: &str = "
    update payment_reviews
    set resolved_at = $2
    where refund_id = $1 and resolved_at is null";

/// Closes the reviews of a refund whose end is known.
pub(crate) async fn update_refund_reviews_resolved(
    tx: &Tx,
    refund_id: RefundId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_REFUND_REVIEWS_RESOLVED, &[&refund_id, &now])
        .await?;
    Ok(())
}

const LIST_REVIEWS: &str = "
    select payment_reviews.id, attempt_id, order_id, refund_id, kind, detail, evidence, opened_at,
        resolved_at
    from payment_reviews
    join payment_attempts on payment_attempts.id = payment_reviews.attempt_id
    where ($1::uuid is null or payment_reviews.id < $1)
        and ($3::boolean is null or $3 = (resolved_at is null))
    order by payment_reviews.id desc
    limit $2";

/// Reviews, newest first; only the open or only the closed ones on demand.
pub(crate) async fn list_reviews(
    conn: &Conn,
    is_open: Option<bool>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Review>> {
    let rows = conn
        .query(LIST_REVIEWS, &[&after, &limit, &is_open])
        .await?;
    Ok(rows.iter().map(review).collect())
}

fn review(row: &Row) -> Review {
    Review {
        id: row.get("id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        refund_id: row.get("refund_id"),
        kind: row.get("kind"),
        detail: row.get("detail"),
        evidence: row.get("evidence"),
        opened_at: row.get("opened_at"),
        resolved_at: row.get("resolved_at"),
    }
}
