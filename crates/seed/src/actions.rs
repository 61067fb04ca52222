//! Writing plans into the catalogue, through its front door, in batches.

use std::collections::BTreeMap;

use catalogue::{
    ImageDraft, NewBrand, NewCategory, NewProduct, NewVariant, OptionDraft, ProductStatus, Texts,
};
use chrono::{DateTime, TimeDelta, Utc};
use ids::{BrandId, CategoryId, OptionId, OptionValueId, ProductId, VariantId};
use kit::{Error, Kit, Result, Tx};
use money::Currency;

use crate::{Generator, ProductPlan, Shop, Text, View, address::picture_address};

/// How many products are written in one transaction.
const BATCH: usize = 1_000;

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planted {
    /// Products.
    pub products: usize,
    /// Variants.
    pub variants: usize,
}

/// Whether the shop has products already: then it is not seeded again.
///
/// # Errors
/// Faults of the database.
pub async fn is_planted(kit: &Kit) -> Result<bool> {
    Ok(catalogue::count_products(&kit.db.read().await?).await? > 0)
}

/// Writes the hand-written shop and, after it, `generated` products of the seed. `progress` is
/// told how many products are written so far. Whoever is interrupted leaves nothing, or the whole
/// hand-written shop with a part of the generated products.
///
/// # Errors
/// `slug_taken`, `sku_taken` when it was planted before; faults.
pub async fn plant(
    kit: &Kit,
    shop: &Shop,
    generator: Generator,
    mut progress: impl FnMut(usize),
) -> Result<Planted> {
    let now = kit.clock.now();
    let mut planted = Planted::default();
    let tx = kit.db.begin("plant_shop").await?;
    let groups = plant_groups(&tx, shop, now).await?;
    let products = shop
        .products
        .iter()
        .map(|plan| planted.add(plan, &groups, now));
    let products = products.collect::<Result<Vec<_>>>()?;
    catalogue::create_products(&tx, &products, now).await?;
    tx.commit().await?;
    progress(planted.products);

    let mut batch = Vec::with_capacity(BATCH);
    for plan in generator {
        batch.push(planted.add(&plan, &groups, now)?);
        if batch.len() == BATCH {
            write(kit, &mut batch, now).await?;
            progress(planted.products);
        }
    }
    write(kit, &mut batch, now).await?;
    progress(planted.products);
    Ok(planted)
}

impl Planted {
    /// Counts a product in; each is a little younger than the one before, so that "newest" has an
    /// order.
    fn add(
        &mut self,
        plan: &ProductPlan,
        groups: &Groups,
        now: DateTime<Utc>,
    ) -> Result<NewProduct> {
        let age = TimeDelta::milliseconds(i64::try_from(self.products).unwrap_or(0));
        self.products += 1;
        self.variants += plan.variants.len();
        new_product(plan, groups, now + age)
    }
}

async fn write(kit: &Kit, batch: &mut Vec<NewProduct>, now: DateTime<Utc>) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let tx = kit.db.begin("plant_products").await?;
    catalogue::create_products(&tx, batch, now).await?;
    tx.commit().await?;
    batch.clear();
    Ok(())
}

/// Ids of what plans name by slug.
struct Groups {
    categories: BTreeMap<String, CategoryId>,
    brands: BTreeMap<String, BrandId>,
}

async fn plant_groups(tx: &Tx, shop: &Shop, now: DateTime<Utc>) -> Result<Groups> {
    let mut groups = Groups {
        categories: BTreeMap::new(),
        brands: BTreeMap::new(),
    };
    for (position, plan) in (0_i32..).zip(&shop.categories) {
        let id = CategoryId::generate(now);
        let parent_id = plan
            .parent
            .as_ref()
            .and_then(|slug| groups.categories.get(slug))
            .copied();
        let slug = plan.slug.clone();
        let new = NewCategory {
            id,
            parent_id,
            slug,
            name: texts(&plan.name),
            position,
        };
        catalogue::create_category(tx, &new, now).await?;
        groups.categories.insert(plan.slug.clone(), id);
    }
    for plan in &shop.brands {
        let id = BrandId::generate(now);
        let new = NewBrand {
            id,
            slug: plan.slug.clone(),
            name: texts(&plan.name),
        };
        catalogue::create_brand(tx, &new, now).await?;
        groups.brands.insert(plan.slug.clone(), id);
    }
    Ok(groups)
}

fn texts(text: &Text) -> Texts {
    Texts::en_am(&text.en, &text.am)
}

fn new_product(plan: &ProductPlan, groups: &Groups, now: DateTime<Utc>) -> Result<NewProduct> {
    let missing = |what: &str| Error::fault(format_args!("{} names an unknown {what}", plan.slug));
    let options: Vec<OptionDraft> = plan
        .options
        .iter()
        .map(|option| OptionDraft {
            id: OptionId::generate(now),
            name: texts(&option.name),
            values: option
                .values
                .iter()
                .map(|value| (OptionValueId::generate(now), texts(&value.name)))
                .collect(),
        })
        .collect();
    let category_ids = plan
        .categories
        .iter()
        .map(|slug| {
            groups
                .categories
                .get(slug)
                .copied()
                .ok_or_else(|| missing("category"))
        })
        .collect::<Result<_>>()?;
    let variants = plan
        .variants
        .iter()
        .map(|variant| {
            let values = chosen(plan, &variant.values, &options).ok_or_else(|| missing("value"))?;
            Ok(NewVariant {
                id: VariantId::generate(now),
                sku: variant.sku.clone(),
                price_minor: variant.price_minor,
                compare_at_minor: variant.compare_at_minor,
                values,
                on_hand: variant.stock_quantity,
            })
        })
        .collect::<Result<_>>()?;
    Ok(NewProduct {
        id: ProductId::generate(now),
        slug: plan.slug.clone(),
        brand_id: Some(
            *groups
                .brands
                .get(&plan.brand)
                .ok_or_else(|| missing("brand"))?,
        ),
        status: ProductStatus::Published,
        title: texts(&plan.title),
        description: texts(&plan.description),
        currency: Currency::ETB,
        category_ids,
        images: View::ALL
            .into_iter()
            .map(|view| ImageDraft {
                url: picture_address(plan, view),
                alt: texts(&plan.title),
            })
            .collect(),
        options,
        variants,
    })
}

/// The ids of the values that a variant names by code.
fn chosen(
    plan: &ProductPlan,
    codes: &[String],
    options: &[OptionDraft],
) -> Option<Vec<OptionValueId>> {
    codes
        .iter()
        .zip(plan.options.iter().zip(options))
        .map(|(code, (option, draft))| {
            let place = option.values.iter().position(|value| value.code == *code)?;
            draft.values.get(place).map(|(id, _)| *id)
        })
        .collect()
}
