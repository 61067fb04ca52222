//! What shoppers see of a sale.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{SaleId, VariantId};
use kit::{
    Kit, Result,
    http::{PathId, ProblemResponses},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{model::SaleRefusal, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_sale))
}

/// A sale, as shoppers see it.
#[derive(Serialize, ToSchema)]
struct SaleView {
    id: SaleId,
    #[schema(example = "Coffee week")]
    name: String,
    variant_ids: Vec<VariantId>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    /// Whether an order needs a token from the queue (`joinQueue`).
    has_queue: bool,
    /// The shop's clock: a countdown is `starts_at` minus this, whatever the client's own says.
    now: DateTime<Utc>,
}

/// Read a sale
///
/// Everybody may. What is on sale can be put into a cart before the sale starts; it is ordered
/// from `starts_at` on.
#[utoipa::path(
    get, path = "/api/v1/sales/{id}/", operation_id = "getSale", tag = "Sales",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleView), ProblemResponses)
)]
async fn get_sale(
    State(kit): State<Kit>,
    PathId(id): PathId<SaleId>,
) -> Result<axum::Json<SaleView>> {
    let sale = store::find_sale(&kit.db.read().await?, id).await?;
    let sale = sale.filter(|sale| sale.closed_at.is_none());
    let sale = sale.ok_or(SaleRefusal::NotFound)?;
    Ok(axum::Json(SaleView {
        id,
        name: sale.name,
        variant_ids: sale.variant_ids,
        starts_at: sale.starts_at,
        ends_at: sale.ends_at,
        has_queue: sale.queue.is_some(),
        now: kit.clock.now(),
    }))
}
