//! What staff do with credit: issue, grant, look, end.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{CreditAccountId, CustomerId};
use kit::{
    Kit, Result,
    http::{
        Body, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, body::invalid_member,
    },
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanEditCredit, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{AccountCursor, CreditAccountView, CreditEntryView, EntryCursor};
use crate::{
    actions::{self, NewCard},
    model::{Cause, CreditKind, CreditRefusal},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(issue_gift_card))
        .routes(routes!(grant_store_credit))
        .routes(routes!(list_credit_accounts))
        .routes(routes!(get_credit_account, close_credit_account))
        .routes(routes!(list_credit_entries))
}

/// Why there is new credit.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Reason {
    /// For nothing: goodwill.
    Given,
    /// For money that staff took outside of the shop's payments.
    Sold,
}

impl From<Reason> for Cause {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Given => Self::Given,
            Reason::Sold => Self::Sold,
        }
    }
}

fn checked(amount: Money) -> Result<Money> {
    if (1..=999_999_999).contains(&amount.minor()) {
        return Ok(amount);
    }
    let reason = "it must be from 1 to 999,999,999";
    Err(invalid_member("/amount/amount", reason))
}

/// A gift card to issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "amount": {"amount": 50_000, "currency": "ETB"}, "reason": "sold",
    "expires_at": "2027-11-22T00:00:00Z", "note": "sold at the counter"
}))]
struct IssueGiftCard {
    amount: Money,
    reason: Reason,
    /// From when on it cannot be spent; never without it.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    expires_at: Option<DateTime<Utc>>,
    /// For staff.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// A new gift card, and its code.
#[derive(Serialize, ToSchema)]
struct IssuedGiftCard {
    account: CreditAccountView,
    /// Shown now and never again: the shop keeps its digest only.
    #[schema(example = "7QXA-2M0P-9ZKT-EH3V-C8RD-W5N1-JB6Y-4GSF")]
    code: String,
}

/// Issue a gift card
///
/// The code is in this answer and nowhere else. Because of that no answer is kept for repetitions:
/// where it was lost, end the card that is in the list and issue another one.
#[utoipa::path(
    post, path = "/api/v1/admin/credit/gift-cards/", operation_id = "issueGiftCard",
    tag = "Admin: credit", request_body = IssueGiftCard,
    responses((status = 201, body = IssuedGiftCard), ProblemResponses),
    security(("bearer" = []))
)]
async fn issue_gift_card(
    staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    body: Body<IssueGiftCard>,
) -> Result<(StatusCode, Json<IssuedGiftCard>)> {
    let now = kit.clock.now();
    let asked = body.value;
    if asked.note.chars().count() > 500 {
        return Err(invalid_member(
            "/note",
            "it must have at most 500 characters",
        ));
    }
    if asked.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(invalid_member("/expires_at", "it must be in the future"));
    }
    let new = NewCard {
        amount: checked(asked.amount)?,
        cause: asked.reason.into(),
        expires_at: asked.expires_at,
        note: asked.note,
    };
    let tx = kit.db.begin("issue_gift_card").await?;
    let (card, code) = actions::issue(&tx, &new, staff.id, now).await?;
    let account = CreditAccountView::from(card);
    let what = ("gift_card.issue", "credit_account", account.id.uuid());
    staff.record(&tx, what, None, Some(&account), now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(IssuedGiftCard { account, code })))
}

/// Credit for a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer_id": "019aab00-0000-7000-8000-000000000010",
    "amount": {"amount": 5_000, "currency": "ETB"}, "reason": "given"
}))]
struct GrantStoreCredit {
    customer_id: CustomerId,
    amount: Money,
    reason: Reason,
}

/// Give credit to a customer
#[utoipa::path(
    post, path = "/api/v1/admin/credit/store-credit/", operation_id = "grantStoreCredit",
    tag = "Admin: credit", params(("Idempotency-Key" = String, Header)),
    request_body = GrantStoreCredit,
    responses((status = 201, body = CreditAccountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn grant_store_credit(
    staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<GrantStoreCredit>,
) -> Result<Response> {
    let now = kit.clock.now();
    let key = header.required(staff.principal(), "grantStoreCredit", body.fingerprint)?;
    let asked = body.value;
    let amount = (asked.reason.into(), checked(asked.amount)?);
    let tx = kit.db.begin("grant_store_credit").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let account = actions::grant(&tx, asked.customer_id, amount, staff.id, now).await?;
    let view = CreditAccountView::from(account);
    let what = ("store_credit.grant", "credit_account", view.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCreditAccounts {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only cards, or only customers' credit.
    kind: Option<CreditKind>,
    /// Only this customer's.
    customer_id: Option<CustomerId>,
}

/// List gift cards and store credit, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/credit/accounts/", operation_id = "listCreditAccounts",
    tag = "Admin: credit", params(ListCreditAccounts),
    responses((status = 200, body = Page<CreditAccountView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_credit_accounts(
    _staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    Query(query): Query<ListCreditAccounts>,
) -> Result<Page<CreditAccountView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let before = paging.cursor::<AccountCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let wanted = (query.kind, query.customer_id);
    let found = store::list_newest(&conn, before, wanted, limit + 1).await?;
    let page = Page::cut(found, limit, |it| AccountCursor { id: it.id })?;
    Ok(page.map(CreditAccountView::from))
}

/// Read a gift card, or a customer's credit
#[utoipa::path(
    get, path = "/api/v1/admin/credit/accounts/{id}/", operation_id = "getCreditAccount",
    tag = "Admin: credit", params(("id" = CreditAccountId, Path)),
    responses((status = 200, body = CreditAccountView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_credit_account(
    _staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    PathId(id): PathId<CreditAccountId>,
) -> Result<Versioned<CreditAccountView>> {
    let found = store::find_account(&kit.db.read().await?, id).await?;
    let view = CreditAccountView::from(found.ok_or(CreditRefusal::AccountNotFound)?);
    Ok(Versioned::ok(view.version, view))
}

/// End a gift card, or a customer's credit
///
/// What is left of it is taken away. A card cannot be spent any more; a customer's credit goes on,
/// empty. What is set aside for orders that wait to be paid stays; where such an order is let go,
/// it is on the account again.
#[utoipa::path(
    delete, path = "/api/v1/admin/credit/accounts/{id}/", operation_id = "closeCreditAccount",
    tag = "Admin: credit",
    params(("id" = CreditAccountId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn close_credit_account(
    staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    PathId(id): PathId<CreditAccountId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("close_credit_account").await?;
    let before = actions::lock(&tx, id).await?;
    let shown = CreditAccountView::from(before.clone());
    if_match.check(shown.version, &shown)?;
    let after = CreditAccountView::from(actions::close(&tx, before, staff.id, now).await?);
    let what = ("credit_account.close", "credit_account", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List what became of a balance, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/credit/accounts/{id}/entries/",
    operation_id = "listCreditEntries", tag = "Admin: credit",
    params(("id" = CreditAccountId, Path), PageQuery),
    responses((status = 200, body = Page<CreditEntryView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_credit_entries(
    _staff: Staff<CanEditCredit>,
    State(kit): State<Kit>,
    PathId(id): PathId<CreditAccountId>,
    Query(query): Query<PageQuery>,
) -> Result<Page<CreditEntryView>> {
    let limit = query.limit()?;
    let before = query.cursor::<EntryCursor>()?.map(|cursor| cursor.sequence);
    let conn = kit.db.read().await?;
    if store::find_account(&conn, id).await?.is_none() {
        return Err(CreditRefusal::AccountNotFound.into());
    }
    let found = store::list_entries(&conn, id, before, limit + 1).await?;
    let page = Page::cut(found, limit, |it| EntryCursor {
        sequence: it.sequence,
    })?;
    Ok(page.map(CreditEntryView::from))
}
