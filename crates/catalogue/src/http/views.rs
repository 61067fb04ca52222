//! Wire shapes that shoppers read.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ids::{BrandId, CategoryId, OptionId, OptionValueId, ProductId, VariantId};
use kit::Result;
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    attribute_values::{AttributeView, views},
    availability::Availability,
    own_prices::{PriceStepView, steps},
};
use crate::{
    model::{Brand, Category, Texts, breadcrumbs, children_of, steps_of},
    store::{ImageRow, ProductDetail, ProductRow, VariantRow},
};

/// A brand.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrandView {
    id: BrandId,
    #[schema(example = "tena-coffee")]
    slug: String,
    name: String,
}

impl BrandView {
    pub(crate) fn of(brand: Brand, language: &str) -> Self {
        Self {
            id: brand.id,
            slug: brand.slug,
            name: brand.name.get(language).to_owned(),
        }
    }
}

/// A category with everything below it.
#[derive(Serialize, ToSchema)]
pub(crate) struct CategoryNode {
    id: CategoryId,
    #[schema(example = "coffee")]
    slug: String,
    name: String,
    /// Published products listed here or below.
    product_count: i64,
    #[schema(no_recursion)]
    children: Vec<CategoryNode>,
}

/// The children of a node, recursively. Ends: a tree has no cycle, and each step goes down.
pub(crate) fn category_nodes(
    tree: &[Category],
    parent_id: Option<CategoryId>,
    language: &str,
) -> Vec<CategoryNode> {
    children_of(tree, parent_id)
        .into_iter()
        .map(|category| CategoryNode {
            id: category.id,
            slug: category.slug.clone(),
            name: category.name.get(language).to_owned(),
            product_count: category.product_count,
            children: category_nodes(tree, Some(category.id), language),
        })
        .collect()
}

/// A category where a product is listed.
#[derive(Serialize, ToSchema)]
pub(crate) struct CategoryRef {
    id: CategoryId,
    slug: String,
    name: String,
    /// Slugs from the top of the tree down to it.
    #[schema(example = json!(["food-and-drink", "coffee"]))]
    path: Vec<String>,
}

/// A picture.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImageView {
    #[schema(example = "/media/demo/coffee/yirgacheffe-250/0.svg")]
    url: String,
    alt: String,
    /// Of an uploaded picture: the address of each width that is there, in pixels; its own always,
    /// narrower ones soon after it was sent.
    sizes: BTreeMap<u32, String>,
}

impl ImageView {
    fn of(row: ImageRow, language: &str) -> Self {
        Self {
            alt: row.alt.get(language).to_owned(),
            sizes: pictures::sizes(&row.url, &row.widths),
            url: row.url,
        }
    }
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductSummary {
    id: ProductId,
    #[schema(example = "yirgacheffe-washed")]
    slug: String,
    title: String,
    brand: Option<BrandView>,
    image: Option<ImageView>,
    /// The lowest price of its variants.
    price_from: Option<Money>,
    /// Whether at least one variant can be bought now.
    is_available: bool,
    created_at: DateTime<Utc>,
}

impl ProductSummary {
    pub(crate) fn of(row: ProductRow, language: &str) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            title: row.title.get(language).to_owned(),
            brand: row.brand.map(|(id, slug, name)| BrandView {
                id,
                slug,
                name: name.get(language).to_owned(),
            }),
            image: row.image.map(|image| ImageView::of(image, language)),
            price_from: row.price_from,
            is_available: row.is_available,
            created_at: row.created_at,
        }
    }
}

/// A product as its page shows it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProductView {
    id: ProductId,
    #[schema(example = "yirgacheffe-washed")]
    slug: String,
    title: String,
    description: String,
    brand: Option<BrandView>,
    categories: Vec<CategoryRef>,
    tags: Vec<String>,
    seo: SeoView,
    /// What is said of it, in the order of its kind.
    attributes: Vec<AttributeView>,
    images: Vec<ImageView>,
    options: Vec<OptionView>,
    variants: Vec<VariantView>,
    price_from: Option<Money>,
    is_available: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What search engines are told.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeoView {
    /// The product's own title where nothing else is said.
    title: String,
    /// Empty where nothing is said.
    description: String,
}

fn or_else(text: &str, other: &str) -> String {
    if text.is_empty() { other } else { text }.to_owned()
}

/// What a shopper chooses by.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptionView {
    id: OptionId,
    #[schema(example = "Size")]
    name: String,
    values: Vec<OptionValueView>,
}

/// One choice of an option.
#[derive(Serialize, ToSchema)]
pub(crate) struct OptionValueView {
    id: OptionValueId,
    #[schema(example = "250 g")]
    label: String,
}

/// What is put into a cart.
#[derive(Serialize, ToSchema)]
pub(crate) struct VariantView {
    id: VariantId,
    #[schema(example = "COF-YIR-250")]
    sku: String,
    price: Money,
    /// What it cost before, or costs when no sale is on; shown crossed out.
    compare_at_price: Option<Money>,
    /// What each costs from more than one unit on, where that is less.
    quantity_prices: Vec<PriceStepView>,
    /// The lowest that it cost in the last 30 days, its price now included.
    lowest_price_30_days: Money,
    /// Its value of each option, in the options' order.
    option_values: Vec<ChosenView>,
    /// Units that can be ordered now, of the stock and beyond it; never negative.
    available: i64,
    is_available: bool,
    /// Units of these that are there.
    in_stock: i64,
    /// What an order of it now means.
    availability: Availability,
    /// Of a preorder: when it comes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    available_from: Option<DateTime<Utc>>,
    /// Of a backorder: when it is expected to be there again, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    ships_from: Option<DateTime<Utc>>,
}

/// The value of one option.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChosenView {
    option_id: OptionId,
    value_id: OptionValueId,
    #[schema(example = "Size")]
    name: String,
    #[schema(example = "250 g")]
    label: String,
}

#[derive(Deserialize)]
struct StoredOption {
    id: OptionId,
    name: Texts,
    values: Option<Vec<StoredValue>>,
}

#[derive(Deserialize)]
struct StoredValue {
    id: OptionValueId,
    label: Texts,
}

#[derive(Deserialize)]
struct StoredChoice {
    option_id: OptionId,
    value_id: OptionValueId,
    name: Texts,
    label: Texts,
}

impl ProductView {
    /// With what each variant cost at the least lately, in minor units.
    pub(crate) fn of(
        detail: ProductDetail,
        tree: &[Category],
        lowest: &BTreeMap<VariantId, i64>,
        language: &str,
    ) -> Result<Self> {
        let stored: Vec<StoredOption> = serde_json::from_value(detail.options)?;
        let options = stored
            .into_iter()
            .map(|option| option_view(option, language))
            .collect();
        let variants = detail
            .variants
            .into_iter()
            .filter(|variant| variant.is_active)
            .map(|variant| {
                let lowest = lowest.get(&variant.id).copied();
                variant_view(variant, lowest, language)
            })
            .collect::<Result<_>>()?;
        let summary = ProductSummary::of(detail.head, language);
        let seo = SeoView {
            title: or_else(detail.seo.title.get(language), &summary.title),
            description: detail.seo.description.get(language).to_owned(),
        };
        Ok(Self {
            id: summary.id,
            slug: summary.slug,
            title: summary.title,
            description: detail.description.get(language).to_owned(),
            brand: summary.brand,
            categories: detail
                .category_ids
                .into_iter()
                .filter_map(|id| category_ref(tree, id, language))
                .collect(),
            tags: detail.tags,
            seo,
            attributes: views(&detail.attributes, &detail.values, language),
            images: detail
                .images
                .into_iter()
                .map(|image| ImageView::of(image, language))
                .collect(),
            options,
            variants,
            price_from: summary.price_from,
            is_available: summary.is_available,
            created_at: summary.created_at,
            updated_at: detail.updated_at,
        })
    }
}

fn option_view(option: StoredOption, language: &str) -> OptionView {
    let values = option.values.unwrap_or_default();
    OptionView {
        id: option.id,
        name: option.name.get(language).to_owned(),
        values: values
            .into_iter()
            .map(|value| OptionValueView {
                id: value.id,
                label: value.label.get(language).to_owned(),
            })
            .collect(),
    }
}

fn variant_view(variant: VariantRow, lowest: Option<i64>, language: &str) -> Result<VariantView> {
    let availability = Availability::of(&variant);
    let chosen: Vec<StoredChoice> = serde_json::from_value(variant.values)?;
    let currency = variant.price.currency();
    let expected_at = |when| match availability == when {
        true => variant.beyond.expected_at,
        false => None,
    };
    Ok(VariantView {
        availability,
        available_from: expected_at(Availability::Preorder),
        ships_from: expected_at(Availability::Backorder),
        lowest_price_30_days: {
            let now = variant.price.minor();
            Money::new(lowest.map_or(now, |lowest| lowest.min(now)), currency)
        },
        in_stock: variant.in_stock,
        quantity_prices: steps(
            steps_of(variant.price.minor(), &variant.listed, None),
            currency,
        ),
        id: variant.id,
        sku: variant.sku,
        price: variant.price,
        compare_at_price: variant
            .compare_at_minor
            .map(|minor| Money::new(minor, currency)),
        option_values: chosen
            .into_iter()
            .map(|choice| ChosenView {
                option_id: choice.option_id,
                value_id: choice.value_id,
                name: choice.name.get(language).to_owned(),
                label: choice.label.get(language).to_owned(),
            })
            .collect(),
        available: variant.available,
        is_available: variant.available > 0,
    })
}

fn category_ref(tree: &[Category], id: CategoryId, language: &str) -> Option<CategoryRef> {
    let above = breadcrumbs(tree, id);
    let category = above.last()?;
    Some(CategoryRef {
        id,
        slug: category.slug.clone(),
        name: category.name.get(language).to_owned(),
        path: above.iter().map(|category| category.slug.clone()).collect(),
    })
}
