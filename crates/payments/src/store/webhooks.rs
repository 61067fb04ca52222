//! Received webhooks.

use chrono::{DateTime, Utc};
use ids::WebhookId;
use kit::{Conn, Error, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Authenticity, NewWebhook, ProviderId};

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

/// A stored message, as far as its processing needs it.
pub(crate) struct StoredWebhook {
    pub(crate) provider: ProviderId,
    pub(crate) authenticity: Authenticity,
    pub(crate) body: Vec<u8>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) received_at: DateTime<Utc>,
}

const FIND_WEBHOOK: &str = "
    select provider, authenticity, body, tx_ref, received_at
    from webhooks_received
    where id = $1";

pub(crate) async fn find_webhook(conn: &Conn, id: WebhookId) -> Result<Option<StoredWebhook>> {
    let row = conn.query_opt(FIND_WEBHOOK, &[&id]).await?;
    row.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<StoredWebhook> {
    let unknown = || Error::fault("a webhook's provider or authenticity is unknown");
    Ok(StoredWebhook {
        provider: ProviderId::parse(row.get("provider")).ok_or_else(unknown)?,
        authenticity: Authenticity::parse(row.get("authenticity")).ok_or_else(unknown)?,
        body: row.get("body"),
        tx_ref: row.get("tx_ref"),
        received_at: row.get("received_at"),
    })
}
