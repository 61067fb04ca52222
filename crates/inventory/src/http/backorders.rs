//! Who waits for what was sold beyond the stock.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{BackorderId, OrderId, VariantId};
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{model::Backorder, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_backorders))
}

/// Units that an order waits for.
#[derive(Serialize, ToSchema)]
struct BackorderView {
    id: BackorderId,
    order_id: OrderId,
    variant_id: VariantId,
    /// Units that were not there when it was placed.
    quantity: i64,
    /// Of these, units that have not come yet.
    waiting: i64,
    /// Whether the order is paid: then what comes leaves the shelf at once.
    is_paid: bool,
    created_at: DateTime<Utc>,
}

impl From<Backorder> for BackorderView {
    fn from(backorder: Backorder) -> Self {
        Self {
            id: backorder.id,
            order_id: backorder.order_id,
            variant_id: backorder.variant_id,
            quantity: backorder.quantity,
            waiting: backorder.waiting,
            is_paid: backorder.is_paid,
            created_at: backorder.created_at,
        }
    }
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListBackorders {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `page.next_cursor` of the page before.
    cursor: Option<String>,
    /// Those that wait for this variant.
    #[param(value_type = Option<uuid::Uuid>)]
    variant_id: Option<VariantId>,
}

#[derive(Serialize, Deserialize)]
struct BackorderCursor(i64);

impl Cursor for BackorderCursor {}

/// List the orders that wait for stock
///
/// In the order of their arrival, in which they are given what comes. An order is in it as long as
/// units are missing.
#[utoipa::path(
    get, path = "/api/v1/admin/inventory/backorders/", operation_id = "listBackorders",
    tag = "Admin: inventory", params(ListBackorders),
    responses((status = 200, body = Page<BackorderView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_backorders(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Query(query): Query<ListBackorders>,
) -> Result<Page<BackorderView>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let after = page
        .cursor::<BackorderCursor>()?
        .map_or(0, |cursor| cursor.0);
    let conn = kit.db.read().await?;
    let rows = store::list_waiting(&conn, query.variant_id, after, limit).await?;
    let page = Page::cut(rows, limit, |backorder| BackorderCursor(backorder.sequence))?;
    Ok(page.map(BackorderView::from))
}
