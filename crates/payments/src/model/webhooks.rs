//! What has become of a stored message, and what of it may be shown. Pure.

use chrono::{DateTime, Utc};
use ids::{AttemptId, WebhookId};

use super::{Attempt, AttemptState, Authenticity, Claims, ProviderId};

/// What has become of a message. Every stored one ends with one of these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookOutcome {
    /// The provider was asked, and there was money; it is in the books.
    Settled,
    /// The provider was asked: this payment will not come.
    Closed,
    /// The provider was asked, and a person must look at its answer.
    Review,
    /// There was nothing that we did not know.
    NoNews,
    /// Its refund was looked at.
    RefundChecked,
    /// The provider could not be asked for days; the schedule goes on asking.
    Unanswered,
    /// It names a payment that is none of ours.
    UnknownReference,
    /// It names no payment.
    NoReference,
    /// It names a payment of the provider's other mode.
    OtherMode,
    /// It is about a transfer of the shop's own money.
    Payout,
    /// Nobody here knows this event, and it names no payment of ours.
    UnknownEvent,
    /// It cannot be read.
    Unreadable,
}

impl WebhookOutcome {
    pub(crate) const ALL: [Self; 12] = [
        Self::Settled,
        Self::Closed,
        Self::Review,
        Self::NoNews,
        Self::RefundChecked,
        Self::Unanswered,
        Self::UnknownReference,
        Self::NoReference,
        Self::OtherMode,
        Self::Payout,
        Self::UnknownEvent,
        Self::Unreadable,
    ];

    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Closed => "closed",
            Self::Review => "review",
            Self::NoNews => "no_news",
            Self::RefundChecked => "refund_checked",
            Self::Unanswered => "unanswered",
            Self::UnknownReference => "unknown_reference",
            Self::NoReference => "no_reference",
            Self::OtherMode => "other_mode",
            Self::Payout => "payout",
            Self::UnknownEvent => "unknown_event",
            Self::Unreadable => "unreadable",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }

    /// What asking has brought: the attempt as it was, and as it is.
    pub(crate) fn of_asking(before: &Attempt, after: &Attempt) -> Self {
        if before.state == after.state && before.is_settled() == after.is_settled() {
            Self::NoNews
        } else if after.state == AttemptState::Review {
            Self::Review
        } else if after.is_settled() {
            Self::Settled
        } else {
            Self::Closed
        }
    }
}

/// A stored message.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) id: WebhookId,
    pub(crate) provider: ProviderId,
    pub(crate) authenticity: Authenticity,
    pub(crate) body: Vec<u8>,
    pub(crate) event: Option<String>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) received_count: i64,
    pub(crate) outcome: Option<WebhookOutcome>,
    pub(crate) processed_at: Option<DateTime<Utc>>,
    pub(crate) attempt_id: Option<AttemptId>,
}

/// Which stored messages are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebhookFilter {
    /// Only with this outcome.
    pub(crate) outcome: Option<WebhookOutcome>,
    /// Only those that still wait for one.
    pub(crate) is_waiting: bool,
    pub(crate) authenticity: Option<Authenticity>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) received_from: Option<DateTime<Utc>>,
    pub(crate) received_to: Option<DateTime<Utc>>,
}

/// Which of a message's claims differ from what was asked for; what it does not claim, does not.
pub(crate) fn differences(attempt: &Attempt, claims: &Claims) -> Vec<&'static str> {
    let (minor, currency) = (attempt.amount.minor(), attempt.amount.currency());
    let found = [
        (
            "amount",
            claims.amount_minor.is_some_and(|claimed| claimed != minor),
        ),
        (
            "currency",
            claims
                .currency
                .as_ref()
                .is_some_and(|claimed| claimed != currency.code()),
        ),
        (
            "mode",
            claims.mode.is_some_and(|claimed| claimed != attempt.mode),
        ),
    ];
    found
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
}

/// A word of a message if it may be shown: words have no digits and no `@`, so that nobody's name
/// or number stands in their place.
pub(crate) fn shown_word(text: &str) -> Option<String> {
    let is_word = !text.is_empty()
        && text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"._/-".contains(&byte));
    is_word.then(|| text.to_owned())
}
