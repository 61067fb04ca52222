//! From entries to plans: every code is proper, unique and defined, every text there in both
//! languages, every price exact. The rules for single values are in `rules`.

use std::collections::{HashMap, HashSet};

use super::document::{
    BrandEntry, CategoryEntry, ChoiceEntry, Entries, OptionEntry, ProductEntry, TextEntry,
    VariantEntry,
};
use super::price::santim;
use super::rules::{combinations, known, proper, text, unique, unknown};
use crate::error::SeedError;
use crate::picture::Glyph;
use crate::plan::{BrandPlan, CategoryPlan, OptionPlan, ProductPlan, Shop, ValuePlan, VariantPlan};

/// The checked shop of all entries.
pub(super) fn shop(entries: Entries) -> Result<Shop, SeedError> {
    let categories = categories(entries.category)?;
    let brands = brands(entries.brand)?;
    let known = Known {
        glyphs: categories
            .iter()
            .map(|plan| (plan.slug.clone(), plan.glyph))
            .collect(),
        brands: brands.iter().map(|plan| plan.slug.clone()).collect(),
        options: options(entries.option)?,
    };
    let mut slugs = HashSet::new();
    let mut skus = HashSet::new();
    let mut products = Vec::with_capacity(entries.product.len());
    for entry in entries.product {
        let product = product(entry, &known)?;
        unique(&mut slugs, "product slug", &product.slug)?;
        for variant in &product.variants {
            unique(&mut skus, "SKU", &variant.sku)?;
        }
        products.push(product);
    }
    Ok(Shop {
        categories,
        brands,
        products,
    })
}

/// What a product may name.
struct Known {
    glyphs: HashMap<String, Glyph>,
    brands: HashSet<String>,
    options: HashMap<String, OptionPlan>,
}

fn categories(entries: Vec<CategoryEntry>) -> Result<Vec<CategoryPlan>, SeedError> {
    let mut slugs = HashSet::new();
    let mut plans = Vec::with_capacity(entries.len());
    for entry in entries {
        let owner = format!("category {}", entry.slug);
        proper("slug", &entry.slug, &owner)?;
        // A parent must come first, so that no category can be its own ancestor.
        if let Some(parent) = &entry.parent {
            known(slugs.contains(parent), "parent category", parent, &owner)?;
        }
        unique(&mut slugs, "category slug", &entry.slug)?;
        plans.push(CategoryPlan {
            slug: entry.slug,
            parent: entry.parent,
            name: text(entry.name, &owner)?,
            description: text(entry.description, &owner)?,
            glyph: entry.glyph,
        });
    }
    Ok(plans)
}

fn brands(entries: Vec<BrandEntry>) -> Result<Vec<BrandPlan>, SeedError> {
    let mut slugs = HashSet::new();
    let mut plans = Vec::with_capacity(entries.len());
    for entry in entries {
        let owner = format!("brand {}", entry.slug);
        proper("slug", &entry.slug, &owner)?;
        unique(&mut slugs, "brand slug", &entry.slug)?;
        plans.push(BrandPlan {
            slug: entry.slug,
            name: text(entry.name, &owner)?,
            description: text(entry.description, &owner)?,
        });
    }
    Ok(plans)
}

fn options(entries: Vec<OptionEntry>) -> Result<HashMap<String, OptionPlan>, SeedError> {
    let mut codes = HashSet::new();
    let mut plans = HashMap::with_capacity(entries.len());
    for entry in entries {
        let owner = format!("option {}", entry.code);
        proper("option code", &entry.code, &owner)?;
        unique(&mut codes, "option code", &entry.code)?;
        let mut value_codes = HashSet::new();
        let mut values = Vec::with_capacity(entry.values.len());
        for value in entry.values {
            let owner = format!("value {} of {owner}", value.code);
            proper("value code", &value.code, &owner)?;
            unique(&mut value_codes, "value code", &value.code)?;
            let name = text(
                TextEntry {
                    en: value.en,
                    am: value.am,
                },
                &owner,
            )?;
            values.push(ValuePlan {
                code: value.code,
                name,
            });
        }
        let name = text(entry.name, &owner)?;
        plans.insert(
            entry.code.clone(),
            OptionPlan {
                code: entry.code,
                name,
                values,
            },
        );
    }
    Ok(plans)
}

fn product(entry: ProductEntry, shop: &Known) -> Result<ProductPlan, SeedError> {
    let owner = format!("product {}", entry.slug);
    proper("slug", &entry.slug, &owner)?;
    known(
        shop.brands.contains(&entry.brand),
        "brand",
        &entry.brand,
        &owner,
    )?;
    let mut glyph = entry.glyph;
    let mut named = HashSet::new();
    for category in &entry.categories {
        let of_category = shop.glyphs.get(category).copied();
        known(of_category.is_some(), "category", category, &owner)?;
        unique(&mut named, "category of a product", category)?;
        glyph = glyph.or(of_category);
    }
    let glyph = glyph
        .filter(|_| !entry.categories.is_empty())
        .ok_or_else(|| SeedError::Empty {
            what: "category",
            owner: owner.clone(),
        })?;
    let options = choices(entry.options, shop, &owner)?;
    let variants = entry
        .variants
        .into_iter()
        .map(variant)
        .collect::<Result<Vec<_>, SeedError>>()?;
    combinations(&options, &variants, &owner)?;
    Ok(ProductPlan {
        slug: entry.slug,
        title: text(entry.title, &owner)?,
        description: text(entry.description, &owner)?,
        brand: entry.brand,
        categories: entry.categories,
        glyph,
        options,
        variants,
    })
}

/// The options that a product offers, reduced to the values that it offers.
fn choices(
    entries: Vec<ChoiceEntry>,
    shop: &Known,
    owner: &str,
) -> Result<Vec<OptionPlan>, SeedError> {
    let mut codes = HashSet::new();
    let mut plans = Vec::with_capacity(entries.len());
    for entry in entries {
        unique(&mut codes, "option of a product", &entry.code)?;
        let Some(option) = shop.options.get(&entry.code) else {
            return Err(unknown("option", &entry.code, owner));
        };
        if entry.values.is_empty() {
            return Err(SeedError::Empty {
                what: "option value",
                owner: owner.to_owned(),
            });
        }
        let mut value_codes = HashSet::new();
        let mut values = Vec::with_capacity(entry.values.len());
        for code in entry.values {
            unique(&mut value_codes, "value of an option", &code)?;
            match option.values.iter().find(|value| value.code == code) {
                Some(value) => values.push(value.clone()),
                None => return Err(unknown("option value", &code, owner)),
            }
        }
        plans.push(OptionPlan {
            code: entry.code,
            name: option.name.clone(),
            values,
        });
    }
    Ok(plans)
}

fn variant(entry: VariantEntry) -> Result<VariantPlan, SeedError> {
    let owner = format!("variant {}", entry.sku);
    proper("SKU", &entry.sku, &owner)?;
    let amount = |text: &str| {
        let not_exact = || SeedError::PriceNotExact {
            text: text.to_owned(),
            owner: owner.clone(),
        };
        santim(text).ok_or_else(not_exact)
    };
    let price_minor = amount(&entry.price)?;
    let compare_at_minor = entry.compare_at.as_deref().map(amount).transpose()?;
    if compare_at_minor.is_some_and(|compare_at| compare_at <= price_minor) {
        return Err(SeedError::CompareAtTooLow { owner });
    }
    if entry.stock < 0 {
        return Err(SeedError::StockNegative {
            owner,
            quantity: entry.stock,
        });
    }
    Ok(VariantPlan {
        sku: entry.sku,
        values: entry.values,
        price_minor,
        compare_at_minor,
        stock_quantity: entry.stock,
    })
}
