//! What happened to an order, in one list.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use ids::{OrderId, StaffId};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
};
use money::Money;
use orders::OrderRefusal;
use serde::Serialize;
use staff::{CanReadOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{model::Entry, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_order_timeline))
}

/// What happened to an order, the first first.
#[derive(Serialize, ToSchema)]
struct TimelineView {
    entries: Vec<TimelineEntryView>,
}

/// Something that happened to an order.
#[derive(Serialize, ToSchema)]
struct TimelineEntryView {
    occurred_at: DateTime<Utc>,
    /// `order`, `payment`, `refund`, `parcel`, `cancellation`, `return` or `note`.
    #[schema(example = "parcel")]
    kind: String,
    /// What happened, in a word.
    #[schema(example = "shipped")]
    what: String,
    /// In words.
    text: String,
    /// Who did it, where it was staff.
    staff_id: Option<StaffId>,
    /// The refund, the parcel, the return and so on.
    subject_id: Option<Uuid>,
    amount: Option<Money>,
}

impl From<Entry> for TimelineEntryView {
    fn from(entry: Entry) -> Self {
        Self {
            occurred_at: entry.occurred_at,
            kind: entry.kind,
            what: entry.what,
            text: entry.text,
            staff_id: entry.staff_id,
            subject_id: entry.subject_id,
            amount: entry.amount,
        }
    }
}

/// Read what happened to an order
///
/// Statuses, money, parcels, returns, what was called off and what staff wrote down, in the order
/// of time.
#[utoipa::path(
    get, path = "/api/v1/admin/orders/{id}/timeline/", operation_id = "getOrderTimeline",
    tag = "Admin: orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = TimelineView), ProblemResponses), security(("bearer" = []))
)]
async fn get_order_timeline(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Json<TimelineView>> {
    let conn = kit.db.read().await?;
    if orders::find_order(&conn, id).await?.is_none() {
        return Err(OrderRefusal::NotFound.into());
    }
    let entries = store::list_timeline(&conn, id).await?;
    let entries = entries.into_iter().map(TimelineEntryView::from).collect();
    Ok(Json(TimelineView { entries }))
}
