//! How comparisons and differences are shown to staff.

use chrono::{DateTime, Utc};
use ids::{AttemptId, BreakId, CaptureId, OrderId, ReconciliationId, StaffId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::model::{Break, Reconciliation};

/// A comparison of our books with a provider's list of transactions.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aab00-0000-7000-8000-000000000001", "provider": "chapa", "mode": "live",
    "from_at": "2026-11-19T02:30:00Z", "to_at": "2026-11-22T02:30:00Z", "state": "done",
    "requested_by": null, "started_at": "2026-11-22T02:30:00Z",
    "finished_at": "2026-11-22T02:31:12Z", "pages_read": 41, "rows_read": 405,
    "totals": [{
        "currency": "ETB", "there_count": 318, "there_minor": 41_308_200,
        "there_fee_minor": 1_239_246, "here_count": 318, "here_minor": 41_308_200,
        "here_fee_minor": 1_239_246
    }],
    "balances": [{
        "currency": "ETB", "there_minor": 98_112_004, "there_available_minor": 98_112_004,
        "here_minor": 98_112_004
    }],
    "breaks_open": 0, "breaks_repaired": 1, "failure": null
}))]
pub(super) struct ReconciliationView {
    id: ReconciliationId,
    provider: String,
    /// `test` or `live`.
    mode: String,
    /// Charges that began then or later,
    from_at: DateTime<Utc>,
    /// and before then.
    to_at: DateTime<Utc>,
    /// `running`, `done` or `failed`.
    state: String,
    /// Who asked for it; null when it ran by its schedule or from the command line.
    requested_by: Option<StaffId>,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// Pages of the provider's list that were read.
    pages_read: i32,
    /// Rows on them.
    rows_read: i64,
    /// Per currency, charges there and here, their sums and fees; empty until it is done.
    #[schema(value_type = Vec<Object>)]
    totals: Value,
    /// Per currency, what the provider says it holds and what our books say; for information.
    #[schema(value_type = Vec<Object>)]
    balances: Value,
    /// Differences that it saw and left open.
    breaks_open: i64,
    /// Differences that it repaired.
    breaks_repaired: i64,
    /// Why it failed.
    failure: Option<String>,
}

impl From<Reconciliation> for ReconciliationView {
    fn from(run: Reconciliation) -> Self {
        Self {
            id: run.id,
            provider: run.provider.as_str().to_owned(),
            mode: run.mode.as_str().to_owned(),
            from_at: run.window.from,
            to_at: run.window.to,
            state: run.state,
            requested_by: run.requested_by,
            started_at: run.started_at,
            finished_at: run.finished_at,
            pages_read: run.pages_read,
            rows_read: run.rows_read,
            totals: run.totals,
            balances: run.balances,
            breaks_open: run.breaks_open,
            breaks_repaired: run.breaks_repaired,
            failure: run.failure,
        }
    }
}

/// A difference between our books and a provider's.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aab00-0000-7000-8000-000000000002", "provider": "chapa", "class": "missing_here",
    "provider_reference": "APqDvKx2mN8r", "capture_id": null, "attempt_id": null,
    "order_id": null, "ours": {},
    "theirs": {
        "status": "charged", "amount_minor": 25_000, "currency": "ETB", "fee_minor": 750,
        "method": "telebirr", "copies": 1
    },
    "state": "open", "repair": null, "resolution": null, "resolved_by": null, "note": null,
    "first_seen": "019aab00-0000-7000-8000-000000000001",
    "last_seen": "019aab00-0000-7000-8000-000000000001",
    "occurred_at": "2026-11-21T09:12:44Z", "opened_at": "2026-11-22T02:31:12Z",
    "updated_at": "2026-11-22T02:31:12Z", "closed_at": null
}))]
pub(super) struct BreakView {
    id: BreakId,
    provider: String,
    /// `missing_here`: a charge there that our books lack. `missing_there`: a charge of our books
    /// that the provider does not confirm. `amount_differs`, `currency_differs`, `fee_differs`,
    /// `status_differs`: the same charge, told otherwise. `duplicate_there`: one reference twice
    /// in the provider's list.
    class: String,
    /// The provider's reference of the charge.
    provider_reference: String,
    capture_id: Option<CaptureId>,
    attempt_id: Option<AttemptId>,
    order_id: Option<OrderId>,
    /// What our books say.
    #[schema(value_type = Object)]
    ours: Value,
    /// What the provider says; no personal data.
    #[schema(value_type = Object)]
    theirs: Value,
    /// `open`, `repaired` (by the shop itself) or `resolved`.
    state: String,
    /// Why it was repaired, what was before and what is after.
    #[schema(value_type = Option<Object>)]
    repair: Option<Value>,
    /// `dismissed` or `written_off` by a person, or `gone` when a later comparison no longer
    /// found it.
    resolution: Option<String>,
    resolved_by: Option<StaffId>,
    note: Option<String>,
    /// The comparison that found it.
    first_seen: ReconciliationId,
    /// The last comparison that saw it.
    last_seen: ReconciliationId,
    /// When the charge began.
    occurred_at: Option<DateTime<Utc>>,
    opened_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl From<Break> for BreakView {
    fn from(found: Break) -> Self {
        Self {
            id: found.id,
            provider: found.provider.as_str().to_owned(),
            class: found.class,
            provider_reference: found.provider_reference,
            capture_id: found.capture_id,
            attempt_id: found.attempt_id,
            order_id: found.order_id,
            ours: found.ours,
            theirs: found.theirs,
            state: found.state,
            repair: found.repair,
            resolution: found.resolution,
            resolved_by: found.resolved_by,
            note: found.note,
            first_seen: found.first_seen,
            last_seen: found.last_seen,
            occurred_at: found.occurred_at,
            opened_at: found.opened_at,
            updated_at: found.updated_at,
            closed_at: found.closed_at,
        }
    }
}
