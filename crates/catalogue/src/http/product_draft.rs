//! How staff send a new product: options and variants by name, turned into the model.

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, OptionId, OptionValueId, ProductId, ProductTypeId, VariantId};
use kit::{Result, http::body::invalid_member};
use money::Money;
use serde::Deserialize;
use utoipa::ToSchema;

use super::attribute_values::{AttributeValue, read};
use crate::model::{
    CatalogueRefusal, ImageDraft, NewProduct, NewVariant, OptionDraft, ProductStatus, Said, Texts,
    slug_from,
};
pub(super) use crate::model::{DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX};

/// A new product with everything that belongs to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": {"en": "Canvas sneakers", "am": "የሸራ ጫማ"},
    "status": "published",
    "options": [{"name": {"en": "Size"}, "values": [{"en": "41"}, {"en": "42"}]}],
    "variants": [
        {
            "sku": "SNK-41", "price": {"amount": 250_000, "currency": "ETB"},
            "option_values": [0], "on_hand": 3
        },
        {
            "sku": "SNK-42", "price": {"amount": 250_000, "currency": "ETB"},
            "option_values": [1], "on_hand": 2
        }
    ]
}))]
pub(super) struct CreateProduct {
    title: Texts,
    description: Option<Texts>,
    /// Made from the English title without it.
    slug: Option<String>,
    /// `draft`, `published` or `archived`; a draft without it.
    status: Option<String>,
    brand_id: Option<BrandId>,
    #[serde(default)]
    #[schema(max_items = 50)]
    category_ids: Vec<CategoryId>,
    /// Words that it is found and collected by, written like slugs.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub(super) tags: Vec<String>,
    /// Of which kind it is; of none without it.
    type_id: Option<ProductTypeId>,
    /// What is said of it: what its kind wants.
    #[serde(default)]
    #[schema(max_items = 50)]
    attributes: Vec<AttributeValue>,
    #[serde(default)]
    #[schema(max_items = 50)]
    images: Vec<CreateImage>,
    #[serde(default)]
    #[schema(max_items = 5)]
    options: Vec<CreateOption>,
    #[schema(min_items = 1, max_items = 1000)]
    variants: Vec<CreateVariant>,
}

/// A picture of a new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateImage {
    /// A path of this shop or an `https://` address.
    #[schema(max_length = 500)]
    url: String,
    #[serde(default)]
    alt: Option<Texts>,
}

/// An option of a new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateOption {
    name: Texts,
    #[schema(min_items = 1, max_items = 200)]
    values: Vec<Texts>,
}

/// A variant of a new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateVariant {
    sku: String,
    price: Money,
    compare_at_price: Option<Money>,
    /// For each option the place of the chosen value in its list, counted from 0.
    #[serde(default)]
    option_values: Vec<usize>,
    /// Units on hand from the start.
    #[serde(default)]
    on_hand: i64,
}

pub(super) fn parse_status(text: &str) -> Result<ProductStatus> {
    ProductStatus::parse(text)
        .ok_or_else(|| invalid_member("/status", "it must be draft, published or archived"))
}

fn check_url(index: usize, url: &str) -> Result<()> {
    let is_plain = url.len() <= 500 && url.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let is_ours = url.starts_with('/') && !url.starts_with("//");
    if is_plain && (is_ours || url.starts_with("https://")) {
        return Ok(());
    }
    Err(invalid_member(
        format!("/images/{index}/url"),
        "it must be a path or an https address",
    ))
}

impl CreateProduct {
    /// Takes out what is said of the product.
    ///
    /// # Errors
    /// `invalid_body` pointing at the entry.
    pub(super) fn said(&mut self) -> Result<Said> {
        Ok(Said {
            type_id: self.type_id,
            values: read(std::mem::take(&mut self.attributes))?,
        })
    }

    /// Turns names and places into a product with ids.
    ///
    /// # Errors
    /// `invalid_body` pointing at the part, `invalid_slug`.
    pub(super) fn into_new(self, now: DateTime<Utc>) -> Result<NewProduct> {
        self.title.check("/title", TITLE_CHARS_MAX)?;
        let description = self.description.unwrap_or_default();
        if description != Texts::default() {
            description.check("/description", DESCRIPTION_CHARS_MAX)?;
        }
        let slug = self
            .slug
            .or_else(|| slug_from(self.title.get(Texts::FALLBACK)));
        let options = new_options(self.options, now)?;
        let Some(first) = self.variants.first() else {
            return Err(invalid_member(
                "/variants",
                "a product has at least one variant",
            ));
        };
        let currency = first.price.currency();
        let mut variants = Vec::with_capacity(self.variants.len());
        for (index, variant) in self.variants.into_iter().enumerate() {
            let other = variant
                .compare_at_price
                .map_or(currency, |price| price.currency());
            if variant.price.currency() != currency || other != currency {
                let at = format!("/variants/{index}/price/currency");
                return Err(invalid_member(
                    at,
                    "all variants are priced in one currency",
                ));
            }
            variants.push(new_variant(index, variant, &options, now)?);
        }
        for (index, image) in self.images.iter().enumerate() {
            check_url(index, &image.url)?;
            if let Some(alt) = &image.alt {
                alt.check(&format!("/images/{index}/alt"), TITLE_CHARS_MAX)?;
            }
        }
        if self.images.len() > 50 || self.category_ids.len() > 50 {
            return Err(invalid_member(
                "/images",
                "at most 50 images and 50 categories",
            ));
        }
        Ok(NewProduct {
            id: ProductId::generate(now),
            slug: slug.ok_or(CatalogueRefusal::InvalidSlug)?,
            brand_id: self.brand_id,
            status: self
                .status
                .as_deref()
                .map_or(Ok(ProductStatus::Draft), parse_status)?,
            title: self.title,
            description,
            currency,
            category_ids: self.category_ids,
            images: self
                .images
                .into_iter()
                .map(|image| ImageDraft {
                    url: image.url,
                    alt: image.alt.unwrap_or_default(),
                })
                .collect(),
            options,
            variants,
        })
    }
}

fn new_options(options: Vec<CreateOption>, now: DateTime<Utc>) -> Result<Vec<OptionDraft>> {
    let mut new = Vec::with_capacity(options.len());
    for (index, option) in options.into_iter().enumerate() {
        option.name.check(&format!("/options/{index}/name"), 60)?;
        if option.values.len() > 200 {
            return Err(invalid_member(
                format!("/options/{index}/values"),
                "at most 200 values",
            ));
        }
        for (place, value) in option.values.iter().enumerate() {
            value.check(&format!("/options/{index}/values/{place}"), 60)?;
        }
        new.push(OptionDraft {
            id: OptionId::generate(now),
            name: option.name,
            values: option
                .values
                .into_iter()
                .map(|label| (OptionValueId::generate(now), label))
                .collect(),
        });
    }
    Ok(new)
}

fn new_variant(
    index: usize,
    variant: CreateVariant,
    options: &[OptionDraft],
    now: DateTime<Utc>,
) -> Result<NewVariant> {
    let at = format!("/variants/{index}/option_values");
    if variant.option_values.len() != options.len() {
        return Err(invalid_member(at, "it needs one place for each option"));
    }
    let values = variant
        .option_values
        .iter()
        .zip(options)
        .map(|(place, option)| option.values.get(*place).map(|(id, _)| *id))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| invalid_member(at, "a place is beyond the option's values"))?;
    Ok(NewVariant {
        id: VariantId::generate(now),
        sku: variant.sku,
        price_minor: variant.price.minor(),
        compare_at_minor: variant.compare_at_price.map(|price| price.minor()),
        values,
        on_hand: variant.on_hand,
    })
}
