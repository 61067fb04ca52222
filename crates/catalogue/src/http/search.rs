//! Searching: what answers a question, and what somebody who is typing may mean.

use axum::{extract::State, response::Response};
use kit::{
    Kit, Result,
    http::{Page, PageQuery, ProblemResponses, Query, body::invalid_parameter, etag},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    search_views::{FacetsView, SearchView, SuggestedCategory, SuggestionsView},
    storefront::{
        ProductCursor, SHARED_CACHE_SECONDS, check_prices, facets, language, refuse_unknown, sort,
        text,
    },
    views::{BrandView, ProductSummary},
};
use crate::{
    model::{ProductAfter, ProductFilter},
    store::{self, ProductRow},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(search_products))
        .routes(routes!(suggest))
}

/// A question with its filters; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchProducts {
    /// Words, or their beginnings, in any language and any order; each must be answered. The
    /// letters of Amharic that sound alike are one, Amharic may be typed in Latin letters, and
    /// where nothing answers, misspelled words are taken for the nearest known ones.
    #[param(max_length = 100, example = "kemis")]
    q: Option<String>,
    /// Only this category and what stands below it: id or slug.
    category: Option<String>,
    /// Only this brand: id or slug.
    brand: Option<String>,
    /// Only what can (`true`) or cannot (`false`) be bought now.
    is_available: Option<bool>,
    /// The lowest price, in minor units.
    #[param(minimum = 0)]
    price_min: Option<i64>,
    /// The highest price, in minor units.
    #[param(minimum = 0)]
    price_max: Option<i64>,
    /// Only what each of these is said of: `code:value`, divided by commas.
    #[param(max_length = 1000, example = "material:cotton")]
    attributes: Option<String>,
    /// `relevance` (the default where something is asked), `-created_at` (the default otherwise),
    /// `price`, `-price` or `-sold` (best-selling).
    sort: Option<String>,
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// The language of texts, a BCP 47 tag; English without it and where a text lacks it.
    #[param(example = "am")]
    language: Option<String>,
}

const RELEVANCE: &str = "relevance";

/// The rows of one page, each with how well it answers.
async fn rows(
    conn: &kit::Conn,
    filter: &ProductFilter,
    sort_name: &str,
    after: Option<ProductCursor>,
    limit: i64,
) -> Result<Vec<(i64, ProductRow)>> {
    if sort_name == RELEVANCE {
        let after = after.map(|after| (after.rank, after.id));
        let text = filter.search.clone().unwrap_or_default();
        return store::list_ranked(conn, filter, &text, after, limit).await;
    }
    let order = sort(Some(sort_name)).map_err(|_| {
        invalid_parameter(
            "sort",
            "it must be relevance, -created_at, price, -price or -sold",
        )
    })?;
    let after = after.map(|after| ProductAfter {
        created_at: after.created_at,
        price_minor: after.price_minor,
        sold_count: after.sold_count,
        id: after.id,
    });
    let rows = store::list_products(conn, filter, &["published"], order, after, limit).await?;
    Ok(rows.into_iter().map(|row| (0, row)).collect())
}

/// Search products
///
/// With counts by category, brand, price and availability. Best answers first: every word in the
/// title, every word as it stands, every word begun, what sounds or looks like it.
#[utoipa::path(
    get, path = "/api/v1/search/", operation_id = "searchProducts", tag = "Catalogue",
    params(SearchProducts),
    responses((status = 200, body = SearchView), ProblemResponses)
)]
async fn search_products(
    State(kit): State<Kit>,
    Query(query): Query<SearchProducts>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    check_prices(query.price_min, query.price_max)?;
    let filter = ProductFilter {
        search: text(query.q.as_deref())?,
        category: query.category,
        brand: query.brand,
        is_available: query.is_available,
        price_min: query.price_min,
        price_max: query.price_max,
        facets: facets(query.attributes.as_deref())?,
        tag: None,
    };
    let default = match filter.search {
        Some(_) => RELEVANCE,
        None => "-created_at",
    };
    let sort_name = query.sort.unwrap_or_else(|| default.to_owned());
    if sort_name == RELEVANCE && filter.search.is_none() {
        return Err(invalid_parameter("sort", "relevance needs a q"));
    }
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after: Option<ProductCursor> = paging.cursor()?;
    if after.as_ref().is_some_and(|after| after.sort != sort_name) {
        return Err(invalid_parameter(
            "cursor",
            "it belongs to another order of the list",
        ));
    }
    let conn = kit.db.read().await?;
    let (rows, found, said) = futures_util::try_join!(
        rows(&conn, &filter, &sort_name, after, limit + 1),
        store::find_facets(&conn, &filter),
        store::list_facets(&conn)
    )?;
    if !found.knows_category || !found.knows_brand {
        refuse_unknown(&conn, &filter).await?;
    }
    let page = Page::cut(rows, limit, |(rank, row)| ProductCursor {
        sort: sort_name.clone(),
        created_at: row.created_at,
        price_minor: row.price_from.map_or(0, |price| price.minor()),
        sold_count: row.sold_count,
        rank: *rank,
        id: row.id,
    })?;
    let (total, facets) = FacetsView::of(found, &said, &language)?;
    let view = SearchView {
        page: page.map(|(_, row)| ProductSummary::of(row, &language)),
        total,
        facets,
    };
    Ok(view.page.link(etag::public(SHARED_CACHE_SECONDS, &view)?))
}

/// What was typed so far.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Suggest {
    /// The beginning of what is meant.
    #[param(max_length = 100, example = "bun")]
    q: String,
    /// How many of each kind, 1 to 10; 5 without it.
    #[param(minimum = 1, maximum = 10, default = 5)]
    limit: Option<i64>,
    /// The language of texts, a BCP 47 tag; English without it and where a text lacks it.
    #[param(example = "am")]
    language: Option<String>,
}

/// Suggest while somebody types
///
/// Products, categories and brands that what was typed so far may mean, the likeliest first.
#[utoipa::path(
    get, path = "/api/v1/search/suggest/", operation_id = "suggest", tag = "Catalogue",
    params(Suggest),
    responses((status = 200, body = SuggestionsView), ProblemResponses)
)]
async fn suggest(State(kit): State<Kit>, Query(query): Query<Suggest>) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let limit = match query.limit.unwrap_or(5) {
        limit @ 1..=10 => limit,
        _ => return Err(invalid_parameter("limit", "it must be from 1 to 10")),
    };
    let text = text(Some(&query.q))?.unwrap_or_default();
    let filter = ProductFilter {
        search: Some(text.clone()),
        ..ProductFilter::default()
    };
    let conn = kit.db.read().await?;
    let (products, categories, brands) = futures_util::try_join!(
        store::list_ranked(&conn, &filter, &text, None, limit),
        store::list_named_categories(&conn, &text, limit),
        store::list_named_brands(&conn, &text, limit)
    )?;
    let view = SuggestionsView {
        products: products
            .into_iter()
            .map(|(_, row)| ProductSummary::of(row, &language))
            .collect(),
        categories: categories
            .into_iter()
            .map(|category| SuggestedCategory::of(category, &language))
            .collect(),
        brands: brands
            .into_iter()
            .map(|brand| BrandView::of(brand, &language))
            .collect(),
    };
    etag::public(SHARED_CACHE_SECONDS, &view)
}
