//! Sessions: one sign-in on one device, kept alive by refresh tokens that are used once.
//!
//! Promises: a session has at most one refresh token that is not used, whatever races; a used
//! token that comes back ends the session, because two hold what only one was given. Within ten
//! seconds of its use it is only told so: two tabs of one browser that refresh at the same
//! moment must not sign their owner out, and whoever comes second gets no token either way.
//! A client may add a key of its own to a refresh: the next token is derived from both, and the
//! same question is answered by the same token until that is used. So a page that was left before
//! it heard the answer loses no session, and still there is only one token that is not used.
//! A session that was ended stays as a row until it is forgotten; none of its tokens is good.
//! Never: the account behind the principal (its owner checks that), a token in clear.

mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::store::{StoredSession, StoredToken};
use crate::{
    db::{Conn, Tx},
    error::{Refusal, RefusalKind, Resolution, Result},
    random,
};

/// A used token that comes back within this time is refused without ending its session.
pub const REUSE_GRACE_SECONDS: i64 = 10;

/// How long a session may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// From the sign-in, however busy it is.
    pub absolute: TimeDelta,
    /// From one refresh to the next.
    pub idle: TimeDelta,
}

/// A session, and the refresh token that was made for it just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session_id: Uuid,
    /// For whom it is, as given to [`open`].
    pub audience: String,
    /// Whose it is.
    pub principal_id: Uuid,
    /// The only refresh token of the session that can be used. It is stored nowhere.
    pub refresh_token: String,
    /// When that refresh token stops being good.
    pub refresh_expires_at: DateTime<Utc>,
}

/// What became of a refresh token.
#[must_use = "commit first, also when it was refused: a reused token ends its session"]
#[derive(Debug)]
pub enum Rotation {
    /// It was good and is used now; here is the next one.
    Rotated(Opened),
    /// It is refused. With [`SessionRefusal::Reused`] the transaction holds the session's end.
    Refused(SessionRefusal),
}

/// Why a refresh token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionRefusal {
    /// We never made it.
    Unknown,
    /// It was used moments ago, by another tab perhaps; the session lives on.
    JustUsed,
    /// It was used before: somebody else holds a copy. The session is ended.
    Reused,
    /// Its time ran out.
    Expired,
    /// Its session was ended.
    Ended,
}

/// Every refusal of this module, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&UNKNOWN, &JUST_USED, &REUSED, &EXPIRED, &ENDED];

static UNKNOWN: RefusalKind = RefusalKind {
    code: "refresh_token_invalid",
    status: 401,
    title: "The refresh token is not valid",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "It is not a refresh token of ours. Send the refresh token, not the access token; \
           without one, sign in.",
};

static JUST_USED: RefusalKind = RefusalKind {
    code: "refresh_token_just_used",
    status: 409,
    title: "The refresh token was used a moment ago",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "A refresh token is good for one use, and this one was used within the last ten \
           seconds, by another tab perhaps. The session lives on: use the newer token that the \
           other request was given. If there is none, sign in.",
};

static REUSED: RefusalKind = RefusalKind {
    code: "refresh_token_reused",
    status: 401,
    title: "The refresh token was used before",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "A refresh token is good for one use. It came twice, so two hold it, and one of them \
           may be a thief: the whole session has been ended. Sign in again.",
};

static EXPIRED: RefusalKind = RefusalKind {
    code: "refresh_token_expired",
    status: 401,
    title: "The refresh token has expired",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The session was idle for too long or reached its end. Sign in again.",
};

static ENDED: RefusalKind = RefusalKind {
    code: "refresh_token_revoked",
    status: 401,
    title: "The refresh token's session has ended",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Somebody signed out, changed the password or closed the account. Sign in again.",
};

impl Refusal for SessionRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::Unknown => &UNKNOWN,
            Self::JustUsed => &JUST_USED,
            Self::Reused => &REUSED,
            Self::Expired => &EXPIRED,
            Self::Ended => &ENDED,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let is_challenge = self.kind().status == 401;
        is_challenge
            .then(|| ("www-authenticate", "Bearer".to_owned()))
            .into_iter()
            .collect()
    }
}

impl Rotation {
    /// The new token, or the refusal as an error. Ask after the commit.
    ///
    /// # Errors
    /// The [`SessionRefusal`].
    pub fn or_refuse(self) -> Result<Opened> {
        match self {
            Self::Rotated(opened) => Ok(opened),
            Self::Refused(refusal) => Err(refusal.into()),
        }
    }
}

/// What is to be said about a refresh token, by its state and its session's alone.
fn judge(
    session: &StoredSession,
    token: &StoredToken,
    now: DateTime<Utc>,
) -> Result<(), SessionRefusal> {
    if session.revoked_at.is_some() {
        return Err(SessionRefusal::Ended);
    }
    match token.used_at {
        // Used at a later moment by another machine's clock counts as a moment ago.
        Some(used_at) if now - used_at <= TimeDelta::seconds(REUSE_GRACE_SECONDS) => {
            Err(SessionRefusal::JustUsed)
        }
        Some(_) => Err(SessionRefusal::Reused),
        None if token.expires_at <= now => Err(SessionRefusal::Expired),
        None => Ok(()),
    }
}

/// Opens a session for a principal and makes its first refresh token.
///
/// # Errors
/// Faults of the database or of the source of randomness.
pub async fn open(
    tx: &Tx,
    audience: &'static str,
    principal_id: Uuid,
    lifetimes: Lifetimes,
    now: DateTime<Utc>,
) -> Result<Opened> {
    let session = StoredSession {
        id: Uuid::new_v7(random::uuid_timestamp(now)),
        audience: audience.to_owned(),
        principal_id,
        expires_at: now + lifetimes.absolute,
        idle_seconds: lifetimes.idle.num_seconds(),
        revoked_at: None,
    };
    store::insert_session(tx, &session, now).await?;
    issue(tx, session, random::token()?, now).await
}

/// Uses a refresh token and makes the next one. Locks the session's row.
///
/// With a `key` the next one follows from both, and asking again gives the same one for as long as
/// it is not used. The key is as secret as the token: whoever has the two has the session.
///
/// Commit whatever comes out, and only then ask [`Rotation::or_refuse`]: the end of a session
/// whose token was reused must outlive the refusal.
///
/// # Errors
/// Faults of the database or of the source of randomness; refusals are in the [`Rotation`].
pub async fn rotate(
    tx: &Tx,
    refresh_token: &str,
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Rotation> {
    let hash = random::token_hash(refresh_token);
    let Some(session) = store::lock_session_of_token(tx, &hash).await? else {
        return Ok(Rotation::Refused(SessionRefusal::Unknown));
    };
    // Read after the lock: what another rotation did meanwhile is seen.
    let Some(token) = store::find_token(tx, &hash).await? else {
        return Ok(Rotation::Refused(SessionRefusal::Unknown));
    };
    let next = key.map(|key| random::token_after(refresh_token, key));
    if let (Some(next), Some(_), None) = (&next, token.used_at, session.revoked_at)
        && let Some(given) = store::find_token(tx, &random::token_hash(next)).await?
        && given.used_at.is_none()
        && given.expires_at > now
    {
        return Ok(Rotation::Rotated(opened(
            session,
            next.clone(),
            given.expires_at,
        )));
    }
    if let Err(refusal) = judge(&session, &token, now) {
        if refusal == SessionRefusal::Reused {
            metrics::counter!("refresh_tokens_reused_total").increment(1);
            tracing::warn!(session_id = %session.id, "a used refresh token came back");
            revoke(tx, session.id, "refresh token reused", now).await?;
        }
        return Ok(Rotation::Refused(refusal));
    }
    store::update_token_used(tx, &hash, now).await?;
    let next = next.map_or_else(random::token, Ok)?;
    Ok(Rotation::Rotated(issue(tx, session, next, now).await?))
}

async fn issue(
    tx: &Tx,
    session: StoredSession,
    refresh_token: String,
    now: DateTime<Utc>,
) -> Result<Opened> {
    let idle_ends_at = now + TimeDelta::seconds(session.idle_seconds);
    let refresh_expires_at = session.expires_at.min(idle_ends_at);
    let hash = random::token_hash(&refresh_token);
    store::insert_token(tx, &hash, session.id, refresh_expires_at, now).await?;
    Ok(opened(session, refresh_token, refresh_expires_at))
}

fn opened(
    session: StoredSession,
    refresh_token: String,
    refresh_expires_at: DateTime<Utc>,
) -> Opened {
    Opened {
        session_id: session.id,
        audience: session.audience,
        principal_id: session.principal_id,
        refresh_token,
        refresh_expires_at,
    }
}

/// Ends a session; ending it again changes nothing.
///
/// # Errors
/// Faults of the database.
pub async fn revoke(tx: &Tx, session_id: Uuid, reason: &str, now: DateTime<Utc>) -> Result<()> {
    store::update_revoked(tx, session_id, reason, now).await
}

/// Ends the session that a refresh token belongs to, used or not; answers whether there is one.
///
/// # Errors
/// Faults of the database.
pub async fn revoke_by_token(
    tx: &Tx,
    refresh_token: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let hash = random::token_hash(refresh_token);
    let Some(session) = store::lock_session_of_token(tx, &hash).await? else {
        return Ok(false);
    };
    revoke(tx, session.id, reason, now).await?;
    Ok(true)
}

/// Ends all sessions of a principal but `except`, and tells how many ended.
///
/// # Errors
/// Faults of the database.
pub async fn revoke_all(
    tx: &Tx,
    audience: &'static str,
    principal_id: Uuid,
    except: Option<Uuid>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    store::update_all_revoked(tx, audience, principal_id, except, reason, now).await
}

/// Whether a session is neither ended nor at its end.
///
/// # Errors
/// Faults of the database.
pub async fn is_live(conn: &Conn, session_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    store::find_live(conn, session_id, now).await
}

/// Forgets up to `limit` sessions that reached their end before `before`; tells how many.
///
/// # Errors
/// Faults of the database.
pub async fn forget_ended(conn: &Conn, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    store::delete_ended(conn, before, limit).await
}
