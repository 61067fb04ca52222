//! What can go wrong: refusals that a client can act on, faults that are ours.
//! No wire format (see `http::problem`).

use std::{fmt, panic::Location};

use serde_json::Value;

/// What a client can do about a refusal (the `resolution` member of a problem).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The same request, or a corrected one, can succeed without the buyer.
    Recoverable,
    /// The buyer has to choose something else.
    RequiresBuyerInput,
    /// Nothing that this client does will help.
    Final,
}

impl Resolution {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recoverable => "recoverable",
            Self::RequiresBuyerInput => "requires_buyer_input",
            Self::Final => "final",
        }
    }
}

/// A row of the registry of refusals: one stable code, one status, one page of documentation.
#[derive(Debug, PartialEq, Eq)]
pub struct RefusalKind {
    /// Stable `snake_case` code; never changes once released.
    pub code: &'static str,
    /// HTTP status code.
    pub status: u16,
    /// Short title, the same for every occurrence.
    pub title: &'static str,
    /// Whether the very same request may succeed later.
    pub is_retryable: bool,
    /// What the client can do.
    pub resolution: Resolution,
    /// The documentation page: why it happens and what to do.
    pub help: &'static str,
}

/// The refusals of a capability: a static of each, and `REFUSALS` with all of them, for the
/// registry.
///
/// Each is told by name, code, status, `@retryable` when the very same request may succeed later,
/// [`Resolution`], title and help, as in [`RefusalKind`].
#[macro_export]
macro_rules! refusal_kinds {
    ($($name:ident $code:literal $status:literal $(@$retryable:ident)? $resolution:ident
       $title:literal $help:literal)*) => {
        $(static $name: $crate::RefusalKind = $crate::RefusalKind {
            code: $code,
            status: $status,
            title: $title,
            is_retryable: $crate::refusal_kinds!(@is $($retryable)?),
            resolution: $crate::Resolution::$resolution,
            help: $help,
        };)*
        /// Every refusal of this capability, for the registry.
        pub static REFUSALS: &[&$crate::RefusalKind] = &[$(&$name),*];
    };
    (@is retryable) => { true };
    (@is) => { false };
}

/// A refusal of a capability: why the shop says no, and the facts that go with it.
pub trait Refusal: fmt::Debug + Send + Sync + 'static {
    /// The row of the registry.
    fn kind(&self) -> &'static RefusalKind;

    /// One sentence about this occurrence that says what to do next.
    fn detail(&self) -> String;

    /// One entry per offending part of the request.
    fn parts(&self) -> Vec<RefusedPart> {
        Vec::new()
    }

    /// Further members of the problem document, such as the current state of a resource.
    fn facts(&self) -> Option<Value> {
        None
    }

    /// For `Retry-After`, in seconds.
    fn retry_after_seconds(&self) -> Option<u64> {
        None
    }

    /// Further response headers, by their lower-case names, such as a challenge to sign in.
    fn headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A part of a request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedPart {
    /// JSON pointer into the body (`/items/0/quantity`), or `?name` for a query parameter.
    pub pointer: String,
    /// Stable code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub message: String,
    /// The data that helps: `{"available": 3}`.
    pub meta: Option<Value>,
}

/// A defect or an outage: logged once with its chain at the edge, shown as a bare 500.
#[derive(Debug)]
pub struct Fault {
    /// What failed, with its sources.
    pub cause: anyhow::Error,
    /// Where it entered our code.
    pub at: &'static Location<'static>,
}

/// The error of every action and handler.
#[derive(Debug)]
pub enum Error {
    /// The shop says no; nothing has changed.
    Refused(Box<dyn Refusal>),
    /// We failed.
    Fault(Fault),
}

/// The result of every action and handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A fault that is described in words: a broken assumption, not a visitor's mistake.
    #[track_caller]
    #[must_use]
    pub fn fault(message: impl fmt::Display) -> Self {
        Self::Fault(Fault {
            cause: anyhow::anyhow!("{message}"),
            at: Location::caller(),
        })
    }

    /// The refusal's code, if it is one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.kind().code),
            Self::Fault(_) => None,
        }
    }

    /// The database error behind a fault, if there is one.
    #[must_use]
    pub fn database(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Fault(fault) => fault.cause.downcast_ref(),
            Self::Refused(_) => None,
        }
    }

    /// The name of the constraint that the database held against the statement.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.database()?.as_db_error()?.constraint()
    }

    /// The SQLSTATE of the database error behind a fault.
    #[must_use]
    pub fn sql_state(&self) -> Option<&tokio_postgres::error::SqlState> {
        self.database()?.code()
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// For whoever operates the shop: the reason alone, without the place in the sources.
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(fault) => fault.cause,
            Error::Refused(refusal) => anyhow::anyhow!("{}", refusal.detail()),
        }
    }
}

macro_rules! faults {
    ($($source:ty),* $(,)?) => {$(
        impl From<$source> for Error {
            #[track_caller]
            fn from(source: $source) -> Self {
                Self::Fault(Fault { cause: source.into(), at: Location::caller() })
            }
        }
    )*};
}

faults!(
    tokio_postgres::Error,
    deadpool_postgres::PoolError,
    serde_json::Error,
    anyhow::Error,
    std::io::Error,
    std::fmt::Error,
);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{}: {}", refusal.kind().code, refusal.detail()),
            Self::Fault(fault) => write!(f, "{:#} (at {})", fault.cause, fault.at),
        }
    }
}
