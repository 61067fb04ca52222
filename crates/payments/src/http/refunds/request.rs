//! Asking for money to go back: promised at once, given by the provider later.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{CaptureId, OrderId, VariantId};
use kit::{
    Error, Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, ProblemResponses, body::invalid_member},
};
use money::Money;
use serde::Deserialize;
use staff::{CanRefund, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::RefundView;
use crate::{
    actions::{self, RefundWish},
    model::{Destination, WantedLine},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(request_refund))
}

const REASON_CHARS_MAX: usize = 500;
const LINES_MAX: usize = 1_000;

/// A wish to give money back: of the order, or of one capture; all that is left, an amount, or
/// some lines.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "order_id": "019aab00-0000-7000-8000-000000000001",
    "lines": [{"variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1}],
    "reason": "one cup was broken"
}))]
struct RequestRefund {
    /// The order whose payment is given back; either this or `capture_id`.
    order_id: Option<OrderId>,
    /// The money that is given back, also money that pays no order.
    capture_id: Option<CaptureId>,
    /// How much; without it and without `lines` all that is left.
    amount: Option<Money>,
    /// Which lines of the order; each at most once.
    #[serde(default)]
    #[schema(max_items = 1_000)]
    lines: Vec<RequestRefundLine>,
    /// Where it goes: `origin`, by the way it came, or `store_credit`, to the customer who
    /// ordered.
    #[serde(default)]
    destination: Destination,
    /// Why, for staff and the provider; the buyer does not see it.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What is wanted back of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RequestRefundLine {
    variant_id: VariantId,
    /// Units; 0 to reduce the price only.
    #[schema(minimum = 0, maximum = 9_999)]
    quantity: i64,
    /// Without it: what was paid for so many units of the line.
    amount: Option<Money>,
}

impl RequestRefund {
    fn check(&self) -> Result<()> {
        if self.order_id.is_some() == self.capture_id.is_some() {
            let reason = "either order_id or capture_id must be there, and not both";
            return Err(invalid_member("/order_id", reason));
        }
        if self.amount.is_some() && !self.lines.is_empty() {
            let reason = "it does not go with lines, which have amounts of their own";
            return Err(invalid_member("/amount", reason));
        }
        if self.amount.is_some_and(|amount| amount.minor() <= 0) {
            return Err(invalid_member("/amount/amount", "it must be more than 0"));
        }
        if self.lines.len() > LINES_MAX {
            return Err(invalid_member("/lines", "there must be at most 1,000"));
        }
        let reason = self.reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
            let problem = "it must have from 1 to 500 characters";
            return Err(invalid_member("/reason", problem));
        }
        let mut seen = BTreeSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            let refuse = |member: &str, reason: &str| {
                Err(invalid_member(format!("/lines/{index}/{member}"), reason))
            };
            if !seen.insert(line.variant_id.uuid()) {
                return refuse("variant_id", "the line is there twice");
            }
            if !(0..=9_999).contains(&line.quantity) {
                return refuse("quantity", "it must be from 0 to 9,999");
            }
            match line.amount {
                Some(amount) if amount.minor() <= 0 => {
                    return refuse("amount/amount", "it must be more than 0");
                }
                None if line.quantity == 0 => {
                    return refuse("quantity", "without an amount it must be more than 0");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Give money back
///
/// Sets the amount aside and asks the provider for it soon; it reaches the buyer later, see the
/// refund's `state`. An order that was paid in several parts is given back in several refunds,
/// gift cards and store credit first: the answer is the first one and names the others. Open and
/// finished refunds of a payment never add up to more than was paid,
/// whatever is asked for at the same time.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/refunds/", operation_id = "requestRefund",
    tag = "Admin: payments", params(("Idempotency-Key" = String, Header)),
    request_body = RequestRefund,
    responses((status = 201, description = "Promised", body = RefundView), ProblemResponses),
    security(("bearer" = []))
)]
async fn request_refund(
    staff: Staff<CanRefund>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<RequestRefund>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "requestRefund", body.fingerprint)?;
    body.value.check()?;
    let (kit, key, staff, body) = (&kit, &key, &staff, &body.value);
    kit.db
        .retrying(move || request_once(kit, key, staff, body))
        .await
}

async fn request_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanRefund>,
    body: &RequestRefund,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("request_refund").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let wanted = |line: &RequestRefundLine| WantedLine {
        variant_id: line.variant_id,
        quantity: line.quantity,
        amount: line.amount,
    };
    let wish = RefundWish {
        amount: body.amount,
        lines: body.lines.iter().map(wanted).collect(),
        destination: body.destination,
        reason: body.reason.trim().to_owned(),
        staff_id: staff.id,
    };
    let refunds = match (body.capture_id, body.order_id) {
        (Some(id), _) => vec![actions::request_refund(&tx, &wish.of(id), now).await?],
        (None, Some(order_id)) => actions::refund_order(&tx, order_id, wish, now).await?,
        (None, None) => return Err(invalid_member("/order_id", "it is missing")),
    };
    let Some((refund, others)) = refunds.split_first() else {
        return Err(Error::fault("a refund that was promised is none"));
    };
    let id = refund.id;
    let lines = store::list_refund_lines(&tx, &[id]).await?;
    let view = RefundView::of(refund.clone(), &lines).together_with(others);
    let what = ("refund.request", "refund", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::CREATED, &view).await
}
