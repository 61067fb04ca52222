//! Endpoints.

use chrono::{DateTime, Utc};
use ids::WebhookEndpointId;
use kit::{Conn, Error, Result, Tx};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Endpoint, EndpointState, Secret};

fn endpoint(row: &Row) -> Result<Endpoint> {
    let previous: Option<Vec<u8>> = row.get("previous_secret");
    let until: Option<DateTime<Utc>> = row.get("previous_secret_until");
    Ok(Endpoint {
        id: row.get("id"),
        url: row.get("url"),
        description: row.get("description"),
        events: row.get("events"),
        secret: Secret(row.get("secret")),
        previous_secret: previous.map(Secret).zip(until),
        state: EndpointState::parse(row.get("state"))
            .ok_or_else(|| Error::fault("a state of endpoints is unknown"))?,
        reason: row.get("reason"),
        last_sequence: row.get("last_sequence"),
        failing_since: row.get("failing_since"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

macro_rules! endpoints {
    ($end:literal) => {
        concat!(
            "
    select id, url, description, events, secret, previous_secret, previous_secret_until, state,
        reason, last_sequence, failing_since, version, created_at, updated_at
    from webhook_endpoints
    ",
            $end
        )
    };
}

const FIND_ENDPOINT: &str = endpoints!("where id = $1");

pub(crate) async fn find_endpoint(conn: &Conn, id: WebhookEndpointId) -> Result<Option<Endpoint>> {
    conn.query_opt(FIND_ENDPOINT, &[&id])
        .await?
        .as_ref()
        .map(endpoint)
        .transpose()
}

const LOCK_ENDPOINT: &str = endpoints!("where id = $1 for update");

pub(crate) async fn lock_endpoint(tx: &Tx, id: WebhookEndpointId) -> Result<Option<Endpoint>> {
    tx.query_opt(LOCK_ENDPOINT, &[&id])
        .await?
        .as_ref()
        .map(endpoint)
        .transpose()
}

const LIST_ENDPOINTS: &str = endpoints!(
    "where $1::uuid is null or id < $1
    order by id desc
    limit $2"
);

/// Endpoints, newest first.
pub(crate) async fn list_endpoints(
    conn: &Conn,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Endpoint>> {
    conn.query(LIST_ENDPOINTS, &[&after, &limit])
        .await?
        .iter()
        .map(endpoint)
        .collect()
}

const LOCK_LISTENING: &str = endpoints!(
    "where state <> 'disabled'
    order by id
    for update"
);

/// Every endpoint that gets new deliveries, locked in the order of their ids: numbers of
/// deliveries have no gaps.
pub(crate) async fn lock_listening(tx: &Tx) -> Result<Vec<Endpoint>> {
    tx.query(LOCK_LISTENING, &[])
        .await?
        .iter()
        .map(endpoint)
        .collect()
}

const COUNT_LISTENING: &str = "
    select count(*) as listening from webhook_endpoints where state <> 'disabled'";

pub(crate) async fn count_listening(conn: &Conn) -> Result<i64> {
    Ok(conn.query_one(COUNT_LISTENING, &[]).await?.get("listening"))
}

const INSERT_ENDPOINT: &str = "
    insert into webhook_endpoints (id, url, description, events, secret, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $6)";

pub(crate) async fn insert_endpoint(tx: &Tx, new: &Endpoint) -> Result<()> {
    tx.execute(
        INSERT_ENDPOINT,
        &[
            &new.id,
            &new.url,
            &new.description,
            &new.events,
            &new.secret.0,
            &new.created_at,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_ENDPOINT: &str = "
    update webhook_endpoints
    set url = $2, description = $3, events = $4, secret = $5, previous_secret = $6,
        previous_secret_until = $7, state = $8, reason = $9, failing_since = $10,
        version = version + 1, updated_at = $11
    where id = $1";

/// Writes what may change of an endpoint that is locked.
pub(crate) async fn update_endpoint(tx: &Tx, changed: &Endpoint, now: DateTime<Utc>) -> Result<()> {
    let previous = changed.previous_secret.as_ref();
    let (previous, until) = previous
        .map(|(secret, until)| (secret.0.clone(), *until))
        .unzip();
    tx.execute(
        UPDATE_ENDPOINT,
        &[
            &changed.id,
            &changed.url,
            &changed.description,
            &changed.events,
            &changed.secret.0,
            &previous,
            &until,
            &changed.state.as_str(),
            &changed.reason,
            &changed.failing_since,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const UPDATE_LAST_SEQUENCE: &str = "
    update webhook_endpoints set last_sequence = $2 where id = $1";

/// Notes the number of the last delivery of an endpoint that is locked.
pub(crate) async fn update_last_sequence(
    tx: &Tx,
    id: WebhookEndpointId,
    sequence: i64,
) -> Result<()> {
    tx.execute(UPDATE_LAST_SEQUENCE, &[&id, &sequence]).await?;
    Ok(())
}

// Written only when it says something new: tries of one endpoint run side by side.
const UPDATE_FAILING_SINCE: &str = "
    update webhook_endpoints
    set failing_since = case when $2 then null else $3::timestamptz end
    where id = $1 and (failing_since is null) <> $2";

/// Notes that something arrived, or that something did not.
pub(crate) async fn update_failing_since(
    tx: &Tx,
    id: WebhookEndpointId,
    has_arrived: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_FAILING_SINCE, &[&id, &has_arrived, &now])
        .await?;
    Ok(())
}

const DELETE_ENDPOINT: &str = "delete from webhook_endpoints where id = $1";

pub(crate) async fn delete_endpoint(tx: &Tx, id: WebhookEndpointId) -> Result<()> {
    tx.execute(DELETE_ENDPOINT, &[&id]).await?;
    Ok(())
}
