//! What a search answers.

use ids::{BrandId, CategoryId};
use kit::{Result, http::Page};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::{BrandView, ProductSummary};
use crate::{
    model::{Category, Texts},
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
    pub(super) fn of(facets: Facets, language: &str) -> Result<(TotalView, Self)> {
        let total = TotalView {
            count: facets.count.min(MATCHES_MAX),
            is_exact: facets.count <= MATCHES_MAX,
        };
        let categories: Vec<Counted<CategoryId, CategoryId>> =
            serde_json::from_value(facets.categories)?;
        let brands: Vec<Counted<BrandId, BrandId>> = serde_json::from_value(facets.brands)?;
        let prices: Vec<CountedPrice> = serde_json::from_value(facets.prices)?;
        let view = Self {
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
