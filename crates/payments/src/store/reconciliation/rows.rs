//! A provider's list while it is read, and the attempts that are asked about because of it.

use chrono::{DateTime, Utc};
use ids::{AttemptId, CaptureId, ReconciliationId};
use kit::{Conn, Error, Result, Tx, db::Param};
use money::{Currency, Money};

use super::Bounds;
use crate::model::{BookedCapture, ListedRow, Reconciliation, SLACK};

// A row that stands on another page than before has moved, or stands there twice.
const UPSERT_ROWS: &str = "
    insert into reconciliation_rows
        (reconciliation_id, provider_reference, page, copies, status, amount_minor, currency,
         fee_minor, method, listed_at)
    select $1, reference, $2, copies, status, amount_minor, currency, fee_minor, method, listed_at
    from unnest($3::text[], $4::int[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
        $9::text[], $10::timestamptz[])
        as listed (reference, copies, status, amount_minor, currency, fee_minor, method,
            listed_at)
    on conflict on constraint reconciliation_rows_pkey do update
    set again_page = case when reconciliation_rows.page <> excluded.page then excluded.page end,
        copies = greatest(reconciliation_rows.copies, excluded.copies),
        status = excluded.status, amount_minor = excluded.amount_minor,
        currency = excluded.currency, fee_minor = excluded.fee_minor, method = excluded.method,
        listed_at = excluded.listed_at";

/// Keeps the rows of a page.
pub(crate) async fn upsert_rows(
    tx: &Tx,
    id: ReconciliationId,
    page: i32,
    rows: &[ListedRow],
) -> Result<()> {
    let references: Vec<&str> = rows
        .iter()
        .map(|row| row.provider_reference.as_str())
        .collect();
    let copies: Vec<i32> = rows.iter().map(|row| row.copies).collect();
    let statuses: Vec<&str> = rows.iter().map(|row| row.status).collect();
    let amounts: Vec<Option<i64>> = rows.iter().map(|row| row.amount_minor).collect();
    let currencies: Vec<Option<&str>> = rows.iter().map(|row| row.currency.as_deref()).collect();
    let fees: Vec<Option<i64>> = rows.iter().map(|row| row.fee_minor).collect();
    let methods: Vec<Option<&str>> = rows.iter().map(|row| row.method.as_deref()).collect();
    let instants: Vec<Option<DateTime<Utc>>> = rows.iter().map(|row| row.listed_at).collect();
    tx.execute(
        UPSERT_ROWS,
        &[
            &id,
            &page,
            &references,
            &copies,
            &statuses,
            &amounts,
            &currencies,
            &fees,
            &methods,
            &instants,
        ],
    )
    .await?;
    Ok(())
}

const FIND_REPEAT: &str = "
    select min(page) as page
    from reconciliation_rows
    where reconciliation_id = $1 and again_page is not null";

/// The first page with a row that stood on a later page too.
pub(crate) async fn find_repeat(conn: &Conn, id: ReconciliationId) -> Result<Option<i32>> {
    let row = conn.query_one(FIND_REPEAT, &[&id]).await?;
    Ok(row.get("page"))
}

// Rows only ever move to later pages, because new ones come before them. So one that still
// stands on its first page, after it was seen on a later one, stands there twice.
const UPDATE_REPEATS: &str = "
    update reconciliation_rows
    set copies = case when provider_reference = any($3) then greatest(copies, 2) else copies end,
        page = again_page, again_page = null
    where reconciliation_id = $1 and page = $2 and again_page is not null";

/// Decides about the repeated rows of a page that was read again and holds these references.
pub(crate) async fn update_repeats(
    tx: &Tx,
    id: ReconciliationId,
    page: i32,
    references: &[&str],
) -> Result<()> {
    tx.execute(UPDATE_REPEATS, &[&id, &page, &references])
        .await?;
    Ok(())
}

// What a person has dismissed is known.
const EXISTS_UNKNOWN_CHARGE: &str = "
    select exists (
        select
        from reconciliation_rows as listed
        where reconciliation_id = $1 and status = 'charged'
            and (listed_at is null or listed_at between $3 and $4)
            and not exists (
                select
                from captures
                where captures.provider = $2
                    and captures.provider_reference = listed.provider_reference
            )
            and not exists (
                select
                from reconciliation_questions as questions
                join payment_attempts as attempts on attempts.id = questions.attempt_id
                where questions.reconciliation_id = $1 and charged_at is not null
                    and questions.provider_reference = listed.provider_reference
            )
            and not exists (
                select
                from reconciliation_breaks as breaks
                where breaks.provider = $2 and class = 'missing_here'
                    and breaks.provider_reference = listed.provider_reference
                    and resolution in ('dismissed', 'written_off')
            )
    ) as is_there";

/// Whether the list holds a charge that our books do not have.
pub(crate) async fn exists_unknown_charge(conn: &Conn, run: &Reconciliation) -> Result<bool> {
    let bounds = Bounds::of(run);
    let row = conn
        .query_one(
            EXISTS_UNKNOWN_CHARGE,
            &[&bounds.id, &bounds.provider, &bounds.from, &bounds.late],
        )
        .await?;
    Ok(row.get("is_there"))
}

// The list does not name our references. So for a charge that we do not know, every attempt of
// the time that has no money is asked about.
const INSERT_QUESTIONS: &str = "
    insert into reconciliation_questions (reconciliation_id, attempt_id, reason)
    select $1, attempts.id, 'missing_here'
    from payment_attempts as attempts
    where $7 and charged_at is null and provider = $2 and mode = $3
        and created_at >= $8 and created_at < $6
    union all
    select $1, attempts.id,
        case when listed.status is null then 'missing_there' else 'status_differs' end
    from payment_attempts as attempts
    join captures on captures.attempt_id = attempts.id
    left join reconciliation_rows as listed
        on listed.reconciliation_id = $1
        and listed.provider_reference = captures.provider_reference
    where attempts.provider = $2 and mode = $3
        and (listed.status <> 'charged'
            or listed.status is null and created_at between $4 and $5)
        and refunded_minor + reversed_minor < captures.amount_minor
        and not exists (
            select
            from payment_reviews
            where payment_reviews.attempt_id = attempts.id and kind = 'reversal'
        )
    on conflict on constraint reconciliation_questions_pkey do nothing";

/// Writes down which attempts are to be asked about.
pub(crate) async fn insert_questions(
    tx: &Tx,
    run: &Reconciliation,
    has_unknown_charge: bool,
) -> Result<()> {
    let bounds = Bounds::of(run);
    let early = bounds.from - SLACK;
    let mut params = bounds.params().to_vec();
    params.extend([&has_unknown_charge as Param<'_>, &early]);
    tx.execute(INSERT_QUESTIONS, &params).await?;
    Ok(())
}

/// Why an attempt is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuestionCause {
    /// The list has a charge that our books do not have; it may be this one's.
    MissingHere,
    /// Our books have it and the list has not, or not as a charge.
    Captured,
}

const FIND_QUESTION: &str = "
    select attempt_id, reason
    from reconciliation_questions
    where reconciliation_id = $1 and asked_at is null
    order by reason desc, attempt_id desc
    limit 1";

/// The next attempt to ask about.
pub(crate) async fn find_question(
    conn: &Conn,
    id: ReconciliationId,
) -> Result<Option<(AttemptId, QuestionCause)>> {
    let row = conn.query_opt(FIND_QUESTION, &[&id]).await?;
    Ok(row.map(|row| {
        let cause = match row.get("reason") {
            "missing_here" => QuestionCause::MissingHere,
            _ => QuestionCause::Captured,
        };
        (row.get("attempt_id"), cause)
    }))
}

const UPDATE_QUESTION: &str = "
    update reconciliation_questions
    set asked_at = $3, outcome = told.outcome, provider_reference = told.reference
    from (
        select outcome, evidence->>'reference' as reference
        from payment_calls
        where attempt_id = $2 and operation = 'verify'
        order by called_at desc, id desc
        limit 1
    ) as told
    where reconciliation_id = $1 and attempt_id = $2";

/// Notes what the provider has just said about an attempt, as the record of calls has it.
pub(crate) async fn update_question(
    tx: &Tx,
    id: ReconciliationId,
    attempt_id: AttemptId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_QUESTION, &[&id, &attempt_id, &now])
        .await?;
    Ok(())
}

/// A capture whose fee the provider has otherwise.
#[derive(Debug)]
pub(crate) struct DifferingFee {
    pub(crate) capture_id: CaptureId,
    pub(crate) attempt_id: AttemptId,
    pub(crate) theirs_minor: i64,
}

// Only where the charge is the same for the rest: otherwise the fee may be another one's. One that
// is more than the charge is not booked but told.
const FIND_DIFFERING_FEE: &str = "
    select captures.id, captures.attempt_id, listed.fee_minor
    from reconciliation_rows as listed
    join captures on captures.provider = $2
        and captures.provider_reference = listed.provider_reference
    where listed.reconciliation_id = $1 and listed.status = 'charged' and listed.copies = 1
        and listed.amount_minor = captures.amount_minor and listed.currency = captures.currency
        and listed.fee_minor between 0 and listed.amount_minor
        and listed.fee_minor <> captures.fee_minor + fee_adjusted_minor
    order by captures.id
    limit 1";

/// The next capture whose fee is to be corrected.
pub(crate) async fn find_differing_fee(
    conn: &Conn,
    run: &Reconciliation,
) -> Result<Option<DifferingFee>> {
    let provider = run.provider.as_str();
    let row = conn
        .query_opt(FIND_DIFFERING_FEE, &[&run.id, &provider])
        .await?;
    Ok(row.map(|row| DifferingFee {
        capture_id: row.get("id"),
        attempt_id: row.get("attempt_id"),
        theirs_minor: row.get("fee_minor"),
    }))
}

const LOCK_CAPTURE: &str = "
    select id, attempt_id, order_id, provider_reference, amount_minor, currency,
        fee_minor + fee_adjusted_minor as fee_minor, fee_corrections
    from captures
    where id = $1
    for update";

/// A capture, taken after its order and its attempt.
pub(crate) async fn lock_booked_capture(tx: &Tx, id: CaptureId) -> Result<Option<BookedCapture>> {
    let Some(row) = tx.query_opt(LOCK_CAPTURE, &[&id]).await? else {
        return Ok(None);
    };
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    Ok(Some(BookedCapture {
        id: row.get("id"),
        attempt_id: row.get("attempt_id"),
        order_id: row.get("order_id"),
        provider_reference: row.get("provider_reference"),
        amount: Money::new(row.get("amount_minor"), currency),
        fee_minor: row.get("fee_minor"),
        fee_corrections: row.get("fee_corrections"),
    }))
}

const UPDATE_CAPTURE_FEE: &str = "
    update captures
    set fee_adjusted_minor = $2 - fee_minor, fee_corrections = fee_corrections + 1
    where id = $1";

/// Writes what the provider really keeps of a locked capture.
pub(crate) async fn update_capture_fee(tx: &Tx, id: CaptureId, fee_minor: i64) -> Result<()> {
    tx.execute(UPDATE_CAPTURE_FEE, &[&id, &fee_minor]).await?;
    Ok(())
}

const DELETE_ROWS: &str = "
    delete from reconciliation_rows
    where reconciliation_id = $1";

const DELETE_QUESTIONS: &str = "
    delete from reconciliation_questions
    where reconciliation_id = $1";

/// Forgets the provider's list and the questions, once nothing more is read from them.
pub(crate) async fn delete_list(tx: &Tx, id: ReconciliationId) -> Result<()> {
    tx.execute(DELETE_ROWS, &[&id]).await?;
    tx.execute(DELETE_QUESTIONS, &[&id]).await?;
    Ok(())
}
