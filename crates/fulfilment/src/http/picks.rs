//! What waits to be packed.

use axum::extract::State;
use catalogue::Texts;
use chrono::{DateTime, Utc};
use ids::{LocationId, OrderId, VariantId};
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query},
};
use serde::{Deserialize, Serialize};
use staff::{CanReadOrders, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::store::{self, ToPick};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_picks))
}

/// Units of an order that stand at a location and wait to be packed.
#[derive(Serialize, ToSchema)]
struct PickView {
    order_id: OrderId,
    #[schema(example = 1001)]
    number: i64,
    paid_at: DateTime<Utc>,
    location_id: LocationId,
    variant_id: VariantId,
    sku: String,
    title: Texts,
    quantity: i64,
}

impl From<ToPick> for PickView {
    fn from(pick: ToPick) -> Self {
        Self {
            order_id: pick.order_id,
            number: pick.number,
            paid_at: pick.paid_at,
            location_id: pick.location_id,
            variant_id: pick.variant_id,
            sku: pick.sku,
            title: pick.title,
            quantity: pick.quantity,
        }
    }
}

/// Where; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListPicks {
    /// At this location only.
    #[param(value_type = Option<uuid::Uuid>)]
    location_id: Option<LocationId>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PickCursor {
    number: i64,
    location_id: LocationId,
    variant_id: VariantId,
}

impl Cursor for PickCursor {}

/// List what waits to be packed
///
/// The units of paid orders that have not left, where they stand; the oldest order first.
#[utoipa::path(
    get, path = "/api/v1/admin/pick-list/", operation_id = "listPicks", tag = "Admin: orders",
    params(ListPicks),
    responses((status = 200, body = Page<PickView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_picks(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListPicks>,
) -> Result<Page<PickView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<PickCursor>()?;
    let after = after.map(|after| (after.number, after.location_id, after.variant_id));
    let conn = kit.db.read().await?;
    let picks = store::list_to_pick(&conn, query.location_id, after, limit + 1).await?;
    let page = Page::cut(picks, limit, |pick: &ToPick| PickCursor {
        number: pick.number,
        location_id: pick.location_id,
        variant_id: pick.variant_id,
    })?;
    Ok(page.map(PickView::from))
}
