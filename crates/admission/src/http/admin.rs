//! A queue, as staff see it.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use ids::SaleId;
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
};
use serde::Serialize;
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{jobs::Gate, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_queue))
}

/// How a queue goes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "sale_id": "01890a5d-ac96-774b-bcce-b302099a8001",
    "starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-08T09:00:00Z",
    "slots": 200, "token_seconds": 300, "drawn_at": "2026-12-01T09:00:00.100Z",
    "waiting": 4_120, "admitted": 200, "used": 1_830, "expired": 92, "left": 31,
    "last_number": 6_273, "called_number": 2_131, "units_left": 340,
    "calls": 95, "calls_seconds": 60
}))]
struct QueueOverview {
    sale_id: SaleId,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    /// How many may have a token at once, and not have ordered yet.
    slots: Option<i32>,
    /// For how long a token counts.
    token_seconds: Option<i32>,
    /// When those who came before the start were put in order; none before.
    drawn_at: Option<DateTime<Utc>>,
    /// How many wait.
    waiting: i64,
    /// How many have a token that counts, and have not ordered yet.
    admitted: i64,
    /// How many have ordered.
    used: i64,
    /// How many have let their turn pass.
    expired: i64,
    /// How many have left.
    left: i64,
    /// The last number that was given.
    last_number: i64,
    /// The last number whose turn has come.
    called_number: i64,
    /// Of everything in the sale.
    units_left: i64,
    /// How many were called in the last `calls_seconds`: how fast the line moves.
    calls: i64,
    /// At most a minute; less when the line has not moved for so long yet.
    calls_seconds: i64,
}

/// Read a queue as staff
///
/// How many wait, have a token, have ordered, have let their turn pass or have left, and how fast
/// it goes. Asking keeps the line moving, as any shopper's question does.
#[utoipa::path(
    get, path = "/api/v1/admin/sales/{id}/queue/", operation_id = "getQueueAsStaff",
    tag = "Admin: sales", params(("id" = SaleId, Path)),
    responses((status = 200, body = QueueOverview), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_queue(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Extension(gate): Extension<Arc<Gate>>,
    PathId(id): PathId<SaleId>,
) -> Result<Json<QueueOverview>> {
    let seen = gate.see(&kit, id).await?;
    let counts = store::count_places(&kit.db.read().await?, id, kit.clock.now()).await?;
    let queue = &seen.queue;
    let (calls, calls_seconds) = seen.calls;
    Ok(Json(QueueOverview {
        sale_id: id,
        starts_at: queue.starts_at,
        ends_at: queue.ends_at,
        slots: queue.slots,
        token_seconds: queue.token_seconds,
        drawn_at: queue.drawn_at,
        waiting: counts.waiting,
        admitted: counts.admitted,
        used: counts.used,
        expired: counts.expired,
        left: counts.left,
        last_number: queue.last_number,
        called_number: queue.called_number,
        units_left: seen.units,
        calls,
        calls_seconds,
    }))
}
