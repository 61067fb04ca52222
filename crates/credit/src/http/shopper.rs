//! What buyers see of their credit.

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use customers::{Customer, Shopper};
use ids::CreditAccountId;
use kit::{
    Kit, Result,
    http::{Body, Page, PageQuery, PathId, ProblemResponses, Query, access::Access},
    rate_limit::address_key,
};
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{CreditEntryView, EntryCursor};
use crate::{
    actions,
    model::{CREDIT_QUOTA, CreditAccount, CreditRefusal},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(get_gift_card_balance))
        .routes(routes!(list_own_credit))
        .routes(routes!(list_own_credit_entries))
}

/// A gift card, by its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "7QXA-2M0P-9ZKT-EH3V-C8RD-W5N1-JB6Y-4GSF" }))]
struct AskBalance {
    /// Capitals, spaces and dashes do not matter.
    #[schema(max_length = 200)]
    code: String,
}

/// What a gift card holds.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code_end": "4GSF", "balance": {"amount": 50_000, "currency": "ETB"},
    "expires_at": null, "is_usable": true
}))]
struct GiftCardView {
    /// The last characters of its code.
    code_end: Option<String>,
    balance: Money,
    /// From when on it cannot be spent; never without it.
    expires_at: Option<DateTime<Utc>>,
    /// Whether an order can be paid with it now.
    is_usable: bool,
}

impl GiftCardView {
    fn of(card: CreditAccount, now: DateTime<Utc>) -> Self {
        Self {
            is_usable: card.problem(now).is_none(),
            code_end: card.code_end,
            balance: card.balance,
            expires_at: card.expires_at,
        }
    }
}

/// Ask what a gift card holds
///
/// For whoever has its code. One address asks 60 times in ten minutes at the most.
#[utoipa::path(
    post, path = "/api/v1/gift-cards/balance/", operation_id = "getGiftCardBalance",
    tag = "Credit", request_body = AskBalance,
    responses((status = 200, body = GiftCardView), ProblemResponses)
)]
async fn get_gift_card_balance(
    shopper: Shopper,
    Extension(access): Extension<Access>,
    State(kit): State<Kit>,
    body: Body<AskBalance>,
) -> Result<Json<GiftCardView>> {
    let now = kit.clock.now();
    let address = address_key(shopper.address);
    access.limits.check(&address, CREDIT_QUOTA, now).await?;
    let card = actions::find_card(&kit.db.read().await?, &body.value.code).await?;
    Ok(Json(GiftCardView::of(card, now)))
}

/// What a customer has with the shop.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"data": [{
    "id": "019aab00-0000-7000-8000-000000000022",
    "balance": {"amount": 12_500, "currency": "ETB"}
}]}))]
struct OwnCreditView {
    /// One for each currency.
    data: Vec<OwnAccountView>,
}

/// A customer's credit in one currency.
#[derive(Serialize, ToSchema)]
struct OwnAccountView {
    id: CreditAccountId,
    balance: Money,
}

/// List what you have with the shop
#[utoipa::path(
    get, path = "/api/v1/credit/", operation_id = "listOwnCredit", tag = "Credit",
    responses((status = 200, body = OwnCreditView), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_own_credit(
    customer: Customer,
    State(kit): State<Kit>,
) -> Result<Json<OwnCreditView>> {
    let found = store::list_of_customer(&kit.db.read().await?, customer.id).await?;
    let own = |account: CreditAccount| OwnAccountView {
        id: account.id,
        balance: account.balance,
    };
    let data = found.into_iter().map(own).collect();
    Ok(Json(OwnCreditView { data }))
}

/// List what became of your credit, newest first
#[utoipa::path(
    get, path = "/api/v1/credit/{id}/entries/", operation_id = "listOwnCreditEntries",
    tag = "Credit", params(("id" = CreditAccountId, Path), PageQuery),
    responses((status = 200, body = Page<CreditEntryView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_own_credit_entries(
    customer: Customer,
    State(kit): State<Kit>,
    PathId(id): PathId<CreditAccountId>,
    Query(query): Query<PageQuery>,
) -> Result<Page<CreditEntryView>> {
    let limit = query.limit()?;
    let before = query.cursor::<EntryCursor>()?.map(|cursor| cursor.sequence);
    let conn = kit.db.read().await?;
    let found = store::find_account(&conn, id).await?;
    if found.is_none_or(|account| account.customer_id != Some(customer.id)) {
        return Err(CreditRefusal::AccountNotFound.into());
    }
    let found = store::list_entries(&conn, id, before, limit + 1).await?;
    let page = Page::cut(found, limit, |it| EntryCursor {
        sequence: it.sequence,
    })?;
    Ok(page.map(CreditEntryView::from))
}
