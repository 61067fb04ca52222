//! What has come back is taken in.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{LocationId, ReturnId, VariantId};
use inventory::MAIN_LOCATION;
use kit::{
    Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses, body::invalid_member},
};
use serde::Deserialize;
use staff::{CanManageOrders, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    LINES_MAX, note_of,
    views::{self, ReturnView},
};
use crate::{actions, model::Arrived};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(receive_return))
}

/// What came of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ArrivedLine {
    variant_id: VariantId,
    /// Units that can be sold again.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 9_999)]
    restocked: i64,
    /// Units that came and that nobody can sell any more.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 9_999)]
    written_off: i64,
}

/// What has come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{
        "variant_id": "019aab00-0000-7000-8000-000000000003", "restocked": 1, "written_off": 1
    }],
    "note": "one is scratched"
}))]
struct ReceiveReturn {
    /// Each line at most once; what is not here has not come.
    #[schema(min_items = 1, max_items = 1_000)]
    lines: Vec<ArrivedLine>,
    /// Where it came to; the main location without it.
    location_id: Option<LocationId>,
    #[serde(default)]
    #[schema(max_length = 1_000)]
    note: String,
}

impl ReceiveReturn {
    fn checked(&self) -> Result<Vec<Arrived>> {
        note_of("/note", &self.note)?;
        if !(1..=LINES_MAX).contains(&self.lines.len()) {
            return Err(invalid_member("/lines", "it must have 1 to 1,000 entries"));
        }
        let mut seen = BTreeSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            let at = |member: &str| format!("/lines/{index}/{member}");
            if !seen.insert(line.variant_id.uuid()) {
                return Err(invalid_member(at("variant_id"), "the line is there twice"));
            }
            for (member, units) in [
                ("restocked", line.restocked),
                ("written_off", line.written_off),
            ] {
                if !(0..=9_999).contains(&units) {
                    return Err(invalid_member(at(member), "it must be from 0 to 9,999"));
                }
            }
        }
        let arrived = |line: &ArrivedLine| Arrived {
            variant_id: line.variant_id,
            restocked: line.restocked,
            written_off: line.written_off,
        };
        Ok(self.lines.iter().map(arrived).collect())
    }
}

/// Take in what has come back
///
/// Once. What can be sold again is on the shelf from the answer on; what cannot is written off.
/// What did not come can be asked for again. Money and exchanges are requests of their own.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/receive/", operation_id = "receiveReturn",
    tag = "Admin: orders", request_body = ReceiveReturn,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn receive_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    header: IdempotencyHeader,
    body: Body<ReceiveReturn>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "receiveReturn", body.fingerprint)?;
    let arrived = body.value.checked()?;
    let came = (
        body.value.location_id.unwrap_or(MAIN_LOCATION),
        arrived.as_slice(),
    );
    let note = body.value.note.trim();
    let (kit, key, staff) = (&kit, &key, &staff);
    kit.db
        .retrying(move || receive_once(kit, key, staff, id, came, note))
        .await
}

async fn receive_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanManageOrders>,
    id: ReturnId,
    came: (LocationId, &[Arrived]),
    note: &str,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("receive_return").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let one = actions::take_in(&tx, id, came, (note, staff.id), now).await?;
    let view = views::view(&tx, one).await?;
    let what = ("return.receive", "return", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::OK, &view).await
}
