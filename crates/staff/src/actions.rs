//! What happens to members of the staff, and the audit trail of what they do.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ids::StaffId;
use kit::{
    Conn, Kit, Result, Tx,
    email::EmailAddress,
    http::access::{Access, TokenPair},
    passwords::InvalidCredentials,
    random, sessions,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    model::{
        AUDIENCE, Actor, Change, Credentials, LIFETIMES, Member, NewStaff, Rights, SIGN_IN_QUOTAS,
        StaffRefusal,
    },
    store,
};

/// Makes an account that has every right.
///
/// # Errors
/// [`StaffRefusal::EmailTaken`]; faults.
pub async fn create_superuser(tx: &Tx, new: &NewStaff, now: DateTime<Utc>) -> Result<StaffId> {
    create(tx, &Actor::command_line(), new, &Rights::superuser(), now).await
}

/// Makes an account with these rights and writes it down.
///
/// # Errors
/// [`StaffRefusal::EmailTaken`]; faults.
pub async fn create(
    tx: &Tx,
    actor: &Actor,
    new: &NewStaff,
    rights: &Rights,
    now: DateTime<Utc>,
) -> Result<StaffId> {
    let id = StaffId::generate(now);
    if let Err(error) = store::insert_staff(tx, id, new, rights, now).await {
        return Err(match error.constraint() {
            Some("staff_email_key") => StaffRefusal::EmailTaken.into(),
            _ => error,
        });
    }
    let after = json!({
        "email": new.email.as_str(),
        "name": new.name,
        "is_superuser": rights.is_superuser,
        "permissions": rights.permissions,
    });
    let change = Change {
        action: "staff.created",
        subject_kind: "staff",
        subject_id: id.uuid(),
        before: None,
        after: Some(after),
    };
    record(tx, actor, &change, now).await?;
    Ok(id)
}

/// Writes down what somebody did, in the transaction that does it.
///
/// # Errors
/// Faults of the database.
pub async fn record(tx: &Tx, actor: &Actor, change: &Change<'_>, now: DateTime<Utc>) -> Result<()> {
    let id = Uuid::new_v7(random::uuid_timestamp(now));
    store::insert_audit(tx, id, actor, change, now).await
}

/// Whether this account exists and was not closed.
///
/// # Errors
/// Faults of the database.
pub async fn is_active(conn: &Conn, id: StaffId) -> Result<bool> {
    store::find_is_active(conn, id).await
}

/// Checks an address and a password, with the same work whether or not the account exists.
/// No transaction is open meanwhile.
///
/// # Errors
/// `too_many_requests`, `invalid_credentials`, `overloaded`; faults.
pub(crate) async fn authenticate(
    kit: &Kit,
    access: &Access,
    address: IpAddr,
    email: &str,
    password: &str,
) -> Result<Credentials> {
    let parsed = EmailAddress::parse(email).ok();
    let key = parsed.as_ref().map_or(email, EmailAddress::key);
    access
        .count_sign_in(&SIGN_IN_QUOTAS, address, key, kit.clock.now())
        .await?;
    let found = store::find_credentials(&kit.db.read().await?, key).await?;
    let stored = found
        .as_ref()
        .map(|credentials| credentials.password_hash.clone());
    let is_theirs = access.passwords.verify(password, stored).await?;
    found
        .filter(|_| is_theirs)
        .ok_or_else(|| InvalidCredentials.into())
}

/// Opens a session for whoever was authenticated, and writes it down.
///
/// # Errors
/// `invalid_credentials` when the account was closed or its password changed meanwhile; faults.
pub(crate) async fn sign_in(
    tx: &Tx,
    access: &Access,
    credentials: &Credentials,
    request_id: String,
    now: DateTime<Utc>,
) -> Result<(TokenPair, Member)> {
    let member = store::lock_member(tx, credentials)
        .await?
        .ok_or(InvalidCredentials)?;
    let id = member.id.uuid();
    let opened = sessions::open(tx, AUDIENCE, id, LIFETIMES, now).await?;
    let change = Change {
        action: "staff.signed_in",
        subject_kind: "staff",
        subject_id: id,
        before: None,
        after: Some(json!({ "session_id": opened.session_id })),
    };
    let actor = Actor {
        staff_id: Some(member.id),
        request_id: Some(request_id),
    };
    record(tx, &actor, &change, now).await?;
    Ok((access.pair(AUDIENCE, opened, now)?, member))
}
