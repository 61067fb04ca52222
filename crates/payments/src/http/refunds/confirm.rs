//! A person says how a refund ended, where nobody else can.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use ids::RefundId;
use kit::{
    Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses, body::invalid_member},
};
use serde::Deserialize;
use staff::{CanRefund, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::RefundView;
use crate::{
    actions::{self, Confirmed},
    jobs::Gateway,
    model::PaymentRefusal,
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(confirm_refund))
}

/// How a refund ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "outcome": "refunded", "reference": "FT26326ABCDE",
    "note": "seen on the provider's statement of 22 November"
}))]
struct ConfirmRefund {
    outcome: RefundOutcome,
    /// The provider's or the bank's reference of the refund.
    #[schema(max_length = 100)]
    reference: Option<String>,
    /// How you know.
    #[schema(min_length = 1, max_length = 500)]
    note: String,
}

/// Whether the buyer has the money.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RefundOutcome {
    /// The buyer has it.
    Refunded,
    /// It certainly did not go and will not; its amount is free again.
    NotRefunded,
}

impl ConfirmRefund {
    fn check(&self) -> Result<()> {
        let note = self.note.trim();
        if note.is_empty() || note.chars().count() > 500 {
            let reason = "it must have from 1 to 500 characters";
            return Err(invalid_member("/note", reason));
        }
        let is_plain = |text: &str| {
            (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !self.reference.as_deref().is_none_or(is_plain) {
            let reason = "it must have from 1 to 100 printable ASCII characters without spaces";
            return Err(invalid_member("/reference", reason));
        }
        Ok(())
    }
}

/// Say how a refund ended
///
/// For refunds that staff give by hand (cash, bank transfer), and for those of which the provider
/// knows nothing any more. Look it up at the provider first: nothing takes it back.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/refunds/{id}/confirm/", operation_id = "confirmRefund",
    tag = "Admin: payments",
    params(("id" = RefundId, Path), ("Idempotency-Key" = String, Header)),
    request_body = ConfirmRefund,
    responses((status = 200, body = RefundView), ProblemResponses),
    security(("bearer" = []))
)]
async fn confirm_refund(
    staff: Staff<CanRefund>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(id): PathId<RefundId>,
    header: IdempotencyHeader,
    body: Body<ConfirmRefund>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "confirmRefund", body.fingerprint)?;
    body.value.check()?;
    let (kit, gateway, key, staff, body) = (&kit, &*gateway, &key, &staff, &body.value);
    kit.db
        .retrying(move || confirm_once(kit, gateway, key, (staff, id, body)))
        .await
}

async fn confirm_once(
    kit: &Kit,
    gateway: &Gateway,
    key: &Idempotency,
    (staff, id, body): (&Staff<CanRefund>, RefundId, &ConfirmRefund),
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("confirm_refund").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let refund = store::find_refund(&tx, id).await?;
    let refund = refund.ok_or(PaymentRefusal::RefundNotFound)?;
    let word = Confirmed {
        is_refunded: body.outcome == RefundOutcome::Refunded,
        reference: body.reference.as_deref(),
        note: body.note.trim(),
        staff_id: staff.id,
        is_by_hand: gateway.refunds_by_hand(refund.provider),
    };
    let (before, after) = actions::confirm_refund(&tx, id, &word, now).await?;
    let lines = store::list_refund_lines(&tx, &[id]).await?;
    let (before, after) = (
        RefundView::of(before, &lines),
        RefundView::of(after, &lines),
    );
    let what = ("refund.confirm", "refund", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    key.clone().commit(tx, StatusCode::OK, &after).await
}
