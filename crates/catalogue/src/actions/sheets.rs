//! Products by what a file says of them: made, changed, left alone, and brought back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ids::{BrandId, ProductId, VariantId};
use inventory::StockOpening;
use kit::{Result, Tx};

use super::{
    change_product, create_brand, create_products, describe, refuse_by_constraint, tag_product,
};
use crate::{
    model::{
        CatalogueRefusal, DESCRIPTION_CHARS_MAX, NewBrand, PRICE_MINOR_MAX, ProductSheet,
        ProductStatus, Said, TITLE_CHARS_MAX, Taken, Texts, VariantSheet, check_sku,
    },
    store::{self, ProductChange, VariantChange},
};

/// A product as it is after a file, and as it was before.
#[derive(Debug)]
pub struct TakenProduct {
    /// Which.
    pub id: ProductId,
    /// What has become of it.
    pub taken: Taken,
    /// What it was; none where it was not there.
    pub before: Option<ProductSheet>,
    /// Its version afterwards.
    pub version: i64,
}

fn invalid(rule: &str) -> kit::Error {
    CatalogueRefusal::InvalidProduct(rule.to_owned()).into()
}

/// Has a product be what a file says: the one with these SKUs, else the one with this slug, else a
/// new one. Saying the same again changes nothing. Locks the variants, then the product.
///
/// # Errors
/// Whatever refuses a product, and `invalid_product` where the SKUs are of several products.
pub async fn take_sheet(tx: &Tx, said: &ProductSheet, now: DateTime<Utc>) -> Result<TakenProduct> {
    let skus: Vec<&str> = said.variants.iter().map(|one| one.sku.as_str()).collect();
    if skus.iter().collect::<BTreeSet<_>>().len() < skus.len() {
        return Err(invalid("a variant is said once"));
    }
    let by_slug = match &said.slug {
        Some(slug) => store::find_by_slug(tx, slug).await?,
        None => None,
    };
    let variants = store::lock_by_sku(tx, &skus, by_slug).await?;
    let owners = skus.iter().filter_map(|sku| variants.get(*sku));
    let owners: BTreeSet<ProductId> = owners.map(|(_, product)| *product).collect();
    if owners.len() > 1 {
        return Err(invalid("all variants are of one product"));
    }
    let Some(id) = owners.into_iter().next().or(by_slug) else {
        return make(tx, said, now).await;
    };
    store::lock_product(tx, id).await?;
    let before = store::find_sheet(tx, id).await?;
    let before = before.ok_or(CatalogueRefusal::NotFound("product"))?;
    let after = said.over(&before)?;
    let taken = if after == before {
        Taken::Unchanged
    } else {
        change(tx, id, (&before, &after), said.brand_name.as_deref(), now).await?;
        Taken::Updated
    };
    Ok(TakenProduct {
        id,
        taken,
        before: Some(before),
        version: version_of(tx, id).await?,
    })
}

async fn version_of(tx: &Tx, id: ProductId) -> Result<i64> {
    let version = store::find_product_version(tx, id).await?;
    Ok(version.ok_or(CatalogueRefusal::NotFound("product"))?)
}

async fn make(tx: &Tx, said: &ProductSheet, now: DateTime<Utc>) -> Result<TakenProduct> {
    let mut new = said.as_new(now)?;
    check_words(&new.title, &new.description)?;
    for option in &new.options {
        option.name.check("/options/name", 60)?;
        for (_, label) in &option.values {
            label.check("/options/values", 60)?;
        }
    }
    new.brand_id = brand(tx, said, now).await?;
    let categories = said.categories.as_deref().unwrap_or_default();
    new.category_ids = categories_of(tx, categories).await?;
    let id = new.id;
    let hidden: Vec<VariantId> = said
        .variants
        .iter()
        .zip(&new.variants)
        .filter(|(said, _)| said.is_active == Some(false))
        .map(|(_, variant)| variant.id)
        .collect();
    create_products(tx, &[new], now).await?;
    for variant in hidden {
        let found = store::lock_variant(tx, variant).await?;
        let mut row = found.ok_or(CatalogueRefusal::NotFound("variant"))?;
        row.is_active = false;
        store::update_variant(tx, &row, now).await?;
    }
    tag_product(tx, id, said.tags.clone().unwrap_or_default()).await?;
    describe(tx, id, &said_of(tx, said).await?).await?;
    store::upsert_search(tx, &[id]).await?;
    Ok(TakenProduct {
        id,
        taken: Taken::Created,
        before: None,
        version: version_of(tx, id).await?,
    })
}

fn check_words(title: &Texts, description: &Texts) -> Result<()> {
    title.check("/title", TITLE_CHARS_MAX)?;
    if *description != Texts::default() {
        description.check("/description", DESCRIPTION_CHARS_MAX)?;
    }
    Ok(())
}

/// The brand that is named, made where the file says what it is called.
async fn brand(tx: &Tx, said: &ProductSheet, now: DateTime<Utc>) -> Result<Option<BrandId>> {
    let Some(slug) = said.brand.as_deref().filter(|slug| !slug.is_empty()) else {
        return Ok(None);
    };
    if let Some(brand) = store::find_brand(tx, slug).await? {
        return Ok(Some(brand.id));
    }
    let Some(name) = &said.brand_name else {
        return Err(CatalogueRefusal::UnknownBrand.into());
    };
    let new = NewBrand {
        id: BrandId::generate(now),
        slug: slug.to_owned(),
        name: Texts::from_map(BTreeMap::from([(Texts::FALLBACK.to_owned(), name.clone())])),
    };
    new.name.check("/brand", TITLE_CHARS_MAX)?;
    create_brand(tx, &new, now).await?;
    Ok(Some(new.id))
}

async fn categories_of(tx: &Tx, slugs: &[String]) -> Result<Vec<ids::CategoryId>> {
    let wanted: BTreeSet<&String> = slugs.iter().collect();
    let found = store::list_category_ids(tx, slugs).await?;
    if found.len() < wanted.len() {
        return Err(CatalogueRefusal::UnknownCategory.into());
    }
    Ok(found)
}

async fn said_of(tx: &Tx, sheet: &ProductSheet) -> Result<Said> {
    let slug = sheet
        .product_type
        .as_deref()
        .filter(|slug| !slug.is_empty());
    let type_id = match slug {
        None => None,
        Some(slug) => {
            let found = store::find_type_id(tx, slug).await?;
            Some(found.ok_or(CatalogueRefusal::UnknownProductType)?)
        }
    };
    Ok(Said {
        type_id,
        values: sheet.attributes.clone().unwrap_or_default(),
    })
}

/// Writes what is different of a product that the caller has locked with its variants.
async fn change(
    tx: &Tx,
    id: ProductId,
    (before, after): (&ProductSheet, &ProductSheet),
    brand_name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let title = Texts::from_map(after.title.clone());
    let description = Texts::from_map(after.description.clone());
    check_words(&title, &description)?;
    let status = after.status.clone().unwrap_or_default();
    if ProductStatus::parse(&status).is_none() {
        return Err(invalid("a status is draft, published or archived"));
    }
    if after.variants.len() > 1_000 {
        return Err(invalid("a product has 1 to 1,000 variants"));
    }
    let options = store::list_option_values(tx, id).await?;
    let mut options = options;
    for one in &after.variants {
        match before.variants.iter().find(|was| was.sku == one.sku) {
            Some(was) if was == one => {}
            Some(_) => reprice(tx, one, now).await?,
            None => add(tx, id, one, &mut options, now).await?,
        }
    }
    if after.tags != before.tags {
        tag_product(tx, id, after.tags.clone().unwrap_or_default()).await?;
    }
    if (&after.product_type, &after.attributes) != (&before.product_type, &before.attributes) {
        describe(tx, id, &said_of(tx, after).await?).await?;
    }
    let named = ProductSheet {
        brand_name: brand_name.map(str::to_owned),
        ..after.clone()
    };
    let former = before.slug.clone().unwrap_or_default();
    let changed = ProductChange {
        id,
        slug: after.slug.clone().unwrap_or_default(),
        status,
        brand_id: brand(tx, &named, now).await?,
        title,
        description,
    };
    let categories = after.categories.as_deref().unwrap_or_default();
    let categories = categories_of(tx, categories).await?;
    change_product(tx, &former, &changed, Some(&categories), now).await
}

fn check_price(one: &VariantSheet) -> Result<(i64, Option<i64>)> {
    check_sku(&one.sku)?;
    let price = one.price_minor.unwrap_or(0);
    if !(1..=PRICE_MINOR_MAX).contains(&price) {
        return Err(invalid("a price is above 0 and at most 9,999,999.99"));
    }
    let compare_at = one.compare_at_minor.filter(|minor| *minor != 0);
    if compare_at.is_some_and(|before| before <= price) {
        return Err(invalid("a compare-at price is above the price"));
    }
    Ok((price, compare_at))
}

async fn reprice(tx: &Tx, one: &VariantSheet, now: DateTime<Utc>) -> Result<()> {
    let (price_minor, compare_at_minor) = check_price(one)?;
    let locked = store::lock_by_sku(tx, &[&one.sku], None).await?;
    let (id, _) = locked
        .get(&one.sku)
        .ok_or(CatalogueRefusal::NotFound("variant"))?;
    let found = store::lock_variant(tx, *id).await?;
    let row = found.ok_or(CatalogueRefusal::NotFound("variant"))?;
    let changed = VariantChange {
        price_minor,
        compare_at_minor,
        is_active: one.is_active.unwrap_or(row.is_active),
        ..row
    };
    store::update_variant(tx, &changed, now).await
}

type OptionValues = Vec<(ids::OptionId, BTreeMap<String, ids::OptionValueId>)>;

/// Adds a variant, and the values of options that are new with it.
async fn add(
    tx: &Tx,
    id: ProductId,
    one: &VariantSheet,
    options: &mut OptionValues,
    now: DateTime<Utc>,
) -> Result<()> {
    check_price(one)?;
    let mut chosen = Vec::new();
    for ((option, values), value) in options.iter_mut().zip(&one.values) {
        let known = values.get(value.name()).copied();
        let value_id = match known {
            Some(value_id) => value_id,
            None => {
                let label = Texts::from_map(value.label.clone());
                label.check("/options/values", 60)?;
                let added = store::insert_option_value(tx, *option, &label, now).await?;
                values.insert(value.name().to_owned(), added);
                added
            }
        };
        chosen.push((*option, value_id));
    }
    let inserted = store::insert_last_variant(tx, id, one, &chosen, now).await;
    let variant_id = inserted.map_err(refuse_by_constraint)?;
    let on_hand = one.on_hand.unwrap_or(0);
    if !(0..=1_000_000_000).contains(&on_hand) {
        return Err(invalid("stock is from 0 to 1,000,000,000"));
    }
    let opening = StockOpening {
        variant_id,
        on_hand,
    };
    inventory::open_levels(tx, &[opening], now).await?;
    store::update_price_from(tx, id, now).await
}

/// Brings a product back to what it was before a file, unless somebody has changed it since; says
/// whether.
/// What was not there is archived, and variants that were not there are not for sale: orders may
/// have them.
///
/// # Errors
/// Whatever refuses a product.
pub async fn restore_sheet(
    tx: &Tx,
    (id, version): (ProductId, i64),
    before: Option<&ProductSheet>,
    now: DateTime<Utc>,
) -> Result<bool> {
    store::lock_by_sku(tx, &[], Some(id)).await?;
    if store::lock_product(tx, id).await? != Some(version) {
        return Ok(false);
    }
    let present = store::find_sheet(tx, id).await?;
    let present = present.ok_or(CatalogueRefusal::NotFound("product"))?;
    let mut wanted = match before {
        Some(before) => before.clone(),
        None => ProductSheet {
            status: Some(ProductStatus::Archived.as_str().to_owned()),
            ..present.clone()
        },
    };
    for one in &present.variants {
        if wanted.variants.iter().all(|was| was.sku != one.sku) {
            wanted.variants.push(VariantSheet {
                is_active: Some(false),
                ..one.clone()
            });
        }
    }
    if wanted != present {
        change(tx, id, (&present, &wanted), None, now).await?;
    }
    Ok(true)
}
