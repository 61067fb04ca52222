//! Every SQL statement on `customers`. Reads sessions; never decides.

pub(crate) mod addresses;
pub(crate) mod groups;

use chrono::{DateTime, Utc};
use ids::CustomerId;
use kit::{Conn, Error, Result, Tx};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::{Account, Authenticated, NewCustomer, Phone};

const INSERT_CUSTOMER: &str = "
    insert into customers (
        id, email, email_key, first_name, last_name, phone, language, password_hash,
        created_at, updated_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    returning id, email, first_name, last_name, phone, language, version, created_at, updated_at";

pub(crate) async fn insert_customer(
    tx: &Tx,
    id: CustomerId,
    new: &NewCustomer,
    now: DateTime<Utc>,
) -> Result<Account> {
    let row = tx
        .query_one(
            INSERT_CUSTOMER,
            &[
                &id,
                &new.email.as_str(),
                &new.email.key(),
                &new.first_name,
                &new.last_name,
                &new.phone.as_ref().map(Phone::e164),
                &new.language,
                &new.password_hash,
                &now,
            ],
        )
        .await?;
    account(&row)
}

fn account(row: &Row) -> Result<Account> {
    let phone: Option<&str> = row.get("phone");
    let phone = phone
        .map(Phone::parse)
        .transpose()
        .map_err(|_| Error::fault("a stored telephone number cannot be read"))?;
    Ok(Account {
        id: row.get("id"),
        email: row.get("email"),
        first_name: row.get("first_name"),
        last_name: row.get("last_name"),
        phone,
        language: row.get("language"),
        version: row.get("version"),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    })
}

const FIND_ACCOUNT: &str = "
    select id, email, first_name, last_name, phone, language, version, created_at, updated_at
    from customers
    where id = $1";

pub(crate) async fn find_account(conn: &Conn, id: CustomerId) -> Result<Option<Account>> {
    conn.query_opt(FIND_ACCOUNT, &[&id])
        .await?
        .as_ref()
        .map(account)
        .transpose()
}

const FIND_CREDENTIALS: &str = "
    select id, password_hash
    from customers
    where email_key = $1 and is_active";

pub(crate) async fn find_credentials(
    conn: &Conn,
    email_key: &str,
) -> Result<Option<Authenticated>> {
    let row = conn.query_opt(FIND_CREDENTIALS, &[&email_key]).await?;
    Ok(row.map(|row| Authenticated {
        id: row.get("id"),
        password_hash: row.get("password_hash"),
    }))
}

const FIND_PASSWORD: &str = "
    select password_hash
    from customers
    where id = $1 and is_active";

pub(crate) async fn find_password(conn: &Conn, id: CustomerId) -> Result<Option<String>> {
    Ok(conn
        .query_opt(FIND_PASSWORD, &[&id])
        .await?
        .map(|row| row.get("password_hash")))
}

// The password that was checked must still be the password when the session is opened; a change
// of the password waits for this lock and then ends the session, too.
const LOCK_AUTHENTICATED: &str = "
    select id, email, first_name, last_name, phone, language, version, created_at, updated_at
    from customers
    where id = $1 and password_hash = $2 and is_active
    for share";

pub(crate) async fn lock_authenticated(
    tx: &Tx,
    authenticated: &Authenticated,
) -> Result<Option<Account>> {
    let row = tx
        .query_opt(
            LOCK_AUTHENTICATED,
            &[&authenticated.id, &authenticated.password_hash],
        )
        .await?;
    row.as_ref().map(account).transpose()
}

const LOCK_ACCOUNT: &str = "
    select id, email, first_name, last_name, phone, language, version, created_at, updated_at,
        password_hash
    from customers
    where id = $1 and is_active
    for update";

/// The account and its password's hash, locked.
pub(crate) async fn lock_account(tx: &Tx, id: CustomerId) -> Result<Option<(Account, String)>> {
    let row = tx.query_opt(LOCK_ACCOUNT, &[&id]).await?;
    row.as_ref()
        .map(|row| Ok((account(row)?, row.get("password_hash"))))
        .transpose()
}

const UPDATE_ACCOUNT: &str = "
    update customers
    set email = $2, email_key = $3, first_name = $4, last_name = $5, phone = $6, language = $7,
        password_hash = $8, version = version + 1, updated_at = $9
    where id = $1
    returning id, email, first_name, last_name, phone, language, version, created_at, updated_at";

pub(crate) async fn update_account(
    tx: &Tx,
    changed: &Account,
    email_key: &str,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Account> {
    let row = tx
        .query_one(
            UPDATE_ACCOUNT,
            &[
                &changed.id,
                &changed.email,
                &email_key,
                &changed.first_name,
                &changed.last_name,
                &changed.phone.as_ref().map(Phone::e164),
                &changed.language,
                &password_hash,
                &now,
            ],
        )
        .await?;
    account(&row)
}

const FIND_SIGNED_IN: &str = "
    select customers.id
    from sessions
    join customers on customers.id = sessions.principal_id
    where sessions.id = $1
        and sessions.audience = 'customer'
        and sessions.principal_id = $2
        and sessions.revoked_at is null
        and sessions.expires_at > $3
        and customers.is_active";

/// The customer whose session this is, if both live.
pub(crate) async fn find_signed_in(
    conn: &Conn,
    session_id: Uuid,
    principal_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<CustomerId>> {
    let row = conn
        .query_opt(FIND_SIGNED_IN, &[&session_id, &principal_id, &now])
        .await?;
    Ok(row.map(|row| row.get("id")))
}

const FIND_IS_ACTIVE: &str = "
    select 1
    from customers
    where id = $1 and is_active";

pub(crate) async fn find_is_active(conn: &Conn, id: CustomerId) -> Result<bool> {
    Ok(conn.query_opt(FIND_IS_ACTIVE, &[&id]).await?.is_some())
}
