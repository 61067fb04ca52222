//! Refunds over HTTP: staff ask for them, look at them and say how they ended; buyers see theirs.

mod buyer;
mod confirm;
mod read;
mod request;

use chrono::{DateTime, Utc};
use ids::{CaptureId, OrderId, RefundId, StaffId, VariantId};
use kit::Kit;
use money::Money;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::model::{Destination, Refund, RefundLine, RefundState};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    request::routes()
        .merge(read::routes())
        .merge(confirm::routes())
        .merge(buyer::routes())
}

/// A refund, as staff see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aab00-0000-7000-8000-000000000007",
    "reference": "rf-4ixUKlhbT0mK0oDHxq2y6Yp2eOZ8o7b1r0nqzK0h3Zk",
    "order_id": "019aab00-0000-7000-8000-000000000001",
    "capture_id": "019aab00-0000-7000-8000-000000000005",
    "provider": "chapa", "destination": "origin",
    "amount": {"amount": 64_950, "currency": "ETB"},
    "lines": [{
        "variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1,
        "amount": {"amount": 64_950, "currency": "ETB"}
    }],
    "cause": "staff", "reason": "one cup was broken", "state": "processing",
    "provider_reference": "M7QdT2x9", "failure": null,
    "requested_by": "019aab00-0000-7000-8000-000000000009",
    "created_at": "2026-11-22T09:30:00Z", "submitted_at": "2026-11-22T09:30:01Z",
    "updated_at": "2026-11-22T09:30:02Z", "finished_at": null
}))]
pub(in crate::http) struct RefundView {
    id: RefundId,
    /// The shop's own reference, which the provider was given.
    reference: String,
    order_id: OrderId,
    /// The money that it is taken from.
    capture_id: CaptureId,
    /// How the money came: `chapa`, `cash_on_delivery`, `bank_transfer` or `credit`.
    provider: String,
    /// Where it goes.
    destination: Destination,
    amount: Money,
    /// What it gives back of the order's lines; empty for an amount that belongs to none.
    lines: Vec<RefundLineView>,
    /// `staff`, `late_money`, `surplus` or `mismatch`.
    cause: String,
    reason: String,
    /// `requested`, `submitted`, `processing`, `unknown`, `succeeded`, `failed` or `reversed`.
    state: String,
    /// The provider's reference of the refund, once told.
    provider_reference: Option<String>,
    /// Why it did not go through.
    failure: Option<String>,
    requested_by: Option<StaffId>,
    created_at: DateTime<Utc>,
    /// When the provider was asked; null while it has certainly not heard of it.
    submitted_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// What was promised with it, of other parts of the order's money; in the answer to the
    /// request only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    together_with: Vec<RefundId>,
}

/// What a refund gives back of a line.
#[derive(Debug, Serialize, ToSchema)]
struct RefundLineView {
    variant_id: VariantId,
    /// Units; 0 where only the price is reduced.
    quantity: i64,
    amount: Money,
}

impl From<RefundLine> for RefundLineView {
    fn from(line: RefundLine) -> Self {
        Self {
            variant_id: line.variant_id,
            quantity: line.quantity,
            amount: line.amount,
        }
    }
}

impl RefundView {
    /// The refund with those of the lines that are its own.
    pub(in crate::http) fn of(refund: Refund, lines: &[(RefundId, RefundLine)]) -> Self {
        Self {
            lines: own_lines(refund.id, lines),
            id: refund.id,
            reference: refund.reference,
            order_id: refund.order_id,
            capture_id: refund.capture_id,
            provider: refund.provider.as_str().to_owned(),
            destination: refund.destination,
            amount: refund.amount,
            cause: refund.cause.as_str().to_owned(),
            reason: refund.reason,
            state: refund.state.as_str().to_owned(),
            provider_reference: refund.provider_reference,
            failure: refund.failure,
            requested_by: refund.requested_by,
            created_at: refund.created_at,
            submitted_at: refund.submitted_at,
            updated_at: refund.updated_at,
            finished_at: refund.finished_at,
            together_with: Vec::new(),
        }
    }

    /// The first of some refunds that were promised together.
    pub(in crate::http) fn together_with(self, others: &[Refund]) -> Self {
        let together_with = others.iter().map(|other| other.id).collect();
        Self {
            together_with,
            ..self
        }
    }
}

fn own_lines(id: RefundId, lines: &[(RefundId, RefundLine)]) -> Vec<RefundLineView> {
    lines
        .iter()
        .filter(|(of, _)| *of == id)
        .map(|(_, line)| (*line).into())
        .collect()
}

/// What the buyer is told about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RefundStatus {
    /// On its way.
    Pending,
    /// With the buyer.
    Refunded,
    /// It did not go through; the shop finds another way.
    Failed,
}

impl From<RefundState> for RefundStatus {
    fn from(state: RefundState) -> Self {
        match state {
            RefundState::Succeeded => Self::Refunded,
            RefundState::Failed | RefundState::Reversed => Self::Failed,
            _ => Self::Pending,
        }
    }
}
