//! One effect per `Idempotency-Key`: the key is inserted first in the transaction of the
//! effect, and the reply is stored with it. Never kept in a cache.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use tokio_postgres::{Row, error::SqlState};

use crate::{
    db::{Param, Tx},
    error::{Refusal, RefusalKind, Resolution, Result},
};

/// A key in its scope: who asks, which route, which body.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The caller; another caller's equal key is another key.
    pub principal: String,
    /// The operation.
    pub route: &'static str,
    /// What the client sent in `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the request body.
    pub fingerprint: Vec<u8>,
}

/// A reply that was committed with its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    /// HTTP status code.
    pub status: u16,
    /// The body's exact bytes.
    pub body: Vec<u8>,
}

/// What a key turned out to be.
#[derive(Debug)]
pub enum Claim {
    /// Never seen: do the work, then [`store`] the reply in the same transaction.
    Fresh,
    /// Done before: answer this.
    Replay(StoredReply),
}

/// Why a key is refused.
#[derive(Debug)]
pub enum IdempotencyRefusal {
    /// The same key came with another body.
    Conflict,
    /// The first request with this key is still at work.
    InFlight,
    /// The header is empty, too long or not visible ASCII.
    Malformed,
    /// The operation needs a key and got none.
    Required,
}

/// Every refusal of this module, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&CONFLICT, &IN_FLIGHT, &MALFORMED, &REQUIRED];

static CONFLICT: RefusalKind = RefusalKind {
    code: "idempotency_conflict",
    status: 422,
    title: "The idempotency key was used for another request",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "An Idempotency-Key names one request. The body sent now differs from the body that \
           the key was first used with. Use a new key for a new request.",
};

static IN_FLIGHT: RefusalKind = RefusalKind {
    code: "idempotency_in_flight",
    status: 409,
    title: "The first request with this key is still running",
    is_retryable: true,
    resolution: Resolution::Recoverable,
    help: "Another request with the same Idempotency-Key has not finished. Repeat the same \
           request after Retry-After; it will answer what the first one answered.",
};

static MALFORMED: RefusalKind = RefusalKind {
    code: "idempotency_key_malformed",
    status: 400,
    title: "The idempotency key is malformed",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Idempotency-Key must be 1 to 255 visible ASCII characters; a random UUID is best.",
};

static REQUIRED: RefusalKind = RefusalKind {
    code: "idempotency_key_required",
    status: 400,
    title: "An idempotency key is required",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "This operation is not one to do twice. Send an Idempotency-Key, so that repeating the \
           request after a lost answer is harmless.",
};

impl Refusal for IdempotencyRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::Conflict => &CONFLICT,
            Self::InFlight => &IN_FLIGHT,
            Self::Malformed => &MALFORMED,
            Self::Required => &REQUIRED,
        }
    }

    fn detail(&self) -> String {
        Cow::from(self.kind().help).into_owned()
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        matches!(self, Self::InFlight).then_some(1)
    }
}

// An equal key of an open transaction makes this statement wait for that transaction's end.
const INSERT_KEY: &str = "
    insert into idempotency_keys (principal, route, key, fingerprint, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (principal, route, key) do nothing";

const FIND_REPLY: &str = "
    select fingerprint, status, body
    from idempotency_keys
    where principal = $1 and route = $2 and key = $3";

const UPDATE_REPLY: &str = "
    update idempotency_keys
    set status = $4, body = $5
    where principal = $1 and route = $2 and key = $3";

/// Claims the key for this transaction, or finds what it did before.
///
/// # Errors
/// [`IdempotencyRefusal::Conflict`], [`IdempotencyRefusal::InFlight`]; faults.
pub async fn claim(tx: &Tx, key: &IdempotencyKey, now: DateTime<Utc>) -> Result<Claim> {
    if tx.sabotage().has_removed("idempotency key") {
        return Ok(Claim::Fresh);
    }
    let inserted = tx
        .execute(
            INSERT_KEY,
            &[&key.principal, &key.route, &key.key, &key.fingerprint, &now],
        )
        .await;
    match inserted {
        Ok(1) => return Ok(Claim::Fresh),
        Ok(_) => {}
        Err(error) if error.sql_state() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            return Err(IdempotencyRefusal::InFlight.into());
        }
        Err(error) => return Err(error),
    }
    let row = tx
        .query_one(FIND_REPLY, &[&key.principal, &key.route, &key.key])
        .await?;
    reply_of(&row, key).map(Claim::Replay)
}

fn reply_of(row: &Row, key: &IdempotencyKey) -> Result<StoredReply> {
    if row.get::<_, Vec<u8>>("fingerprint") != key.fingerprint {
        return Err(IdempotencyRefusal::Conflict.into());
    }
    let status: Option<i16> = row.get("status");
    let body: Option<Vec<u8>> = row.get("body");
    match (status.and_then(|status| u16::try_from(status).ok()), body) {
        (Some(status), Some(body)) => Ok(StoredReply { status, body }),
        _ => Err(IdempotencyRefusal::InFlight.into()),
    }
}

/// Stores the reply with the effect; both are committed together or not at all.
///
/// # Errors
/// Faults of the database.
pub async fn store(tx: &Tx, key: &IdempotencyKey, reply: &StoredReply) -> Result<()> {
    let status = i16::try_from(reply.status).unwrap_or(i16::MAX);
    tx.execute(
        UPDATE_REPLY,
        &[&key.principal, &key.route, &key.key, &status, &reply.body],
    )
    .await?;
    Ok(())
}

const LIST_REPLIES: &str = "
    select wanted.place, fingerprint, status, body
    from unnest($1::text[], $2::text[], $3::text[])
        with ordinality as wanted (principal, route, key, place)
    join idempotency_keys using (principal, route, key)";

/// What keys did before, in their order; `None` for one that nobody has used. For work on many
/// requests at once: their keys are not claimed, so [`store_all`] has the last word.
///
/// # Errors
/// Faults of the database. What a key is refused for is its own affair and stands in its place.
pub async fn find_all(
    tx: &Tx,
    keys: &[&IdempotencyKey],
) -> Result<Vec<Option<Result<StoredReply>>>> {
    let mut found: Vec<Option<Result<StoredReply>>> = keys.iter().map(|_| None).collect();
    if keys.is_empty() || tx.sabotage().has_removed("idempotency key") {
        return Ok(found);
    }
    let (principals, routes, names) = columns(keys);
    let rows = tx
        .query(LIST_REPLIES, &[&principals, &routes, &names])
        .await?;
    for row in &rows {
        let place: i64 = row.get("place");
        let place = usize::try_from(place - 1).unwrap_or_default();
        if let (Some(key), Some(slot)) = (keys.get(place), found.get_mut(place)) {
            *slot = Some(reply_of(row, key));
        }
    }
    Ok(found)
}

const INSERT_REPLIES: &str = "
    insert into idempotency_keys (principal, route, key, fingerprint, status, body, created_at)
    select principal, route, key, fingerprint, status, body, $7
    from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::smallint[], $6::bytea[])
        as new (principal, route, key, fingerprint, status, body)
    order by principal, route, key
    on conflict (principal, route, key) do nothing";

/// Stores the replies of keys that nobody has used, with their effects. Answers whether all of
/// them were free; if not, the effects must not be kept either: somebody was quicker, and what
/// they were answered is found by [`find_all`] in another transaction.
///
/// # Errors
/// Faults of the database.
pub async fn store_all(
    tx: &Tx,
    replies: &[(&IdempotencyKey, &StoredReply)],
    now: DateTime<Utc>,
) -> Result<bool> {
    if replies.is_empty() || tx.sabotage().has_removed("idempotency key") {
        return Ok(true);
    }
    let keys: Vec<&IdempotencyKey> = replies.iter().map(|(key, _)| *key).collect();
    let (principals, routes, names) = columns(&keys);
    let prints: Vec<&[u8]> = keys.iter().map(|key| key.fingerprint.as_slice()).collect();
    let status = |reply: &StoredReply| i16::try_from(reply.status).unwrap_or(i16::MAX);
    let statuses: Vec<i16> = replies.iter().map(|(_, reply)| status(reply)).collect();
    let bodies: Vec<&[u8]> = replies
        .iter()
        .map(|(_, reply)| reply.body.as_slice())
        .collect();
    let params: [Param<'_>; 7] = [
        &principals,
        &routes,
        &names,
        &prints,
        &statuses,
        &bodies,
        &now,
    ];
    let stored = tx.execute(INSERT_REPLIES, &params).await?;
    Ok(usize::try_from(stored) == Ok(replies.len()))
}

fn columns<'a>(keys: &[&'a IdempotencyKey]) -> (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>) {
    let principals = keys.iter().map(|key| key.principal.as_str()).collect();
    let routes = keys.iter().map(|key| key.route).collect();
    let names = keys.iter().map(|key| key.key.as_str()).collect();
    (principals, routes, names)
}
