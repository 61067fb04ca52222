//! Nouns and rules of the catalogue. No SQL, no HTTP.

mod attributes;
mod collections;
mod life;
mod prices;
mod refusal;
mod sheets;
mod texts;
mod tree;
mod words;

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, CustomerGroupId, OptionId, OptionValueId, ProductId, VariantId};
use inventory::{Beyond, Limits, Want};
use money::{Currency, Money};
use sales::SaleTerms;

pub(crate) use self::{
    attributes::{
        ATTRIBUTES_MAX, Attribute, AttributeKind, AttributeValues, CHOICES_MAX, Choice,
        ProductType, Said, Withdrawn, check_attributes, check_values, facets_of, is_code, shown,
        words_of,
    },
    collections::{
        CHOSEN_MAX, Collection, CollectionRule, RELATED_MAX, check_listed, check_tags, in_order,
    },
    life::{PriceThen, PublicationThen, Schedule, Seo},
    prices::{ListPrice, PriceList, price_of, steps_of},
    texts::{DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX, check_sku, check_slug},
    tree::{breadcrumbs, check_move, children_of},
    words::{Lexemes, SearchText, Weight},
};
pub use self::{
    prices::ListedPrice,
    refusal::{CatalogueRefusal, REFUSALS},
    sheets::{ProductSheet, Taken, ValueSheet, VariantSheet, Words},
    texts::{Texts, is_language, slug_from},
};

/// Whether shoppers see a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductStatus {
    /// Being written.
    Draft,
    /// For sale.
    Published,
    /// Gone from the shop, kept in the books.
    Archived,
}

impl ProductStatus {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Archived]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A brand that is to be written.
#[derive(Debug, Clone)]
pub struct NewBrand {
    /// Its id.
    pub id: BrandId,
    /// Unique, lower case with hyphens.
    pub slug: String,
    /// Per language.
    pub name: Texts,
}

/// A category that is to be written.
#[derive(Debug, Clone)]
pub struct NewCategory {
    /// Its id.
    pub id: CategoryId,
    /// Under which category; none for the top.
    pub parent_id: Option<CategoryId>,
    /// Unique, lower case with hyphens.
    pub slug: String,
    /// Per language.
    pub name: Texts,
    /// Order among its siblings.
    pub position: i32,
}

/// A product that is to be written, with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Its id.
    pub id: ProductId,
    /// Unique, lower case with hyphens.
    pub slug: String,
    /// Who makes it.
    pub brand_id: Option<BrandId>,
    /// Whether shoppers see it.
    pub status: ProductStatus,
    /// Per language.
    pub title: Texts,
    /// Per language.
    pub description: Texts,
    /// All its variants are priced in it.
    pub currency: Currency,
    /// Where it is listed.
    pub category_ids: Vec<CategoryId>,
    /// Pictures, in order.
    pub images: Vec<ImageDraft>,
    /// What a shopper chooses by, in order.
    pub options: Vec<OptionDraft>,
    /// What is sold, in order; at least one to be bought.
    pub variants: Vec<NewVariant>,
}

/// A picture of a product.
#[derive(Debug, Clone)]
pub struct ImageDraft {
    /// Where it is served.
    pub url: String,
    /// What it shows, per language.
    pub alt: Texts,
}

/// An option with its values.
#[derive(Debug, Clone)]
pub struct OptionDraft {
    /// Its id.
    pub id: OptionId,
    /// Per language: "Size".
    pub name: Texts,
    /// Per language, in order: "S", "M".
    pub values: Vec<(OptionValueId, Texts)>,
}

/// A variant that is to be written.
#[derive(Debug, Clone)]
pub struct NewVariant {
    /// Its id.
    pub id: VariantId,
    /// Unique in the shop.
    pub sku: String,
    /// What it costs, in minor units of the product's currency.
    pub price_minor: i64,
    /// What it cost before, in minor units; shown crossed out.
    pub compare_at_minor: Option<i64>,
    /// One value of each option, in the options' order.
    pub values: Vec<OptionValueId>,
    /// Units on hand from the start.
    pub on_hand: i64,
}

impl NewProduct {
    /// The rules that a product keeps whoever writes it.
    ///
    /// # Errors
    /// `invalid_product` with what is wrong.
    pub(crate) fn check(&self) -> Result<(), CatalogueRefusal> {
        let refuse = |reason: &str| Err(CatalogueRefusal::InvalidProduct(reason.to_owned()));
        check_slug(&self.slug)?;
        if self.variants.is_empty() || self.variants.len() > 1_000 {
            return refuse("a product has 1 to 1,000 variants");
        }
        if self.options.len() > 5 || self.options.iter().any(|option| option.values.is_empty()) {
            return refuse("a product has at most 5 options, each with at least one value");
        }
        let mut combinations = std::collections::BTreeSet::new();
        for variant in &self.variants {
            check_sku(&variant.sku)?;
            if variant.price_minor <= 0 || variant.price_minor > PRICE_MINOR_MAX {
                return refuse("a price is above 0 and at most 9,999,999.99");
            }
            if variant
                .compare_at_minor
                .is_some_and(|before| before <= variant.price_minor)
            {
                return refuse("a compare-at price is above the price");
            }
            if !(0..=1_000_000_000).contains(&variant.on_hand) {
                return refuse("stock is from 0 to 1,000,000,000");
            }
            let fits = variant.values.len() == self.options.len()
                && variant
                    .values
                    .iter()
                    .zip(&self.options)
                    .all(|(chosen, option)| option.values.iter().any(|(value, _)| value == chosen));
            if !fits {
                return refuse("each variant has one value of each option");
            }
            if !combinations.insert(&variant.values) {
                return refuse("two variants have the same option values");
            }
        }
        Ok(())
    }

    pub(crate) fn price_from_minor(&self) -> Option<i64> {
        self.variants
            .iter()
            .map(|variant| variant.price_minor)
            .min()
    }
}

/// An order of things names each of them once, and no other.
///
/// # Errors
/// `invalid_order`
pub(crate) fn check_order<T: Copy + Ord>(
    present: &[T],
    wanted: &[T],
) -> Result<(), CatalogueRefusal> {
    let (mut left, mut right) = (present.to_vec(), wanted.to_vec());
    left.sort_unstable();
    right.sort_unstable();
    if left == right {
        return Ok(());
    }
    Err(CatalogueRefusal::InvalidOrder)
}

/// The most that one unit may cost, in minor units: Chapa's limit for one payment.
pub(crate) const PRICE_MINOR_MAX: i64 = 999_999_999;

/// A brand.
#[derive(Debug, Clone)]
pub(crate) struct Brand {
    pub(crate) id: BrandId,
    pub(crate) slug: String,
    pub(crate) name: Texts,
    pub(crate) version: i64,
}

/// A node of the category tree.
#[derive(Debug, Clone)]
pub(crate) struct Category {
    pub(crate) id: CategoryId,
    pub(crate) parent_id: Option<CategoryId>,
    pub(crate) slug: String,
    pub(crate) name: Texts,
    pub(crate) position: i32,
    pub(crate) version: i64,
    /// Published products listed here or below.
    pub(crate) product_count: i64,
}

/// A variant as a cart and an order need it.
#[derive(Debug, Clone)]
pub struct Sellable {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's slug.
    pub slug: String,
    /// Unique in the shop.
    pub sku: String,
    /// The product's title, per language.
    pub title: Texts,
    /// The variant's option values: name and label, per language.
    pub options: Vec<(Texts, Texts)>,
    /// The product's first picture.
    pub image_url: Option<String>,
    /// What one unit costs now: everybody, who takes one, until [`Sellable::priced_for`].
    pub price: Money,
    /// What running price lists say beyond that.
    pub listed: Vec<ListedPrice>,
    /// Whether shoppers can buy it: active, of a published product.
    pub is_for_sale: bool,
    /// Units that can still be ordered, of the stock and beyond it.
    pub available: i64,
    /// What may be sold beyond the stock.
    pub beyond: Beyond,
    /// The sale that it is in.
    pub sale: Option<SaleTerms>,
    /// What one order and one buyer may have of it.
    pub limits: Limits,
    /// What one unit of it is made of, in the order of ids; nothing: of itself.
    pub parts: Vec<Want>,
}

impl Sellable {
    /// The same at the price that somebody of a group, or of none, pays for each of so many.
    #[must_use]
    pub fn priced_for(self, group: Option<CustomerGroupId>, quantity: i64) -> Self {
        let minor = price_of(self.price.minor(), &self.listed, group, quantity);
        Self {
            price: Money::new(minor, self.price.currency()),
            ..self
        }
    }
}

/// The order of the public list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProductSort {
    Newest,
    Cheapest,
    Dearest,
    BestSelling,
}

/// What the public list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProductFilter {
    /// Id or slug.
    pub(crate) category: Option<String>,
    /// Id or slug.
    pub(crate) brand: Option<String>,
    pub(crate) search: Option<SearchText>,
    pub(crate) is_available: Option<bool>,
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    /// `code:value` of each facet that is asked for.
    pub(crate) facets: Option<Vec<String>>,
    pub(crate) tag: Option<String>,
}

/// Where a page of products begins: the last entry's sort value and id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProductAfter {
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) price_minor: i64,
    pub(crate) sold_count: i64,
    pub(crate) id: ProductId,
}
