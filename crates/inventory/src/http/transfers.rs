//! Transfers: units go from one location to another.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{LocationId, StockTransferId, VariantId};
use kit::{
    Kit, Result,
    http::{Body, IdempotencyHeader, ProblemResponses, body::invalid_member},
};
use serde::{Deserialize, Serialize};
use staff::{CanEditStock, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::levels::StockLevelView;
use crate::{
    actions,
    model::{TransferOrder, UNITS_MAX, Want},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(transfer_stock))
}

/// Units of a variant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TransferLine {
    variant_id: VariantId,
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    quantity: i64,
}

/// Units that go from one location to another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "from_location_id": "01900000-0000-7000-8000-000000000001",
    "to_location_id": "01990a5d-ac96-774b-bcce-b302099a8057",
    "lines": [{"variant_id": "01890a5d-ac96-774b-bcce-b302099a8057", "quantity": 12}],
    "reason": "truck 4"
}))]
struct TransferStock {
    from_location_id: LocationId,
    to_location_id: LocationId,
    /// One for each variant, at most 100.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<TransferLine>,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
}

/// A transfer that is done.
#[derive(Serialize, ToSchema)]
struct TransferView {
    id: StockTransferId,
    from_location_id: LocationId,
    to_location_id: LocationId,
    /// The levels of each line, here and there.
    levels: Vec<StockLevelView>,
}

fn checked(wish: TransferStock, id: StockTransferId) -> Result<TransferOrder> {
    if wish.from_location_id == wish.to_location_id {
        let reason = "it must be another location";
        return Err(invalid_member("/to_location_id", reason));
    }
    if !(1..=100).contains(&wish.lines.len()) {
        return Err(invalid_member("/lines", "it must have 1 to 100 entries"));
    }
    if wish.reason.chars().count() > 200 {
        let reason = "it must have at most 200 characters";
        return Err(invalid_member("/reason", reason));
    }
    let mut seen = BTreeSet::new();
    for (n, line) in wish.lines.iter().enumerate() {
        if !(1..=UNITS_MAX).contains(&line.quantity) {
            let pointer = format!("/lines/{n}/quantity");
            return Err(invalid_member(
                pointer,
                "it must be from 1 to 1,000,000,000",
            ));
        }
        if !seen.insert(line.variant_id) {
            let pointer = format!("/lines/{n}/variant_id");
            return Err(invalid_member(pointer, "it stands in another line"));
        }
    }
    let want = |line: TransferLine| Want {
        variant_id: line.variant_id,
        quantity: line.quantity,
    };
    Ok(TransferOrder {
        id,
        from: wish.from_location_id,
        to: wish.to_location_id,
        lines: wish.lines.into_iter().map(want).collect(),
        reason: wish.reason,
    })
}

/// Transfer units from one location to another
///
/// All or nothing. Units that orders hold stay where they are.
#[utoipa::path(
    post, path = "/api/v1/admin/inventory/transfers/", operation_id = "transferStock",
    tag = "Admin: inventory", request_body = TransferStock,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = TransferView), ProblemResponses),
    security(("bearer" = []))
)]
async fn transfer_stock(
    staff: Staff<CanEditStock>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<TransferStock>,
) -> Result<Response> {
    let now = kit.clock.now();
    let order = checked(body.value, StockTransferId::generate(now))?;
    let key = header.scoped(staff.principal(), "transferStock", body.fingerprint);
    let tx = kit.db.begin("transfer_stock").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let levels = actions::transfer(&tx, &order, staff.id, now).await?;
    let view = TransferView {
        id: order.id,
        from_location_id: order.from,
        to_location_id: order.to,
        levels: levels.into_iter().map(StockLevelView::from).collect(),
    };
    let what = ("stock.transfer", "stock_transfer", order.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}
