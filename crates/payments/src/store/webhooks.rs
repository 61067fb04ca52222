//! Received webhooks.

use chrono::{DateTime, Utc};
use ids::{AttemptId, WebhookId};
use kit::{Conn, Error, Result, Tx};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Authenticity, NewWebhook, ProviderId, Webhook, WebhookFilter, WebhookOutcome};

// The conflict's row is locked until the commit, so of many equal messages one is the first.
const UPSERT_WEBHOOK: &str = "
    insert into webhooks_received
        (id, provider, body_hash, body, authenticity, event, tx_ref, received_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict on constraint webhooks_received_body_key
        do update set received_count = webhooks_received.received_count + 1
    returning received_count";

/// Stores a message, or counts its repetition; answers whether it is new.
pub(crate) async fn upsert_webhook(tx: &Tx, new: &NewWebhook) -> Result<bool> {
    let row = tx
        .query_one(
            UPSERT_WEBHOOK,
            &[
                &new.id,
                &new.provider.as_str(),
                &new.body_hash,
                &new.body,
                &new.authenticity.as_str(),
                &new.event,
                &new.tx_ref,
                &new.received_at,
            ],
        )
        .await?;
    Ok(row.get::<_, i64>("received_count") == 1)
}

fn webhook(row: &Row) -> Result<Webhook> {
    let unknown = || Error::fault("a webhook's provider, authenticity or outcome is unknown");
    let outcome: Option<&str> = row.get("outcome");
    Ok(Webhook {
        id: row.get("id"),
        provider: ProviderId::parse(row.get("provider")).ok_or_else(unknown)?,
        authenticity: Authenticity::parse(row.get("authenticity")).ok_or_else(unknown)?,
        body: row.get("body"),
        event: row.get("event"),
        tx_ref: row.get("tx_ref"),
        received_at: row.get("received_at"),
        received_count: row.get("received_count"),
        outcome: outcome
            .map(|word| WebhookOutcome::parse(word).ok_or_else(unknown))
            .transpose()?,
        processed_at: row.get("processed_at"),
        attempt_id: row.get("attempt_id"),
    })
}

// One list of columns for each way to find messages.
macro_rules! webhooks {
    ($end:literal) => {
        concat!(
            "
    select id, provider, authenticity, body, event, tx_ref, received_at, received_count, outcome,
        processed_at, attempt_id
    from webhooks_received
    ",
            $end
        )
    };
}

const FIND_WEBHOOK: &str = webhooks!("where id = $1");

/// A stored message.
pub(crate) async fn find_webhook(conn: &Conn, id: WebhookId) -> Result<Option<Webhook>> {
    let row = conn.query_opt(FIND_WEBHOOK, &[&id]).await?;
    row.as_ref().map(webhook).transpose()
}

const LIST_WEBHOOKS: &str = webhooks!(
    "where ($1::uuid is null or id < $1)
        and ($3::text is null or outcome = $3)
        and (not $4::boolean or outcome is null)
        and ($5::text is null or authenticity = $5)
        and ($6::text is null or tx_ref = $6)
        and ($7::timestamptz is null or received_at >= $7)
        and ($8::timestamptz is null or received_at < $8)
    order by id desc
    limit $2"
);

/// Stored messages, newest first.
pub(crate) async fn list_webhooks(
    conn: &Conn,
    filter: &WebhookFilter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    let outcome = filter.outcome.map(WebhookOutcome::as_str);
    let authenticity = filter.authenticity.map(Authenticity::as_str);
    let rows = conn
        .query(
            LIST_WEBHOOKS,
            &[
                &after,
                &limit,
                &outcome,
                &filter.is_waiting,
                &authenticity,
                &filter.tx_ref,
                &filter.received_from,
                &filter.received_to,
            ],
        )
        .await?;
    rows.iter().map(webhook).collect()
}

const UPDATE_WEBHOOK_PROCESSED: &str = "
    update webhooks_received
    set outcome = $2, attempt_id = $3, processed_at = $4
    where id = $1";

/// Writes down what has become of a message. Takes a share of the attempt's row.
pub(crate) async fn update_webhook_processed(
    tx: &Tx,
    id: WebhookId,
    outcome: WebhookOutcome,
    attempt_id: Option<AttemptId>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        UPDATE_WEBHOOK_PROCESSED,
        &[&id, &outcome.as_str(), &attempt_id, &now],
    )
    .await?;
    Ok(())
}
