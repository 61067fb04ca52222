//! Which pictures a product has, in which order.

use chrono::{DateTime, Utc};
use ids::{ImageId, ProductId};
use kit::{Conn, Result, Tx};

use crate::model::Texts;

/// A picture of a product, as staff see it.
pub(crate) struct ProductImage {
    pub(crate) id: ImageId,
    pub(crate) url: String,
    pub(crate) alt: Texts,
    /// Of an uploaded one: the narrower widths that are there.
    pub(crate) widths: Vec<i32>,
}

const FIND_IMAGES_VERSION: &str = "
    select images_version
    from products
    where id = $1";

/// The version of a product's pictures; none when there is no such product.
pub(crate) async fn find_images_version(conn: &Conn, id: ProductId) -> Result<Option<i64>> {
    let row = conn.query_opt(FIND_IMAGES_VERSION, &[&id]).await?;
    Ok(row.map(|row| row.get("images_version")))
}

const LOCK_IMAGES: &str = "
    select images_version
    from products
    where id = $1
    for update";

/// The version of a product's pictures, which stay as they are until the end of `tx`.
pub(crate) async fn lock_images(tx: &Tx, id: ProductId) -> Result<Option<i64>> {
    let row = tx.query_opt(LOCK_IMAGES, &[&id]).await?;
    Ok(row.map(|row| row.get("images_version")))
}

const LIST_IMAGES: &str = "
    select product_images.id, url, alt, coalesce(widths, '{}') as widths
    from product_images
    left join pictures on pictures.id = picture_id
    where product_id = $1
    order by position, product_images.id";

/// The pictures of a product, in order.
pub(crate) async fn list_images(conn: &Conn, id: ProductId) -> Result<Vec<ProductImage>> {
    let rows = conn.query(LIST_IMAGES, &[&id]).await?;
    let image = |row: &tokio_postgres::Row| ProductImage {
        id: row.get("id"),
        url: row.get("url"),
        alt: Texts::from_json(row.get("alt")),
        widths: row.get("widths"),
    };
    Ok(rows.iter().map(image).collect())
}

const INSERT_IMAGE: &str = "
    insert into product_images (id, product_id, position, url, picture_id)
    select $1, $2, coalesce(max(position) + 1, 0), $3, $1
    from product_images
    where product_id = $2";

/// Puts an uploaded picture behind the others.
pub(crate) async fn insert_image(
    tx: &Tx,
    product: ProductId,
    id: ImageId,
    url: &str,
) -> Result<()> {
    tx.execute(INSERT_IMAGE, &[&id, &product, &url]).await?;
    Ok(())
}

const UPDATE_IMAGE_ALT: &str = "
    update product_images
    set alt = $2
    where id = $1";

pub(crate) async fn update_image_alt(tx: &Tx, id: ImageId, alt: &Texts) -> Result<()> {
    tx.execute(UPDATE_IMAGE_ALT, &[&id, &alt.to_json()]).await?;
    Ok(())
}

const UPDATE_IMAGE_ORDER: &str = "
    update product_images
    set position = wanted.place::integer - 1
    from unnest($2::uuid[]) with ordinality as wanted (id, place)
    where product_images.id = wanted.id
      and product_id = $1";

/// Puts the pictures of a product in this order.
pub(crate) async fn update_image_order(
    tx: &Tx,
    product: ProductId,
    order: &[ImageId],
) -> Result<()> {
    tx.execute(UPDATE_IMAGE_ORDER, &[&product, &order]).await?;
    Ok(())
}

const DELETE_IMAGE: &str = "
    delete from product_images
    where id = $1
    returning picture_id";

/// Takes a picture from its product; answers the uploaded one behind it.
pub(crate) async fn delete_image(tx: &Tx, id: ImageId) -> Result<Option<ImageId>> {
    let row = tx.query_opt(DELETE_IMAGE, &[&id]).await?;
    Ok(row.and_then(|row| row.get("picture_id")))
}

const UPDATE_IMAGES_VERSION: &str = "
    update products
    set images_version = images_version + 1, updated_at = $2
    where id = $1";

pub(crate) async fn update_images_version(
    tx: &Tx,
    id: ProductId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_IMAGES_VERSION, &[&id, &now]).await?;
    Ok(())
}
