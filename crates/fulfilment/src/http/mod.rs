//! Parcels and cancellations over HTTP.

mod bulk;
mod buyer;
mod cancel;
mod orders;
mod parcels;
mod picks;
mod ship;

use std::collections::BTreeSet;

use ids::VariantId;
use inventory::Want;
use kit::{Kit, Result, http::body::invalid_member};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::model::Tracking;

/// The routes of fulfilment.
pub fn routes() -> OpenApiRouter<Kit> {
    orders::routes()
        .merge(ship::routes())
        .merge(parcels::routes())
        .merge(bulk::routes())
        .merge(cancel::routes())
        .merge(picks::routes())
        .merge(buyer::routes())
}

const LINES_MAX: usize = 1_000;
const TEXT_CHARS_MAX: usize = 120;
const URL_CHARS_MAX: usize = 500;
const REASON_CHARS_MAX: usize = 500;

/// So many units of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LineQuantity {
    variant_id: VariantId,
    /// Units.
    #[schema(minimum = 1, maximum = 9_999)]
    quantity: i64,
}

/// Units of a line.
#[derive(Clone, Serialize, ToSchema)]
struct LineUnitsView {
    variant_id: VariantId,
    quantity: i64,
}

impl From<&(VariantId, i64)> for LineUnitsView {
    fn from((variant_id, quantity): &(VariantId, i64)) -> Self {
        Self {
            variant_id: *variant_id,
            quantity: *quantity,
        }
    }
}

/// The units that are wanted, each line once; `None` for all.
fn wants_of(lines: Option<&[LineQuantity]>) -> Result<Option<Vec<Want>>> {
    let Some(lines) = lines else { return Ok(None) };
    if !(1..=LINES_MAX).contains(&lines.len()) {
        return Err(invalid_member("/lines", "it must have 1 to 1,000 entries"));
    }
    let mut seen = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        if !seen.insert(line.variant_id.uuid()) {
            let pointer = format!("/lines/{index}/variant_id");
            return Err(invalid_member(pointer, "the line is there twice"));
        }
        if !(1..=9_999).contains(&line.quantity) {
            let pointer = format!("/lines/{index}/quantity");
            return Err(invalid_member(pointer, "it must be from 1 to 9,999"));
        }
    }
    let want = |line: &LineQuantity| Want {
        variant_id: line.variant_id,
        quantity: line.quantity,
    };
    Ok(Some(lines.iter().map(want).collect()))
}

/// How a parcel can be followed, checked; pointers begin with `at`.
fn tracking_of(at: &str, carrier: String, number: String, url: Option<String>) -> Result<Tracking> {
    for (member, text) in [("carrier", &carrier), ("tracking_number", &number)] {
        if text.chars().count() > TEXT_CHARS_MAX {
            let reason = "it must have at most 120 characters";
            return Err(invalid_member(format!("{at}/{member}"), reason));
        }
    }
    if let Some(text) = &url {
        let is_web = url::Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        if !is_web || text.chars().count() > URL_CHARS_MAX {
            let reason = "it must be an address of the web with at most 500 characters";
            return Err(invalid_member(format!("{at}/tracking_url"), reason));
        }
    }
    Ok(Tracking {
        carrier,
        number,
        url,
    })
}

/// A reason in words, trimmed.
fn reason_of(text: &str) -> Result<String> {
    let reason = text.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let problem = "it must have from 1 to 500 characters";
        return Err(invalid_member("/reason", problem));
    }
    Ok(reason.to_owned())
}
