//! Nouns of refunds: where one stands, what it is for, what may follow what. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{AttemptId, CaptureId, OrderId, RefundId, StaffId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Disposition, ProviderId};

/// Where a refund stands. Only the provider's word, or a person's where it has none, ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    /// Promised; the provider has certainly not heard of it.
    Requested,
    /// The provider is being asked, or was when the process died.
    Submitted,
    /// The provider, or a person, is at it.
    Processing,
    /// The provider was asked and it is not known what came of it. Never asked for again.
    Unknown,
    /// The buyer has the money.
    Succeeded,
    /// It certainly did not happen.
    Failed,
    /// The provider began it and took it back: the money is with the shop.
    Reversed,
}

impl RefundState {
    pub(crate) const ALL: [Self; 7] = [
        Self::Requested,
        Self::Submitted,
        Self::Processing,
        Self::Unknown,
        Self::Succeeded,
        Self::Failed,
        Self::Reversed,
    ];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Submitted => "submitted",
            Self::Processing => "processing",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Reversed => "reversed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether its money is neither with the buyer nor free again.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Requested | Self::Submitted | Self::Processing | Self::Unknown
        )
    }

    /// Whether a refund may go from this state to the other. What is over is over; only what the
    /// provider has certainly not heard of may be asked for again.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        let is_end = !next.is_open();
        match self {
            Self::Requested => matches!(next, Self::Submitted),
            Self::Submitted => !matches!(next, Self::Submitted),
            Self::Processing => is_end || matches!(next, Self::Unknown),
            Self::Unknown => is_end || matches!(next, Self::Processing),
            Self::Succeeded | Self::Failed | Self::Reversed => false,
        }
    }
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundCause {
    /// A member of the staff asked for it.
    Staff,
    /// The money came after the order's time, and its goods are gone.
    LateMoney,
    /// The order was paid already.
    Surplus,
    /// It was not the money that was asked for.
    Mismatch,
}

impl RefundCause {
    pub(crate) const ALL: [Self; 4] = [Self::Staff, Self::LateMoney, Self::Surplus, Self::Mismatch];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::LateMoney => "late_money",
            Self::Surplus => "surplus",
            Self::Mismatch => "mismatch",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// Where money goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Where it came from.
    #[default]
    Origin,
    /// The credit that the customer has with the shop.
    StoreCredit,
}

impl Destination {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::StoreCredit => "store_credit",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Origin, Self::StoreCredit]
            .into_iter()
            .find(|destination| destination.as_str() == text)
    }
}

/// Money that goes back to a buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Ours, random; the provider gets it.
    pub reference: String,
    /// The money that it is taken from.
    pub capture_id: CaptureId,
    /// The order that the money came for.
    pub order_id: OrderId,
    /// By whom it came, and goes back where it goes there.
    pub provider: ProviderId,
    /// Where it goes.
    pub destination: Destination,
    /// How much.
    pub amount: Money,
    /// Why, in one word.
    pub cause: RefundCause,
    /// Why, in words for staff and the provider.
    pub reason: String,
    /// Where it stands.
    pub state: RefundState,
    /// The provider's reference of it, once told.
    pub provider_reference: Option<String>,
    /// Who asked for it.
    pub requested_by: Option<StaffId>,
    /// Why it did not go through.
    pub failure: Option<String>,
    /// Rises with each change.
    pub version: i64,
    /// When it was promised.
    pub created_at: DateTime<Utc>,
    /// When the provider was asked.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The attempt that brought the money.
    pub(crate) attempt_id: AttemptId,
    /// The provider's reference of the money.
    pub(crate) capture_reference: String,
    /// Whether the money pays its order.
    pub(crate) disposition: Disposition,
}

/// What of a line a refund is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundLine {
    /// The line, by its variant.
    pub variant_id: VariantId,
    /// Units; nothing where only the price is reduced.
    pub quantity: i64,
    /// How much.
    pub amount: Money,
}

/// What is wanted back of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedLine {
    pub(crate) variant_id: VariantId,
    pub(crate) quantity: i64,
    /// Without it: what was paid for so many units.
    pub(crate) amount: Option<Money>,
}

/// What goes back of the money of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveBack<'a> {
    /// All that is left of it.
    All,
    /// What was paid for so many units of lines, each line once.
    Lines(&'a [(VariantId, i64)]),
}

/// A wish to give money back.
#[derive(Debug, Clone)]
pub(crate) struct RefundRequest {
    pub(crate) capture_id: CaptureId,
    /// Without it and without lines: all that is left.
    pub(crate) amount: Option<Money>,
    pub(crate) lines: Vec<WantedLine>,
    pub(crate) cause: RefundCause,
    pub(crate) destination: Destination,
    pub(crate) reason: String,
    pub(crate) requested_by: Option<StaffId>,
}

/// Money that came, and what of it is spoken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaptureBalance {
    pub(crate) id: CaptureId,
    pub(crate) attempt_id: AttemptId,
    pub(crate) provider_reference: String,
    pub(crate) order_id: OrderId,
    pub(crate) provider: ProviderId,
    pub(crate) disposition: Disposition,
    pub(crate) amount: Money,
    pub(crate) refunding_minor: i64,
    pub(crate) refunded_minor: i64,
    pub(crate) reversed_minor: i64,
    pub(crate) written_off_minor: i64,
}

impl CaptureBalance {
    /// What can still go back.
    pub(crate) const fn refundable(&self) -> Money {
        let gone = self.refunding_minor
            + self.refunded_minor
            + self.reversed_minor
            + self.written_off_minor;
        Money::new(self.amount.minor() - gone, self.amount.currency())
    }
}

/// A step of a refund, for the record.
#[derive(Debug, Clone)]
pub(crate) struct RefundStep {
    pub(crate) from: Option<String>,
    pub(crate) to: String,
    pub(crate) note: String,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// The first rounds of asking, in minutes after the provider was asked for the refund.
const FIRST_MINUTES: [i64; 4] = [1, 5, 15, 60];

/// For so long the provider is asked by itself how far a refund is.
const REFUND_NEWS_EXPECTED_FOR: TimeDelta = TimeDelta::days(10);

/// After this a person should look at a refund of which nothing is known.
const UNKNOWN_TOLERATED_FOR: TimeDelta = TimeDelta::hours(24);

/// Between two looks at a refund that the provider has not been asked for.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// The first round of asking after `now`; `None` when there is nothing more to ask.
pub(crate) fn next_refund_check(refund: &Refund, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !refund.state.is_open() {
        return None;
    }
    let Some(submitted_at) = refund.submitted_at else {
        return Some(now + HOUR);
    };
    let later = (2_i32..).map(|round| HOUR * round);
    FIRST_MINUTES
        .map(TimeDelta::minutes)
        .into_iter()
        .chain(later)
        .take_while(|after| *after <= REFUND_NEWS_EXPECTED_FOR)
        .map(|after| submitted_at + after)
        .find(|at| *at > now)
}

/// When to try again a refund that could not be sent: soon at first, then ever more slowly.
pub(crate) fn next_submission(
    refund: &Refund,
    retry_after_seconds: Option<u64>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let wanted = retry_after_seconds
        .and_then(|seconds| i64::try_from(seconds).ok())
        .and_then(TimeDelta::try_seconds)
        .unwrap_or_default();
    let grown = ((now - refund.created_at) / 2).clamp(TimeDelta::seconds(30), HOUR);
    now + grown.max(wanted)
}

impl Refund {
    /// Whether it goes onto credit with the shop: then nobody is asked for it.
    pub(crate) fn is_to_credit(&self) -> bool {
        self.provider == ProviderId::Credit || self.destination == Destination::StoreCredit
    }

    /// Whether the call that asked for it has ended, one way or another.
    pub(crate) fn is_call_over(&self, call_timeout: TimeDelta, now: DateTime<Utc>) -> bool {
        self.submitted_at
            .is_some_and(|submitted_at| now >= submitted_at + call_timeout)
    }

    /// Whether a person should find out what has become of it.
    pub(crate) fn needs_a_person(&self, now: DateTime<Utc>) -> bool {
        let Some(submitted_at) = self.submitted_at.filter(|_| self.state.is_open()) else {
            return false;
        };
        let is_lost = self.state == RefundState::Unknown;
        (is_lost && now >= submitted_at + UNKNOWN_TOLERATED_FOR) || self.is_asking_over(now)
    }

    /// Whether the provider is no longer asked about it by itself.
    pub(crate) fn is_asking_over(&self, now: DateTime<Utc>) -> bool {
        self.submitted_at
            .is_some_and(|submitted_at| now >= submitted_at + REFUND_NEWS_EXPECTED_FOR)
    }

    /// Whether a person may say how it ended: where a person gives the money, and where nobody
    /// else knows.
    pub(crate) fn is_confirmable(&self, is_by_hand: bool, now: DateTime<Utc>) -> bool {
        match self.state {
            RefundState::Unknown => true,
            RefundState::Processing => is_by_hand || self.is_asking_over(now),
            _ => false,
        }
    }
}
