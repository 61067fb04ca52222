//! Orders as a file, made page by page, so that its length costs no memory.

use std::io;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use http::header;
use ids::OrderId;
use kit::{
    Db, Kit, Result,
    http::{ProblemResponses, Query, body::invalid_parameter},
};
use serde::Deserialize;
use staff::{CanReadOrders, Staff};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    model::{CSV_HEADER, Row},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(export_orders))
}

const PAGE: i64 = 500;

/// Which orders; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportOrders {
    /// Placed at this instant (RFC 3339) or later; without it from the first order on.
    #[param(example = "2026-11-01T00:00:00Z")]
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    from: Option<DateTime<Utc>>,
    /// Placed before this instant (RFC 3339); without it up to now.
    #[param(example = "2026-12-01T00:00:00Z")]
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    to: Option<DateTime<Utc>>,
    /// Only orders that stand there.
    #[param(example = "paid")]
    status: Option<String>,
}

/// How far an export is.
struct Export {
    to: DateTime<Utc>,
    after: (DateTime<Utc>, OrderId),
    status: Option<String>,
    is_finished: bool,
}

/// Export orders as CSV
///
/// UTF-8, RFC 4180, a line for each order, the oldest first; amounts are decimals. A text that a
/// spreadsheet would take for a formula has an apostrophe in front.
#[utoipa::path(
    get, path = "/api/v1/admin/orders/export/", operation_id = "exportOrders",
    tag = "Admin: orders", params(ExportOrders),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            example = json!("number,placed_at,paid_at,status,fulfilment_status,return_status,\
email,phone,name,country,region,city,note,currency,subtotal,discount,shipping,tax,total,refunded,\
lines,units,id\r\n")),
        ProblemResponses
    ),
    security(("bearer" = []))
)]
async fn export_orders(
    _staff: Staff<CanReadOrders>,
    State(kit): State<Kit>,
    Query(query): Query<ExportOrders>,
) -> Result<Response> {
    let from = query.from.unwrap_or(DateTime::UNIX_EPOCH);
    let to = query.to.unwrap_or_else(|| kit.clock.now());
    if from > to {
        return Err(invalid_parameter("from", "it must not be after to"));
    }
    let words = ["pending_payment", "paid", "cancelled", "expired"];
    if let Some(status) = query.status.as_deref()
        && !words.contains(&status)
    {
        return Err(invalid_parameter("status", "it is not a status of orders"));
    }
    let mut export = Export {
        to,
        after: (from, OrderId::from_uuid(Uuid::nil())),
        status: query.status,
        is_finished: false,
    };
    // What can go wrong at once is answered as a problem, not as a file that breaks off.
    let first = CSV_HEADER.to_owned() + &page(&kit.db, &mut export).await?;
    let first = stream::iter([Ok(Bytes::from(first))]);
    let rest = stream::try_unfold((kit.db, export), next_page);
    let body = Body::from_stream(stream::StreamExt::chain(first, rest));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"orders.csv\"",
        ),
    ];
    Ok((headers, body).into_response())
}

async fn page(db: &Db, export: &mut Export) -> Result<String> {
    let conn = db.read().await?;
    let status = export.status.as_deref();
    let rows = store::list_rows(&conn, export.to, export.after, status, PAGE).await?;
    export.is_finished = i64::try_from(rows.len()).is_ok_and(|count| count < PAGE);
    if let Some(last) = rows.last() {
        export.after = (last.placed_at, last.id);
    }
    Ok(rows.iter().map(Row::csv_line).collect())
}

/// A page is read when the one before has left; no connection is held in between. A fault breaks
/// the connection off, so that nobody takes half a file for a whole one.
async fn next_page((db, mut export): (Db, Export)) -> io::Result<Option<(Bytes, (Db, Export))>> {
    if export.is_finished {
        return Ok(None);
    }
    match page(&db, &mut export).await {
        Ok(text) => Ok(Some((Bytes::from(text), (db, export)))),
        Err(error) => {
            tracing::error!(%error, "an export of orders broke off");
            Err(io::Error::other("the export broke off"))
        }
    }
}
