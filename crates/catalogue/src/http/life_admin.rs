//! What staff say of the life of a product, and read of its past.

use axum::extract::State;
use chrono::{DateTime, SubsecRound, Utc};
use ids::{ProductId, StaffId, VariantId};
use kit::{
    Conn, Kit, Result, Tx,
    http::{Body, IfMatch, PathId, ProblemResponses, Query, Versioned},
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::product_draft::TITLE_CHARS_MAX;
use crate::{
    actions,
    model::{CatalogueRefusal, PriceThen, PublicationThen, Schedule, Seo, Texts},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(get_life))
        .routes(routes!(set_seo))
        .routes(routes!(set_schedule))
        .routes(routes!(get_history))
        .routes(routes!(list_prices))
}

/// The longest description for search engines, in characters.
const SEO_CHARS_MAX: usize = 500;

/// The most changes that an answer tells of.
const CHANGES_MAX: i64 = 200;

/// What search engines are told; what is empty is taken from the page.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": {"en": "Canvas sneakers, hand-made in Addis Ababa"},
    "description": {"en": "Sneakers of Ethiopian cotton, in six sizes."}
}))]
struct SeoBody {
    #[serde(default)]
    title: Texts,
    #[serde(default)]
    description: Texts,
}

/// When a product is published, and when it is taken back; null: not planned.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"publish_at": "2027-01-07T06:00:00Z", "unpublish_at": null}))]
struct ScheduleBody {
    /// From draft or archived to published, at this instant.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    publish_at: Option<DateTime<Utc>>,
    /// To archived, at this instant.
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    unpublish_at: Option<DateTime<Utc>>,
}

/// The life of a product, as staff plan it.
#[derive(Clone, Serialize, ToSchema)]
struct ProductLifeView {
    seo: SeoBody,
    schedule: ScheduleBody,
    /// What it was called before, the latest first: these addresses lead to it.
    former_slugs: Vec<String>,
    /// The product's.
    version: i64,
}

async fn life(conn: &Conn, id: ProductId) -> Result<ProductLifeView> {
    let found = store::find_life(conn, id).await?;
    let (seo, schedule, version) = found.ok_or(CatalogueRefusal::NotFound("product"))?;
    Ok(ProductLifeView {
        seo: SeoBody {
            title: seo.title,
            description: seo.description,
        },
        schedule: ScheduleBody {
            publish_at: schedule.publish_at,
            unpublish_at: schedule.unpublish_at,
        },
        former_slugs: store::list_retired_slugs(conn, id).await?,
        version,
    })
}

/// Read the life of a product
///
/// What search engines are told, when it is published and taken back, what it was called before.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/{id}/life/", operation_id = "getProductLife",
    tag = "Admin: catalogue", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductLifeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_life(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
) -> Result<Versioned<ProductLifeView>> {
    let conn = kit.db.read().await?;
    let view = life(&conn, id).await?;
    Ok(Versioned::ok(view.version, view))
}

/// The life of a product, locked, as somebody has seen it.
async fn locked(tx: &Tx, id: ProductId, if_match: IfMatch) -> Result<ProductLifeView> {
    let version = store::lock_product(tx, id).await?;
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let before = life(tx, id).await?;
    if_match.check(version, &before)?;
    Ok(before)
}

async fn change(
    tx: Tx,
    staff: &Staff<CanEditCatalogue>,
    (id, before): (ProductId, ProductLifeView),
    (seo, schedule): (SeoBody, ScheduleBody),
    now: DateTime<Utc>,
) -> Result<Versioned<ProductLifeView>> {
    // As the database keeps them, so that what it compares was compared here.
    let kept = |at: Option<DateTime<Utc>>| at.map(|at| at.trunc_subsecs(6));
    let planned = |body: ScheduleBody| Schedule {
        publish_at: kept(body.publish_at),
        unpublish_at: kept(body.unpublish_at),
    };
    let schedules = (planned(before.schedule), planned(schedule));
    let seo = Seo {
        title: seo.title,
        description: seo.description,
    };
    actions::change_life(&tx, id, &seo, schedules, now).await?;
    let after = life(&tx, id).await?;
    let what = ("product.life", "product", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}

/// Say what search engines are told of a product
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/products/{id}/seo/", operation_id = "setProductSeo",
    tag = "Admin: catalogue", request_body = SeoBody,
    params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductLifeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_seo(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    if_match: IfMatch,
    body: Body<SeoBody>,
) -> Result<Versioned<ProductLifeView>> {
    let (now, seo) = (kit.clock.now(), body.value);
    for (pointer, text, most) in [
        ("/title", &seo.title, TITLE_CHARS_MAX),
        ("/description", &seo.description, SEO_CHARS_MAX),
    ] {
        if *text != Texts::default() {
            text.check(pointer, most)?;
        }
    }
    let tx = kit.db.begin("set_product_seo").await?;
    let before = locked(&tx, id, if_match).await?;
    let schedule = before.schedule;
    change(tx, &staff, (id, before), (seo, schedule), now).await
}

/// Plan when a product is published and taken back
///
/// Each instant is to come. What is not planned any more is null.
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/products/{id}/schedule/",
    operation_id = "setProductSchedule", tag = "Admin: catalogue", request_body = ScheduleBody,
    params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductLifeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn set_schedule(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    if_match: IfMatch,
    body: Body<ScheduleBody>,
) -> Result<Versioned<ProductLifeView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("set_product_schedule").await?;
    let before = locked(&tx, id, if_match).await?;
    let seo = before.seo.clone();
    change(tx, &staff, (id, before), (seo, body.value), now).await
}

/// What a variant cost from an instant on.
#[derive(Serialize, ToSchema)]
struct PriceThenView {
    variant_id: VariantId,
    sku: String,
    price: Money,
    compare_at_price: Option<Money>,
    is_active: bool,
    /// Who; null where nobody of the staff did it, or it was before such things were kept.
    staff_id: Option<StaffId>,
    changed_at: DateTime<Utc>,
}

impl From<PriceThen> for PriceThenView {
    fn from(then: PriceThen) -> Self {
        Self {
            variant_id: then.variant_id,
            sku: then.sku,
            price: then.price,
            compare_at_price: then.compare_at_price,
            is_active: then.is_active,
            staff_id: then.staff_id,
            changed_at: then.changed_at,
        }
    }
}

/// Whether a product was seen from an instant on.
#[derive(Serialize, ToSchema)]
struct PublicationThenView {
    /// `draft`, `published` or `archived`.
    status: String,
    /// Who; null where it was planned, or nobody of the staff did it.
    staff_id: Option<StaffId>,
    changed_at: DateTime<Utc>,
}

impl From<PublicationThen> for PublicationThenView {
    fn from(then: PublicationThen) -> Self {
        Self {
            status: then.status,
            staff_id: then.staff_id,
            changed_at: then.changed_at,
        }
    }
}

/// A product as it was at an instant.
#[derive(Serialize, ToSchema)]
struct ProductHistoryView {
    as_of: DateTime<Utc>,
    /// Null: it was not there yet.
    status: Option<String>,
    /// What each variant cost then, and since when.
    prices: Vec<PriceThenView>,
    /// Every change of its publication up to then, the latest first; at most 200.
    publications: Vec<PublicationThenView>,
}

/// At which instant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// Now without it.
    #[param(example = "2027-01-07T06:00:00Z")]
    #[serde(default, deserialize_with = "kit::http::page::instant_or_none")]
    as_of: Option<DateTime<Utc>>,
}

/// Read a product as it was
///
/// Its prices and whether it was published, as of any instant.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/{id}/history/",
    operation_id = "getProductHistory", tag = "Admin: catalogue",
    params(("id" = ProductId, Path), AsOf),
    responses((status = 200, body = ProductHistoryView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_history(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    Query(query): Query<AsOf>,
) -> Result<axum::Json<ProductHistoryView>> {
    let as_of = query.as_of.unwrap_or_else(|| kit.clock.now());
    let conn = kit.db.read().await?;
    let version = store::find_product_version(&conn, id).await?;
    version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let (prices, publications) = futures_util::try_join!(
        store::list_prices_of(&conn, id, as_of),
        store::list_publications(&conn, id, as_of, CHANGES_MAX)
    )?;
    Ok(axum::Json(ProductHistoryView {
        as_of,
        status: publications.first().map(|then| then.status.clone()),
        prices: prices.into_iter().map(Into::into).collect(),
        publications: publications.into_iter().map(Into::into).collect(),
    }))
}

/// What a variant cost.
#[derive(Serialize, ToSchema)]
struct VariantPricesView {
    /// The latest first; at most 200.
    data: Vec<PriceThenView>,
}

/// List what a variant cost
///
/// Every change of its price and of whether it is for sale: what from when on, and by whom.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/variants/{id}/prices/",
    operation_id = "listVariantPrices", tag = "Admin: catalogue",
    params(("id" = VariantId, Path)),
    responses((status = 200, body = VariantPricesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_prices(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<VariantId>,
) -> Result<axum::Json<VariantPricesView>> {
    let conn = kit.db.read().await?;
    let changes = store::list_price_changes(&conn, id, CHANGES_MAX).await?;
    if changes.is_empty() {
        return Err(CatalogueRefusal::NotFound("variant").into());
    }
    let data = changes.into_iter().map(Into::into).collect();
    Ok(axum::Json(VariantPricesView { data }))
}
