//! What staff do with products and variants.

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::{BrandId, CategoryId, ProductId, ProductTypeId, VariantId};
use kit::{
    Kit, Result,
    http::{
        Body, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned,
        body::invalid_member, merge::given,
    },
};
use money::Money;
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    attribute_values::{AttributeValue, read, written},
    categories_admin::present,
    product_draft::{CreateProduct, DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX, parse_status},
};
use crate::{
    actions,
    model::{CatalogueRefusal, Said, Texts},
    store::{self, ProductChange, ProductDetail, VariantChange, VariantRow},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_product))
        .routes(routes!(get_product, update_product))
        .routes(routes!(update_variant))
}

/// A product, as staff see it: every language, every variant.
#[derive(Serialize, ToSchema)]
struct ProductAdminView {
    id: ProductId,
    slug: String,
    /// `draft`, `published` or `archived`.
    status: String,
    title: Texts,
    description: Texts,
    brand_id: Option<BrandId>,
    category_ids: Vec<CategoryId>,
    tags: Vec<String>,
    type_id: Option<ProductTypeId>,
    attributes: Vec<AttributeValue>,
    variants: Vec<VariantAdminView>,
    version: i64,
}

/// A variant, as staff see it.
#[derive(Clone, Serialize, ToSchema)]
struct VariantAdminView {
    id: VariantId,
    sku: String,
    /// What it costs unless a running price list makes it cheaper.
    price: Money,
    compare_at_price: Option<Money>,
    is_active: bool,
    version: i64,
}

impl From<VariantRow> for VariantAdminView {
    fn from(row: VariantRow) -> Self {
        let currency = row.price.currency();
        let (price, compare_at) = match row.regular_minor {
            None => (row.price, row.compare_at_minor),
            Some(regular) => (Money::new(regular, currency), row.regular_compare_at_minor),
        };
        Self {
            id: row.id,
            sku: row.sku,
            price,
            compare_at_price: compare_at.map(|minor| Money::new(minor, currency)),
            is_active: row.is_active,
            version: row.version,
        }
    }
}

impl From<ProductDetail> for ProductAdminView {
    fn from(detail: ProductDetail) -> Self {
        Self {
            id: detail.head.id,
            slug: detail.head.slug,
            status: detail.head.status,
            title: detail.head.title,
            description: detail.description,
            brand_id: detail.head.brand.map(|(id, ..)| id),
            category_ids: detail.category_ids,
            tags: detail.tags,
            type_id: detail.type_id,
            attributes: written(&detail.attributes, &detail.values),
            variants: detail.variants.into_iter().map(Into::into).collect(),
            version: detail.version,
        }
    }
}

async fn view(conn: &kit::Conn, id: ProductId) -> Result<ProductAdminView> {
    let detail = store::find_product(conn, &id.to_string()).await?;
    Ok(detail.ok_or(CatalogueRefusal::NotFound("product"))?.into())
}

/// Create a product
///
/// With its options, variants, images and first stock, all or nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/products/", operation_id = "createProduct",
    tag = "Admin: catalogue", request_body = CreateProduct,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ProductAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_product(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    mut body: Body<CreateProduct>,
) -> Result<Response> {
    let now = kit.clock.now();
    let said = body.value.said()?;
    let tags = std::mem::take(&mut body.value.tags);
    let new = body.value.into_new(now)?;
    let key = header.scoped(
        format!("staff:{}", staff.id),
        "createProduct",
        body.fingerprint,
    );
    let tx = kit.db.begin("create_product").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    let id = new.id;
    store::update_actor(&tx, staff.id).await?;
    actions::create_product(&tx, new, &said, now).await?;
    actions::tag_product(&tx, id, tags).await?;
    let view = view(&tx, id).await?;
    staff
        .record(
            &tx,
            ("product.create", "product", id.uuid()),
            None,
            Some(&view),
            now,
        )
        .await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a product as staff
///
/// By id or slug, drafts too, in every language.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/{id}/", operation_id = "getProductAsStaff",
    tag = "Admin: catalogue", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_product(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
) -> Result<Versioned<ProductAdminView>> {
    let conn = kit.db.read().await?;
    let view = view(&conn, id).await?;
    Ok(Versioned::ok(view.version, view))
}

/// What changes of a product; what is absent stays, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "published"}))]
struct UpdateProduct {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    title: Option<Texts>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Texts>)]
    description: Option<Option<Texts>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    slug: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    status: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<BrandId>)]
    brand_id: Option<Option<BrandId>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<CategoryId>, max_items = 50)]
    category_ids: Option<Vec<CategoryId>>,
    /// All of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<String>, max_items = 50)]
    tags: Option<Vec<String>>,
    /// Null takes what is said of it along, unless that is given too.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ProductTypeId>)]
    type_id: Option<Option<ProductTypeId>>,
    /// All that is said of it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<AttributeValue>, max_items = 50)]
    attributes: Option<Vec<AttributeValue>>,
}

fn check_words(title: Option<&Texts>, description: Option<&Texts>) -> Result<()> {
    if let Some(title) = title {
        title.check("/title", TITLE_CHARS_MAX)?;
    }
    match description {
        Some(text) if *text != Texts::default() => {
            text.check("/description", DESCRIPTION_CHARS_MAX)
        }
        _ => Ok(()),
    }
}

/// Change a product
///
/// A change of its `status` ends what was planned of its publication; only that a published product
/// is taken back later stays planned.
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/products/{id}/", operation_id = "updateProduct",
    tag = "Admin: catalogue", request_body = UpdateProduct,
    params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_product(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    if_match: IfMatch,
    body: Body<UpdateProduct>,
) -> Result<Versioned<ProductAdminView>> {
    let change = body.value;
    let now = kit.clock.now();
    let tx = kit.db.begin("update_product").await?;
    let version = store::lock_product(&tx, id)
        .await?
        .ok_or(CatalogueRefusal::NotFound("product"))?;
    let before = view(&tx, id).await?;
    if_match.check(version, &before)?;
    store::update_actor(&tx, staff.id).await?;
    let description = change.description.map(Option::unwrap_or_default);
    check_words(change.title.as_ref(), description.as_ref())?;
    let status = change.status.as_deref().map(parse_status).transpose()?;
    if change
        .category_ids
        .as_ref()
        .is_some_and(|ids| ids.len() > 50)
    {
        return Err(invalid_member("/category_ids", "at most 50 categories"));
    }
    if let Some(tags) = change.tags {
        actions::tag_product(&tx, id, tags).await?;
    }
    if change.type_id.is_some() || change.attributes.is_some() {
        let type_id = change.type_id.unwrap_or(before.type_id);
        let kept = type_id
            .map(|_| before.attributes.clone())
            .unwrap_or_default();
        let said = Said {
            type_id,
            values: read(change.attributes.unwrap_or(kept))?,
        };
        actions::describe(&tx, id, &said).await?;
    }
    let changed = ProductChange {
        id,
        slug: change.slug.unwrap_or_else(|| before.slug.clone()),
        status: status.map_or_else(
            || before.status.clone(),
            |status| status.as_str().to_owned(),
        ),
        brand_id: change.brand_id.unwrap_or(before.brand_id),
        title: change.title.unwrap_or_else(|| before.title.clone()),
        description: description.unwrap_or_else(|| before.description.clone()),
    };
    let categories = change.category_ids.as_deref();
    actions::change_product(&tx, &before.slug, &changed, categories, now).await?;
    if changed.status != before.status {
        store::update_schedule_overtaken(&tx, id).await?;
    }
    let after = view(&tx, id).await?;
    staff
        .record(
            &tx,
            ("product.update", "product", id.uuid()),
            Some(&before),
            Some(&after),
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}

/// What changes of a variant; what is absent stays, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"price": {"amount": 240_000, "currency": "ETB"}}))]
struct UpdateVariant {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    sku: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Money)]
    price: Option<Money>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Money>)]
    compare_at_price: Option<Option<Money>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool)]
    is_active: Option<bool>,
}

fn variant_view(row: &VariantChange) -> Result<VariantAdminView> {
    let currency = row.currency.parse().map_err(kit::Error::fault)?;
    Ok(VariantAdminView {
        id: row.id,
        sku: row.sku.clone(),
        price: Money::new(row.price_minor, currency),
        compare_at_price: row
            .compare_at_minor
            .map(|minor| Money::new(minor, currency)),
        is_active: row.is_active,
        version: row.version,
    })
}

/// Change a variant: its SKU, price, or whether it is for sale
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/variants/{id}/", operation_id = "updateVariant",
    tag = "Admin: catalogue", request_body = UpdateVariant,
    params(("id" = VariantId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = VariantAdminView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_variant(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<VariantId>,
    if_match: IfMatch,
    body: Body<UpdateVariant>,
) -> Result<Versioned<VariantAdminView>> {
    let change = body.value;
    let now = kit.clock.now();
    let tx = kit.db.begin("update_variant").await?;
    let found = store::lock_variant(&tx, id).await?;
    let mut row = found.ok_or(CatalogueRefusal::NotFound("variant"))?;
    let before = variant_view(&row)?;
    if_match.check(row.version, &before)?;
    let currency = before.price.currency();
    let prices = [change.price, change.compare_at_price.flatten()];
    if prices
        .iter()
        .flatten()
        .any(|price| price.currency() != currency)
    {
        return Err(invalid_member(
            "/price/currency",
            "a product keeps its currency",
        ));
    }
    row.sku = change.sku.unwrap_or(row.sku);
    row.price_minor = change.price.map_or(row.price_minor, |price| price.minor());
    if let Some(compare_at) = change.compare_at_price {
        row.compare_at_minor = compare_at.map(|price| price.minor());
    }
    row.is_active = change.is_active.unwrap_or(row.is_active);
    store::update_actor(&tx, staff.id).await?;
    actions::change_variant(&tx, &row, now).await?;
    row.version += 1;
    let after = variant_view(&row)?;
    staff
        .record(
            &tx,
            ("variant.update", "variant", id.uuid()),
            Some(&before),
            Some(&after),
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}
