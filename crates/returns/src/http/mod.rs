//! Returns over HTTP.

mod buyer;
mod decide;
mod open;
mod read;
mod receive;
mod settle;
mod views;

use std::collections::BTreeSet;

use ids::VariantId;
use kit::{Kit, Result, http::body::invalid_member};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::model::{Resolution, ReturnReason, WantedReturn};

/// The routes of returns.
pub fn routes() -> OpenApiRouter<Kit> {
    buyer::routes()
        .merge(open::routes())
        .merge(read::routes())
        .merge(decide::routes())
        .merge(receive::routes())
        .merge(settle::routes())
}

const LINES_MAX: usize = 1_000;
const NOTE_CHARS_MAX: usize = 1_000;

/// Units of a line that are to come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnLineWish {
    variant_id: VariantId,
    /// Units.
    #[schema(minimum = 1, maximum = 9_999)]
    quantity: i64,
    reason: ReturnReason,
    resolution: Resolution,
}

/// What is to come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{
        "variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1,
        "reason": "damaged", "resolution": "refund"
    }],
    "note": "the handle is broken off"
}))]
struct RequestReturn {
    /// Each line at most once.
    #[schema(min_items = 1, max_items = 1_000)]
    lines: Vec<ReturnLineWish>,
    #[serde(default)]
    #[schema(max_length = 1_000)]
    note: String,
}

impl RequestReturn {
    fn checked(&self) -> Result<Vec<WantedReturn>> {
        note_of("/note", &self.note)?;
        check_lines(
            self.lines
                .iter()
                .map(|line| (line.variant_id, line.quantity)),
        )?;
        let wanted = |line: &ReturnLineWish| WantedReturn {
            variant_id: line.variant_id,
            quantity: line.quantity,
            reason: line.reason,
            resolution: line.resolution,
        };
        Ok(self.lines.iter().map(wanted).collect())
    }
}

/// 1 to 1,000 lines, each once, with at least one unit.
fn check_lines(lines: impl ExactSizeIterator<Item = (VariantId, i64)>) -> Result<()> {
    if !(1..=LINES_MAX).contains(&lines.len()) {
        return Err(invalid_member("/lines", "it must have 1 to 1,000 entries"));
    }
    let mut seen = BTreeSet::new();
    for (index, (variant_id, quantity)) in lines.enumerate() {
        if !seen.insert(variant_id.uuid()) {
            let pointer = format!("/lines/{index}/variant_id");
            return Err(invalid_member(pointer, "the line is there twice"));
        }
        if !(1..=9_999).contains(&quantity) {
            let pointer = format!("/lines/{index}/quantity");
            return Err(invalid_member(pointer, "it must be from 1 to 9,999"));
        }
    }
    Ok(())
}

fn note_of(pointer: &str, note: &str) -> Result<()> {
    if note.chars().count() > NOTE_CHARS_MAX {
        let reason = "it must have at most 1,000 characters";
        return Err(invalid_member(pointer, reason));
    }
    Ok(())
}
