//! What a search answers.

use ids::{BrandId, CategoryId};
use kit::{Result, http::Page};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::views::{BrandView, ProductSummary};
use crate::{
    model::{Attribute, Category, Texts, shown},
    store::{Facets, MATCHES_MAX},
};

/// What answers a question, and what all of it has in common.
#[derive(Serialize, ToSchema)]
pub(super) struct SearchView {
    #[serde(flatten)]
    pub(super) page: Page<ProductSummary>,
    pub(super) total: TotalView,
    pub(super) facets: FacetsView,
}

/// How many products were found.
#[derive(Serialize, ToSchema)]
pub(super) struct TotalView {
    /// At most 1,000.
    #[schema(example = 42)]
    count: i64,
    /// Whether there are no more; otherwise the facets count 1,000 of them.
    is_exact: bool,
}

/// By what the products found can be narrowed. Each entry counts products; what counts none is not
/// listed.
#[derive(Serialize, ToSchema)]
pub(super) struct FacetsView {
    /// Each category with what stands below it.
    categories: Vec<CategoryFacet>,
    /// The most frequent 50; of a brand that was asked for, the others too.
    brands: Vec<BrandFacet>,
    prices: Vec<PriceFacet>,
    /// What is said of them.
    attributes: Vec<AttributeFacet>,
    /// Products that can be bought now.
    available_count: i64,
}

/// A category of products found.
#[derive(Serialize, ToSchema)]
struct CategoryFacet {
    id: CategoryId,
    #[schema(example = "coffee")]
    slug: String,
    name: String,
    parent_id: Option<CategoryId>,
    count: i64,
}

/// A brand of products found.
#[derive(Serialize, ToSchema)]
struct BrandFacet {
    id: BrandId,
    #[schema(example = "tena-coffee")]
    slug: String,
    name: String,
    count: i64,
}

/// A range of prices of products found.
#[derive(Serialize, ToSchema)]
struct PriceFacet {
    /// The lowest price in it.
    from: Money,
    /// The highest price in it.
    to: Money,
    count: i64,
}

/// An attribute of products found.
#[derive(Serialize, ToSchema)]
struct AttributeFacet {
    #[schema(example = "material")]
    code: String,
    #[schema(example = "Material")]
    name: String,
    /// Most frequent first.
    values: Vec<ValueFacet>,
}

/// A value of an attribute of products found.
#[derive(Serialize, ToSchema)]
struct ValueFacet {
    #[schema(example = "cotton")]
    value: String,
    #[schema(example = "Cotton")]
    label: String,
    count: i64,
}

#[derive(Deserialize)]
struct CountedFacet {
    facet: String,
    count: i64,
}

/// The attributes of what was found, in the order of their codes.
fn attribute_facets(
    counted: &[CountedFacet],
    attributes: &[Attribute],
    language: &str,
) -> Vec<AttributeFacet> {
    let facets = attributes.iter().map(|attribute| {
        let values = counted.iter().filter_map(|found| {
            let (code, value) = found.facet.split_once(':')?;
            let (_, label) = shown(attribute, &Value::String(value.to_owned()), language);
            (code == attribute.code).then(|| ValueFacet {
                value: value.to_owned(),
                label,
                count: found.count,
            })
        });
        AttributeFacet {
            code: attribute.code.clone(),
            name: attribute.name.get(language).to_owned(),
            values: values.collect(),
        }
    });
    facets.filter(|facet| !facet.values.is_empty()).collect()
}

#[derive(Deserialize)]
struct Counted<I, P> {
    id: I,
    slug: String,
    name: Texts,
    parent_id: Option<P>,
    count: i64,
}

#[derive(Deserialize)]
struct CountedPrice {
    currency: Currency,
    from: i64,
    count: i64,
}

/// Where the range of prices ends that begins at 1, 2 or 5 times a power of ten.
const fn end_of_range(from: i64) -> i64 {
    let mut unit = 1;
    while from / unit >= 10 {
        unit *= 10;
    }
    match from / unit {
        1 => 2 * unit - 1,
        2 => 5 * unit - 1,
        _ => 10 * unit - 1,
    }
}

impl FacetsView {
    pub(super) fn of(
        facets: Facets,
        attributes: &[Attribute],
        language: &str,
    ) -> Result<(TotalView, Self)> {
        let total = TotalView {
            count: facets.count.min(MATCHES_MAX),
            is_exact: facets.count <= MATCHES_MAX,
        };
        let categories: Vec<Counted<CategoryId, CategoryId>> =
            serde_json::from_value(facets.categories)?;
        let brands: Vec<Counted<BrandId, BrandId>> = serde_json::from_value(facets.brands)?;
        let prices: Vec<CountedPrice> = serde_json::from_value(facets.prices)?;
        let said: Vec<CountedFacet> = serde_json::from_value(facets.attributes)?;
        let view = Self {
            attributes: attribute_facets(&said, attributes, language),
            categories: categories
                .into_iter()
                .map(|found| CategoryFacet {
                    id: found.id,
                    slug: found.slug,
                    name: found.name.get(language).to_owned(),
                    parent_id: found.parent_id,
                    count: found.count,
                })
                .collect(),
            brands: brands
                .into_iter()
                .map(|found| BrandFacet {
                    id: found.id,
                    slug: found.slug,
                    name: found.name.get(language).to_owned(),
                    count: found.count,
                })
                .collect(),
            prices: prices
                .into_iter()
                .map(|found| PriceFacet {
                    from: Money::new(found.from, found.currency),
                    to: Money::new(end_of_range(found.from), found.currency),
                    count: found.count,
                })
                .collect(),
            available_count: facets.available_count,
        };
        Ok((total, view))
    }
}

/// What somebody who is typing may mean.
#[derive(Serialize, ToSchema)]
pub(super) struct SuggestionsView {
    pub(super) products: Vec<ProductSummary>,
    pub(super) categories: Vec<SuggestedCategory>,
    pub(super) brands: Vec<BrandView>,
}

/// A category that may be meant.
#[derive(Serialize, ToSchema)]
pub(super) struct SuggestedCategory {
    id: CategoryId,
    #[schema(example = "coffee")]
    slug: String,
    name: String,
}

impl SuggestedCategory {
    pub(super) fn of(category: Category, language: &str) -> Self {
        Self {
            id: category.id,
            slug: category.slug,
            name: category.name.get(language).to_owned(),
        }
    }
}
