//! Attempts.

use chrono::{DateTime, Utc};
use ids::{AttemptId, OrderId};
use kit::{Conn, Error, Result, Tx, db::Param};
use money::{Currency, Money};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Attempt, AttemptFilter, AttemptState, Mode, ProviderId};

fn attempt(row: &Row) -> Result<Attempt> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    let mode = Mode::parse(row.get("mode")).ok_or_else(|| Error::fault("a mode is unknown"))?;
    let state = AttemptState::parse(row.get("state"))
        .ok_or_else(|| Error::fault("a state of attempts is unknown"))?;
    Ok(Attempt {
        id: row.get("id"),
        order_id: row.get("order_id"),
        provider: ProviderId::parse(row.get("provider"))
            .ok_or_else(|| Error::fault("a provider is unknown"))?,
        tx_ref: row.get("tx_ref"),
        amount: Money::new(row.get("amount_minor"), currency),
        mode,
        state,
        checkout_url: row.get("checkout_url"),
        customer_reference: row.get("customer_reference"),
        instructions: row
            .get::<_, Option<Value>>("instructions")
            .map(serde_json::from_value)
            .transpose()?,
        provider_reference: row.get("provider_reference"),
        failure: row.get("failure"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
        expires_at: row.get("expires_at"),
        charged_at: row.get("charged_at"),
        is_applied: row.get("is_applied"),
        is_given_back: row.get("is_given_back"),
        confirmed_by: row.get("confirmed_by"),
    })
}

// One list of columns for each way to find attempts. What the provider took back counts as given
// back once staff have accepted that.
macro_rules! attempts {
    ($end:literal) => {
        concat!(
            "
    select id, order_id, provider, tx_ref, amount_minor, currency, mode, state, checkout_url,
        customer_reference, instructions, provider_reference, failure, created_at, updated_at,
        expires_at, charged_at, confirmed_by,
        exists (
            select
            from captures
            where captures.attempt_id = payment_attempts.id and disposition = 'applied'
        ) as is_applied,
        exists (
            select
            from captures
            where captures.attempt_id = payment_attempts.id
                and captures.amount_minor = refunded_minor + case when exists (
                    select
                    from payment_reviews
                    where payment_reviews.attempt_id = captures.attempt_id
                        and kind = 'reversal' and resolution = 'accepted'
                ) then reversed_minor else 0 end
        ) as is_given_back
    from payment_attempts
    ",
            $end
        )
    };
}

const FIND_ATTEMPT: &str = attempts!("where id = $1");

pub(crate) async fn find_attempt(conn: &Conn, id: AttemptId) -> Result<Option<Attempt>> {
    conn.query_opt(FIND_ATTEMPT, &[&id])
        .await?
        .as_ref()
        .map(attempt)
        .transpose()
}

const FIND_ATTEMPT_BY_TX_REF: &str = attempts!("where tx_ref = $1");

pub(crate) async fn find_attempt_by_tx_ref(conn: &Conn, tx_ref: &str) -> Result<Option<Attempt>> {
    conn.query_opt(FIND_ATTEMPT_BY_TX_REF, &[&tx_ref])
        .await?
        .as_ref()
        .map(attempt)
        .transpose()
}

// Taken after the order's row and before any stock.
const LOCK_ATTEMPT: &str = attempts!("where id = $1 for update");

pub(crate) async fn lock_attempt(tx: &Tx, id: AttemptId) -> Result<Option<Attempt>> {
    tx.query_opt(LOCK_ATTEMPT, &[&id])
        .await?
        .as_ref()
        .map(attempt)
        .transpose()
}

const LOCK_LIVE_ATTEMPT: &str = attempts!(
    "where order_id = $1 and state in ('created', 'unknown', 'pending')
    for update"
);

/// The attempt by which the buyer may be paying this order at the moment.
pub(crate) async fn lock_live_attempt(tx: &Tx, order_id: OrderId) -> Result<Option<Attempt>> {
    tx.query_opt(LOCK_LIVE_ATTEMPT, &[&order_id])
        .await?
        .as_ref()
        .map(attempt)
        .transpose()
}

const LIST_ATTEMPTS_OF_ORDER: &str = attempts!("where order_id = $1 order by id");

/// All attempts of an order, oldest first.
pub(crate) async fn list_attempts_of_order(conn: &Conn, order_id: OrderId) -> Result<Vec<Attempt>> {
    conn.query(LIST_ATTEMPTS_OF_ORDER, &[&order_id])
        .await?
        .iter()
        .map(attempt)
        .collect()
}

const LOCK_OPEN_ATTEMPTS: &str = attempts!(
    "where order_id = $1 and state in ('created', 'unknown', 'pending')
    order by id
    for update"
);

/// The open attempts of an order, locked in the order of their ids.
pub(crate) async fn lock_open_attempts(tx: &Tx, order_id: OrderId) -> Result<Vec<Attempt>> {
    tx.query(LOCK_OPEN_ATTEMPTS, &[&order_id])
        .await?
        .iter()
        .map(attempt)
        .collect()
}

const LIST_ATTEMPTS_BY_ID: &str = attempts!("where id = any($1)");

/// Some attempts, in no order.
pub(crate) async fn list_attempts_by_id(conn: &Conn, ids: &[AttemptId]) -> Result<Vec<Attempt>> {
    conn.query(LIST_ATTEMPTS_BY_ID, &[&ids])
        .await?
        .iter()
        .map(attempt)
        .collect()
}

const LIST_NEWEST: &str = attempts!(
    "where ($1::uuid is null or id < $1)
        and ($3::text is null or state = $3)
        and ($4::text is null or provider = $4)
        and ($5::text is null or tx_ref = $5)
        and ($6::timestamptz is null or created_at >= $6)
        and ($7::timestamptz is null or created_at < $7)
        and ($8::text is null or customer_reference = $8)
    order by id desc
    limit $2"
);

// A statement of its own, so that the index of an order's attempts is used.
const LIST_NEWEST_OF_ORDER: &str = attempts!(
    "where ($1::uuid is null or id < $1)
        and ($3::text is null or state = $3)
        and ($4::text is null or provider = $4)
        and ($5::text is null or tx_ref = $5)
        and ($6::timestamptz is null or created_at >= $6)
        and ($7::timestamptz is null or created_at < $7)
        and ($8::text is null or customer_reference = $8)
        and order_id = $9
    order by id desc
    limit $2"
);

/// Attempts, newest first.
pub(crate) async fn list_attempts(
    conn: &Conn,
    filter: &AttemptFilter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Attempt>> {
    let state = filter.state.map(AttemptState::as_str);
    let provider = filter.provider.map(ProviderId::as_str);
    let mut params: Vec<Param<'_>> = vec![
        &after,
        &limit,
        &state,
        &provider,
        &filter.tx_ref,
        &filter.created_from,
        &filter.created_to,
        &filter.customer_reference,
    ];
    let rows = match &filter.order_id {
        Some(order_id) => {
            params.push(order_id);
            conn.query(LIST_NEWEST_OF_ORDER, &params).await?
        }
        None => conn.query(LIST_NEWEST, &params).await?,
    };
    rows.iter().map(attempt).collect()
}

const LIST_UNSETTLED: &str = attempts!(
    "where charged_at is null and provider = $1 and mode = $2
        and created_at > $3 and id > $4
    order by id
    limit $5"
);

/// Attempts of a time without money, oldest first.
pub(crate) async fn list_unsettled(
    conn: &Conn,
    (provider, mode): (ProviderId, Mode),
    created_after: DateTime<Utc>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Attempt>> {
    let (provider, mode) = (provider.as_str(), mode.as_str());
    conn.query(
        LIST_UNSETTLED,
        &[&provider, &mode, &created_after, &after, &limit],
    )
    .await?
    .iter()
    .map(attempt)
    .collect()
}

const FIND_LAST_ASKED: &str = "
    select max(called_at) as last
    from payment_calls
    where attempt_id = $1 and operation = 'verify'";

/// When the provider was last asked about an attempt, whatever it answered.
pub(crate) async fn find_last_asked(conn: &Conn, id: AttemptId) -> Result<Option<DateTime<Utc>>> {
    let row = conn.query_one(FIND_LAST_ASKED, &[&id]).await?;
    Ok(row.get("last"))
}

const INSERT_ATTEMPT: &str = "
    insert into payment_attempts
        (id, order_id, provider, tx_ref, amount_minor, currency, mode, state, created_at,
         updated_at, expires_at, customer_reference)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)";

/// Writes an attempt down, before the provider hears of it.
pub(crate) async fn insert_attempt(tx: &Tx, attempt: &Attempt) -> Result<()> {
    tx.execute(
        INSERT_ATTEMPT,
        &[
            &attempt.id,
            &attempt.order_id,
            &attempt.provider.as_str(),
            &attempt.tx_ref,
            &attempt.amount.minor(),
            &attempt.amount.currency().code(),
            &attempt.mode.as_str(),
            &attempt.state.as_str(),
            &attempt.created_at,
            &attempt.expires_at,
            &attempt.customer_reference,
        ],
    )
    .await?;
    Ok(())
}

const INSERT_CHARGED_ATTEMPT: &str = "
    insert into payment_attempts
        (id, order_id, provider, tx_ref, amount_minor, currency, mode, state, created_at,
         updated_at, expires_at, charged_at, provider_reference)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, $9, $10)";

/// Writes down an attempt whose money is there from the start.
pub(crate) async fn insert_charged_attempt(tx: &Tx, attempt: &Attempt) -> Result<()> {
    let currency = attempt.amount.currency();
    let code = currency.code();
    let (provider, state) = (attempt.provider.as_str(), attempt.state.as_str());
    let (mode, minor) = (attempt.mode.as_str(), attempt.amount.minor());
    let params: [Param<'_>; 10] = [
        &attempt.id,
        &attempt.order_id,
        &provider,
        &attempt.tx_ref,
        &minor,
        &code,
        &mode,
        &state,
        &attempt.created_at,
        &attempt.provider_reference,
    ];
    tx.execute(INSERT_CHARGED_ATTEMPT, &params).await?;
    Ok(())
}

const UPDATE_ATTEMPT: &str = "
    update payment_attempts
    set state = $2, checkout_url = $3, provider_reference = $4, failure = $5, charged_at = $6,
        instructions = $7, confirmed_by = $8, version = version + 1, updated_at = $9
    where id = $1";

/// Writes what may change of an attempt that is locked.
pub(crate) async fn update_attempt(tx: &Tx, attempt: &Attempt, now: DateTime<Utc>) -> Result<()> {
    let instructions = attempt.instructions.as_ref();
    let instructions = instructions.map(serde_json::to_value).transpose()?;
    tx.execute(
        UPDATE_ATTEMPT,
        &[
            &attempt.id,
            &attempt.state.as_str(),
            &attempt.checkout_url,
            &attempt.provider_reference,
            &attempt.failure,
            &attempt.charged_at,
            &instructions,
            &attempt.confirmed_by,
            &now,
        ],
    )
    .await?;
    Ok(())
}
