//! Every statement on `sessions` and `refresh_tokens`. Never decides.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    db::{Conn, Tx},
    error::Result,
};

#[derive(Debug, Clone)]
pub(super) struct StoredSession {
    pub(super) id: Uuid,
    pub(super) audience: String,
    pub(super) principal_id: Uuid,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) idle_seconds: i64,
    pub(super) revoked_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
pub(super) struct StoredToken {
    pub(super) used_at: Option<DateTime<Utc>>,
    pub(super) expires_at: DateTime<Utc>,
}

const INSERT_SESSION: &str = "
    insert into sessions (id, audience, principal_id, created_at, expires_at, idle_seconds)
    values ($1, $2, $3, $4, $5, $6)";

pub(super) async fn insert_session(
    tx: &Tx,
    session: &StoredSession,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_SESSION,
        &[
            &session.id,
            &session.audience,
            &session.principal_id,
            &now,
            &session.expires_at,
            &session.idle_seconds,
        ],
    )
    .await?;
    Ok(())
}

const INSERT_TOKEN: &str = "
    insert into refresh_tokens (token_hash, session_id, created_at, expires_at)
    values ($1, $2, $3, $4)";

pub(super) async fn insert_token(
    tx: &Tx,
    hash: &[u8],
    session_id: Uuid,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(INSERT_TOKEN, &[&hash, &session_id, &now, &expires_at])
        .await?;
    Ok(())
}

// The session's row is the family's lock: rotations and ends of one session take turns.
const LOCK_SESSION_OF_TOKEN: &str = "
    select id, audience, principal_id, expires_at, idle_seconds, revoked_at
    from sessions
    where id = (select session_id from refresh_tokens where token_hash = $1)
    for update";

pub(super) async fn lock_session_of_token(tx: &Tx, hash: &[u8]) -> Result<Option<StoredSession>> {
    let sql = if tx.sabotage().has_removed("refresh token lock") {
        FIND_SESSION_OF_TOKEN
    } else {
        LOCK_SESSION_OF_TOKEN
    };
    Ok(tx.query_opt(sql, &[&hash]).await?.as_ref().map(session))
}

// Only for showing that the lock is needed.
const FIND_SESSION_OF_TOKEN: &str = "
    select id, audience, principal_id, expires_at, idle_seconds, revoked_at
    from sessions
    where id = (select session_id from refresh_tokens where token_hash = $1)";

fn session(row: &Row) -> StoredSession {
    StoredSession {
        id: row.get("id"),
        audience: row.get("audience"),
        principal_id: row.get("principal_id"),
        expires_at: row.get("expires_at"),
        idle_seconds: row.get("idle_seconds"),
        revoked_at: row.get("revoked_at"),
    }
}

const FIND_TOKEN: &str = "
    select used_at, expires_at
    from refresh_tokens
    where token_hash = $1";

pub(super) async fn find_token(tx: &Tx, hash: &[u8]) -> Result<Option<StoredToken>> {
    let row = tx.query_opt(FIND_TOKEN, &[&hash]).await?;
    Ok(row.map(|row| StoredToken {
        used_at: row.get("used_at"),
        expires_at: row.get("expires_at"),
    }))
}

const UPDATE_TOKEN_USED: &str = "
    update refresh_tokens
    set used_at = $2
    where token_hash = $1";

pub(super) async fn update_token_used(tx: &Tx, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_TOKEN_USED, &[&hash, &now]).await?;
    Ok(())
}

const UPDATE_REVOKED: &str = "
    update sessions
    set revoked_at = $3, revoked_reason = $2
    where id = $1 and revoked_at is null";

pub(super) async fn update_revoked(
    tx: &Tx,
    session_id: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_REVOKED, &[&session_id, &reason, &now])
        .await?;
    Ok(())
}

// Locks in the order of ids, as every statement on several rows does.
const UPDATE_ALL_REVOKED: &str = "
    with theirs as (
        select id
        from sessions
        where principal_id = $2 and audience = $1 and revoked_at is null
            and id is distinct from $3
        order by id
        for update
    )
    update sessions
    set revoked_at = $5, revoked_reason = $4
    from theirs
    where sessions.id = theirs.id";

pub(super) async fn update_all_revoked(
    tx: &Tx,
    audience: &str,
    principal_id: Uuid,
    except: Option<Uuid>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    tx.execute(
        UPDATE_ALL_REVOKED,
        &[&audience, &principal_id, &except, &reason, &now],
    )
    .await
}

const FIND_LIVE: &str = "
    select 1
    from sessions
    where id = $1 and revoked_at is null and expires_at > $2";

pub(super) async fn find_live(conn: &Conn, session_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    Ok(conn
        .query_opt(FIND_LIVE, &[&session_id, &now])
        .await?
        .is_some())
}

const DELETE_ENDED: &str = "
    delete from sessions
    where id in (
        select id
        from sessions
        where expires_at < $1
        order by expires_at
        limit $2
        for update skip locked
    )";

pub(super) async fn delete_ended(conn: &Conn, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    conn.execute(DELETE_ENDED, &[&before, &limit]).await
}
