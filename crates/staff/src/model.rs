//! Members of the staff, their rights, and what is written down about what they do.

use chrono::TimeDelta;
use ids::StaffId;
use kit::{
    email::EmailAddress,
    error::{Refusal, RefusalKind, Resolution},
    http::access::SignInQuotas,
    rate_limit::Quota,
    sessions::Lifetimes,
};
use serde_json::Value;
use uuid::Uuid;

/// The audience of the staff's tokens and sessions.
pub const AUDIENCE: &str = "staff";

/// A working day at the most; two hours when the dashboard is closed.
pub(crate) const LIFETIMES: Lifetimes = Lifetimes {
    absolute: TimeDelta::hours(12),
    idle: TimeDelta::hours(2),
};

/// Ten tries at once; then one in six seconds from an address, one in a minute at an account.
pub(crate) const SIGN_IN_QUOTAS: SignInQuotas = SignInQuotas {
    per_address: Quota {
        name: "staff-sign-in-address",
        burst: 10,
        per_seconds: 60,
    },
    per_account: Quota {
        name: "staff-sign-in-account",
        burst: 10,
        per_seconds: 600,
    },
};

/// Every permission that an account can be given.
pub const PERMISSIONS: [&str; 12] = [
    CanEditCatalogue::NAME_TEXT,
    CanEditStock::NAME_TEXT,
    CanReadOrders::NAME_TEXT,
    CanManageOrders::NAME_TEXT,
    CanManageStaff::NAME_TEXT,
    CanManagePayments::NAME_TEXT,
    CanRefund::NAME_TEXT,
    CanReadBooks::NAME_TEXT,
    CanManageWebhooks::NAME_TEXT,
    CanManageJobs::NAME_TEXT,
    CanEditTerms::NAME_TEXT,
    CanEditCredit::NAME_TEXT,
];

/// A right, as a type that stands in a handler's signature.
pub trait Permission: Send + Sync + 'static {
    /// Its name in the account's list; `None` asks only for an account.
    const NAME: Option<&'static str>;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $text:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl $name {
            const NAME_TEXT: &'static str = $text;
        }

        impl Permission for $name {
            const NAME: Option<&'static str> = Some(Self::NAME_TEXT);
        }
    )*};
}

permissions! {
    /// May change products, categories, brands and prices (`catalogue.edit`).
    CanEditCatalogue "catalogue.edit"
    /// May change how many there are (`stock.edit`).
    CanEditStock "stock.edit"
    /// May see everybody's orders and payments (`orders.read`).
    CanReadOrders "orders.read"
    /// May ship parcels, decide about returns and write notes (`orders.manage`).
    CanManageOrders "orders.manage"
    /// May see the audit trail and decide who may do what (`staff.manage`).
    CanManageStaff "staff.manage"
    /// May ask providers again, confirm money that came by hand, settle reviews and differences
    /// (`payments.manage`).
    CanManagePayments "payments.manage"
    /// May give money back (`payments.refund`).
    CanRefund "payments.refund"
    /// May read and export the books (`ledger.read`).
    CanReadBooks "ledger.read"
    /// May say which other systems hear of events (`webhooks.manage`).
    CanManageWebhooks "webhooks.manage"
    /// May see what the shop does in the background, and retry or discard it (`jobs.manage`).
    CanManageJobs "jobs.manage"
    /// May change taxes, deliveries and promotions (`terms.edit`).
    CanEditTerms "terms.edit"
    /// May issue gift cards and store credit, and withdraw them (`credit.edit`).
    CanEditCredit "credit.edit"
}

/// Asks for no right but an account that is active.
#[derive(Debug, Clone, Copy)]
pub enum AnyStaff {}

impl Permission for AnyStaff {
    const NAME: Option<&'static str> = None;
}

/// What an account may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Has every permission, also those that are still to be invented.
    pub is_superuser: bool,
    /// Names from [`PERMISSIONS`].
    pub permissions: Vec<String>,
}

impl Rights {
    /// Every right.
    #[must_use]
    pub const fn superuser() -> Self {
        Self {
            is_superuser: true,
            permissions: Vec::new(),
        }
    }

    /// The named rights; each once, in order.
    #[must_use]
    pub fn of(permissions: &[&str]) -> Self {
        let mut permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
        permissions.sort();
        permissions.dedup();
        Self {
            is_superuser: false,
            permissions,
        }
    }

    /// Refuses whoever lacks the right `P`.
    ///
    /// # Errors
    /// [`StaffRefusal::PermissionDenied`]
    pub fn require<P: Permission>(&self) -> Result<(), StaffRefusal> {
        match P::NAME {
            Some(name) if !self.is_superuser && !self.permissions.iter().any(|own| own == name) => {
                Err(StaffRefusal::PermissionDenied(name))
            }
            _ => Ok(()),
        }
    }
}

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Its address; it signs in with it.
    pub email: EmailAddress,
    /// The person's name, at most 100 characters.
    pub name: String,
    /// From `kit::passwords::Passwords::hash`.
    pub password_hash: String,
}

/// An account, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: StaffId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) rights: Rights,
}

/// What is needed to check a password.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) id: StaffId,
    pub(crate) password_hash: String,
}

/// Who does something that is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The member of the staff; `None` is whoever works on the command line.
    pub staff_id: Option<StaffId>,
    /// The request that it was done with.
    pub request_id: Option<String>,
}

impl Actor {
    /// Whoever works on the command line.
    #[must_use]
    pub const fn command_line() -> Self {
        Self {
            staff_id: None,
            request_id: None,
        }
    }
}

/// What was done, for the audit trail. Put no secret and no password's hash into it.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// What, in the past tense: `product.changed`.
    pub action: &'a str,
    /// What kind of thing: `product`.
    pub subject_kind: &'a str,
    /// Which one.
    pub subject_id: Uuid,
    /// What it was; `None` when it is new.
    pub before: Option<Value>,
    /// What it is now; `None` when it is gone.
    pub after: Option<Value>,
}

/// An entry of the audit trail, and who it names.
#[derive(Debug, Clone)]
pub(crate) struct AuditEntry {
    pub(crate) id: Uuid,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) staff_email: Option<String>,
    pub(crate) action: String,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: Uuid,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) request_id: Option<String>,
    pub(crate) occurred_at: chrono::DateTime<chrono::Utc>,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditFilter {
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) subject_id: Option<Uuid>,
    /// Older than this entry.
    pub(crate) before_id: Option<Uuid>,
}

/// Why the staff's part of the shop says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffRefusal {
    /// The account lacks this right.
    PermissionDenied(&'static str),
    /// Another account has this address.
    EmailTaken,
}

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&PERMISSION_DENIED, &STAFF_EMAIL_TAKEN];

static PERMISSION_DENIED: RefusalKind = RefusalKind {
    code: "permission_denied",
    status: 403,
    title: "Your account may not do this",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "You are signed in, but your account lacks the permission that meta names. Somebody \
           who manages the staff can give it to you; it counts from the next request on.",
};

static STAFF_EMAIL_TAKEN: RefusalKind = RefusalKind {
    code: "staff_email_taken",
    status: 409,
    title: "A member of the staff has this e-mail address",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "One address is one account. Use another address, or change the account that has it.",
};

impl Refusal for StaffRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::PermissionDenied(_) => &PERMISSION_DENIED,
            Self::EmailTaken => &STAFF_EMAIL_TAKEN,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::PermissionDenied(name) => {
                format!("Your account lacks the permission {name}; ask whoever manages the staff.")
            }
            Self::EmailTaken => STAFF_EMAIL_TAKEN.help.to_owned(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::PermissionDenied(name) => Some(serde_json::json!({ "permission": name })),
            Self::EmailTaken => None,
        }
    }
}
