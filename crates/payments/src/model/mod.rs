//! Nouns of payments: attempts, their states, what may follow what. Pure.

mod by_hand;
mod evidence;
mod provider;
mod reconciliation;
mod records;
mod refund;
mod refund_news;
mod refund_shares;
mod refusal;
mod reviews;
mod schedule;
mod settings;
mod settlement;
mod state;
mod webhooks;

use chrono::{DateTime, TimeDelta, Utc};
use ids::{AttemptId, OrderId, StaffId};
use money::Money;
use serde::{Deserialize, Serialize};

pub(crate) use self::{
    by_hand::{BankAccount, Instructions, StaffReport, customer_reference},
    evidence::{Call, CallOutcome, Operation, evidence_of, redact},
    provider::{
        Authenticity, CancelOutcome, Capabilities, Claims, Confirmation, Initialized, Lifetime,
        ListedTransaction, NewRefund, Notice, NoticeKind, Observation, Observed, PaymentProvider,
        Proof, ProviderBalance, RawRequest, RefundObservation, RefundTold, TransactionPage,
        Unsuitable, WebhookError, Witness,
    },
    reconciliation::{
        BREAK_CLASSES, BREAK_STATES, BookedCapture, BreakAction, CALLS_FAILED_MAX, ListedPage,
        ListedRow, NewReconciliation, PAGES_MAX, Phase, SLACK, TIME_LIMIT, is_due, pause,
        read_page,
    },
    records::{Capture, Disposition, NewCapture, NewWebhook, Review, ReviewKind},
    refund::{
        CaptureBalance, RefundRequest, RefundStep, WantedLine, next_refund_check, next_submission,
    },
    refund_news::{RefundNews, news_of_check, news_of_submission},
    refund_shares::{LineBalance, line_balances, plan_lines, spread},
    refusal::reason_not_payable,
    reviews::{Resolution, ReviewAction, ReviewMoney, legal_actions},
    schedule::{NEWS_EXPECTED_FOR, is_worth_asking, last_round, next_check},
    settings::SurplusPolicies,
    settlement::{Charge, Verdict, differing_charge, verdict},
    webhooks::{Webhook, WebhookFilter, WebhookOutcome, differences, shown_word},
};
pub use self::{
    provider::{Mode, ProviderError, ProviderId},
    reconciliation::{Break, Reconciliation, Window},
    refund::{Destination, GiveBack, Refund, RefundCause, RefundLine, RefundState},
    refusal::{PaymentRefusal, REFUSALS},
    settings::{
        BankTransferSettings, CashOnDeliverySettings, PaymentSettings, StaticTokenPolicy,
        SurplusPolicy,
    },
    state::{AttemptState, PaymentStatus},
};

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
    /// What the buyer names when paying by hand; none where a provider has a page.
    pub customer_reference: Option<String>,
    /// What the buyer was told to do, once it was; none where a provider has a page.
    pub(crate) instructions: Option<Box<Instructions>>,
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
    /// Whether its money pays the order.
    pub is_applied: bool,
    /// Whether all of its money is with the buyer again.
    pub is_given_back: bool,
    /// Who of the staff saw its money, where no provider can be asked.
    pub confirmed_by: Option<StaffId>,
}

impl Attempt {
    /// What the buyer is told. Late money pays its order if the order could be brought back.
    #[must_use]
    pub const fn status(&self) -> PaymentStatus {
        match self.state {
            _ if self.is_given_back => PaymentStatus::Refunded,
            AttemptState::ChargedLate if self.is_applied => PaymentStatus::Paid,
            state => state.status(),
        }
    }

    /// Whether its money is in the books; the provider is not asked again then.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.charged_at.is_some()
    }
}

/// What a new attempt is made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Which provider is asked.
    pub(crate) provider: ProviderId,
    /// The provider's mode.
    pub(crate) mode: Mode,
    /// After this a call to the provider has ended, one way or another.
    pub(crate) call_timeout: TimeDelta,
    /// For how long a payment is open.
    pub(crate) lifetime: Lifetime,
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
    /// The buyer can pay.
    Opened(Initialized),
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

/// Which attempts are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct AttemptFilter {
    pub(crate) order_id: Option<OrderId>,
    pub(crate) state: Option<AttemptState>,
    pub(crate) provider: Option<ProviderId>,
    pub(crate) tx_ref: Option<String>,
    pub(crate) customer_reference: Option<String>,
    pub(crate) created_from: Option<DateTime<Utc>>,
    pub(crate) created_to: Option<DateTime<Utc>>,
}

/// Where a page of attempts or reviews goes on: ids sort by birth.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct IdCursor {
    pub(crate) id: uuid::Uuid,
}

impl kit::http::Cursor for IdCursor {}
