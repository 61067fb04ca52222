//! The days of the chain: hashes to be kept elsewhere.

use axum::extract::State;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, ProblemResponses, Query, body::invalid_parameter},
};
use serde::{Deserialize, Serialize};
use staff::{CanReadBooks, Staff};
use utoipa::{IntoParams, ToSchema};

use crate::{model::Day, store};

/// Which page; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListLedgerDays {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct DayCursor {
    day: NaiveDate,
}

impl Cursor for DayCursor {}

/// A day of the chain of hashes over the books.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "day": "2026-11-21",
    "transfers_count": 212,
    "first_sequence": 106,
    "last_sequence": 317,
    "opening_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "closing_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "closed_at": "2026-11-22T00:00:07.031Z"
}))]
pub(super) struct LedgerDayView {
    /// UTC, by the time of sealing.
    day: NaiveDate,
    /// How many transfers were sealed on it.
    transfers_count: i64,
    first_sequence: i64,
    last_sequence: i64,
    /// The closing hash of the day before.
    opening_hash: String,
    /// Kept outside of this database, it proves every transfer up to the day's last.
    closing_hash: String,
    /// Null while the day lasts: its closing hash is then the one of its last transfer so far.
    closed_at: Option<DateTime<Utc>>,
}

impl From<Day> for LedgerDayView {
    fn from(day: Day) -> Self {
        Self {
            transfers_count: day.transfers_count(),
            day: day.day,
            first_sequence: day.first_sequence,
            last_sequence: day.last_sequence,
            opening_hash: hex::encode(day.opening_hash),
            closing_hash: hex::encode(day.closing_hash),
            closed_at: day.closed_at,
        }
    }
}

/// List the days of the books' chain of hashes, newest first
///
/// A day on which nothing was booked has no entry.
#[utoipa::path(
    get, path = "/api/v1/admin/ledger/days/", operation_id = "listLedgerDays",
    tag = "Admin: books", params(ListLedgerDays),
    responses((status = 200, body = Page<LedgerDayView>), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn list_ledger_days(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(query): Query<ListLedgerDays>,
) -> Result<Page<LedgerDayView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let before = paging.cursor::<DayCursor>()?.map(|cursor| cursor.day);
    if before.is_some_and(|day| !(1..=9999).contains(&day.year())) {
        return Err(invalid_parameter(
            "cursor",
            "it is not a cursor of this list",
        ));
    }
    let conn = kit.db.read().await?;
    let days = store::list_days(&conn, before, limit + 1).await?;
    let page = Page::cut(days, limit, |day| DayCursor { day: day.day })?;
    Ok(page.map(LedgerDayView::from))
}
