//! The books over HTTP, for staff who may read them. Nothing here writes.

mod balances;
mod days;
mod export;
mod transfers;

use chrono::{DateTime, Datelike, Utc};
use kit::{Kit, Result, http::body::invalid_parameter};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::model::Range;

/// Behind everything that can be booked: 9999-12-31T23:59:59Z.
const END_OF_TIME: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(end) => end,
    None => DateTime::<Utc>::MAX_UTC,
};

/// The routes of the books.
pub fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(balances::get_ledger_balances))
        .routes(routes!(transfers::list_ledger_transfers))
        .routes(routes!(days::list_ledger_days))
        .routes(routes!(export::export_ledger))
}

/// An instant of a query that the database can hold.
fn instant(name: &str, instant: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>> {
    match instant {
        Some(instant) if !(1..=9999).contains(&instant.year()) => {
            Err(invalid_parameter(name, "it must be of the years 1 to 9999"))
        }
        instant => Ok(instant),
    }
}

/// The stretch from `from` to before `to`; without them from the first entry, and to `end`.
fn range(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    end: DateTime<Utc>,
) -> Result<Range> {
    let range = Range {
        from: instant("from", from)?.unwrap_or(DateTime::UNIX_EPOCH),
        to: instant("to", to)?.unwrap_or(end),
    };
    if range.from >= range.to {
        return Err(invalid_parameter("to", "it must be later than `from`"));
    }
    Ok(range)
}
