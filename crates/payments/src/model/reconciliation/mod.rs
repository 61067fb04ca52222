//! Our books against a provider's: comparisons, windows, differences. Pure.

mod list;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use ids::{AttemptId, BreakId, CaptureId, OrderId, ReconciliationId, StaffId};
use money::Money;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) use self::list::{ListedPage, ListedRow, read_page};
use super::{Mode, ProviderId};

/// Clocks, and a charge that was begun just outside of the window: so far the provider's list is
/// read beyond it.
pub(crate) const SLACK: TimeDelta = TimeDelta::hours(6);

/// The window of the daily comparison. The windows of three days overlap, so that a charge that
/// a day missed is seen by the next.
pub(crate) const DAILY_WINDOW: TimeDelta = TimeDelta::days(3);

/// The longest window that can be asked for.
pub(crate) const WINDOW_MAX: TimeDelta = TimeDelta::days(92);

/// A comparison that is not through by then has failed.
pub(crate) const TIME_LIMIT: TimeDelta = TimeDelta::hours(24);

/// Calls in a row without an answer, after which a comparison has failed.
pub(crate) const CALLS_FAILED_MAX: i32 = 12;

/// More pages than any provider has in a window: a list without an end.
pub(crate) const PAGES_MAX: i32 = 20_000;

/// What can differ.
pub(crate) const BREAK_CLASSES: &[&str] = &[
    "missing_here",
    "missing_there",
    "amount_differs",
    "currency_differs",
    "fee_differs",
    "status_differs",
    "duplicate_there",
];

/// Where a difference stands.
pub(crate) const BREAK_STATES: &[&str] = &["open", "repaired", "resolved"];

/// How far a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The provider's list is read, page by page.
    Listing,
    /// The list is whole: it is found out whom to ask about.
    Planning,
    /// The provider is asked about attempts for which the list and our books differ.
    Asking,
    /// Fees that differ are booked as the provider has them.
    Correcting,
    /// What still differs is written down.
    Judging,
}

impl Phase {
    const ALL: [Self; 5] = [
        Self::Listing,
        Self::Planning,
        Self::Asking,
        Self::Correcting,
        Self::Judging,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Planning => "planning",
            Self::Asking => "asking",
            Self::Correcting => "correcting",
            Self::Judging => "judging",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }
}

/// The time whose charges are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Charges begun then or later.
    pub from: DateTime<Utc>,
    /// And before then.
    pub to: DateTime<Utc>,
}

impl Window {
    /// The window that the daily comparison has.
    #[must_use]
    pub fn daily(now: DateTime<Utc>) -> Self {
        Self {
            from: now - DAILY_WINDOW,
            to: now,
        }
    }

    /// A window with what is left out filled in: three days, until now.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn asked_for(
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, &'static str> {
        let to = to.unwrap_or(now);
        let from = from.unwrap_or(to - DAILY_WINDOW);
        if to > now {
            return Err("it must not end in the future");
        }
        if from >= to {
            return Err("it must begin before it ends");
        }
        if to - from > WINDOW_MAX {
            return Err("it must not be longer than 92 days");
        }
        Ok(Self { from, to })
    }
}

/// A comparison that is to begin.
#[derive(Debug, Clone)]
pub(crate) struct NewReconciliation {
    pub(crate) id: ReconciliationId,
    pub(crate) provider: ProviderId,
    pub(crate) mode: Mode,
    pub(crate) window: Window,
    pub(crate) requested_by: Option<StaffId>,
    pub(crate) started_at: DateTime<Utc>,
}

/// One comparison of our books with a provider's list.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Its id.
    pub id: ReconciliationId,
    /// With whose books.
    pub provider: ProviderId,
    /// `test` or `live`.
    pub mode: Mode,
    /// Whose charges.
    pub window: Window,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Who asked for it; nobody when it runs by its schedule or was started on the command line.
    pub requested_by: Option<StaffId>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Pages of the provider's list that were read.
    pub pages_read: i32,
    /// Rows on them.
    pub rows_read: i64,
    /// Per currency: how many charges there and here, and their sums.
    pub totals: Value,
    /// Per currency: what the provider says it holds, and what our books say.
    pub balances: Value,
    /// Differences that it saw and that were open at its end.
    pub breaks_open: i64,
    /// Differences that it repaired.
    pub breaks_repaired: i64,
    /// Why it failed.
    pub failure: Option<String>,
    pub(crate) phase: Phase,
    pub(crate) deadline_at: DateTime<Utc>,
    pub(crate) step: i64,
    pub(crate) next_page: i32,
    pub(crate) calls_failed: i32,
}

impl Reconciliation {
    /// Whether it still goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }
}

/// A difference between our books and a provider's.
#[derive(Debug, Clone)]
pub struct Break {
    /// Its id.
    pub id: BreakId,
    /// With whose books.
    pub provider: ProviderId,
    /// What differs: `missing_here`, `amount_differs`, …
    pub class: String,
    /// The provider's reference of the charge.
    pub provider_reference: String,
    /// Our capture, if there is one.
    pub capture_id: Option<CaptureId>,
    /// Our attempt, if it is known.
    pub attempt_id: Option<AttemptId>,
    /// Our order, if it is known.
    pub order_id: Option<OrderId>,
    /// What our books say.
    pub ours: Value,
    /// What the provider says.
    pub theirs: Value,
    /// `open`, `repaired` or `resolved`.
    pub state: String,
    /// Why it was repaired, what was before and what is after.
    pub repair: Option<Value>,
    /// How it was resolved: `gone`, `dismissed` or `written_off`.
    pub resolution: Option<String>,
    /// Who resolved it.
    pub resolved_by: Option<StaffId>,
    /// Why.
    pub note: Option<String>,
    /// The comparison that found it.
    pub first_seen: ReconciliationId,
    /// The last comparison that saw it.
    pub last_seen: ReconciliationId,
    /// When the charge began.
    pub occurred_at: Option<DateTime<Utc>>,
    /// When it was written down.
    pub opened_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was repaired or resolved.
    pub closed_at: Option<DateTime<Utc>>,
}

impl Break {
    /// What the provider holds more than our books say, in minor units with the currency;
    /// nothing where that cannot be told.
    pub(crate) fn difference(&self) -> Option<(i64, String)> {
        let minor = |side: &Value, key: &str| side.get(key).and_then(Value::as_i64);
        let fee = |side: &Value| minor(side, "fee_minor").unwrap_or(0);
        let amount = |side: &Value| minor(side, "amount_minor");
        let (difference, side) = match self.class.as_str() {
            "missing_here" => (
                amount(&self.theirs)?.checked_sub(fee(&self.theirs))?,
                &self.theirs,
            ),
            "missing_there" => {
                let given_back = minor(&self.ours, "given_back_minor").unwrap_or(0);
                let kept = amount(&self.ours)?.checked_sub(given_back)?;
                (fee(&self.ours).checked_sub(kept)?, &self.ours)
            }
            "amount_differs" => (
                amount(&self.theirs)?.checked_sub(amount(&self.ours)?)?,
                &self.ours,
            ),
            "fee_differs" => (fee(&self.ours).checked_sub(fee(&self.theirs))?, &self.ours),
            _ => return None,
        };
        let currency = side.get("currency")?.as_str()?.to_owned();
        (difference != 0).then_some((difference, currency))
    }
}

/// A capture, as far as its fee is concerned.
#[derive(Debug, Clone)]
pub(crate) struct BookedCapture {
    pub(crate) id: CaptureId,
    pub(crate) attempt_id: AttemptId,
    pub(crate) order_id: OrderId,
    pub(crate) provider_reference: String,
    pub(crate) amount: Money,
    pub(crate) fee_minor: i64,
    /// How often its fee was corrected.
    pub(crate) fee_corrections: i32,
}

/// What a person does about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BreakAction {
    /// It is as it should be; nothing is booked. The same difference is not shown again.
    Dismiss,
    /// The difference is given up, and booked so.
    WriteOff,
}

impl BreakAction {
    /// The word that is stored.
    pub(crate) const fn resolution(self) -> &'static str {
        match self {
            Self::Dismiss => "dismissed",
            Self::WriteOff => "written_off",
        }
    }
}

/// The pause after so many calls in a row without an answer, at the least what the provider
/// asked for.
pub(crate) fn pause(calls_failed: i32, asked_for: Option<u64>) -> TimeDelta {
    let doublings = calls_failed.clamp(1, 7) - 1;
    let own = TimeDelta::minutes((1_i64 << doublings).min(60));
    let asked_for = asked_for.and_then(|seconds| i64::try_from(seconds).ok());
    asked_for.map_or(own, |seconds| own.max(TimeDelta::seconds(seconds)))
}

/// When the daily comparison of the day of `now` is due, and whether that is over.
pub(crate) fn is_due(
    at: NaiveTime,
    last_started: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let today = now.date_naive().and_time(at).and_utc();
    let due = if today <= now {
        today
    } else {
        today - TimeDelta::days(1)
    };
    last_started.is_none_or(|started| started < due)
}
