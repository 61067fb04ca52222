//! Accounts: opening one, reading and changing the own one.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::CustomerId;
use kit::{
    Error, Kit, Result,
    email::EmailAddress,
    http::{
        Access, Body, IfMatch, Member, ProblemResponses, Versioned, body::invalid_member,
        server::ClientAddress,
    },
    passwords,
    rate_limit::{Standing, address_key},
    tokens::TokenRefusal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Customer;
use crate::{
    actions::{self, PasswordChange},
    model::{
        Account, AccountPatch, LANGUAGE_DEFAULT, NewCustomer, PASSWORD_QUOTA, Phone,
        REGISTER_QUOTA, clean_language, clean_name,
    },
    store,
};

/// A customer's account.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerView {
    /// Who.
    pub id: CustomerId,
    /// The address to write to.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// In E.164; null when it was not given.
    #[schema(example = "+251911223344")]
    pub phone: Option<String>,
    /// The language to write in.
    #[schema(example = "en")]
    pub language: String,
    /// When the account was opened.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<Account> for CustomerView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            email: account.email,
            first_name: account.first_name,
            last_name: account.last_name,
            phone: account.phone.map(|phone| phone.e164().to_owned()),
            language: account.language,
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }
}

/// An account that is to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// The address to sign in with; upper and lower case are the same.
    #[schema(min_length = 3, max_length = 254, format = Email)]
    email: String,
    /// At least 8 characters, and none of the passwords that everybody tries first.
    #[schema(min_length = 8, max_length = 1024, format = Password)]
    password: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    first_name: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    last_name: String,
    /// `0911223344`, `+251911223344` or the international form of another country.
    #[serde(default)]
    #[schema(max_length = 32)]
    phone: Option<String>,
    /// The language to write in; `en` without it.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 3)]
    language: Option<String>,
}

/// What is to be changed: absent members stay, null clears (JSON Merge Patch).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChanges {
    /// Needs `current_password`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    first_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    last_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    phone: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 3)]
    language: Member<String>,
    /// The new password; needs `current_password` and ends all other sessions.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 8, max_length = 1024)]
    password: Member<String>,
    /// The password as it is, to change it or the address.
    #[serde(default)]
    #[schema(max_length = 1024)]
    current_password: Option<String>,
}

fn member<T, E: std::fmt::Display>(pointer: &str, read: Result<T, E>) -> Result<T> {
    read.map_err(|reason| invalid_member(pointer, reason))
}

fn chosen_password(pointer: &str, password: &str, known: &[&str]) -> Result<()> {
    passwords::objection(password, known)
        .map_or(Ok(()), |objection| Err(invalid_member(pointer, objection)))
}

impl Registration {
    /// The account to be, and its password in clear.
    fn checked(self) -> Result<(NewCustomer, String)> {
        let email = member("/email", EmailAddress::parse(&self.email))?;
        chosen_password("/password", &self.password, &[email.as_str()])?;
        let phone = self.phone.as_deref().map(Phone::parse).transpose();
        let language = self.language.as_deref().unwrap_or(LANGUAGE_DEFAULT);
        let new = NewCustomer {
            first_name: member("/first_name", clean_name(&self.first_name))?,
            last_name: member("/last_name", clean_name(&self.last_name))?,
            phone: member("/phone", phone)?,
            language: member("/language", clean_language(language))?,
            password_hash: String::new(),
            email,
        };
        Ok((new, self.password))
    }
}

impl AccountChanges {
    /// The checked changes, and the two passwords, if they are needed.
    fn checked(self) -> Result<(AccountPatch, Option<Passwords>)> {
        let email = match self.email {
            Member::Keep => None,
            Member::Clear => return Err(invalid_member("/email", "an account has an address")),
            Member::Set(text) => Some(member("/email", EmailAddress::parse(&text))?),
        };
        let new = match self.password {
            Member::Keep => None,
            Member::Clear => return Err(invalid_member("/password", "an account has a password")),
            Member::Set(password) => Some(password),
        };
        if let Some(password) = &new {
            chosen_password("/password", password, &[])?;
        }
        let passwords = match (self.current_password, email.is_some() || new.is_some()) {
            (Some(current), true) => Some(Passwords { current, new }),
            (None, true) => {
                let reason = "the current password is needed to change the address or the password";
                return Err(invalid_member("/current_password", reason));
            }
            (_, false) => None,
        };
        let patch = AccountPatch {
            email,
            first_name: member("/first_name", self.first_name.try_map(|t| clean_name(&t)))?,
            last_name: member("/last_name", self.last_name.try_map(|t| clean_name(&t)))?,
            phone: member("/phone", self.phone.try_map(|t| Phone::parse(&t)))?,
            language: member("/language", self.language.try_map(|t| clean_language(&t)))?,
        };
        Ok((patch, passwords))
    }
}

/// The password as it is, and the one that is to come.
struct Passwords {
    current: String,
    new: Option<String>,
}

/// Open an account
///
/// Makes a customer's account; sign in afterwards. One e-mail address, in upper or lower case,
/// is one account (`email_taken`). The operation takes no `Idempotency-Key`, so that nothing
/// about a password is kept with one; repeating it is harmless, for it answers `email_taken`.
#[utoipa::path(
    post,
    path = "/auth/users/",
    operation_id = "registerCustomer",
    tag = "Accounts",
    request_body(content = Registration, example = json!({
        "email": "abebe@example.com",
        "password": "three ripe mangoes",
        "first_name": "Abebe",
        "last_name": "Kebede",
        "phone": "0911223344",
        "language": "am"
    })),
    responses(
        (status = 201, description = "The account.", body = CustomerView, example = json!({
            "id": "019aab00-0000-7000-8000-000000000001",
            "email": "abebe@example.com",
            "first_name": "Abebe",
            "last_name": "Kebede",
            "phone": "+251911223344",
            "language": "am",
            "created_at": "2026-11-22T09:30:00Z",
            "updated_at": "2026-11-22T09:30:00Z"
        })),
        ProblemResponses
    )
)]
pub(crate) async fn register(
    State(kit): State<Kit>,
    access: Access,
    ClientAddress(address): ClientAddress,
    Body { value, .. }: Body<Registration>,
) -> Result<(Standing, Versioned<CustomerView>)> {
    let now = kit.clock.now();
    let standing = access
        .limits
        .check(&address_key(address), REGISTER_QUOTA, now)
        .await?;
    let (new, password) = value.checked()?;
    let password_hash = access.passwords.hash(&password).await?;
    let tx = kit.db.begin("register customer").await?;
    let account = actions::register(
        &tx,
        &NewCustomer {
            password_hash,
            ..new
        },
        now,
    )
    .await?;
    tx.commit().await?;
    Ok((
        standing,
        Versioned::created(account.version, account.into()),
    ))
}

/// Your own account
///
/// Who is signed in. The `ETag` is the account's version.
#[utoipa::path(
    get,
    path = "/auth/users/me/",
    operation_id = "getOwnAccount",
    tag = "Accounts",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The account.", body = CustomerView, example = json!({
            "id": "019aab00-0000-7000-8000-000000000001",
            "email": "abebe@example.com",
            "first_name": "Abebe",
            "last_name": "Kebede",
            "phone": "+251911223344",
            "language": "am",
            "created_at": "2026-11-22T09:30:00Z",
            "updated_at": "2026-11-22T09:30:00Z"
        })),
        ProblemResponses
    )
)]
pub(crate) async fn me(
    State(kit): State<Kit>,
    customer: Customer,
) -> Result<Versioned<CustomerView>> {
    let conn = kit.db.read().await?;
    let account = store::find_account(&conn, customer.id)
        .await?
        .ok_or(TokenRefusal::SessionEnded)?;
    Ok(Versioned::ok(account.version, account.into()))
}

/// Change your own account
///
/// A JSON Merge Patch: absent members stay, null clears. Changing the password or the address
/// needs `current_password`; a new password ends all other sessions. `If-Match` is honoured and
/// not required.
#[utoipa::path(
    patch,
    path = "/auth/users/me/",
    operation_id = "changeOwnAccount",
    tag = "Accounts",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header, description = "The ETag that was read.")),
    request_body(content = AccountChanges, example = json!({
        "first_name": "Abebe",
        "phone": null,
        "language": "en"
    })),
    responses(
        (status = 200, description = "The account.", body = CustomerView, example = json!({
            "id": "019aab00-0000-7000-8000-000000000001",
            "email": "abebe@example.com",
            "first_name": "Abebe",
            "last_name": "Kebede",
            "phone": null,
            "language": "en",
            "created_at": "2026-11-22T09:30:00Z",
            "updated_at": "2026-11-22T09:41:00Z"
        })),
        ProblemResponses
    )
)]
pub(crate) async fn change_me(
    State(kit): State<Kit>,
    access: Access,
    customer: Customer,
    if_match: Option<IfMatch>,
    Body { value, .. }: Body<AccountChanges>,
) -> Result<Versioned<CustomerView>> {
    let now = kit.clock.now();
    let (patch, passwords) = value.checked()?;
    let password = match passwords {
        Some(passwords) => Some(checked_password(&kit, &access, customer, passwords).await?),
        None => None,
    };
    let tx = kit.db.begin("change customer").await?;
    let locked = store::lock_account(&tx, customer.id)
        .await?
        .ok_or(TokenRefusal::SessionEnded)?;
    if let Some(if_match) = if_match {
        let version = locked.0.version;
        if_match.check(version, &CustomerView::from(locked.0.clone()))?;
    }
    let account = actions::change(&tx, locked, patch, password, now).await?;
    tx.commit().await?;
    Ok(Versioned::ok(account.version, account.into()))
}

/// Checks the current password and hashes the new one, while no transaction is open.
async fn checked_password(
    kit: &Kit,
    access: &Access,
    customer: Customer,
    Passwords { current, new }: Passwords,
) -> Result<PasswordChange> {
    access
        .limits
        .check(&customer.id.to_string(), PASSWORD_QUOTA, kit.clock.now())
        .await?;
    let stored = store::find_password(&kit.db.read().await?, customer.id).await?;
    if !access.passwords.verify(&current, stored.clone()).await? {
        return Err(invalid_member(
            "/current_password",
            "it is not your password",
        ));
    }
    let checked_hash = stored.ok_or_else(|| Error::fault("a verified password is not stored"))?;
    let new_hash = match new {
        Some(new) => Some(access.passwords.hash(&new).await?),
        None => None,
    };
    Ok(PasswordChange {
        checked_hash,
        new_hash,
        session_id: customer.session_id,
    })
}
