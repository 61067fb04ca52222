//! The books as a file for the accountant. Made page by page, so that its length costs no memory.

use std::io;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use http::{HeaderName, HeaderValue, header};
use kit::{
    Db, Kit, Result,
    http::{ProblemResponses, Query},
};
use serde::Deserialize;
use staff::{CanReadBooks, Staff};
use utoipa::IntoParams;

use super::range;
use crate::{
    actions,
    model::{Day, Export},
    store,
};

/// Which stretch; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportLedger {
    /// What was booked at this instant (RFC 3339) or later; without it from the first entry on.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// What was booked before this instant (RFC 3339); without it up to now.
    #[param(example = "2026-12-01T00:00:00Z")]
    to: Option<DateTime<Utc>>,
}

/// Export what was booked, as CSV for the accountant
///
/// UTF-8, RFC 4180, oldest first. Each entry is two lines with the same number: what is debited,
/// what is credited. `date` is UTC, amounts are decimals, `sequence` and `hash` are the entry's
/// place in the chain of hashes, empty for entries of the last minute. A text that a spreadsheet
/// would take for a formula has an apostrophe in front.
///
/// The headers `x-ledger-closed-day` and `x-ledger-closing-hash` name the last day of the chain
/// that is closed, and its hash.
#[utoipa::path(
    get, path = "/api/v1/admin/ledger/export/", operation_id = "exportLedger",
    tag = "Admin: books", params(ExportLedger),
    responses(
        (status = 200, body = String, content_type = "text/csv",
            headers(
                ("x-ledger-closed-day" = String, description = "The last day that is closed"),
                ("x-ledger-closing-hash" = String, description = "The hash that closes it"),
            ),
            example = json!("entry,date,account,title,debit,credit,currency,order,memo,fact,\
sequence,hash\r\n1,2026-11-22T09:14:05.120000Z,held:chapa,Money that Chapa holds for the shop,\
1250.00,,ETB,1042,a charge,capture:01928f6e-7b1c-7e0a-9d3c-5f1f6d1f0a11,317,9f86d081884c7d65…\r\n\
1,2026-11-22T09:14:05.120000Z,orders,\"What buyers paid for orders, less what was given back\",,\
1250.00,ETB,1042,a charge,capture:01928f6e-7b1c-7e0a-9d3c-5f1f6d1f0a11,317,9f86d081884c7d65…\r\n")),
        ProblemResponses
    ),
    security(("bearer" = []))
)]
pub(super) async fn export_ledger(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(query): Query<ExportLedger>,
) -> Result<Response> {
    let range = range(query.from, query.to, kit.clock.now())?;
    let mut export = Export::of(range);
    // What can go wrong at once is answered as a problem, not as a file that breaks off.
    let conn = kit.db.read().await?;
    let closed = store::list_days(&conn, None, 2).await?;
    let closed = closed.into_iter().find(|day| day.closed_at.is_some());
    let first = actions::export_page(&conn, &mut export).await?;
    drop(conn);
    let first = stream::iter(first.map(|text| Ok(Bytes::from(text))));
    let rest = stream::try_unfold((kit.db, export), next_page);
    let body = Body::from_stream(stream::StreamExt::chain(first, rest));
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response();
    let name = format!(
        "attachment; filename=\"ledger-{}-{}.csv\"",
        range.from.format("%Y%m%d"),
        range.to.format("%Y%m%d")
    );
    set(&mut response, header::CONTENT_DISPOSITION, &name);
    if let Some(Day {
        day, closing_hash, ..
    }) = closed
    {
        let name = HeaderName::from_static;
        set(&mut response, name("x-ledger-closed-day"), &day.to_string());
        let hash = hex::encode(closing_hash);
        set(&mut response, name("x-ledger-closing-hash"), &hash);
    }
    Ok(response)
}

/// A page is read when the one before has left; no connection is held in between.
/// A fault breaks the connection off, so that nobody takes half a file for a whole one.
async fn next_page((db, mut export): (Db, Export)) -> io::Result<Option<(Bytes, (Db, Export))>> {
    let page = async {
        let conn = db.read().await?;
        actions::export_page(&conn, &mut export).await
    };
    match page.await {
        Ok(page) => Ok(page.map(|text| (Bytes::from(text), (db, export)))),
        Err(error) => {
            tracing::error!(%error, "an export of the books broke off");
            Err(io::Error::other("the export broke off"))
        }
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
