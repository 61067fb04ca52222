//! What a file says of a product, and what becomes of the product by it. Pure; never: how a file is
//! written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ids::{OptionId, OptionValueId, ProductId, VariantId};
use money::Currency;
use serde::{Deserialize, Serialize};

use super::{
    AttributeValues, CatalogueRefusal, NewProduct, NewVariant, OptionDraft, ProductStatus, Texts,
    slug_from,
};

/// A text per language. What is empty takes the language away.
pub type Words = BTreeMap<String, String>;

/// What a file says of a product. What it does not say stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductSheet {
    /// Its address.
    pub slug: Option<String>,
    /// `draft`, `published` or `archived`.
    pub status: Option<String>,
    /// Of all its prices.
    pub currency: Option<Currency>,
    /// Per language.
    pub title: Words,
    /// Per language.
    pub description: Words,
    /// The slug of its brand; empty: none.
    pub brand: Option<String>,
    /// What a brand that is not there yet is called; without it there must be one.
    pub brand_name: Option<String>,
    /// Slugs.
    pub categories: Option<Vec<String>>,
    /// All of them.
    pub tags: Option<Vec<String>>,
    /// The slug of its kind; empty: none.
    pub product_type: Option<String>,
    /// What is said of it, as its kind wants it.
    pub attributes: Option<AttributeValues>,
    /// What a shopper chooses by, in order.
    pub options: Vec<Words>,
    /// In order.
    pub variants: Vec<VariantSheet>,
}

/// What a file says of a variant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariantSheet {
    /// By which it is known again.
    pub sku: String,
    /// What it costs without price lists, in minor units.
    pub price_minor: Option<i64>,
    /// What is crossed out, in minor units; 0: nothing.
    pub compare_at_minor: Option<i64>,
    /// Whether it is for sale.
    pub is_active: Option<bool>,
    /// Units on hand, of a variant that is not there yet.
    pub on_hand: Option<i64>,
    /// One of each option.
    pub values: Vec<ValueSheet>,
}

/// The value of an option.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValueSheet {
    /// Per language; English says which one it is.
    pub label: Words,
    /// Its place among the values of its option.
    pub place: Option<i32>,
}

impl ValueSheet {
    /// What tells it from others of its option.
    pub(crate) fn name(&self) -> &str {
        english(&self.label)
    }
}

/// What has become of a product by a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was not there.
    Created,
    /// It was different.
    Updated,
    /// It was so already.
    Unchanged,
}

fn refuse<T>(rule: &str) -> Result<T, CatalogueRefusal> {
    Err(CatalogueRefusal::InvalidProduct(rule.to_owned()))
}

fn overlaid(before: &Words, said: &Words) -> Words {
    let mut words = before.clone();
    for (language, text) in said {
        if text.is_empty() {
            words.remove(language);
        } else {
            words.insert(language.clone(), text.clone());
        }
    }
    words
}

impl ProductSheet {
    /// What a product, of which everything is known, is to be by what a file says.
    ///
    /// # Errors
    /// `invalid_product`: another currency, other options, a new variant without its price.
    pub(crate) fn over(&self, before: &Self) -> Result<Self, CatalogueRefusal> {
        if self.currency.is_some() && self.currency != before.currency {
            return refuse("a product keeps its currency");
        }
        if !self.options.is_empty() && names_of(&self.options) != names_of(&before.options) {
            return refuse("a product keeps its options");
        }
        let in_order = |texts: &Option<Vec<String>>, before: &Option<Vec<String>>| {
            let said = texts.clone().map(super::in_order);
            said.or_else(|| before.clone())
        };
        let mut after = Self {
            slug: self.slug.clone().or_else(|| before.slug.clone()),
            status: self.status.clone().or_else(|| before.status.clone()),
            title: overlaid(&before.title, &self.title),
            description: overlaid(&before.description, &self.description),
            brand: self.brand.clone().or_else(|| before.brand.clone()),
            categories: in_order(&self.categories, &before.categories),
            tags: in_order(&self.tags, &before.tags),
            product_type: self
                .product_type
                .clone()
                .or_else(|| before.product_type.clone()),
            attributes: self
                .attributes
                .clone()
                .or_else(|| before.attributes.clone()),
            ..before.clone()
        };
        for said in &self.variants {
            match after.variants.iter_mut().find(|one| one.sku == said.sku) {
                Some(one) => said.lay_over(one)?,
                None => after.variants.push(said.as_new(before.options.len())?),
            }
        }
        let mut seen = BTreeSet::new();
        let choice = |variant: &VariantSheet| -> Vec<String> {
            let name = |value: &ValueSheet| value.name().to_owned();
            variant.values.iter().map(name).collect()
        };
        let is_new = after.variants.len() > before.variants.len();
        if is_new && !after.variants.iter().all(|one| seen.insert(choice(one))) {
            return refuse("two variants have the same option values");
        }
        Ok(after)
    }

    /// A product that is not there yet.
    ///
    /// # Errors
    /// `invalid_product` where something is missing; `invalid_slug`.
    pub(crate) fn as_new(&self, now: DateTime<Utc>) -> Result<NewProduct, CatalogueRefusal> {
        let Some(currency) = self.currency else {
            return refuse("a new product needs its currency");
        };
        let title = Texts::from_map(overlaid(&Words::new(), &self.title));
        let slug = self.slug.clone().or_else(|| slug_from(title.get("en")));
        let mut variants = Vec::with_capacity(self.variants.len());
        for said in &self.variants {
            variants.push(said.as_new(self.options.len())?);
        }
        let options: Vec<OptionDraft> = (0..)
            .zip(&self.options)
            .map(|(place, name)| OptionDraft {
                id: OptionId::generate(now),
                name: Texts::from_map(overlaid(&Words::new(), name)),
                values: values_of(&variants, place, now),
            })
            .collect();
        let status = self.status.as_deref().unwrap_or("draft");
        let Some(status) = ProductStatus::parse(status) else {
            return refuse("a status is draft, published or archived");
        };
        Ok(NewProduct {
            id: ProductId::generate(now),
            slug: slug.ok_or(CatalogueRefusal::InvalidSlug)?,
            brand_id: None,
            status,
            title,
            description: Texts::from_map(overlaid(&Words::new(), &self.description)),
            currency,
            category_ids: Vec::new(),
            images: Vec::new(),
            variants: variants
                .iter()
                .map(|variant| new_variant(variant, &options, now))
                .collect(),
            options,
        })
    }
}

/// What options are called in English, which is what tells them apart.
fn names_of(options: &[Words]) -> Vec<&str> {
    options.iter().map(english).collect()
}

fn english(words: &Words) -> &str {
    words.get(Texts::FALLBACK).map_or("", String::as_str)
}

/// The different values of an option, in their places, or as they come.
fn values_of(
    variants: &[VariantSheet],
    place: usize,
    now: DateTime<Utc>,
) -> Vec<(OptionValueId, Texts)> {
    let mut seen = BTreeSet::new();
    let values = variants
        .iter()
        .filter_map(|variant| variant.values.get(place));
    let mut values: Vec<&ValueSheet> = values.filter(|value| seen.insert(value.name())).collect();
    values.sort_by_key(|value| value.place.unwrap_or(i32::MAX));
    let labelled = |value: &&ValueSheet| {
        let label = Texts::from_map(overlaid(&Words::new(), &value.label));
        (OptionValueId::generate(now), label)
    };
    values.iter().map(labelled).collect()
}

fn new_variant(said: &VariantSheet, options: &[OptionDraft], now: DateTime<Utc>) -> NewVariant {
    let chosen = |(option, value): (&OptionDraft, &ValueSheet)| {
        let mut values = option.values.iter();
        let found = values.find(|(_, label)| label.get(Texts::FALLBACK) == value.name());
        found.map(|(id, _)| *id)
    };
    NewVariant {
        id: VariantId::generate(now),
        sku: said.sku.clone(),
        price_minor: said.price_minor.unwrap_or(0),
        compare_at_minor: said.compare_at_minor.filter(|minor| *minor != 0),
        values: options
            .iter()
            .zip(&said.values)
            .filter_map(chosen)
            .collect(),
        on_hand: said.on_hand.unwrap_or(0),
    }
}

impl VariantSheet {
    fn lay_over(&self, one: &mut Self) -> Result<(), CatalogueRefusal> {
        let names = |variant: &Self| -> Vec<String> {
            let name = |value: &ValueSheet| value.name().to_owned();
            variant.values.iter().map(name).collect()
        };
        if !self.values.is_empty() && names(self) != names(one) {
            return refuse("a variant keeps the values of its options");
        }
        one.price_minor = self.price_minor.or(one.price_minor);
        one.compare_at_minor = self.compare_at_minor.or(one.compare_at_minor);
        one.is_active = self.is_active.or(one.is_active);
        Ok(())
    }

    /// Everything of it.
    fn as_new(&self, option_count: usize) -> Result<Self, CatalogueRefusal> {
        if self.price_minor.is_none() {
            return refuse("a new variant needs its price");
        }
        if self.values.len() != option_count {
            return refuse("each variant has one value of each option");
        }
        Ok(Self {
            compare_at_minor: Some(self.compare_at_minor.unwrap_or(0)),
            is_active: Some(self.is_active.unwrap_or(true)),
            ..self.clone()
        })
    }
}
