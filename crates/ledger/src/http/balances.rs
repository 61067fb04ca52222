//! What the accounts hold, now or at any time before.

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use kit::{
    Kit, Result,
    http::{ProblemResponses, Query},
};
use money::Currency;
use serde::{Deserialize, Serialize};
use staff::{CanReadBooks, Staff};
use utoipa::{IntoParams, ToSchema};

use super::instant;
use crate::{actions, model::CurrencyBalances};

/// As of when, and in which money; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GetLedgerBalances {
    /// Everything that was booked up to this instant (RFC 3339); now without it.
    #[param(example = "2026-11-30T21:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Only this currency (ISO 4217).
    #[param(value_type = Option<String>, example = "ETB")]
    currency: Option<Currency>,
}

/// The balance of every account, and what they say of the shop.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-30T21:00:00Z",
    "currencies": [{
        "currency": "ETB",
        "owes": { "amount": 200_000, "currency": "ETB" },
        "is_owed": { "amount": 1_455_000, "currency": "ETB" },
        "earned": { "amount": 1_300_000, "currency": "ETB" },
        "spent": { "amount": 45_000, "currency": "ETB" },
        "accounts": [{
            "account": "held:chapa",
            "kind": "asset",
            "title": "Money that Chapa holds for the shop",
            "debit": { "amount": 1_500_000, "currency": "ETB" },
            "credit": { "amount": 45_000, "currency": "ETB" },
            "balance": { "amount": 1_455_000, "currency": "ETB" }
        }]
    }]
}))]
pub(super) struct LedgerBalancesView {
    /// The instant that they are of: what was booked later is not in them.
    as_of: DateTime<Utc>,
    /// One entry per currency in which something was booked.
    currencies: Vec<CurrencyBalances>,
}

/// Read what the shop owes, is owed, has earned and has spent, as of any time
///
/// Every account of the chart with the sums of its sides. An amount is booked in the same
/// transaction as what it is about, so these are the books of that very instant.
#[utoipa::path(
    get, path = "/api/v1/admin/ledger/balances/", operation_id = "getLedgerBalances",
    tag = "Admin: books", params(GetLedgerBalances),
    responses((status = 200, body = LedgerBalancesView), ProblemResponses),
    security(("bearer" = []))
)]
pub(super) async fn get_ledger_balances(
    _staff: Staff<CanReadBooks>,
    State(kit): State<Kit>,
    Query(query): Query<GetLedgerBalances>,
) -> Result<Json<LedgerBalancesView>> {
    let as_of = instant("as_of", query.as_of)?.unwrap_or_else(|| kit.clock.now());
    let conn = kit.db.read().await?;
    let currencies = actions::balances(&conn, as_of, query.currency).await?;
    Ok(Json(LedgerBalancesView { as_of, currencies }))
}
