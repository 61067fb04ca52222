//! Deliveries and their tries.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{Conn, Error, Result, Tx, outbound::Exchange};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Delivery, DeliveryState};

fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get("id"),
        endpoint_id: row.get("endpoint_id"),
        sequence: row.get("sequence"),
        event_id: row.get("event_id"),
        event_name: row.get("event_name"),
        body: row.get("body"),
        state: DeliveryState::parse(row.get("state"))
            .ok_or_else(|| Error::fault("a state of deliveries is unknown"))?,
        attempts: row.get("attempts"),
        next_attempt_at: row.get("next_attempt_at"),
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
        redelivery_of: row.get("redelivery_of"),
    })
}

macro_rules! deliveries {
    ($end:literal) => {
        concat!(
            "
    select id, endpoint_id, sequence, event_id, event_name, body, state, attempts,
        next_attempt_at, created_at, finished_at, redelivery_of
    from webhook_deliveries
    ",
            $end
        )
    };
}

/// A delivery that is to be written.
pub(crate) struct NewDelivery<'a> {
    pub(crate) id: WebhookDeliveryId,
    pub(crate) endpoint_id: WebhookEndpointId,
    pub(crate) sequence: i64,
    pub(crate) event_id: Uuid,
    pub(crate) event_name: &'a str,
    pub(crate) subject_id: Uuid,
    pub(crate) body: String,
    pub(crate) redelivery_of: Option<WebhookDeliveryId>,
}

const INSERT_DELIVERY: &str = "
    insert into webhook_deliveries
        (id, endpoint_id, sequence, event_id, event_name, subject_id, body, redelivery_of,
         next_attempt_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)";

pub(crate) async fn insert_delivery(
    tx: &Tx,
    new: &NewDelivery<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_DELIVERY,
        &[
            &new.id,
            &new.endpoint_id,
            &new.sequence,
            &new.event_id,
            &new.event_name,
            &new.subject_id,
            &new.body,
            &new.redelivery_of,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const FIND_DELIVERY: &str = deliveries!("where id = $1");

pub(crate) async fn find_delivery(conn: &Conn, id: WebhookDeliveryId) -> Result<Option<Delivery>> {
    conn.query_opt(FIND_DELIVERY, &[&id])
        .await?
        .as_ref()
        .map(delivery)
        .transpose()
}

const LIST_DELIVERIES: &str = deliveries!(
    "where ($1::uuid is null or id < $1)
        and ($3::uuid is null or endpoint_id = $3)
        and ($4::text is null or state = $4)
        and ($5::text is null or event_name = $5)
    order by id desc
    limit $2"
);

/// Which deliveries.
#[derive(Default)]
pub(crate) struct DeliveryFilter<'a> {
    pub(crate) endpoint_id: Option<WebhookEndpointId>,
    pub(crate) state: Option<&'a str>,
    pub(crate) event: Option<&'a str>,
}

/// Deliveries, newest first.
pub(crate) async fn list_deliveries(
    conn: &Conn,
    filter: &DeliveryFilter<'_>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let DeliveryFilter {
        endpoint_id,
        state,
        event,
    } = filter;
    conn.query(
        LIST_DELIVERIES,
        &[&after, &limit, endpoint_id, state, event],
    )
    .await?
    .iter()
    .map(delivery)
    .collect()
}

const LIST_RANGE: &str = deliveries!(
    "where endpoint_id = $1 and sequence between $2 and $3 and redelivery_of is null
    order by sequence
    limit $4"
);

/// The deliveries of an endpoint between two numbers, in order.
pub(crate) async fn list_range(
    conn: &Conn,
    endpoint_id: WebhookEndpointId,
    (first, last): (i64, i64),
    limit: i64,
) -> Result<Vec<Delivery>> {
    conn.query(LIST_RANGE, &[&endpoint_id, &first, &last, &limit])
        .await?
        .iter()
        .map(delivery)
        .collect()
}

const LIST_WAITING: &str = "
    select id
    from webhook_deliveries
    where endpoint_id = $1 and state = 'pending' and next_attempt_at is null
    order by sequence
    limit $2
    for update skip locked";

/// Deliveries that waited while their endpoint was paused.
pub(crate) async fn list_waiting(
    tx: &Tx,
    endpoint_id: WebhookEndpointId,
    limit: i64,
) -> Result<Vec<WebhookDeliveryId>> {
    let rows = tx.query(LIST_WAITING, &[&endpoint_id, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("id")).collect())
}

// Whoever sends holds it until `$3`: two workers never send the same at once.
const UPDATE_LEASED: &str = "
    update webhook_deliveries
    set leased_until = $3, attempts = attempts + 1
    where id = $1 and state = 'pending' and (leased_until is null or leased_until <= $2)
    returning attempts";

/// Takes a delivery to send it; answers which try this is, or `None` when somebody else has it
/// or it is done.
pub(crate) async fn update_leased(
    tx: &Tx,
    id: WebhookDeliveryId,
    lasting: Duration,
    now: DateTime<Utc>,
) -> Result<Option<i32>> {
    let until = now + TimeDelta::from_std(lasting).unwrap_or(TimeDelta::minutes(1));
    let row = tx.query_opt(UPDATE_LEASED, &[&id, &now, &until]).await?;
    Ok(row.map(|row| row.get("attempts")))
}

const UPDATE_TRIED: &str = "
    update webhook_deliveries
    set state = $2, next_attempt_at = $3, leased_until = null,
        finished_at = case when $2 = 'pending' then null else $4::timestamptz end
    where id = $1 and state = 'pending'";

/// Writes what a try came to.
pub(crate) async fn update_tried(
    tx: &Tx,
    id: WebhookDeliveryId,
    state: DeliveryState,
    next_attempt_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        UPDATE_TRIED,
        &[&id, &state.as_str(), &next_attempt_at, &now],
    )
    .await?;
    Ok(())
}

const UPDATE_PARKED: &str = "
    update webhook_deliveries
    set next_attempt_at = null
    where id = $1 and state = 'pending'";

/// Leaves a delivery waiting until its endpoint is resumed.
pub(crate) async fn update_parked(tx: &Tx, id: WebhookDeliveryId) -> Result<()> {
    tx.execute(UPDATE_PARKED, &[&id]).await?;
    Ok(())
}

const UPDATE_UNPARKED: &str = "
    update webhook_deliveries set next_attempt_at = $2 where id = any($1)";

/// Has deliveries that waited tried again from now on.
pub(crate) async fn update_unparked(
    tx: &Tx,
    ids: &[WebhookDeliveryId],
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_UNPARKED, &[&ids, &now]).await?;
    Ok(())
}

/// A try, as it is kept.
pub(crate) struct Attempt {
    pub(crate) attempted_at: DateTime<Utc>,
    pub(crate) status: Option<i16>,
    pub(crate) error: Option<String>,
    pub(crate) answer: String,
    pub(crate) took_ms: i32,
}

const INSERT_ATTEMPT: &str = "
    insert into webhook_attempts (id, delivery_id, attempted_at, status, error, answer, took_ms)
    values ($1, $2, $3, $4, $5, $6, $7)";

pub(crate) async fn insert_attempt(
    tx: &Tx,
    id: WebhookDeliveryId,
    exchange: &Exchange,
    attempted_at: DateTime<Utc>,
) -> Result<()> {
    let attempt = Uuid::new_v7(kit::random::uuid_timestamp(attempted_at));
    let status = exchange
        .outcome
        .ok()
        .and_then(|status| i16::try_from(status).ok());
    let error = exchange.outcome.err().map(|error| error.to_string());
    let took_ms = i32::try_from(exchange.took.as_millis()).unwrap_or(i32::MAX);
    tx.execute(
        INSERT_ATTEMPT,
        &[
            &attempt,
            &id,
            &attempted_at,
            &status,
            &error,
            &exchange.excerpt,
            &took_ms,
        ],
    )
    .await?;
    Ok(())
}

const LIST_ATTEMPTS: &str = "
    select attempted_at, status, error, answer, took_ms
    from webhook_attempts
    where delivery_id = $1
    order by id";

/// The tries of a delivery, in order.
pub(crate) async fn list_attempts(conn: &Conn, id: WebhookDeliveryId) -> Result<Vec<Attempt>> {
    let rows = conn.query(LIST_ATTEMPTS, &[&id]).await?;
    Ok(rows
        .iter()
        .map(|row| Attempt {
            attempted_at: row.get("attempted_at"),
            status: row.get("status"),
            error: row.get("error"),
            answer: row.get("answer"),
            took_ms: row.get("took_ms"),
        })
        .collect())
}
