//! Nouns of payments: attempts, their states, what may follow what. Pure.

mod evidence;
mod provider;
mod records;
mod refusal;
mod schedule;
mod settings;
mod settlement;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{AttemptId, OrderId};
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::{
    evidence::{Call, Operation, evidence_of, redact},
    provider::{
        Authenticity, CancelOutcome, Capabilities, Confirmation, Initialized, ListedTransaction,
        NewRefund, Notice, NoticeKind, Observation, Observed, PaymentProvider, Proof, RawRequest,
        RefundObservation, RefundState, TransactionPage, WebhookError, Witness,
    },
    records::{Disposition, NewCapture, NewWebhook, Review, ReviewKind},
    refusal::reason_not_payable,
    schedule::{NEWS_EXPECTED_FOR, is_worth_asking, next_check},
    settlement::{Charge, Verdict, differing_charge, verdict},
};
pub use self::{
    provider::{Mode, ProviderError, ProviderId},
    refusal::{PaymentRefusal, REFUSALS},
    settings::{PaymentSettings, StaticTokenPolicy},
};

/// Where an attempt stands. Only the provider's verified word moves money states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Written down; the provider is being asked for a checkout page.
    Created,
    /// The provider was asked for a page and it is not known whether it made one.
    Unknown,
    /// The buyer has a checkout page.
    Pending,
    /// Its money pays the order.
    Charged,
    /// Refused by the provider, or the buyer's tries failed until the page closed.
    Failed,
    /// Its page was closed before it was paid.
    Cancelled,
    /// Its order was not paid in time.
    Expired,
    /// Money moved, but not the money that was asked for: a person decides.
    Review,
    /// Its money came when the order could no longer use it: a person gives it back.
    ChargedLate,
}

impl AttemptState {
    pub(crate) const ALL: [Self; 9] = [
        Self::Created,
        Self::Unknown,
        Self::Pending,
        Self::Charged,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::Review,
        Self::ChargedLate,
    ];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Charged => "charged",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Review => "review",
            Self::ChargedLate => "charged_late",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the buyer may still be paying: an order has one such attempt at the most.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Unknown | Self::Pending)
    }

    /// Whether an attempt may go from this state to the other. Money that has come is never
    /// forgotten: nothing follows a charge, and a charge may follow everything else.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        let is_money = matches!(next, Self::Charged | Self::ChargedLate);
        match self {
            Self::Charged | Self::ChargedLate => false,
            Self::Review => is_money,
            Self::Failed | Self::Cancelled | Self::Expired => {
                is_money || matches!(next, Self::Review)
            }
            Self::Pending | Self::Unknown => !next.is_open(),
            Self::Created => !matches!(next, Self::Created),
        }
    }

    /// What the buyer is told.
    #[must_use]
    pub const fn status(self) -> PaymentStatus {
        match self {
            Self::Created | Self::Unknown | Self::Pending => PaymentStatus::Pending,
            Self::Charged => PaymentStatus::Paid,
            Self::Failed => PaymentStatus::Failed,
            Self::Cancelled => PaymentStatus::Cancelled,
            Self::Expired => PaymentStatus::Expired,
            Self::Review | Self::ChargedLate => PaymentStatus::Review,
        }
    }
}

/// What the buyer is told about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Not paid so far.
    Pending,
    /// Paid; the order is paid with it.
    Paid,
    /// The provider refused it.
    Failed,
    /// Its page was closed; start another payment.
    Cancelled,
    /// The order was not paid in time.
    Expired,
    /// Money came that does not pay the order; the shop looks at it and gets in touch.
    Review,
}

/// One try to have an order paid: one reference at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Which order.
    pub order_id: OrderId,
    /// Which provider is asked.
    pub provider: ProviderId,
    /// Random and never used twice: knowing it is the right to ask about it.
    pub tx_ref: String,
    /// What is asked for: the order's total.
    pub amount: Money,
    /// The provider's mode in which it was made.
    pub mode: Mode,
    /// Where it stands.
    pub state: AttemptState,
    /// The checkout page, once the provider has made it.
    pub checkout_url: Option<String>,
    /// The provider's own reference, once there is a charge.
    pub provider_reference: Option<String>,
    /// Why it failed, for staff.
    pub failure: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Until when the checkout page may be paid.
    pub expires_at: DateTime<Utc>,
    /// When its money was recorded; then nothing is asked about it any more.
    pub charged_at: Option<DateTime<Utc>>,
}

impl Attempt {
    /// Whether its money is in the books; the provider is not asked again then.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.charged_at.is_some()
    }
}

/// What a new attempt is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// The provider's mode.
    pub(crate) mode: Mode,
    /// After this a call to the provider has ended, one way or another.
    pub(crate) call_timeout: TimeDelta,
    /// For how long the provider keeps a checkout page open.
    pub(crate) page_lifetime: TimeDelta,
}

/// How a wish to pay an order is met.
#[derive(Debug)]
pub(crate) enum Opening {
    /// The buyer has a page already; the same one is answered.
    Same(Attempt),
    /// A new attempt was written down; now the provider is asked for its page.
    New(Attempt),
    /// An older attempt may have been paid: ask about it, close it, and try again.
    AskFirst(Attempt),
}

/// What came of asking the provider for a page.
#[derive(Debug)]
pub(crate) enum PageOutcome {
    /// There is a page.
    Opened { checkout_url: String },
    /// There is none, for this reason.
    Refused { reason: String },
    /// Nothing was sent or taken: as if it had not been asked.
    NotAsked {
        reason: String,
        retry_after_seconds: Option<u64>,
    },
    /// There may be one.
    Unknown { reason: String },
}

/// What is known about the payment of an order whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentNews {
    /// It has been paid; it must not expire.
    Paid,
    /// It has not been paid, and its checkout pages are closed.
    NotPaid,
    /// The provider cannot be asked now: ask again before giving the order's units away.
    Unknown,
}

/// Where a page of attempts or reviews goes on: ids sort by birth.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct IdCursor {
    pub(crate) id: uuid::Uuid,
}

impl kit::http::Cursor for IdCursor {}
