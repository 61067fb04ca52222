//! Why a call to Chapa gave no result. Each variant says whether something may have happened.

use std::collections::BTreeMap;
use std::time::Duration;

/// Why a call gave no result. Ask [`Error::may_have_happened`] before doing it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not sent: the request itself breaks a rule of the protocol.
    #[error("{field} {reason}")]
    Invalid {
        /// Chapa's name of the field, for example `amount`.
        field: &'static str,
        /// What is wrong with it, without its value.
        reason: &'static str,
    },
    /// Chapa refused; nothing happened there.
    #[error("Chapa refused ({http_status}): {message}")]
    Rejected {
        /// The HTTP status of the answer.
        http_status: u16,
        /// Chapa's words, trimmed and at most 500 characters.
        message: String,
        /// Complaints by field, when Chapa named fields.
        fields: BTreeMap<String, Vec<String>>,
    },
    /// The `tx_ref`, or a refund's merchant reference, exists already. When the first try
    /// ended in [`Error::Unknown`] this means that it arrived: look at it (verify, cancel)
    /// and use a new reference.
    #[error("the reference has been used before")]
    Duplicate,
    /// The key is missing, wrong, or of the other mode; nothing happened.
    #[error("Chapa does not accept the secret key")]
    Auth,
    /// Too many calls; nothing happened. Carries the wait that Chapa asked for, if any.
    #[error("Chapa asks to slow down")]
    RateLimited(Option<Duration>),
    /// Never sent: no connection was made. Safe to do again.
    #[error("no connection to Chapa could be made")]
    Unavailable,
    /// Sent, and the outcome is not known: a time-out, a lost connection, a 5xx, an answer
    /// cut short. The call may have taken effect.
    #[error("the outcome of the call to Chapa is not known")]
    Unknown,
    /// An answer that does not keep the protocol; what it says must not be acted upon.
    #[error("Chapa's answer does not keep the protocol: {0}")]
    Protocol(String),
}

impl Error {
    /// Whether Chapa may have done what the call asked for. `false` proves that a call may
    /// be made again; `true` asks for a look (`verify`, `verify_refund`) first.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::Duplicate | Self::Unknown | Self::Protocol(_))
    }

    /// Whether the same call may succeed later without a change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_) | Self::Unavailable | Self::Unknown
        )
    }
}
