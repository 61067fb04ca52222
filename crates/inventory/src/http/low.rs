//! What is low.

use axum::{Extension, extract::State};
use chrono::{DateTime, Utc};
use ids::VariantId;
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{InventorySettings, LowStock},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(list_low_stock))
}

/// A variant of which there is little.
#[derive(Serialize, ToSchema)]
struct LowStockView {
    variant_id: VariantId,
    /// Units that are there for sale, at all locations that sell.
    in_stock: i64,
    /// As few as this are low.
    threshold: i64,
    /// When that was noticed and `stock.low` announced; `null`: not yet, it is less than a minute.
    since: Option<DateTime<Utc>>,
}

impl From<LowStock> for LowStockView {
    fn from(low: LowStock) -> Self {
        Self {
            variant_id: low.variant_id,
            in_stock: low.in_stock,
            threshold: low.threshold,
            since: low.since,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct LowStockCursor(VariantId);

impl Cursor for LowStockCursor {}

/// List the variants whose stock is low
///
/// As it is now, in the order of their making. A variant is low when there are as few units as its
/// threshold (`updateStockTerms`), or as the settings say. The event `stock.low` tells of each
/// once, until it was not low any more in between.
#[utoipa::path(
    get, path = "/api/v1/admin/stock/low/", operation_id = "listLowStock",
    tag = "Admin: inventory", params(PageQuery),
    responses((status = 200, body = Page<LowStockView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_low_stock(
    _staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    Extension(settings): Extension<InventorySettings>,
    Query(query): Query<PageQuery>,
) -> Result<Page<LowStockView>> {
    let limit = query.limit()?;
    let after = query.cursor::<LowStockCursor>()?.map(|cursor| cursor.0);
    let threshold = i64::from(settings.low_stock_threshold);
    let conn = kit.db.read().await?;
    let rows = store::list_low(&conn, threshold, after, limit).await?;
    let page = Page::cut(rows, limit, |low| LowStockCursor(low.variant_id))?;
    Ok(page.map(LowStockView::from))
}
