//! What staff do with kinds of products.

use axum::{extract::State, response::Response};
use http::StatusCode;
use ids::ProductTypeId;
use kit::{
    Kit, Result,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, body::invalid_member, merge::given,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::brands_admin::{NAME_CHARS_MAX, slug_or_name};
use crate::{
    actions,
    model::{ATTRIBUTES_MAX, Attribute, CHOICES_MAX, CatalogueRefusal, ProductType, Texts},
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_product_type, list_product_types))
        .routes(routes!(
            get_product_type,
            update_product_type,
            delete_product_type
        ))
}

/// A kind of product: what is said of each product of it.
#[derive(Clone, Serialize, ToSchema)]
struct ProductTypeView {
    id: ProductTypeId,
    #[schema(example = "garment")]
    slug: String,
    name: Texts,
    /// In order.
    attributes: Vec<Attribute>,
    version: i64,
}

impl From<ProductType> for ProductTypeView {
    fn from(of: ProductType) -> Self {
        Self {
            id: of.id,
            slug: of.slug,
            name: of.name,
            attributes: of.attributes,
            version: of.version,
        }
    }
}

/// A new kind of product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": {"en": "Garment", "am": "ልብስ"},
    "attributes": [
        {
            "code": "material", "name": {"en": "Material", "am": "ጨርቅ"}, "kind": "choice",
            "choices": [
                {"code": "cotton", "name": {"en": "Cotton", "am": "ጥጥ"}},
                {"code": "wool", "name": {"en": "Wool", "am": "ሱፍ"}}
            ],
            "is_required": true, "is_facet": true
        },
        {"code": "care", "name": {"en": "Care"}, "kind": "text"}
    ]
}))]
struct CreateProductType {
    name: Texts,
    /// Made from the English name without it.
    slug: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    attributes: Vec<Attribute>,
}

/// What changes of a kind of product; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": {"en": "Clothes", "am": "ልብስ"}}))]
struct UpdateProductType {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    name: Option<Texts>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    slug: Option<String>,
    /// All of them, in their new order.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<Attribute>, max_items = 50)]
    attributes: Option<Vec<Attribute>>,
}

fn check(attributes: &[Attribute]) -> Result<()> {
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(invalid_member("/attributes", "at most 50 attributes"));
    }
    for (index, attribute) in attributes.iter().enumerate() {
        let at = format!("/attributes/{index}");
        attribute
            .name
            .check(&format!("{at}/name"), NAME_CHARS_MAX)?;
        if attribute.choices.len() > CHOICES_MAX {
            return Err(invalid_member(
                format!("{at}/choices"),
                "at most 200 choices",
            ));
        }
        for (place, choice) in attribute.choices.iter().enumerate() {
            let at = format!("{at}/choices/{place}/name");
            choice.name.check(&at, NAME_CHARS_MAX)?;
        }
    }
    Ok(())
}

/// Create a kind of product
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/product-types/", operation_id = "createProductType",
    tag = "Admin: catalogue", request_body = CreateProductType,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = ProductTypeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_product_type(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CreateProductType>,
) -> Result<Response> {
    let CreateProductType {
        name,
        slug,
        attributes,
    } = body.value;
    name.check("/name", NAME_CHARS_MAX)?;
    check(&attributes)?;
    let now = kit.clock.now();
    let new = ProductType {
        id: ProductTypeId::generate(now),
        slug: slug_or_name(slug, &name)?,
        name,
        attributes,
        version: 1,
    };
    let key = header.scoped(staff.principal(), "createProductType", body.fingerprint);
    let tx = kit.db.begin("create_product_type").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::create_product_type(&tx, &new, now).await?;
    let view = ProductTypeView::from(new);
    staff
        .record(
            &tx,
            ("product_type.create", "product_type", view.id.uuid()),
            None,
            Some(&view),
            now,
        )
        .await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// A page of kinds of products.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProductTypes {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeCursor {
    slug: String,
}

impl Cursor for TypeCursor {}

/// List kinds of products
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/product-types/", operation_id = "listProductTypes",
    tag = "Admin: catalogue", params(ListProductTypes),
    responses((status = 200, body = Page<ProductTypeView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_product_types(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<ListProductTypes>,
) -> Result<Page<ProductTypeView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after: Option<TypeCursor> = paging.cursor()?;
    let conn = kit.db.read().await?;
    let after = after.as_ref().map(|after| after.slug.as_str());
    let rows = store::list_product_types(&conn, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| TypeCursor {
        slug: row.slug.clone(),
    })?;
    Ok(page.map(Into::into))
}

/// Read a kind of product
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/product-types/{id}/", operation_id = "getProductType",
    tag = "Admin: catalogue", params(("id" = ProductTypeId, Path)),
    responses((status = 200, body = ProductTypeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_product_type(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductTypeId>,
) -> Result<Versioned<ProductTypeView>> {
    let found = store::find_product_type(&kit.db.read().await?, id).await?;
    let found = found.ok_or(CatalogueRefusal::NotFound("kind of product"))?;
    Ok(Versioned::ok(found.version, found.into()))
}

/// Change a kind of product
///
/// An attribute or a choice that products have stays, and an attribute that some of them miss does
/// not become required.
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/product-types/{id}/",
    operation_id = "updateProductType", tag = "Admin: catalogue",
    request_body = UpdateProductType,
    params(("id" = ProductTypeId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductTypeView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_product_type(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductTypeId>,
    if_match: IfMatch,
    body: Body<UpdateProductType>,
) -> Result<Versioned<ProductTypeView>> {
    let change = body.value;
    let now = kit.clock.now();
    let tx = kit.db.begin("update_product_type").await?;
    let before = store::lock_product_type(&tx, id)
        .await?
        .ok_or(CatalogueRefusal::NotFound("kind of product"))?;
    let shown = ProductTypeView::from(before.clone());
    if_match.check(before.version, &shown)?;
    let mut after = before;
    if let Some(name) = change.name {
        name.check("/name", NAME_CHARS_MAX)?;
        after.name = name;
    }
    after.slug = change.slug.unwrap_or(after.slug);
    if let Some(attributes) = change.attributes {
        check(&attributes)?;
        after.attributes = attributes;
    }
    actions::change_product_type(&tx, &shown.attributes, &after, now).await?;
    after.version += 1;
    let view = ProductTypeView::from(after);
    staff
        .record(
            &tx,
            ("product_type.update", "product_type", id.uuid()),
            Some(&shown),
            Some(&view),
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(view.version, view))
}

/// Delete a kind that no product is of
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/product-types/{id}/",
    operation_id = "deleteProductType", tag = "Admin: catalogue",
    params(("id" = ProductTypeId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_product_type(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductTypeId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_product_type").await?;
    let before = store::lock_product_type(&tx, id)
        .await?
        .ok_or(CatalogueRefusal::NotFound("kind of product"))?;
    let shown = ProductTypeView::from(before);
    if_match.check(shown.version, &shown)?;
    actions::remove_product_type(&tx, id).await?;
    staff
        .record(
            &tx,
            ("product_type.delete", "product_type", id.uuid()),
            Some(&shown),
            None,
            now,
        )
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
