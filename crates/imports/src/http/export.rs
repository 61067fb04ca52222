//! Products as a file, made page by page, so that its length costs no memory.

use std::io;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use kit::{
    Db, Kit, Result,
    http::{ProblemResponses, Query, body::invalid_parameter},
};
use serde::Deserialize;
use staff::{CanEditCatalogue, Staff};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::{self, ExportFile},
    model::Dialect,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(export_products))
}

/// How a file is to be written; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportProducts {
    /// `comma` (the default) or `semicolon`.
    #[param(example = "semicolon")]
    delimiter: Option<String>,
    /// Whether the file begins with the mark by which spreadsheets know UTF-8.
    bom: Option<bool>,
}

/// Export products as CSV
///
/// All of them, with every variant, as `createProductImport` reads them: what is exported and
/// imported again is as it was. UTF-8, RFC 4180; a text that a spreadsheet would take for a formula
/// has an apostrophe in front. Prices are those without price lists.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/export/", operation_id = "exportProducts",
    tag = "Admin: catalogue", params(ExportProducts),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            example = json!("sku,slug,status,currency,price\r\nCUP,cup,published,ETB,120.00\r\n")),
        ProblemResponses
    ),
    security(("bearer" = []))
)]
async fn export_products(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<ExportProducts>,
) -> Result<Response> {
    let has_semicolons = match query.delimiter.as_deref().unwrap_or("comma") {
        "comma" => false,
        "semicolon" => true,
        _ => {
            let rule = "it must be comma or semicolon";
            return Err(invalid_parameter("delimiter", rule));
        }
    };
    let dialect = Dialect {
        has_semicolons,
        has_mark: query.bom.unwrap_or(false),
    };
    // What can go wrong at once is answered as a problem, not as a file that breaks off.
    let (file, head) = {
        let conn = kit.db.read().await?;
        let (mut file, head) = actions::export_head(&conn, dialect).await?;
        let first = actions::export_page(&conn, &mut file).await?;
        (file, head + &first.unwrap_or_default())
    };
    let first = stream::iter([Ok(Bytes::from(head))]);
    let rest = stream::try_unfold((kit.db, file), next_page);
    let body = axum::body::Body::from_stream(stream::StreamExt::chain(first, rest));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"products.csv\"",
        ),
    ];
    Ok((headers, body).into_response())
}

/// A page is read when the one before has left; no connection is held in between. A fault breaks
/// the connection off, so that nobody takes half a file for a whole one.
async fn next_page(
    (db, mut file): (Db, ExportFile),
) -> io::Result<Option<(Bytes, (Db, ExportFile))>> {
    let page = async {
        let conn = db.read().await?;
        actions::export_page(&conn, &mut file).await
    };
    match page.await {
        Ok(None) => Ok(None),
        Ok(Some(text)) => Ok(Some((Bytes::from(text), (db, file)))),
        Err(error) => {
            tracing::error!(%error, "an export of products broke off");
            Err(io::Error::other("the export broke off"))
        }
    }
}
