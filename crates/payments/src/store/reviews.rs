//! What a person must look at.

use chrono::{DateTime, Utc};
use ids::{AttemptId, CaptureId, RefundId, ReviewId, StaffId};
use kit::{Conn, Error, Result, Tx};
use money::{Currency, Money};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Resolution, Review, ReviewKind};

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
    set resolved_at = $3, resolution = 'settled',
        note = 'the provider later reported the money that was asked for'
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
    set resolved_at = $2, resolution = 'confirmed', note = 'the end of the refund is known'
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

const UPDATE_SURPLUS_REVIEWS_REFUNDED: &str = "
    update payment_reviews
    set resolved_at = $2, resolution = 'refunded', note = 'the buyer has the money back'
    from captures
    where captures.id = $1 and payment_reviews.attempt_id = captures.attempt_id
        and kind in ('surplus', 'mismatch') and resolved_at is null
        and refunded_minor + reversed_minor = amount_minor";

/// Closes what was open about surplus money once all of it is with the buyer again.
pub(crate) async fn update_surplus_reviews_refunded(
    tx: &Tx,
    capture_id: CaptureId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_SURPLUS_REVIEWS_REFUNDED, &[&capture_id, &now])
        .await?;
    Ok(())
}

const UPDATE_REVIEW_DECIDED: &str = "
    update payment_reviews
    set resolved_at = $5, resolution = $2, resolved_by = $3, note = $4
    where id = $1 and resolved_at is null";

/// Closes a locked review by a person's decision; answers whether it was open.
pub(crate) async fn update_review_decided(
    tx: &Tx,
    id: ReviewId,
    resolution: Resolution,
    (staff_id, note): (StaffId, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let changed = tx
        .execute(
            UPDATE_REVIEW_DECIDED,
            &[&id, &resolution.as_str(), &staff_id, &note, &now],
        )
        .await?;
    Ok(changed == 1)
}

// One list of columns for each way to find reviews.
macro_rules! reviews {
    ($end:literal) => {
        concat!(
            "
    select payment_reviews.id, payment_reviews.attempt_id, payment_attempts.order_id, refund_id,
        kind, detail, payment_reviews.evidence, opened_at, resolved_at, resolution, resolved_by,
        note, captures.amount_minor, captures.currency
    from payment_reviews
    join payment_attempts on payment_attempts.id = payment_reviews.attempt_id
    left join captures on captures.attempt_id = payment_reviews.attempt_id
    ",
            $end
        )
    };
}

const FIND_REVIEW: &str = reviews!("where payment_reviews.id = $1");

/// A review.
pub(crate) async fn find_review(conn: &Conn, id: ReviewId) -> Result<Option<Review>> {
    let row = conn.query_opt(FIND_REVIEW, &[&id]).await?;
    row.as_ref().map(review).transpose()
}

// Taken last: after the order, the attempt and the money.
const LOCK_REVIEW: &str = reviews!(
    "where payment_reviews.id = $1
    for update of payment_reviews"
);

/// A review that stays as it is until the end of `tx`.
pub(crate) async fn lock_review(tx: &Tx, id: ReviewId) -> Result<Option<Review>> {
    let row = tx.query_opt(LOCK_REVIEW, &[&id]).await?;
    row.as_ref().map(review).transpose()
}

const LIST_REVIEWS_OF_ATTEMPT: &str = reviews!(
    "where payment_reviews.attempt_id = $1
    order by payment_reviews.id"
);

/// The reviews of an attempt, oldest first.
pub(crate) async fn list_reviews_of_attempt(
    conn: &Conn,
    attempt_id: AttemptId,
) -> Result<Vec<Review>> {
    let rows = conn.query(LIST_REVIEWS_OF_ATTEMPT, &[&attempt_id]).await?;
    rows.iter().map(review).collect()
}

const LIST_REVIEWS: &str = reviews!(
    "where ($1::uuid is null or payment_reviews.id < $1)
        and ($3::boolean is null or $3 = (resolved_at is null))
    order by payment_reviews.id desc
    limit $2"
);

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
    rows.iter().map(review).collect()
}

fn review(row: &Row) -> Result<Review> {
    let currency: Option<&str> = row.get("currency");
    let currency: Option<Currency> = currency
        .map(|code| code.parse().map_err(Error::fault))
        .transpose()?;
    let minor: Option<i64> = row.get("amount_minor");
    Ok(Review {
        id: row.get("id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        refund_id: row.get("refund_id"),
        kind: row.get("kind"),
        detail: row.get("detail"),
        evidence: row.get("evidence"),
        opened_at: row.get("opened_at"),
        money: minor
            .zip(currency)
            .map(|(minor, code)| Money::new(minor, code)),
        resolved_at: row.get("resolved_at"),
        resolution: row.get("resolution"),
        resolved_by: row.get("resolved_by"),
        note: row.get("note"),
    })
}
