//! Every SQL statement on `staff` and `staff_audit`. Reads sessions; never decides.

use chrono::{DateTime, Utc};
use ids::StaffId;
use kit::{Conn, Result, Tx};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Actor, AuditEntry, AuditFilter, Change, Credentials, Member, NewStaff, Rights};

const INSERT_STAFF: &str = "
    insert into staff (
        id, email, email_key, name, password_hash, is_superuser, permissions,
        created_at, updated_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";

pub(crate) async fn insert_staff(
    tx: &Tx,
    id: StaffId,
    new: &NewStaff,
    rights: &Rights,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_STAFF,
        &[
            &id,
            &new.email.as_str(),
            &new.email.key(),
            &new.name,
            &new.password_hash,
            &rights.is_superuser,
            &rights.permissions,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const FIND_CREDENTIALS: &str = "
    select id, password_hash
    from staff
    where email_key = $1 and is_active";

pub(crate) async fn find_credentials(conn: &Conn, email_key: &str) -> Result<Option<Credentials>> {
    let row = conn.query_opt(FIND_CREDENTIALS, &[&email_key]).await?;
    Ok(row.map(|row| Credentials {
        id: row.get("id"),
        password_hash: row.get("password_hash"),
    }))
}

// The password that was checked must still be the password when the session is opened.
const LOCK_MEMBER: &str = "
    select id, email, name, is_superuser, permissions
    from staff
    where id = $1 and password_hash = $2 and is_active
    for share";

pub(crate) async fn lock_member(tx: &Tx, credentials: &Credentials) -> Result<Option<Member>> {
    let row = tx
        .query_opt(LOCK_MEMBER, &[&credentials.id, &credentials.password_hash])
        .await?;
    Ok(row.as_ref().map(member))
}

const FIND_SIGNED_IN: &str = "
    select staff.id, email, name, is_superuser, permissions
    from sessions
    join staff on staff.id = sessions.principal_id
    where sessions.id = $1
        and sessions.audience = 'staff'
        and sessions.principal_id = $2
        and sessions.revoked_at is null
        and sessions.expires_at > $3
        and staff.is_active";

/// The member whose session this is, if both live.
pub(crate) async fn find_signed_in(
    conn: &Conn,
    session_id: Uuid,
    principal_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Member>> {
    let row = conn
        .query_opt(FIND_SIGNED_IN, &[&session_id, &principal_id, &now])
        .await?;
    Ok(row.as_ref().map(member))
}

fn member(row: &Row) -> Member {
    Member {
        id: row.get("id"),
        email: row.get("email"),
        name: row.get("name"),
        rights: Rights {
            is_superuser: row.get("is_superuser"),
            permissions: row.get("permissions"),
        },
    }
}

const FIND_IS_ACTIVE: &str = "
    select 1
    from staff
    where id = $1 and is_active";

pub(crate) async fn find_is_active(conn: &Conn, id: StaffId) -> Result<bool> {
    Ok(conn.query_opt(FIND_IS_ACTIVE, &[&id]).await?.is_some())
}

const INSERT_AUDIT: &str = "
    insert into staff_audit (
        id, staff_id, action, subject_kind, subject_id, before, after, request_id, occurred_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub(crate) async fn insert_audit(
    tx: &Tx,
    id: Uuid,
    actor: &Actor,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        INSERT_AUDIT,
        &[
            &id,
            &actor.staff_id,
            &change.action,
            &change.subject_kind,
            &change.subject_id,
            &change.before,
            &change.after,
            &actor.request_id,
            &now,
        ],
    )
    .await?;
    Ok(())
}

const LIST_AUDIT: &str = "
    select staff_audit.id, staff_id, staff.email as staff_email, action, subject_kind, subject_id,
        before, after, request_id, occurred_at
    from staff_audit
    left join staff on staff.id = staff_audit.staff_id
    where ($1::uuid is null or staff_audit.staff_id = $1)
        and ($2::uuid is null or staff_audit.subject_id = $2)
        and ($3::uuid is null or staff_audit.id < $3)
    order by staff_audit.id desc
    limit $4";

/// The newest entries first; one more than `limit`, so that the page knows whether it goes on.
pub(crate) async fn list_audit(
    conn: &Conn,
    filter: &AuditFilter,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let rows = conn
        .query(
            LIST_AUDIT,
            &[
                &filter.staff_id,
                &filter.subject_id,
                &filter.before_id,
                &(limit + 1),
            ],
        )
        .await?;
    Ok(rows.iter().map(audit_entry).collect())
}

fn audit_entry(row: &Row) -> AuditEntry {
    AuditEntry {
        id: row.get("id"),
        staff_id: row.get("staff_id"),
        staff_email: row.get("staff_email"),
        action: row.get("action"),
        subject_kind: row.get("subject_kind"),
        subject_id: row.get("subject_id"),
        before: row.get("before"),
        after: row.get("after"),
        request_id: row.get("request_id"),
        occurred_at: row.get("occurred_at"),
    }
}
