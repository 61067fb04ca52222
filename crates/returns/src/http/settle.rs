//! What buyers get for what came: money, or the same again.

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{LocationId, ReturnId, VariantId};
use inventory::MAIN_LOCATION;
use kit::{
    Kit, Result,
    http::{Body, Idempotency, IdempotencyHeader, PathId, ProblemResponses, body::invalid_member},
};
use serde::Deserialize;
use staff::{CanManageOrders, CanRefund, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    check_lines,
    views::{self, ReturnView},
};
use crate::actions::{self, Dispatch};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(refund_return))
        .routes(routes!(exchange_return))
}

/// So many units of a line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettledLine {
    variant_id: VariantId,
    #[schema(minimum = 1, maximum = 9_999)]
    quantity: i64,
}

/// For which units money goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{"variant_id": "019aab00-0000-7000-8000-000000000003", "quantity": 1}]
}))]
struct RefundReturn {
    /// Without it all that came and waits for money.
    #[schema(max_items = 1_000)]
    lines: Option<Vec<SettledLine>>,
}

/// For which units others are sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"carrier": "EthioPost", "tracking_number": "EP123456789ET"}))]
struct ExchangeReturn {
    /// Without it all that came and waits for an exchange.
    #[schema(max_items = 1_000)]
    lines: Option<Vec<SettledLine>>,
    /// Where they leave; the main location without it.
    location_id: Option<LocationId>,
    #[serde(default)]
    #[schema(max_length = 120)]
    carrier: String,
    #[serde(default)]
    #[schema(max_length = 120)]
    tracking_number: String,
}

type Units = Option<Vec<(VariantId, i64)>>;

fn units_of(lines: Option<&[SettledLine]>) -> Result<Units> {
    let Some(lines) = lines else { return Ok(None) };
    let units = || lines.iter().map(|line| (line.variant_id, line.quantity));
    check_lines(units())?;
    Ok(Some(units().collect()))
}

/// Give money back for what came
///
/// What was paid for the units is promised to the buyer, as `requestRefund` does. No more than has
/// come, whatever is asked for at the same time.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/refund/", operation_id = "refundReturn",
    tag = "Admin: orders", request_body = RefundReturn,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn refund_return(
    staff: Staff<CanRefund>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    header: IdempotencyHeader,
    body: Body<RefundReturn>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "refundReturn", body.fingerprint)?;
    let units = units_of(body.value.lines.as_deref())?;
    let (kit, key, staff, units) = (&kit, &key, &staff, units.as_deref());
    kit.db
        .retrying(move || refund_once(kit, key, staff, id, units))
        .await
}

async fn refund_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanRefund>,
    id: ReturnId,
    units: Option<&[(VariantId, i64)]>,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("refund_return").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let one = actions::refund(&tx, id, units, staff.id, now).await?;
    let view = views::view(&tx, one).await?;
    let what = ("return.refund", "return", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::OK, &view).await
}

/// Send the same again for what came
///
/// The units leave the shelf of the location; `insufficient_stock` where it has not so many to
/// spare.
#[utoipa::path(
    post, path = "/api/v1/admin/returns/{id}/exchange/", operation_id = "exchangeReturn",
    tag = "Admin: orders", request_body = ExchangeReturn,
    params(("id" = ReturnId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ReturnView), ProblemResponses), security(("bearer" = []))
)]
async fn exchange_return(
    staff: Staff<CanManageOrders>,
    State(kit): State<Kit>,
    PathId(id): PathId<ReturnId>,
    header: IdempotencyHeader,
    body: Body<ExchangeReturn>,
) -> Result<Response> {
    let key = header.required(staff.principal(), "exchangeReturn", body.fingerprint)?;
    let body = body.value;
    let units = units_of(body.lines.as_deref())?;
    for (member, text) in [
        ("/carrier", &body.carrier),
        ("/tracking_number", &body.tracking_number),
    ] {
        if text.chars().count() > 120 {
            let reason = "it must have at most 120 characters";
            return Err(invalid_member(member, reason));
        }
    }
    let dispatch = Dispatch {
        location_id: body.location_id.unwrap_or(MAIN_LOCATION),
        carrier: body.carrier,
        tracking_number: body.tracking_number,
    };
    let wish = (units.as_deref(), &dispatch);
    let (kit, key, staff) = (&kit, &key, &staff);
    kit.db
        .retrying(move || exchange_once(kit, key, staff, id, wish))
        .await
}

async fn exchange_once(
    kit: &Kit,
    key: &Idempotency,
    staff: &Staff<CanManageOrders>,
    id: ReturnId,
    (units, dispatch): (Option<&[(VariantId, i64)]>, &Dispatch),
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("exchange_return").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let one = actions::exchange(&tx, id, units, dispatch, staff.id, now).await?;
    let view = views::view(&tx, one).await?;
    let what = ("return.exchange", "return", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.clone().commit(tx, StatusCode::OK, &view).await
}
