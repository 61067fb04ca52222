//! The invoices of an order, and each of them as PDF.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use customers::Caller;
use http::header;
use ids::{InvoiceId, OrderId, RefundId};
use kit::{
    Conn, Kit, Result,
    http::{PathId, ProblemResponses},
};
use money::Money;
use orders::OrderRefusal;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{InvoiceRefusal, Issued, pdf_of},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_order_invoices))
        .routes(routes!(get_invoice))
}

/// An invoice or a credit note.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceView {
    id: InvoiceId,
    order_id: OrderId,
    /// `invoice` or `credit_note`.
    #[schema(example = "invoice")]
    kind: String,
    /// Gap-free among its kind.
    #[schema(example = "INV-000001")]
    number: String,
    /// Of a credit note: the refund.
    refund_id: Option<RefundId>,
    /// What was sold, or what went back.
    total: Money,
    issued_at: DateTime<Utc>,
}

impl From<Issued> for InvoiceView {
    fn from(issued: Issued) -> Self {
        Self {
            id: issued.id,
            order_id: issued.order_id,
            kind: issued.kind.as_str().to_owned(),
            number: issued.kind.label(issued.number),
            refund_id: issued.refund_id,
            total: issued.total,
            issued_at: issued.issued_at,
        }
    }
}

/// The invoice and the credit notes of an order.
#[derive(Serialize, ToSchema)]
struct OrderInvoicesView {
    invoices: Vec<InvoiceView>,
}

async fn check_visible(conn: &Conn, id: OrderId, caller: &Caller) -> Result<()> {
    let order = orders::find_order(conn, id).await?;
    match order {
        Some(order) if order.is_visible_to(caller) => Ok(()),
        _ => Err(OrderRefusal::NotFound.into()),
    }
}

/// List the invoice and the credit notes of an order
///
/// For the order's customer, the guest with the `X-Shopper-Token` of its cart, and staff. The
/// invoice is issued once the order is paid, a credit note once a refund is with the buyer.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/invoices/", operation_id = "listOrderInvoices",
    tag = "Orders", params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderInvoicesView), ProblemResponses),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn list_order_invoices(
    caller: Caller,
    State(kit): State<Kit>,
    PathId(id): PathId<OrderId>,
) -> Result<Json<OrderInvoicesView>> {
    let conn = kit.db.read().await?;
    check_visible(&conn, id, &caller).await?;
    let invoices = store::list_invoices_of_order(&conn, id).await?;
    let invoices = invoices.into_iter().map(InvoiceView::from).collect();
    Ok(Json(OrderInvoicesView { invoices }))
}

/// Read an invoice or a credit note as PDF
///
/// In English and Amharic. The same document is the same bytes, whenever it is read.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/invoices/{invoice_id}/", operation_id = "getInvoice",
    tag = "Orders", params(("id" = OrderId, Path), ("invoice_id" = InvoiceId, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/pdf"),
        ProblemResponses
    ),
    security(("bearer" = []), ("shopper_token" = []))
)]
async fn get_invoice(
    caller: Caller,
    State(kit): State<Kit>,
    PathId((id, invoice_id)): PathId<(OrderId, InvoiceId)>,
) -> Result<Response> {
    let conn = kit.db.read().await?;
    check_visible(&conn, id, &caller).await?;
    let issued = store::find_invoice(&conn, invoice_id).await?;
    drop(conn);
    let issued = issued
        .filter(|issued| issued.order_id == id)
        .ok_or(InvoiceRefusal::NotFound)?;
    let of = (issued.kind, issued.number);
    let pdf = pdf_of(&issued.document, of, issued.issued_at)?;
    let name = format!(
        "attachment; filename=\"{}.pdf\"",
        issued.kind.label(issued.number)
    );
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, pdf).into_response())
}
