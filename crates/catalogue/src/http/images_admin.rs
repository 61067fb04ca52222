//! What staff do with the pictures of a product.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use http::StatusCode;
use ids::{ImageId, ProductId};
use kit::{
    Kit, Result, Tx,
    http::{
        Body, Idempotency, IdempotencyHeader, IfMatch, PathId, ProblemResponses, Versioned,
        merge::given,
    },
};
use pictures::{Picture, Pictures};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::product_draft::TITLE_CHARS_MAX;
use crate::{
    actions,
    model::{CatalogueRefusal, Texts},
    store::{self, ProductImage},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_images, add_image))
        .routes(routes!(order_images))
        .routes(routes!(update_image, delete_image))
}

/// A picture of a product, as staff see it: what it shows, in every language.
#[derive(Clone, Serialize, ToSchema)]
struct ImageAdminView {
    id: ImageId,
    #[schema(example = "/media/pictures/5f0c1d6be49a4f3f8a3a0d2f4c1b7e90/2000.jpg")]
    url: String,
    alt: Texts,
    /// The address of each width that is there, in pixels; none of a picture that is elsewhere.
    sizes: BTreeMap<u32, String>,
}

impl From<ProductImage> for ImageAdminView {
    fn from(image: ProductImage) -> Self {
        Self {
            id: image.id,
            sizes: pictures::sizes(&image.url, &image.widths),
            url: image.url,
            alt: image.alt,
        }
    }
}

/// The pictures of a product, in order.
#[derive(Clone, Serialize, ToSchema)]
struct ProductImagesView {
    images: Vec<ImageAdminView>,
    /// What `If-Match` takes, of the pictures together; the product itself has another one.
    version: i64,
}

impl ProductImagesView {
    async fn of(conn: &kit::Conn, id: ProductId, version: i64) -> Result<Self> {
        let images = store::list_images(conn, id).await?;
        Ok(Self {
            images: images.into_iter().map(Into::into).collect(),
            version,
        })
    }
}

/// The bytes of a picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "the document alone names it")]
struct PictureFile(Vec<u8>);

/// A picture that was added.
#[derive(Serialize, ToSchema)]
struct ImageAddedView {
    #[serde(flatten)]
    image: ImageAdminView,
    /// Of the pictures together: what `If-Match` takes.
    images_version: i64,
}

/// List the pictures of a product
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/products/{id}/images/",
    operation_id = "listProductImages", tag = "Admin: catalogue",
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductImagesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_images(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
) -> Result<Versioned<ProductImagesView>> {
    let conn = kit.db.read().await?;
    let version = store::find_images_version(&conn, id).await?;
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let view = ProductImagesView::of(&conn, id, version).await?;
    Ok(Versioned::ok(version, view))
}

/// Add a picture to a product
///
/// The body is the file itself: JPEG, PNG or WebP. It is checked and drawn anew, so that nothing
/// else that was in the file is kept, and stands behind the pictures that are there. Narrower
/// widths follow soon. Several may be sent at once.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/products/{id}/images/",
    operation_id = "addProductImage", tag = "Admin: catalogue",
    params(("id" = ProductId, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content(
        (PictureFile = "image/jpeg"), (PictureFile = "image/png"), (PictureFile = "image/webp")
    )),
    responses((status = 201, body = ImageAddedView), ProblemResponses),
    security(("bearer" = []))
)]
async fn add_image(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Extension(pictures): Extension<Arc<Pictures>>,
    PathId(id): PathId<ProductId>,
    header: IdempotencyHeader,
    request: Request,
) -> Result<Response> {
    let upload = pictures.receive(request).await?;
    {
        let conn = kit.db.read().await?;
        let found = store::find_images_version(&conn, id).await?;
        found.ok_or(CatalogueRefusal::NotFound("product"))?;
    }
    let fingerprint = upload.fingerprint.clone();
    let key = header.scoped(staff.principal(), "addProductImage", fingerprint);
    let picture = pictures.take_in(&kit, upload).await?;
    let outcome = hang(&kit, &staff, key, id, &picture).await;
    // Where it was not kept: because of a refusal, or because it had been sent before.
    pictures.discard(&kit, &picture).await;
    outcome
}

async fn hang(
    kit: &Kit,
    staff: &Staff<CanEditCatalogue>,
    key: Idempotency,
    id: ProductId,
    picture: &Picture,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("add_product_image").await?;
    if let Some(reply) = key.replay(&tx, kit).await? {
        return Ok(reply);
    }
    let version = actions::add_image(&tx, id, picture, now).await?;
    let view = ImageAddedView {
        image: ImageAdminView {
            id: picture.id,
            url: picture.url(),
            alt: Texts::default(),
            sizes: pictures::sizes(&picture.url(), &[]),
        },
        images_version: version,
    };
    let what = ("product.image.add", "product", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// The pictures of a product, locked, as somebody has seen them.
async fn locked(tx: &Tx, id: ProductId, if_match: IfMatch) -> Result<ProductImagesView> {
    let version = store::lock_images(tx, id).await?;
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    let before = ProductImagesView::of(tx, id, version).await?;
    if_match.check(version, &before)?;
    Ok(before)
}

/// Writes down who changed the pictures, commits, and answers them as they are now.
async fn settled(
    tx: Tx,
    staff: &Staff<CanEditCatalogue>,
    (action, id): (&'static str, ProductId),
    before: &ProductImagesView,
    now: DateTime<Utc>,
) -> Result<Versioned<ProductImagesView>> {
    store::update_images_version(&tx, id, now).await?;
    let after = ProductImagesView::of(&tx, id, before.version + 1).await?;
    let what = (action, "product", id.uuid());
    staff
        .record(&tx, what, Some(before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}

/// The pictures in their new order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"image_ids": ["019aab00-0000-7000-8000-000000000001"]}))]
struct OrderImages {
    /// Each picture of the product once.
    #[schema(max_items = 50)]
    image_ids: Vec<ImageId>,
}

/// Put the pictures of a product in order
#[utoipa::path(
    put, path = "/api/v1/admin/catalogue/products/{id}/images/order/",
    operation_id = "orderProductImages", tag = "Admin: catalogue", request_body = OrderImages,
    params(("id" = ProductId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProductImagesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn order_images(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductId>,
    if_match: IfMatch,
    body: Body<OrderImages>,
) -> Result<Versioned<ProductImagesView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("order_product_images").await?;
    let before = locked(&tx, id, if_match).await?;
    let present: Vec<ImageId> = before.images.iter().map(|image| image.id).collect();
    actions::order_images(&tx, id, &present, &body.value.image_ids).await?;
    settled(tx, &staff, ("product.image.order", id), &before, now).await
}

/// What changes of a picture.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"alt": {"en": "From the side", "am": "ከጎን"}}))]
struct UpdateImage {
    /// What it shows, for those who do not see it; an empty object takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Texts)]
    alt: Option<Texts>,
}

/// Say what a picture of a product shows
#[utoipa::path(
    patch, path = "/api/v1/admin/catalogue/products/{id}/images/{image_id}/",
    operation_id = "updateProductImage", tag = "Admin: catalogue", request_body = UpdateImage,
    params(
        ("id" = ProductId, Path), ("image_id" = ImageId, Path), ("If-Match" = String, Header)
    ),
    responses((status = 200, body = ProductImagesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn update_image(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId((id, image_id)): PathId<(ProductId, ImageId)>,
    if_match: IfMatch,
    body: Body<UpdateImage>,
) -> Result<Versioned<ProductImagesView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("update_product_image").await?;
    let before = locked(&tx, id, if_match).await?;
    before.find(image_id)?;
    if let Some(alt) = &body.value.alt {
        if *alt != Texts::default() {
            alt.check("/alt", TITLE_CHARS_MAX)?;
        }
        store::update_image_alt(&tx, image_id, alt).await?;
    }
    settled(tx, &staff, ("product.image.update", id), &before, now).await
}

impl ProductImagesView {
    fn find(&self, id: ImageId) -> Result<&ImageAdminView> {
        let found = self.images.iter().find(|image| image.id == id);
        Ok(found.ok_or(CatalogueRefusal::NotFound("picture of this product"))?)
    }
}

/// Take a picture from a product
///
/// Its files are taken away soon after.
#[utoipa::path(
    delete, path = "/api/v1/admin/catalogue/products/{id}/images/{image_id}/",
    operation_id = "deleteProductImage", tag = "Admin: catalogue",
    params(
        ("id" = ProductId, Path), ("image_id" = ImageId, Path), ("If-Match" = String, Header)
    ),
    responses((status = 200, body = ProductImagesView), ProblemResponses),
    security(("bearer" = []))
)]
async fn delete_image(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId((id, image_id)): PathId<(ProductId, ImageId)>,
    if_match: IfMatch,
) -> Result<Versioned<ProductImagesView>> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_product_image").await?;
    let before = locked(&tx, id, if_match).await?;
    before.find(image_id)?;
    actions::remove_image(&tx, image_id, now).await?;
    settled(tx, &staff, ("product.image.delete", id), &before, now).await
}
