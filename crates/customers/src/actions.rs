//! What happens to accounts: opened, signed in to, changed.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ids::{AddressId, CustomerGroupId, CustomerId, StaffId};
use kit::{
    Conn, Error, Kit, Result, Tx,
    email::EmailAddress,
    http::access::{Access, TokenPair},
    outbox,
    passwords::InvalidCredentials,
    sessions::{self, Rotation, SessionRefusal},
    tokens::TokenRefusal,
};
use uuid::Uuid;

use crate::{
    events::{CustomerPasswordChanged, CustomerRegistered},
    model::{
        ADDRESSES_MAX, AUDIENCE, Account, AccountPatch, Authenticated, CustomerGroup,
        CustomerRefusal, KeptAddress, LIFETIMES, NewCustomer, SIGN_IN_QUOTAS,
    },
    store::{self, addresses, groups},
};

/// Opens an account and announces it.
///
/// # Errors
/// [`CustomerRefusal::EmailTaken`]; faults.
pub async fn register(tx: &Tx, new: &NewCustomer, now: DateTime<Utc>) -> Result<Account> {
    let inserted = store::insert_customer(tx, CustomerId::generate(now), new, now).await;
    let account = inserted.map_err(email_taken)?;
    outbox::announce(
        tx,
        &CustomerRegistered {
            customer_id: account.id,
        },
        now,
    )
    .await?;
    Ok(account)
}

/// Two who choose one address at the same moment are told apart by the database alone.
fn email_taken(error: Error) -> Error {
    match error.constraint() {
        Some("customers_email_key") => CustomerRefusal::EmailTaken.into(),
        _ => error,
    }
}

/// The group in which a customer is priced.
///
/// # Errors
/// Faults of the database.
pub async fn group_of(conn: &Conn, id: CustomerId) -> Result<Option<CustomerGroupId>> {
    groups::find_group_of(conn, id).await
}

/// Adds a group of customers.
///
/// # Errors
/// `customer_group_name_taken`.
pub(crate) async fn create_group(tx: &Tx, new: &CustomerGroup, now: DateTime<Utc>) -> Result<()> {
    groups::insert_group(tx, new, now).await.map_err(of_groups)
}

/// Renames a group that the caller has locked.
///
/// # Errors
/// `customer_group_name_taken`.
pub(crate) async fn rename_group(
    tx: &Tx,
    changed: &CustomerGroup,
    now: DateTime<Utc>,
) -> Result<()> {
    let written = groups::update_group(tx, changed, now).await;
    written.map_err(of_groups)
}

/// Takes away a group that nobody is in and that no price is for.
///
/// # Errors
/// `customer_group_in_use`.
pub(crate) async fn remove_group(tx: &Tx, id: CustomerGroupId) -> Result<()> {
    groups::delete_group(tx, id).await.map_err(of_groups)
}

fn of_groups(error: Error) -> Error {
    match error.constraint() {
        Some("customer_groups_name_key") => CustomerRefusal::GroupNameTaken.into(),
        // Of customers and of price lists: whoever joins meanwhile is told apart by these alone.
        Some("customers_group_fkey" | "price_lists_group_fkey") => {
            CustomerRefusal::GroupInUse.into()
        }
        _ => error,
    }
}

/// An account by its id.
///
/// # Errors
/// Faults of the database.
pub async fn find(conn: &Conn, id: CustomerId) -> Result<Option<Account>> {
    store::find_account(conn, id).await
}

/// Checks an address and a password, with the same work whether or not the account exists.
/// Call it before a transaction is begun: it waits for a worker and takes tens of milliseconds.
///
/// # Errors
/// `too_many_requests`, `invalid_credentials`, `overloaded`; faults.
pub async fn authenticate(
    kit: &Kit,
    access: &Access,
    address: IpAddr,
    email: &str,
    password: &str,
) -> Result<Authenticated> {
    let parsed = EmailAddress::parse(email).ok();
    let key = parsed.as_ref().map_or(email, EmailAddress::key);
    access
        .count_sign_in(&SIGN_IN_QUOTAS, address, key, kit.clock.now())
        .await?;
    let found = store::find_credentials(&kit.db.read().await?, key).await?;
    let stored = found.as_ref().map(|found| found.password_hash.clone());
    let is_theirs = access.passwords.verify(password, stored).await?;
    found
        .filter(|_| is_theirs)
        .ok_or_else(|| InvalidCredentials.into())
}

/// Opens a session for whoever was authenticated.
///
/// # Errors
/// `invalid_credentials` when the account was closed or its password changed meanwhile; faults.
pub(crate) async fn open_session(
    tx: &Tx,
    access: &Access,
    authenticated: &Authenticated,
    now: DateTime<Utc>,
) -> Result<(TokenPair, Account)> {
    let account = store::lock_authenticated(tx, authenticated)
        .await?
        .ok_or(InvalidCredentials)?;
    let opened = sessions::open(tx, AUDIENCE, account.id.uuid(), LIFETIMES, now).await?;
    Ok((access.pair(AUDIENCE, opened, now)?, account))
}

/// A password that was checked and the one that takes its place.
pub(crate) struct PasswordChange {
    /// The stored form that the current password was checked against.
    pub(crate) checked_hash: String,
    /// The stored form of the new one; `None` leaves the password as it is.
    pub(crate) new_hash: Option<String>,
    /// The session that goes on.
    pub(crate) session_id: Uuid,
}

/// Changes a locked account; a new password ends all other sessions and is announced.
///
/// # Errors
/// [`CustomerRefusal::EmailTaken`]; `invalid_credentials` when the password was changed between
/// its check and the lock; faults.
pub(crate) async fn change(
    tx: &Tx,
    (account, password_hash): (Account, String),
    patch: AccountPatch,
    password: Option<PasswordChange>,
    now: DateTime<Utc>,
) -> Result<Account> {
    let id = account.id;
    if password
        .as_ref()
        .is_some_and(|password| password.checked_hash != password_hash)
    {
        return Err(InvalidCredentials.into());
    }
    let changed = patch.apply(account);
    let email = EmailAddress::parse(&changed.email).map_err(Error::fault)?;
    let new_hash = password
        .as_ref()
        .and_then(|password| password.new_hash.as_deref());
    let hash = new_hash.unwrap_or(&password_hash);
    let changed = store::update_account(tx, &changed, email.key(), hash, now)
        .await
        .map_err(email_taken)?;
    if let Some(PasswordChange {
        new_hash: Some(_),
        session_id,
        ..
    }) = password
    {
        let reason = "password changed";
        sessions::revoke_all(tx, AUDIENCE, id.uuid(), Some(session_id), reason, now).await?;
        outbox::announce(tx, &CustomerPasswordChanged { customer_id: id }, now).await?;
    }
    Ok(changed)
}

/// Uses a refresh token of whichever audience. Commit before asking what came out.
///
/// # Errors
/// Faults; refusals are in the [`Rotation`].
pub(crate) async fn refresh(
    tx: &Tx,
    refresh_token: &str,
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Rotation> {
    let rotation = sessions::rotate(tx, refresh_token, key, now).await?;
    if let Rotation::Rotated(opened) = &rotation
        && !is_account_active(tx, known_audience(&opened.audience)?, opened.principal_id).await?
    {
        sessions::revoke(tx, opened.session_id, "account closed", now).await?;
        return Ok(Rotation::Refused(SessionRefusal::Ended));
    }
    Ok(rotation)
}

/// The audience that a stored session names.
///
/// # Errors
/// A fault when it is none of ours.
pub(crate) fn known_audience(stored: &str) -> Result<&'static str> {
    [AUDIENCE, staff::AUDIENCE]
        .into_iter()
        .find(|audience| *audience == stored)
        .ok_or_else(|| Error::fault("a session is for an unknown audience"))
}

/// Whether the account behind a session exists and was not closed.
///
/// # Errors
/// Faults of the database.
pub(crate) async fn is_account_active(
    conn: &Conn,
    audience: &'static str,
    principal_id: Uuid,
) -> Result<bool> {
    if audience == staff::AUDIENCE {
        staff::is_active(conn, StaffId::from_uuid(principal_id)).await
    } else {
        store::find_is_active(conn, CustomerId::from_uuid(principal_id)).await
    }
}

/// Keeps an address. The first one of a book is its default.
pub(crate) async fn keep_address(
    tx: &Tx,
    customer_id: CustomerId,
    mut new: KeptAddress,
) -> Result<KeptAddress> {
    lock_book(tx, customer_id).await?;
    let book = addresses::list_addresses(tx, customer_id).await?;
    if book.len() >= ADDRESSES_MAX {
        return Err(CustomerRefusal::AddressesFull.into());
    }
    new.is_default |= book.is_empty();
    if new.is_default {
        addresses::update_no_default(tx, customer_id, new.id, new.created_at).await?;
    }
    addresses::insert_address(tx, customer_id, &new).await?;
    Ok(new)
}

async fn lock_book(tx: &Tx, customer_id: CustomerId) -> Result<()> {
    if addresses::lock_book(tx, customer_id).await? {
        return Ok(());
    }
    Err(TokenRefusal::SessionEnded.into())
}

/// An address of the customer's book, which nobody else changes until the end of `tx`.
pub(crate) async fn lock_address(
    tx: &Tx,
    customer_id: CustomerId,
    id: AddressId,
) -> Result<KeptAddress> {
    lock_book(tx, customer_id).await?;
    let found = addresses::find_address(tx, customer_id, id).await?;
    Ok(found.ok_or(CustomerRefusal::AddressNotFound)?)
}

/// Writes a locked address anew.
pub(crate) async fn replace_address(
    tx: &Tx,
    customer_id: CustomerId,
    before: &KeptAddress,
    changed: KeptAddress,
) -> Result<KeptAddress> {
    let changed = KeptAddress {
        version: before.version + 1,
        created_at: before.created_at,
        ..changed
    };
    if changed.is_default {
        addresses::update_no_default(tx, customer_id, changed.id, changed.updated_at).await?;
    }
    addresses::update_address(tx, &changed).await?;
    Ok(changed)
}
