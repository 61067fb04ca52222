//! Customers: their accounts and what may be changed about them.

mod address;
mod buyer;
mod groups;
mod phone;

use chrono::{DateTime, TimeDelta, Utc};
use ids::CustomerId;
use kit::{
    email::EmailAddress,
    error::{Refusal, RefusalKind, Resolution},
    http::{Member, access::SignInQuotas},
    rate_limit::Quota,
    sessions::Lifetimes,
};

pub(crate) use self::address::{ADDRESSES_MAX, KeptAddress, REGIONS, checked_label};
pub(crate) use self::groups::{CustomerGroup, GroupMember, clean_group_name};
pub use self::{
    address::{ShippingAddress, region_name},
    buyer::{account_name, buyer_names},
    phone::{NotAPhone, Phone},
};

/// The audience of customers' tokens and sessions.
pub const AUDIENCE: &str = "customer";

/// A season at the most; a month when the shop is not visited.
pub(crate) const LIFETIMES: Lifetimes = Lifetimes {
    absolute: TimeDelta::days(90),
    idle: TimeDelta::days(30),
};

/// Whole neighbourhoods share a mobile operator's address, so the address's limit is wide and
/// the account's is what protects a password: ten tries, then one in a minute.
pub(crate) const SIGN_IN_QUOTAS: SignInQuotas = SignInQuotas {
    per_address: Quota {
        name: "sign-in-address",
        burst: 60,
        per_seconds: 60,
    },
    per_account: Quota {
        name: "sign-in-account",
        burst: 10,
        per_seconds: 600,
    },
};

/// New accounts from one address.
pub(crate) const REGISTER_QUOTA: Quota = Quota {
    name: "register",
    burst: 60,
    per_seconds: 600,
};

/// Refreshes, checks and sign-outs from one address.
pub(crate) const REFRESH_QUOTA: Quota = Quota {
    name: "refresh",
    burst: 240,
    per_seconds: 60,
};

/// Tries of the current password by somebody who is signed in.
pub(crate) const PASSWORD_QUOTA: Quota = Quota {
    name: "password",
    burst: 5,
    per_seconds: 300,
};

/// The most characters of a first or last name.
pub(crate) const NAME_CHARACTERS_MAX: usize = 100;

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub id: CustomerId,
    /// The address to write to, as typed.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// In E.164.
    pub phone: Option<Phone>,
    /// The language to write in: `en`, `am`.
    pub language: String,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Its address; it signs in with it.
    pub email: EmailAddress,
    /// From `kit::passwords::Passwords::hash`.
    pub password_hash: String,
    /// From [`clean_name`].
    pub first_name: String,
    /// From [`clean_name`].
    pub last_name: String,
    /// The telephone number, if it was given.
    pub phone: Option<Phone>,
    /// From [`clean_language`].
    pub language: String,
}

/// Somebody whose password was right a moment ago.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who.
    pub id: CustomerId,
    pub(crate) password_hash: String,
}

/// What is to be changed about an account, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountPatch {
    pub(crate) email: Option<EmailAddress>,
    pub(crate) first_name: Member<String>,
    pub(crate) last_name: Member<String>,
    pub(crate) phone: Member<Phone>,
    pub(crate) language: Member<String>,
}

/// The language of whoever has not chosen one.
pub(crate) const LANGUAGE_DEFAULT: &str = "en";

impl AccountPatch {
    /// The account as it is to be; version and times are the store's.
    pub(crate) fn apply(self, account: Account) -> Account {
        let text = |member: Member<String>, current| member.apply(Some(current));
        Account {
            email: self
                .email
                .map_or(account.email, |email| email.as_str().to_owned()),
            first_name: text(self.first_name, account.first_name).unwrap_or_default(),
            last_name: text(self.last_name, account.last_name).unwrap_or_default(),
            phone: self.phone.apply(account.phone),
            language: text(self.language, account.language)
                .unwrap_or_else(|| LANGUAGE_DEFAULT.to_owned()),
            ..account
        }
    }
}

/// A first or last name: trimmed, at most 100 characters, one line.
///
/// # Errors
/// The reason in words.
pub fn clean_name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.chars().count() > NAME_CHARACTERS_MAX {
        Err("it must have at most 100 characters")
    } else if text.chars().any(char::is_control) {
        Err("it must be one line without control characters")
    } else {
        Ok(text.to_owned())
    }
}

/// A language by its code of two or three letters (ISO 639).
///
/// # Errors
/// The reason in words.
pub fn clean_language(text: &str) -> Result<String, &'static str> {
    let is_code = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
    if is_code {
        Ok(text.to_owned())
    } else {
        Err("it must be a language code such as en or am")
    }
}

/// A guest's token has 256 bits as 43 characters of URL-safe base64.
pub(crate) fn is_shopper_token(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Why something about a customer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerRefusal {
    /// Another account has this address, in some spelling.
    EmailTaken,
    /// `X-Shopper-Token` is not a token of ours.
    ShopperTokenMalformed,
    /// No such address in the customer's book.
    AddressNotFound,
    /// The book is full.
    AddressesFull,
    /// No such group of customers.
    GroupNotFound,
    /// Another group has this name.
    GroupNameTaken,
    /// The group still has customers or price lists.
    GroupInUse,
    /// No account has this address.
    AccountNotFound,
}

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[
    &EMAIL_TAKEN,
    &SHOPPER_TOKEN_MALFORMED,
    &ADDRESS_NOT_FOUND,
    &ADDRESSES_FULL,
    &groups::GROUP_NOT_FOUND,
    &groups::GROUP_NAME_TAKEN,
    &groups::GROUP_IN_USE,
    &groups::ACCOUNT_NOT_FOUND,
];

static ADDRESS_NOT_FOUND: RefusalKind = RefusalKind {
    code: "address_not_found",
    status: 404,
    title: "No such address",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no address with this id in your book.",
};

static ADDRESSES_FULL: RefusalKind = RefusalKind {
    code: "addresses_full",
    status: 409,
    title: "The book of addresses is full",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "A book has at most 50 addresses. Delete one that is no longer used.",
};

static EMAIL_TAKEN: RefusalKind = RefusalKind {
    code: "email_taken",
    status: 409,
    title: "An account has this e-mail address",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "One address is one account, in upper or lower case. Sign in with it, or use another \
           address.",
};

static SHOPPER_TOKEN_MALFORMED: RefusalKind = RefusalKind {
    code: "shopper_token_malformed",
    status: 401,
    title: "The shopper token is malformed",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "X-Shopper-Token is the token that a guest was given with the cart: 43 characters of \
           letters, digits, - and _. Send it unchanged and once, or leave the header out.",
};

impl Refusal for CustomerRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::EmailTaken => &EMAIL_TAKEN,
            Self::ShopperTokenMalformed => &SHOPPER_TOKEN_MALFORMED,
            Self::AddressNotFound => &ADDRESS_NOT_FOUND,
            Self::AddressesFull => &ADDRESSES_FULL,
            Self::GroupNotFound => &groups::GROUP_NOT_FOUND,
            Self::GroupNameTaken => &groups::GROUP_NAME_TAKEN,
            Self::GroupInUse => &groups::GROUP_IN_USE,
            Self::AccountNotFound => &groups::ACCOUNT_NOT_FOUND,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::ShopperTokenMalformed => vec![("www-authenticate", "Bearer".to_owned())],
            _ => Vec::new(),
        }
    }
}
