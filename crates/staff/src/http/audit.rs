//! Reading the audit trail.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::StaffId;
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::Staff;
use crate::{
    model::{AuditEntry, AuditFilter, CanManageStaff},
    store,
};

/// Which entries, and how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what this member of the staff did.
    #[param(value_type = Option<Uuid>)]
    staff_id: Option<StaffId>,
    /// Only what was done to this thing.
    subject_id: Option<Uuid>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

/// An entry of the audit trail.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntryView {
    id: Uuid,
    /// Who; null for the command line.
    staff_id: Option<StaffId>,
    /// Their address today.
    staff_email: Option<String>,
    /// What was done.
    action: String,
    /// To what kind of thing.
    subject_kind: String,
    /// To which one.
    subject_id: Uuid,
    /// What it was; null when it was new.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What it is since then; null when it is gone.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// The request that did it.
    request_id: Option<String>,
    occurred_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct AuditCursor(Uuid);

impl Cursor for AuditCursor {}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            staff_id: entry.staff_id,
            staff_email: entry.staff_email,
            action: entry.action,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id,
            before: entry.before,
            after: entry.after,
            request_id: entry.request_id,
            occurred_at: entry.occurred_at,
        }
    }
}

/// List the audit trail
///
/// Every change that a member of the staff made, newest first. Needs `staff.manage`.
#[utoipa::path(
    get,
    path = "/api/v1/admin/audit/",
    operation_id = "listAuditEntries",
    tag = "Admin: staff",
    security(("bearer" = [])),
    params(AuditQuery),
    responses(
        (status = 200, description = "A page of entries.", body = Page<AuditEntryView>,
            example = json!({
                "data": [{
                    "id": "019aab00-0000-7000-8000-0000000000f1",
                    "staff_id": "019aab00-0000-7000-8000-000000000001",
                    "staff_email": "owner@example.com",
                    "action": "stock.adjusted",
                    "subject_kind": "variant",
                    "subject_id": "019aab00-0000-7000-8000-000000000002",
                    "before": {"on_hand": 3},
                    "after": {"on_hand": 10},
                    "request_id": "0b9f2c1e-2f9f-4f3c-9b1e-2a4a5f6d7c8e",
                    "occurred_at": "2026-11-22T09:30:00Z"
                }],
                "page": {"next_cursor": null, "has_more": false}
            })
        ),
        ProblemResponses
    )
)]
pub(crate) async fn list_audit(
    State(kit): State<Kit>,
    _: Staff<CanManageStaff>,
    Query(query): Query<AuditQuery>,
) -> Result<Page<AuditEntryView>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let filter = AuditFilter {
        staff_id: query.staff_id,
        subject_id: query.subject_id,
        before_id: page.cursor::<AuditCursor>()?.map(|cursor| cursor.0),
    };
    let conn = kit.db.read().await?;
    let entries = store::list_audit(&conn, &filter, limit).await?;
    let page = Page::cut(entries, limit, |entry| AuditCursor(entry.id))?;
    Ok(page.map(AuditEntryView::from))
}
