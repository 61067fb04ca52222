//! What staff do with promotions.

use axum::extract::State;
use http::StatusCode;
use ids::PromotionId;
use kit::{
    Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditTerms, Staff};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{PromotionBody, PromotionView};
use crate::{actions, model::TermsRefusal, store::promotions as store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_promotions, create_promotion))
        .routes(routes!(get_promotion, replace_promotion, close_promotion))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromotionCursor {
    id: PromotionId,
}

impl Cursor for PromotionCursor {}

/// List promotions, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/promotions/", operation_id = "listPromotions",
    tag = "Admin: terms", params(PageQuery),
    responses((status = 200, body = Page<PromotionView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_promotions(
    _staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    Query(query): Query<PageQuery>,
) -> Result<Page<PromotionView>> {
    let limit = query.limit()?;
    let before = query.cursor::<PromotionCursor>()?.map(|cursor| cursor.id);
    let found = store::list_newest(&kit.db.read().await?, before, limit + 1).await?;
    let page = Page::cut(found, limit, |it| PromotionCursor { id: it.id })?;
    Ok(page.map(PromotionView::from))
}

/// Create a promotion
///
/// At most 100 without a code are open at a time.
#[utoipa::path(
    post, path = "/api/v1/admin/promotions/", operation_id = "createPromotion",
    tag = "Admin: terms", params(("Idempotency-Key" = Option<String>, Header)),
    request_body = PromotionBody,
    responses((status = 201, body = PromotionView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_promotion(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<PromotionBody>,
) -> Result<axum::response::Response> {
    let now = kit.clock.now();
    let key = header.scoped(staff.principal(), "createPromotion", body.fingerprint);
    let new = body.value.checked(PromotionId::generate(now), now)?;
    let tx = kit.db.begin("create_promotion").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::open_promotion(&tx, &new).await?;
    let view = PromotionView::from(new);
    let what = ("promotion.create", "promotion", view.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a promotion
#[utoipa::path(
    get, path = "/api/v1/admin/promotions/{id}/", operation_id = "getPromotion",
    tag = "Admin: terms", params(("id" = PromotionId, Path)),
    responses((status = 200, body = PromotionView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_promotion(
    _staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    PathId(id): PathId<PromotionId>,
) -> Result<Versioned<PromotionView>> {
    let found = store::find_promotion(&kit.db.read().await?, id).await?;
    let view = PromotionView::from(found.ok_or(TermsRefusal::PromotionNotFound)?);
    Ok(Versioned::ok(view.version, view))
}

/// Write a promotion anew
///
/// Orders that have it keep what it was to them, and count towards its limits.
#[utoipa::path(
    put, path = "/api/v1/admin/promotions/{id}/", operation_id = "replacePromotion",
    tag = "Admin: terms", params(("id" = PromotionId, Path), ("If-Match" = String, Header)),
    request_body = PromotionBody,
    responses((status = 200, body = PromotionView), ProblemResponses),
    security(("bearer" = []))
)]
async fn replace_promotion(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    PathId(id): PathId<PromotionId>,
    if_match: IfMatch,
    body: Body<PromotionBody>,
) -> Result<Versioned<PromotionView>> {
    let now = kit.clock.now();
    let changed = body.value.checked(id, now)?;
    let tx = kit.db.begin("replace_promotion").await?;
    let before = actions::lock(&tx, id).await?;
    let shown = PromotionView::from(before.clone());
    if_match.check(shown.version, &shown)?;
    let view = PromotionView::from(actions::replace(&tx, &before, changed).await?);
    let what = ("promotion.replace", "promotion", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// End a promotion
///
/// No later order has it, and its code is free again. Orders that have it keep it.
#[utoipa::path(
    delete, path = "/api/v1/admin/promotions/{id}/", operation_id = "closePromotion",
    tag = "Admin: terms", params(("id" = PromotionId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn close_promotion(
    staff: Staff<CanEditTerms>,
    State(kit): State<Kit>,
    PathId(id): PathId<PromotionId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("close_promotion").await?;
    let before = actions::lock(&tx, id).await?;
    let shown = PromotionView::from(before.clone());
    if_match.check(shown.version, &shown)?;
    let view = PromotionView::from(actions::close(&tx, before, now).await?);
    let what = ("promotion.close", "promotion", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
