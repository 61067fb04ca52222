//! What staff see of invoices, and the one that they ask for.

use std::sync::Arc;

use axum::{Extension, extract::State};
use chrono::{DateTime, Utc};
use ids::{InvoiceId, OrderId};
use kit::{
    Kit, Result,
    http::{
        Cursor, Page, PageQuery, PathId, ProblemResponses, Query, body::invalid_parameter, page,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanManageOrders, CanReadOrders, Staff};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::read::InvoiceView;
use crate::{
    actions,
    model::{Issued, Kind, SellerSettings},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_invoices))
        .routes(routes!(issue_invoice))
}

/// Which documents; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInvoices {
    /// `invoice` or `credit_note`.
    #[param(example = "invoice")]
    kind: Option<String>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceCursor {
    #[serde(deserialize_with = "page::instant")]
    issued_at: DateTime<Utc>,
    id: InvoiceId,
}

impl Cursor for InvoiceCursor {}

/// List invoices and credit notes, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/invoices/", operation_id = "listInvoices", tag = "Admin: orders",
    params(ListInvoices),
    responses((status = 200, body = Page<InvoiceView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_invoices(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ListInvoices>,
) -> Result<Page<InvoiceView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<InvoiceCursor>()?;
    let after = after.map(|after| (after.issued_at, after.id));
    let kind = query.kind.as_deref().map(|text| {
        let unknown = || invalid_parameter("kind", "it is invoice or credit_note");
        Kind::parse(text).ok_or_else(unknown)
    });
    let kind = kind.transpose()?;
    let conn = kit.db.read().await?;
    let invoices = store::list_invoices(&conn, kind, after, limit + 1).await?;
    let page = Page::cut(invoices, limit, |issued: &Issued| InvoiceCursor {
        issued_at: issued.issued_at,
        id: issued.id,
    })?;
    Ok(page.map(InvoiceView::from))
}

/// Issue the invoice of a paid order
///
/// It is issued by itself when the order is paid; this is for orders that were paid before there
/// were invoices. The second time it answers the first.
#[utoipa::path(
    post, path = "/api/v1/admin/orders/{id}/invoice/", operation_id = "issueInvoice",
    tag = "Admin: orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = InvoiceView), ProblemResponses), security(("bearer" = []))
)]
async fn issue_invoice(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    Extension(seller): Extension<Arc<SellerSettings>>,
    PathId(id): PathId<OrderId>,
) -> Result<axum::Json<InvoiceView>> {
    let (kit, staff, seller) = (&kit, &staff, &seller);
    kit.db
        .retrying(move || async move {
            let now = kit.clock.now();
            let tx = kit.db.begin("issue_invoice").await?;
            let issued = actions::issue_invoice(&tx, id, seller, now).await?;
            let is_new = issued.issued_at == now;
            let view = InvoiceView::from(issued);
            if is_new {
                let what = ("invoice.issue", "order", id.uuid());
                staff.record(&tx, what, None, Some(&view), now).await?;
            }
            tx.commit().await?;
            Ok(axum::Json(view))
        })
        .await
}
