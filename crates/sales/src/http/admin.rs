//! What staff do with sales.

use std::collections::BTreeSet;

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{SaleId, VariantId};
use kit::{
    Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Member, Page, PageQuery, PathId,
        ProblemResponses, Query, Versioned, body::invalid_member, merge::given,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions::{self, Changes},
    model::{QueueTerms, Sale, SaleQueue, SaleRefusal, VARIANTS_MAX},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_sales, create_sale))
        .routes(routes!(get_sale, update_sale, close_sale))
}

/// How many at once may order in a sale, and for how long each.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"slots": 200, "token_seconds": 300}))]
struct QueueBody {
    /// How many shoppers may have a token at once, and not have ordered yet: what the shop's
    /// payment and placement can do in the time of a token.
    #[schema(minimum = 1, maximum = 100_000)]
    slots: i32,
    /// For how long a token counts; who has not ordered by then has lost the turn.
    #[schema(minimum = 30, maximum = 3_600)]
    token_seconds: i32,
}

impl From<QueueBody> for QueueTerms {
    fn from(body: QueueBody) -> Self {
        Self {
            slots: body.slots,
            token_seconds: body.token_seconds,
        }
    }
}

impl From<SaleQueue> for QueueBody {
    fn from(queue: SaleQueue) -> Self {
        Self {
            slots: queue.terms.slots,
            token_seconds: queue.terms.token_seconds,
        }
    }
}

/// A sale, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
struct SaleAdminView {
    id: SaleId,
    name: String,
    /// None once it is closed.
    variant_ids: Vec<VariantId>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    /// When staff closed it: its variants are sold as any other since.
    closed_at: Option<DateTime<Utc>>,
    /// The queue before it, if there is one.
    queue: Option<QueueBody>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Sale> for SaleAdminView {
    fn from(sale: Sale) -> Self {
        Self {
            id: sale.id,
            name: sale.name,
            variant_ids: sale.variant_ids,
            starts_at: sale.starts_at,
            ends_at: sale.ends_at,
            closed_at: sale.closed_at,
            queue: sale.queue.map(QueueBody::from),
            version: sale.version,
            created_at: sale.created_at,
            updated_at: sale.updated_at,
        }
    }
}

/// A new sale.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Coffee week",
    "variant_ids": ["01890a5d-ac96-774b-bcce-b302099a8057"],
    "starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-08T09:00:00Z",
    "queue": {"slots": 200, "token_seconds": 300}
}))]
struct CreateSale {
    /// What shoppers are shown.
    #[schema(max_length = 120)]
    name: String,
    /// What is sold in it, 1 to 100 variants; each is in one sale at a time.
    #[schema(min_items = 1, max_items = 100)]
    variant_ids: Vec<VariantId>,
    /// Nothing of it is ordered before.
    starts_at: DateTime<Utc>,
    /// Nothing of it is ordered from then on; without it until the sale is closed.
    ends_at: Option<DateTime<Utc>>,
    /// With it, nothing of it is ordered without a token from the queue.
    queue: Option<QueueBody>,
}

/// What changes of a sale; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"starts_at": "2026-12-01T10:00:00Z", "ends_at": null}))]
struct UpdateSale {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, max_length = 120)]
    name: Option<String>,
    /// As long as it has not started. A moment that has passed means now.
    #[serde(default, deserialize_with = "kit::http::page::given_instant")]
    #[schema(value_type = DateTime<Utc>)]
    starts_at: Option<DateTime<Utc>>,
    /// Not a moment that has passed; null for no end.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    ends_at: Member<DateTime<Utc>>,
    /// As at its creation, at any time; null for none.
    #[serde(default)]
    #[schema(value_type = Option<QueueBody>)]
    queue: Member<QueueBody>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaleCursor {
    id: SaleId,
}

impl Cursor for SaleCursor {}

/// List sales, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/sales/", operation_id = "listSales", tag = "Admin: sales",
    params(PageQuery),
    responses((status = 200, body = Page<SaleAdminView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_sales(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<PageQuery>,
) -> Result<Page<SaleAdminView>> {
    let limit = query.limit()?;
    let before = query.cursor::<SaleCursor>()?.map(|cursor| cursor.id);
    let sales = store::list_sales(&kit.db.read().await?, before, limit + 1).await?;
    let page = Page::cut(sales, limit, |sale| SaleCursor { id: sale.id })?;
    Ok(page.map(SaleAdminView::from))
}

/// Create a sale
///
/// From the answer on, its variants can be put into carts but not ordered before `starts_at`.
/// Orders that were placed before stay.
#[utoipa::path(
    post, path = "/api/v1/admin/sales/", operation_id = "createSale", tag = "Admin: sales",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = CreateSale,
    responses((status = 201, body = SaleAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_sale(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateSale>,
) -> Result<axum::response::Response> {
    let new = body.value;
    let variant_ids: BTreeSet<VariantId> = new.variant_ids.iter().copied().collect();
    if !(1..=VARIANTS_MAX).contains(&new.variant_ids.len())
        || variant_ids.len() < new.variant_ids.len()
    {
        let several = "it must name 1 to 100 variants, each once";
        return Err(invalid_member("/variant_ids", several));
    }
    let now = kit.clock.now();
    let sale = Sale {
        id: SaleId::generate(now),
        name: new.name,
        variant_ids: variant_ids.into_iter().collect(),
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        closed_at: None,
        queue: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    sale.check_name()?;
    sale.check_times(now)?;
    let queue = new.queue.map(QueueTerms::from);
    let key = header.scoped(staff.principal(), "createSale", body.fingerprint);
    let tx = kit.db.begin("create_sale").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let view = SaleAdminView::from(actions::open(&tx, sale, queue, &kit.clock).await?);
    let what = ("sale.create", "sale", view.id.uuid());
    staff
        .record(&tx, what, None, Some(&view), view.created_at)
        .await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a sale as staff
#[utoipa::path(
    get, path = "/api/v1/admin/sales/{id}/", operation_id = "getSaleAsStaff",
    tag = "Admin: sales", params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_sale(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<SaleId>,
) -> Result<Versioned<SaleAdminView>> {
    let sale = store::find_sale(&kit.db.read().await?, id).await?;
    let sale = sale.ok_or(SaleRefusal::NotFound)?;
    Ok(Versioned::ok(sale.version, sale.into()))
}

/// Change a sale
///
/// The start can be moved until it has come. From the answer on no order is placed by the old
/// times.
#[utoipa::path(
    patch, path = "/api/v1/admin/sales/{id}/", operation_id = "updateSale", tag = "Admin: sales",
    request_body = UpdateSale, params(("id" = SaleId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = SaleAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_sale(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<SaleId>,
    if_match: IfMatch,
    body: Body<UpdateSale>,
) -> Result<Versioned<SaleAdminView>> {
    let tx = kit.db.begin("update_sale").await?;
    let before = actions::lock(&tx, id).await?;
    let shown = SaleAdminView::from(before.clone());
    if_match.check(shown.version, &shown)?;
    // The clock is read once nobody can order its variants.
    let now = kit.clock.now();
    let changes = Changes {
        name: body.value.name.unwrap_or_else(|| before.name.clone()),
        starts_at: body.value.starts_at.unwrap_or(before.starts_at),
        ends_at: body.value.ends_at.apply(before.ends_at),
        queue: body.value.queue.apply(shown.queue).map(QueueTerms::from),
    };
    let view = SaleAdminView::from(actions::change(&tx, before, changes, now).await?);
    let what = ("sale.update", "sale", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Close a sale
///
/// Its variants are sold as any other from now on, and may be in another sale.
#[utoipa::path(
    delete, path = "/api/v1/admin/sales/{id}/", operation_id = "closeSale",
    tag = "Admin: sales", params(("id" = SaleId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn close_sale(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<SaleId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let tx = kit.db.begin("close_sale").await?;
    let before = actions::lock(&tx, id).await?;
    let shown = SaleAdminView::from(before.clone());
    if_match.check(shown.version, &shown)?;
    let now = kit.clock.now();
    let view = SaleAdminView::from(actions::close(&tx, before, now).await?);
    let what = ("sale.close", "sale", id.uuid());
    staff
        .record(&tx, what, Some(&shown), Some(&view), now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
