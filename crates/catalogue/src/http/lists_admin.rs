//! Lists for staff: products of any status, and variants by what somebody knows of them.

use axum::extract::State;
use chrono::{DateTime, Utc};
use ids::{ProductId, VariantId};
use kit::{
    Kit, Result,
    http::{
        Cursor, Page, PageQuery, ProblemResponses, Query, body::invalid_parameter, page::instant,
    },
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::storefront::{refuse_unknown, text};
use crate::{
    model::{ProductAfter, ProductFilter, ProductSort, ProductStatus, Texts},
    store::{self, Known, KnownVariant, ProductRow},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_products))
        .routes(routes!(list_variants))
}

/// The most ids of one question.
const IDS_MAX: usize = 100;

/// The list's filters; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProductsAsStaff {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only these: up to 100 ids, divided by commas, with no other parameter.
    #[param(max_length = 3800)]
    ids: Option<String>,
    /// Only `draft`, `published` or `archived`; all of them without it.
    #[param(example = "draft")]
    status: Option<String>,
    /// Only this category and what stands below it: id or slug.
    category: Option<String>,
    /// Only this brand: id or slug.
    brand: Option<String>,
    /// Only what answers to these words; see `GET /api/v1/search/`.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Only what has (`true`) or has not (`false`) something that can be ordered.
    is_available: Option<bool>,
}

/// Where the next page of products begins.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffProductCursor {
    #[serde(deserialize_with = "instant")]
    created_at: DateTime<Utc>,
    id: ProductId,
}

impl Cursor for StaffProductCursor {}

/// A product in a list for staff.
#[derive(Serialize, ToSchema)]
struct ProductAdminSummary {
    id: ProductId,
    #[schema(example = "yirgacheffe-washed")]
    slug: String,
    /// `draft`, `published` or `archived`.
    status: String,
    title: Texts,
    /// Of the first picture.
    image_url: Option<String>,
    /// The lowest price of its active variants.
    price_from: Option<Money>,
    /// Whether something of it can be ordered, or could be once it is published.
    is_available: bool,
    created_at: DateTime<Utc>,
}

impl From<ProductRow> for ProductAdminSummary {
    fn from(row: ProductRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            status: row.status,
            title: row.title,
            image_url: row.image.map(|image| image.url),
            price_from: row.price_from,
            is_available: row.is_available,
            created_at: row.created_at,
        }
    }
}

impl ListProductsAsStaff {
    fn has_more_than_ids(&self) -> bool {
        let filters = [
            &self.status,
            &self.category,
            &self.brand,
            &self.q,
            &self.cursor,
        ];
        let has_text = filters.iter().any(|filter| filter.is_some());
        has_text || self.is_available.is_some() || self.limit.is_some()
    }
}

fn cut(rows: Vec<ProductRow>, limit: i64) -> Result<Page<ProductRow>> {
    Page::cut(rows, limit, |row| StaffProductCursor {
        created_at: row.created_at,
        id: row.id,
    })
}

fn status(text: &str) -> Result<&'static str> {
    let reason = "it must be draft, published or archived";
    let status = ProductStatus::parse(text);
    status
        .map(|status| status.as_str())
        .ok_or_else(|| invalid_parameter("status", reason))
}

/// List products as staff
///
/// Of any status, newest first, with their titles in every language.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/", operation_id = "listProductsAsStaff",
    tag = "Admin: catalogue", params(ListProductsAsStaff),
    responses((status = 200, body = Page<ProductAdminSummary>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_products(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<ListProductsAsStaff>,
) -> Result<Page<ProductAdminSummary>> {
    if let Some(ids) = &query.ids {
        let ids = parse_ids("ids", ids)?;
        if query.has_more_than_ids() {
            return Err(invalid_parameter("ids", "it goes with no other parameter"));
        }
        let rows = store::list_products_by_ids(&kit.db.read().await?, &ids).await?;
        return Ok(cut(rows, 100)?.map(Into::into));
    }
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging
        .cursor::<StaffProductCursor>()?
        .map(|after| ProductAfter {
            created_at: after.created_at,
            price_minor: 0,
            sold_count: 0,
            id: after.id,
        });
    let status = query.status.as_deref().map(status).transpose()?;
    let statuses = match &status {
        Some(status) => std::slice::from_ref(status),
        None => &["draft", "published", "archived"][..],
    };
    let filter = ProductFilter {
        category: query.category,
        brand: query.brand,
        search: text(query.q.as_deref())?,
        is_available: query.is_available,
        ..ProductFilter::default()
    };
    let conn = kit.db.read().await?;
    let newest = ProductSort::Newest;
    let rows = store::list_products(&conn, &filter, statuses, newest, after, limit + 1).await?;
    if rows.is_empty() {
        refuse_unknown(&conn, &filter).await?;
    }
    Ok(cut(rows, limit)?.map(Into::into))
}

/// What is known of the variants that are asked for: one of three, or nothing.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListVariants {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Their own ids: up to 100, divided by commas.
    #[param(max_length = 3800)]
    ids: Option<String>,
    /// The ids of their products: up to 100, divided by commas.
    #[param(max_length = 3800)]
    product_ids: Option<String>,
    /// The SKU of one.
    #[param(max_length = 64, example = "COF-YIR-250")]
    sku: Option<String>,
}

/// Where the next page of variants begins.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantCursor {
    id: VariantId,
}

impl Cursor for VariantCursor {}

/// A variant in a list for staff, with what its product is called.
#[derive(Serialize, ToSchema)]
struct VariantAdminSummary {
    id: VariantId,
    #[schema(example = "COF-YIR-250")]
    sku: String,
    product_id: ProductId,
    /// Of its product: `draft`, `published` or `archived`.
    product_status: String,
    /// Of its product.
    title: Texts,
    /// Its value of each option, in the options' order.
    options: Vec<Texts>,
    price: Money,
    /// Whether it is for sale, if its product is.
    is_active: bool,
}

impl From<KnownVariant> for VariantAdminSummary {
    fn from(variant: KnownVariant) -> Self {
        Self {
            id: variant.id,
            sku: variant.sku,
            product_id: variant.product_id,
            product_status: variant.product_status,
            title: variant.title,
            options: variant.options,
            price: variant.price,
            is_active: variant.is_active,
        }
    }
}

fn parse_ids<T: std::str::FromStr>(name: &str, text: &str) -> Result<Vec<T>> {
    let ids: Option<Vec<T>> = text.split(',').map(|id| id.parse().ok()).collect();
    match ids {
        Some(ids) if ids.len() <= IDS_MAX => Ok(ids),
        _ => Err(invalid_parameter(
            name,
            "it must be up to 100 ids, divided by commas",
        )),
    }
}

/// List variants as staff
///
/// By their ids, by their products or by their SKU, or all of them, in the order of their making,
/// whatever the status of their products.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/variants/", operation_id = "listVariantsAsStaff",
    tag = "Admin: catalogue", params(ListVariants),
    responses((status = 200, body = Page<VariantAdminSummary>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_variants(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<ListVariants>,
) -> Result<Page<VariantAdminSummary>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<VariantCursor>()?.map(|after| after.id);
    let known = match (&query.ids, &query.product_ids, &query.sku) {
        (Some(ids), None, None) => Known::Ids(parse_ids("ids", ids)?),
        (None, Some(ids), None) => Known::Products(parse_ids("product_ids", ids)?),
        (None, None, Some(sku)) => Known::Sku(sku.clone()),
        (None, None, None) => Known::Nothing,
        _ => {
            let reason = "at most one of ids, product_ids and sku is given";
            return Err(invalid_parameter("ids", reason));
        }
    };
    let conn = kit.db.read().await?;
    let rows = store::list_known_variants(&conn, &known, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| VariantCursor { id: row.id })?;
    Ok(page.map(Into::into))
}
