//! What is recorded beside attempts: captures, reviews, received webhooks.

use chrono::{DateTime, Utc};
use ids::{AttemptId, CaptureId, OrderId, RefundId, ReviewId, StaffId, WebhookId};
use money::Money;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Authenticity, Charge, ProviderId};

/// How recorded money is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposition {
    Applied,
    Surplus,
}

impl Disposition {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Surplus => "surplus",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Applied, Self::Surplus]
            .into_iter()
            .find(|disposition| disposition.as_str() == text)
    }
}

/// Money that the provider has taken for us, about to be recorded.
pub(crate) struct NewCapture<'a> {
    pub(crate) id: CaptureId,
    pub(crate) attempt: &'a Attempt,
    pub(crate) charge: &'a Charge,
    pub(crate) disposition: Disposition,
    pub(crate) evidence: &'a serde_json::Value,
    pub(crate) captured_at: DateTime<Utc>,
}

/// Money that came, as it is in the books.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) id: CaptureId,
    pub(crate) amount: Money,
    pub(crate) fee: Money,
    pub(crate) disposition: Disposition,
    pub(crate) provider_reference: String,
    pub(crate) captured_at: DateTime<Utc>,
}

/// Why a person must look at an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewKind {
    Surplus,
    Mismatch,
    Reversal,
    RefundFailed,
    RefundUnknown,
}

impl ReviewKind {
    const ALL: [Self; 5] = [
        Self::Surplus,
        Self::Mismatch,
        Self::Reversal,
        Self::RefundFailed,
        Self::RefundUnknown,
    ];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Surplus => "surplus",
            Self::Mismatch => "mismatch",
            Self::Reversal => "reversal",
            Self::RefundFailed => "refund_failed",
            Self::RefundUnknown => "refund_unknown",
        }
    }
}

/// Something that a person must look at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Review {
    pub(crate) id: ReviewId,
    pub(crate) attempt_id: AttemptId,
    pub(crate) order_id: OrderId,
    /// Which refund, where it is about one.
    pub(crate) refund_id: Option<RefundId>,
    /// `surplus`: money that no order needs; `mismatch`: a charge that is not the one asked for;
    /// `reversal`: money that the provider gave or took back; `refund_failed`: a refund that did
    /// not go through; `refund_unknown`: a refund of which nobody knows.
    #[schema(example = "surplus")]
    pub(crate) kind: String,
    /// What is to be looked at, in words.
    pub(crate) detail: String,
    /// What the provider said; no secrets and no personal data.
    #[schema(value_type = Object)]
    pub(crate) evidence: serde_json::Value,
    pub(crate) opened_at: DateTime<Utc>,
    /// The money that it is about, if any was recorded.
    pub(crate) money: Option<Money>,
    /// Null while it is open.
    pub(crate) resolved_at: Option<DateTime<Utc>>,
    /// How it ended: `settled` by the provider's later answer, `confirmed` with the end of its
    /// refund, `refunded`, `reinstated`, `written_off`, `dismissed`, `accepted` or `retried`.
    #[schema(example = "refunded")]
    pub(crate) resolution: Option<String>,
    /// Which member of the staff resolved it; null where the shop did so itself.
    pub(crate) resolved_by: Option<StaffId>,
    /// Why it was resolved so.
    pub(crate) note: Option<String>,
}

/// A message of the provider, as it came.
#[derive(Debug)]
pub(crate) struct NewWebhook {
    pub(crate) id: WebhookId,
    pub(crate) provider: ProviderId,
    pub(crate) body_hash: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) authenticity: Authenticity,
    pub(crate) event: Option<String>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) received_at: DateTime<Utc>,
}
