//! Verbs of the catalogue.

mod life;
mod price_lists;
mod sheets;
mod together;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, ImageId, ProductId, ProductTypeId};
use inventory::StockOpening;
use kit::{Error, Result, Tx, jobs::NewJob};
use pictures::Picture;

pub use self::sheets::{TakenProduct, restore_sheet, take_sheet};
pub(crate) use self::{life::*, price_lists::*, together::*};
use crate::{
    jobs::{IndexCatalogue, Indexed},
    model::{
        Attribute, Brand, CatalogueRefusal, Category, NewBrand, NewCategory, NewProduct,
        ProductType, Said, Texts, Withdrawn, check_attributes, check_move, check_order, check_slug,
        check_values,
    },
    store::{self, ProductChange, VariantChange},
};

/// Adds a brand.
///
/// # Errors
/// `invalid_slug`, `slug_taken`.
pub async fn create_brand(tx: &Tx, new: &NewBrand, now: DateTime<Utc>) -> Result<()> {
    check_slug(&new.slug)?;
    store::insert_brand(tx, new, now)
        .await
        .map_err(refuse_by_constraint)
}

/// Changes a brand that the caller has locked; its products are found by the new name soon after.
pub(crate) async fn change_brand(
    tx: &Tx,
    before: &Texts,
    brand: &Brand,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&brand.slug)?;
    store::update_brand(tx, brand, now)
        .await
        .map_err(refuse_by_constraint)?;
    if *before == brand.name {
        return Ok(());
    }
    store::update_brand_vector(tx, brand.id, &brand.name).await?;
    let job = IndexCatalogue::of(Indexed::Brand(brand.id));
    kit::jobs::insert(tx, &NewJob::now(&job)?, now).await
}

pub(crate) async fn remove_brand(tx: &Tx, id: BrandId) -> Result<()> {
    store::delete_brand(tx, id)
        .await
        .map_err(|error| refuse_in_use(error, "products"))
}

/// Adds a category. Locks the tree.
///
/// # Errors
/// `invalid_slug`, `slug_taken`, `unknown_category`, `category_too_deep`.
pub async fn create_category(tx: &Tx, new: &NewCategory, now: DateTime<Utc>) -> Result<()> {
    check_slug(&new.slug)?;
    let tree = store::lock_categories(tx).await?;
    check_move(&tree, new.id, new.parent_id)?;
    store::insert_category(tx, new, now)
        .await
        .map_err(refuse_by_constraint)
}

/// Changes or moves a category within the `tree` that the caller has locked.
pub(crate) async fn change_category(
    tx: &Tx,
    tree: &[Category],
    changed: &Category,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&changed.slug)?;
    if !tx.sabotage().has_removed("category cycle check") {
        check_move(tree, changed.id, changed.parent_id)?;
    }
    store::update_category(tx, changed, now)
        .await
        .map_err(refuse_by_constraint)?;
    if tree
        .iter()
        .any(|before| before.id == changed.id && before.name == changed.name)
    {
        return Ok(());
    }
    store::update_category_vector(tx, changed.id, &changed.name).await?;
    let job = IndexCatalogue::of(Indexed::Category(changed.id));
    kit::jobs::insert(tx, &NewJob::now(&job)?, now).await
}

pub(crate) async fn remove_category(tx: &Tx, id: CategoryId) -> Result<()> {
    store::delete_category(tx, id)
        .await
        .map_err(|error| refuse_in_use(error, "products or categories below it"))
}

/// Adds products with everything that belongs to them, and opens their shelves: one statement
/// a table, however many products.
///
/// # Errors
/// `invalid_product`, `invalid_slug`, `invalid_sku`, `slug_taken`, `sku_taken`,
/// `unknown_category`, `unknown_brand`; nothing is kept then.
pub async fn create_products(tx: &Tx, products: &[NewProduct], now: DateTime<Utc>) -> Result<()> {
    for product in products {
        product.check()?;
    }
    store::insert_products(tx, products, now)
        .await
        .map_err(refuse_by_constraint)?;
    let openings: Vec<StockOpening> = products
        .iter()
        .flat_map(|product| &product.variants)
        .map(|variant| StockOpening {
            variant_id: variant.id,
            on_hand: variant.on_hand,
        })
        .collect();
    inventory::open_levels(tx, &openings, now).await?;
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    store::delete_retired_slugs(tx, &ids).await?;
    store::upsert_search(tx, &ids).await
}

/// Changes a product that the caller has locked; what it was called leads to it from then on.
pub(crate) async fn change_product(
    tx: &Tx,
    former_slug: &str,
    change: &ProductChange,
    categories: Option<&[CategoryId]>,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&change.slug)?;
    store::update_product(tx, change, now)
        .await
        .map_err(refuse_by_constraint)?;
    if change.slug != former_slug {
        store::insert_retired_slug(tx, change.id, former_slug, now).await?;
        store::delete_retired_slugs(tx, &[change.id]).await?;
    }
    if let Some(categories) = categories {
        store::update_product_categories(tx, change.id, categories)
            .await
            .map_err(refuse_by_constraint)?;
    }
    store::upsert_search(tx, &[change.id]).await
}

pub(crate) async fn change_variant(
    tx: &Tx,
    change: &VariantChange,
    now: DateTime<Utc>,
) -> Result<()> {
    crate::model::check_sku(&change.sku)?;
    let refuse = |rule: &str| Err(CatalogueRefusal::InvalidProduct(rule.to_owned()).into());
    if change.price_minor <= 0 || change.price_minor > crate::model::PRICE_MINOR_MAX {
        return refuse("a price is above 0 and at most 9,999,999.99");
    }
    if change
        .compare_at_minor
        .is_some_and(|before| before <= change.price_minor)
    {
        return refuse("a compare-at price is above the price");
    }
    store::update_variant(tx, change, now)
        .await
        .map_err(refuse_by_constraint)?;
    store::upsert_search(tx, &[change.product_id]).await
}

/// Adds a product of a kind, or of none, with what is said of it.
pub(crate) async fn create_product(
    tx: &Tx,
    new: NewProduct,
    said: &Said,
    now: DateTime<Utc>,
) -> Result<()> {
    let id = new.id;
    create_products(tx, &[new], now).await?;
    if said.type_id.is_none() && said.values.is_empty() {
        return Ok(());
    }
    describe(tx, id, said).await?;
    store::upsert_search(tx, &[id]).await
}

/// Writes what is said of a product that the caller has locked or has just added. Whoever changes
/// its kind at the same time waits, and looks at it then.
pub(crate) async fn describe(tx: &Tx, id: ProductId, said: &Said) -> Result<()> {
    let attributes = match said.type_id {
        None => Vec::new(),
        Some(type_id) => {
            let found = store::lock_product_type_as_it_is(tx, type_id).await?;
            found
                .ok_or(CatalogueRefusal::UnknownProductType)?
                .attributes
        }
    };
    let references = check_values(&attributes, &said.values)?;
    let wanted: BTreeSet<ProductId> = references.iter().copied().collect();
    let known = store::count_known(tx, &references).await?;
    if usize::try_from(known).is_ok_and(|known| known < wanted.len()) {
        let reason = "a product that is referred to is not one of this shop".to_owned();
        return Err(CatalogueRefusal::InvalidAttribute(reason).into());
    }
    store::update_attributes(tx, id, said.type_id, &said.values).await
}

/// Adds a kind of product.
pub(crate) async fn create_product_type(
    tx: &Tx,
    new: &ProductType,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&new.slug)?;
    check_attributes(&new.attributes)?;
    store::insert_product_type(tx, new, now)
        .await
        .map_err(refuse_by_constraint)
}

/// Changes a kind of product that the caller has locked. What products have is not withdrawn, and
/// what some miss is not required; they are found by the new names soon after.
pub(crate) async fn change_product_type(
    tx: &Tx,
    before: &[Attribute],
    changed: &ProductType,
    now: DateTime<Utc>,
) -> Result<()> {
    check_slug(&changed.slug)?;
    check_attributes(&changed.attributes)?;
    let withdrawn = Withdrawn::between(before, &changed.attributes);
    let (is_used, is_missed) = store::find_use(tx, changed.id, &withdrawn).await?;
    if is_used {
        return Err(CatalogueRefusal::InUse("products with what would be withdrawn").into());
    }
    if is_missed && !withdrawn.required.is_empty() {
        return Err(CatalogueRefusal::InUse("products without what would be required").into());
    }
    store::update_product_type(tx, changed, now)
        .await
        .map_err(refuse_by_constraint)?;
    if before == changed.attributes {
        return Ok(());
    }
    let job = IndexCatalogue::of(Indexed::Type(changed.id));
    kit::jobs::insert(tx, &NewJob::now(&job)?, now).await
}

/// Takes away a kind that no product is of.
pub(crate) async fn remove_product_type(tx: &Tx, id: ProductTypeId) -> Result<()> {
    store::delete_product_type(tx, id)
        .await
        .map_err(|error| refuse_in_use(error, "products"))
}

/// The most pictures that a product has.
const IMAGES_MAX: usize = 50;

/// Gives a product the picture that was taken in; answers the new version of its pictures. Locks
/// the product, so that pictures that come at once stand one behind the other.
///
/// # Errors
/// `catalogue_not_found`, `too_many_images`.
pub(crate) async fn add_image(
    tx: &Tx,
    id: ProductId,
    picture: &Picture,
    now: DateTime<Utc>,
) -> Result<i64> {
    let version = if tx.sabotage().has_removed("product images lock") {
        store::find_images_version(tx, id).await?
    } else {
        store::lock_images(tx, id).await?
    };
    let version = version.ok_or(CatalogueRefusal::NotFound("product"))?;
    if store::list_images(tx, id).await?.len() >= IMAGES_MAX {
        return Err(CatalogueRefusal::TooManyImages.into());
    }
    pictures::keep_picture(tx, picture, now).await?;
    store::insert_image(tx, id, picture.id, &picture.url()).await?;
    store::update_images_version(tx, id, now).await?;
    Ok(version + 1)
}

/// Puts the pictures of a product, which the caller has locked, in order.
///
/// # Errors
/// `invalid_order`: it does not name each of those present once.
pub(crate) async fn order_images(
    tx: &Tx,
    id: ProductId,
    present: &[ImageId],
    wanted: &[ImageId],
) -> Result<()> {
    check_order(present, wanted)?;
    store::update_image_order(tx, id, wanted).await
}

/// Takes a picture from its product.
pub(crate) async fn remove_image(tx: &Tx, id: ImageId, now: DateTime<Utc>) -> Result<()> {
    match store::delete_image(tx, id).await? {
        Some(picture) => pictures::drop_picture(tx, picture, now).await,
        None => Ok(()),
    }
}

fn refuse_by_constraint(error: Error) -> Error {
    match error.constraint() {
        Some(
            "brands_slug_key"
            | "categories_slug_key"
            | "products_slug_key"
            | "product_types_slug_key"
            | "collections_slug_key",
        ) => CatalogueRefusal::SlugTaken.into(),
        Some("variants_sku_key") => CatalogueRefusal::SkuTaken.into(),
        Some("product_categories_category_id_fkey") => CatalogueRefusal::UnknownCategory.into(),
        Some("collection_products_product_fkey" | "related_products_related_fkey") => {
            CatalogueRefusal::UnknownProduct.into()
        }
        Some("products_brand_id_fkey") => CatalogueRefusal::UnknownBrand.into(),
        _ => error,
    }
}

fn refuse_in_use(error: Error, by: &'static str) -> Error {
    match error.sql_state() {
        Some(&tokio_postgres::error::SqlState::FOREIGN_KEY_VIOLATION) => {
            CatalogueRefusal::InUse(by).into()
        }
        _ => error,
    }
}
