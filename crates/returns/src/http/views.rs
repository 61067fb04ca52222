//! How a return goes over the wire.

use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, RefundId, ReturnId, StaffId, VariantId};
use kit::{Conn, Result, http::Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{Resolution, Return, ReturnLine, ReturnReason, ReturnState},
    store::{self, Exchange, Stepped},
};

/// A return, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct ReturnView {
    pub(super) id: ReturnId,
    order_id: OrderId,
    /// The first return of an order is 1.
    number: i32,
    state: ReturnState,
    lines: Vec<ReturnLineView>,
    note: String,
    /// None when the buyer asked for it.
    opened_by: Option<StaffId>,
    refund_ids: Vec<RefundId>,
    exchanges: Vec<ExchangeView>,
    history: Vec<StepView>,
    requested_at: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
    pub(super) version: i64,
}

/// Units of a line that come back, and what became of them.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct ReturnLineView {
    variant_id: VariantId,
    quantity: i64,
    reason: ReturnReason,
    resolution: Resolution,
    /// Where they came to.
    location_id: Option<LocationId>,
    /// Units that came and can be sold again.
    restocked: i64,
    /// Units that came and cannot.
    written_off: i64,
    /// Units for which money is promised or given.
    refunded: i64,
    /// Units for which others were sent.
    exchanged: i64,
}

/// Units that were sent in the place of others.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct ExchangeView {
    variant_id: VariantId,
    quantity: i64,
    location_id: LocationId,
    carrier: String,
    tracking_number: String,
    sent_by: StaffId,
    sent_at: DateTime<Utc>,
}

/// A step of a return.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct StepView {
    from: Option<String>,
    to: String,
    note: String,
    /// None when the buyer did it.
    staff_id: Option<StaffId>,
    occurred_at: DateTime<Utc>,
}

/// A return, as its buyer sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnReturnView {
    id: ReturnId,
    order_id: OrderId,
    number: i32,
    state: ReturnState,
    lines: Vec<OwnReturnLineView>,
    note: String,
    /// What the shop said last.
    answer: String,
    requested_at: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
}

/// Units of a line that come back, as their buyer sees them.
#[derive(Serialize, ToSchema)]
struct OwnReturnLineView {
    variant_id: VariantId,
    quantity: i64,
    reason: ReturnReason,
    resolution: Resolution,
    /// Units that have come.
    received: i64,
    /// Units for which money is promised or given.
    refunded: i64,
    /// Units for which others were sent.
    exchanged: i64,
}

impl From<ReturnLine> for ReturnLineView {
    fn from(line: ReturnLine) -> Self {
        Self {
            variant_id: line.variant_id,
            quantity: line.quantity,
            reason: line.reason,
            resolution: line.resolution,
            location_id: line.location_id,
            restocked: line.restocked,
            written_off: line.written_off,
            refunded: line.refunded,
            exchanged: line.exchanged,
        }
    }
}

impl From<ReturnLine> for OwnReturnLineView {
    fn from(line: ReturnLine) -> Self {
        Self {
            variant_id: line.variant_id,
            quantity: line.quantity,
            reason: line.reason,
            resolution: line.resolution,
            received: line.restocked + line.written_off,
            refunded: line.refunded,
            exchanged: line.exchanged,
        }
    }
}

/// All that views of some returns are made of.
struct Parts {
    lines: Vec<ReturnLine>,
    refunds: Vec<(ReturnId, RefundId)>,
    exchanges: Vec<Exchange>,
    steps: Vec<Stepped>,
}

impl Parts {
    async fn read(conn: &Conn, returns: &[Return]) -> Result<Self> {
        let ids: Vec<ReturnId> = returns.iter().map(|one| one.id).collect();
        Ok(Self {
            lines: store::list_lines(conn, &ids).await?,
            refunds: store::list_refunds(conn, &ids).await?,
            exchanges: store::list_exchanges(conn, &ids).await?,
            steps: store::list_steps(conn, &ids).await?,
        })
    }

    fn lines_of(&self, id: ReturnId) -> impl Iterator<Item = ReturnLine> {
        let own = self.lines.iter().filter(move |line| line.return_id == id);
        own.copied()
    }

    fn view(&self, one: Return) -> ReturnView {
        let exchanges = self
            .exchanges
            .iter()
            .filter(|sent| sent.return_id == one.id);
        let steps = self.steps.iter().filter(|step| step.return_id == one.id);
        let refunds = self.refunds.iter().filter(|refund| refund.0 == one.id);
        ReturnView {
            lines: self.lines_of(one.id).map(ReturnLineView::from).collect(),
            refund_ids: refunds.map(|refund| refund.1).collect(),
            exchanges: exchanges.map(ExchangeView::from).collect(),
            history: steps.map(StepView::from).collect(),
            id: one.id,
            order_id: one.order_id,
            number: one.number,
            state: one.state,
            note: one.note,
            opened_by: one.opened_by,
            requested_at: one.requested_at,
            received_at: one.received_at,
            version: one.version,
        }
    }

    fn own_view(&self, one: Return) -> OwnReturnView {
        let steps = self.steps.iter().filter(|step| step.return_id == one.id);
        let answer = steps.map(|step| step.note.as_str()).next_back();
        OwnReturnView {
            answer: answer.unwrap_or_default().to_owned(),
            lines: self.lines_of(one.id).map(OwnReturnLineView::from).collect(),
            id: one.id,
            order_id: one.order_id,
            number: one.number,
            state: one.state,
            note: one.note,
            requested_at: one.requested_at,
            received_at: one.received_at,
        }
    }
}

impl From<&Exchange> for ExchangeView {
    fn from(sent: &Exchange) -> Self {
        Self {
            variant_id: sent.variant_id,
            quantity: sent.quantity,
            location_id: sent.location_id,
            carrier: sent.carrier.clone(),
            tracking_number: sent.tracking_number.clone(),
            sent_by: sent.sent_by,
            sent_at: sent.sent_at,
        }
    }
}

impl From<&Stepped> for StepView {
    fn from(step: &Stepped) -> Self {
        Self {
            from: step.from.clone(),
            to: step.to.clone(),
            note: step.note.clone(),
            staff_id: step.staff_id,
            occurred_at: step.occurred_at,
        }
    }
}

/// A page of returns as staff see them.
pub(super) async fn page_of(conn: &Conn, page: Page<Return>) -> Result<Page<ReturnView>> {
    let parts = Parts::read(conn, &page.data).await?;
    Ok(page.map(|one| parts.view(one)))
}

/// A return as staff see it.
pub(super) async fn view(conn: &Conn, one: Return) -> Result<ReturnView> {
    let parts = Parts::read(conn, std::slice::from_ref(&one)).await?;
    Ok(parts.view(one))
}

/// Returns as their buyer sees them.
pub(super) async fn own_views(conn: &Conn, returns: Vec<Return>) -> Result<Vec<OwnReturnView>> {
    let parts = Parts::read(conn, &returns).await?;
    let views = returns.into_iter().map(|one| parts.own_view(one));
    Ok(views.collect())
}
