//! Staff confirm cash and transfers, or say that the money never came.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::AttemptId;
use kit::{
    Error, Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses, body::invalid_member},
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanManagePayments, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::admin::AttemptAdminView;
use crate::{
    actions,
    jobs::Gateway,
    model::{Attempt, Mode, PaymentRefusal, StaffReport, SurplusPolicies},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(confirm_attempt))
        .routes(routes!(reject_attempt))
}

/// Money that a member of the staff has seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "amount": {"amount": 129_900, "currency": "ETB"},
    "reference": "FT26326BLC41",
    "received_at": "2026-11-22T08:15:00Z",
    "note": "statement of 22 November, page 2"
}))]
struct ConfirmAttemptBody {
    /// What came, to the last santim, whatever was asked for.
    amount: Money,
    /// The reference on the bank's statement, or the number of the receipt; one payment each.
    #[schema(min_length = 1, max_length = 64)]
    reference: String,
    /// When it came; now without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    received_at: Option<DateTime<Utc>>,
    /// For colleagues; kept in the audit trail.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// Why an attempt is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "the buyer was not at home and does not answer" }))]
struct RejectAttemptBody {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

const REFERENCE_CHARS_MAX: usize = 64;
const NOTE_CHARS_MAX: usize = 500;

/// What is written into the audit trail.
#[derive(Serialize)]
struct Decided<'a> {
    attempt: &'a AttemptAdminView,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<Confirmed<'a>>,
}

#[derive(Serialize)]
struct Confirmed<'a> {
    amount: Money,
    reference: &'a str,
    received_at: DateTime<Utc>,
    note: &'a str,
}

impl ConfirmAttemptBody {
    fn report(&self, staff: &Staff<CanManagePayments>, now: DateTime<Utc>) -> Result<StaffReport> {
        let reference = self.reference.trim();
        if reference.is_empty() || reference.chars().count() > REFERENCE_CHARS_MAX {
            return Err(invalid_member(
                "/reference",
                "it must have 1 to 64 characters",
            ));
        }
        if reference.chars().any(char::is_control) {
            return Err(invalid_member("/reference", "it must be on one line"));
        }
        if self.amount.minor() <= 0 {
            return Err(invalid_member(
                "/amount/amount",
                "it must be more than nothing",
            ));
        }
        let received_at = self.received_at.unwrap_or(now);
        if received_at > now {
            return Err(invalid_member(
                "/received_at",
                "it must not be in the future",
            ));
        }
        if self.note.chars().count() > NOTE_CHARS_MAX {
            return Err(invalid_member(
                "/note",
                "it must have at most 500 characters",
            ));
        }
        Ok(StaffReport {
            staff_id: staff.id,
            amount: self.amount,
            reference: reference.to_owned(),
            received_at,
        })
    }
}

/// Confirm that the money of a cash or bank payment came
///
/// Exactly what was asked for pays the order, if it still waits. Another amount or currency, or
/// money that comes when the order is gone, is recorded and waits in the reviews; it is never
/// applied. The same confirmation again answers the same and records nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/attempts/{id}/confirm/",
    operation_id = "confirmPaymentAttempt", tag = "Admin: payments",
    params(("id" = AttemptId, Path), ("Idempotency-Key" = String, Header)),
    request_body = ConfirmAttemptBody,
    responses((status = 200, body = AttemptAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn confirm_attempt(
    staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    Extension(gateway): Extension<Arc<Gateway>>,
    PathId(id): PathId<AttemptId>,
    header: IdempotencyHeader,
    body: Body<ConfirmAttemptBody>,
) -> Result<Response> {
    let report = body.value.report(&staff, kit.clock.now())?;
    let key = header.required(staff.principal(), "confirmPaymentAttempt", body.fingerprint)?;
    let (staff, kit, key, note) = (&staff, &kit, &key, body.value.note.as_str());
    let (report, terms) = (&report, (gateway.mode(), gateway.policies()));
    kit.db
        .retrying(move || confirm_once(staff, kit, key, id, report, terms, note))
        .await
}

async fn confirm_once(
    staff: &Staff<CanManagePayments>,
    kit: &Kit,
    key: &Idempotency,
    id: AttemptId,
    report: &StaffReport,
    terms: (Mode, SurplusPolicies),
    note: &str,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("confirm_payment_by_hand").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let attempt = find(&tx, id).await?;
    let confirmed = actions::confirm_by_hand(&tx, &attempt, report, terms, now).await;
    let (before, after) = confirmed.map_err(taken)?;
    let (before, after) = (
        AttemptAdminView::from(before),
        AttemptAdminView::from(after),
    );
    let decided = Decided {
        attempt: &after,
        confirmed: Some(Confirmed {
            amount: report.amount,
            reference: &report.reference,
            received_at: report.received_at,
            note,
        }),
    };
    let shown = Decided {
        attempt: &before,
        confirmed: None,
    };
    let what = ("payment.confirm", "payment_attempt", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&decided), now)
        .await?;
    key.clone().commit(tx, StatusCode::OK, &after).await
}

/// Say that the money of a cash or bank payment never came
///
/// Closes the payment. The order can be paid in another way until its time is over. Money that
/// comes all the same can still be confirmed.
#[utoipa::path(
    post, path = "/api/v1/admin/payments/attempts/{id}/reject/",
    operation_id = "rejectPaymentAttempt", tag = "Admin: payments",
    params(("id" = AttemptId, Path), ("Idempotency-Key" = String, Header)),
    request_body = RejectAttemptBody,
    responses((status = 200, body = AttemptAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn reject_attempt(
    staff: Staff<CanManagePayments>,
    State(kit): State<Kit>,
    PathId(id): PathId<AttemptId>,
    header: IdempotencyHeader,
    body: Body<RejectAttemptBody>,
) -> Result<Response> {
    let reason = body.value.reason.trim();
    if reason.is_empty() || reason.chars().count() > NOTE_CHARS_MAX {
        return Err(invalid_member(
            "/reason",
            "it must have 1 to 500 characters",
        ));
    }
    let key = header.required(staff.principal(), "rejectPaymentAttempt", body.fingerprint)?;
    let now = kit.clock.now();
    let tx = kit.db.begin("reject_payment_by_hand").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let attempt = find(&tx, id).await?;
    let (before, after) = actions::reject_by_hand(&tx, &attempt, reason, now).await?;
    let (before, after) = (
        AttemptAdminView::from(before),
        AttemptAdminView::from(after),
    );
    let what = ("payment.reject", "payment_attempt", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    key.commit(tx, StatusCode::OK, &after).await
}

async fn find(conn: &kit::Conn, id: AttemptId) -> Result<Attempt> {
    let found = store::find_attempt(conn, id).await?;
    Ok(found.ok_or(PaymentRefusal::AttemptNotFound)?)
}

/// Two reports with one reference at the same time: the second one is told like a later one.
fn taken(error: Error) -> Error {
    match error.constraint() {
        Some("captures_provider_reference_key") => PaymentRefusal::ReferenceTaken.into(),
        _ => error,
    }
}
