//! What shoppers read: lists of products, the category tree, brands.

use axum::{Extension, extract::State, response::Response};
use chrono::{DateTime, Utc};
use ids::ProductId;
use kit::{
    Conn, Error, Kit, Result,
    cache::{Cache, Document, Made, Question},
    http::{
        Cursor, Page, PageQuery, ProblemResponses, Query, body::invalid_parameter, etag,
        page::instant,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::views::{BrandView, CategoryNode, ProductSummary, category_nodes};
use crate::{
    model::{
        CatalogueRefusal, ProductAfter, ProductFilter, ProductSort, SearchText, is_code,
        is_language,
    },
    store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_products))
        .routes(routes!(list_categories))
        .routes(routes!(list_brands))
}

/// For how long a shared cache may answer for us, in seconds.
pub(super) const SHARED_CACHE_SECONDS: u32 = 5;

/// What triggers write when something changes of which every page shows a part.
pub(super) const TAG_OF_NAMES: Uuid = Uuid::from_u128(1);

/// What triggers write when something changes that lists show or go by.
pub(super) const TAG_OF_LISTS: Uuid = Uuid::from_u128(2);

/// The list's filters; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProducts {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only this category and what stands below it: id or slug.
    category: Option<String>,
    /// Only this brand: id or slug.
    brand: Option<String>,
    /// Only what answers to these words; see `GET /api/v1/search/`.
    #[param(max_length = 100)]
    q: Option<String>,
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
    /// Only what has this tag.
    #[param(max_length = 60, example = "waterproof")]
    tag: Option<String>,
    /// `-created_at` (newest first, the default), `price`, `-price` or `-sold` (best-selling).
    sort: Option<String>,
    /// The language of texts, a BCP 47 tag; English without it and where a text lacks it.
    #[param(example = "am")]
    language: Option<String>,
}

/// Where the next page of products begins.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductCursor {
    pub(super) sort: String,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: DateTime<Utc>,
    pub(super) price_minor: i64,
    pub(super) sold_count: i64,
    /// How well the last entry answers the question; 0 in every other order.
    pub(super) rank: i64,
    pub(super) id: ProductId,
}

impl Cursor for ProductCursor {}

pub(super) fn language(asked: Option<&String>) -> Result<String> {
    match asked {
        None => Ok(crate::Texts::FALLBACK.to_owned()),
        Some(tag) if is_language(tag) => Ok(tag.clone()),
        Some(_) => Err(invalid_parameter(
            "language",
            "it is not a BCP 47 language tag",
        )),
    }
}

pub(super) fn sort(asked: Option<&str>) -> Result<ProductSort> {
    match asked.unwrap_or("-created_at") {
        "-created_at" => Ok(ProductSort::Newest),
        "price" => Ok(ProductSort::Cheapest),
        "-price" => Ok(ProductSort::Dearest),
        "-sold" => Ok(ProductSort::BestSelling),
        _ => Err(invalid_parameter(
            "sort",
            "it must be -created_at, price, -price or -sold",
        )),
    }
}

pub(super) fn check_prices(price_min: Option<i64>, price_max: Option<i64>) -> Result<()> {
    for (name, price) in [("price_min", price_min), ("price_max", price_max)] {
        if price.is_some_and(|price| price < 0) {
            return Err(invalid_parameter(name, "it must be 0 or more"));
        }
    }
    Ok(())
}

/// What is asked for in words; none without a `q`. Words that say nothing find nothing.
pub(super) fn text(q: Option<&str>) -> Result<Option<SearchText>> {
    let Some(q) = q.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if q.chars().count() > 100 {
        return Err(invalid_parameter(
            "q",
            "it must have at most 100 characters",
        ));
    }
    Ok(Some(SearchText::parse(q).unwrap_or_default()))
}

/// The facets that are asked for.
pub(super) fn facets(asked: Option<&str>) -> Result<Option<Vec<String>>> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let facets: Vec<String> = asked.split(',').map(str::to_owned).collect();
    let is_facet = |facet: &String| {
        let parts = facet.split_once(':');
        parts.is_some_and(|(code, value)| is_code(code) && is_code(value))
    };
    if facets.len() > 20 || !facets.iter().all(is_facet) {
        return Err(invalid_parameter(
            "attributes",
            "it must be up to 20 times code:value, divided by commas",
        ));
    }
    Ok(Some(facets))
}

/// Refuses a category or a brand that there is not: asked only where nothing was found.
pub(super) async fn refuse_unknown(conn: &kit::Conn, filter: &ProductFilter) -> Result<()> {
    if let Some(wanted) = &filter.category
        && !store::exists_category(conn, wanted).await?
    {
        return Err(CatalogueRefusal::UnknownCategory.into());
    }
    if let Some(wanted) = &filter.brand
        && store::find_brand(conn, wanted).await?.is_none()
    {
        return Err(CatalogueRefusal::UnknownBrand.into());
    }
    Ok(())
}

/// List products
///
/// Published products, newest first unless sorted otherwise.
#[utoipa::path(
    get, path = "/api/v1/catalogue/products/", operation_id = "listProducts", tag = "Catalogue",
    params(ListProducts),
    responses((status = 200, body = Page<ProductSummary>), ProblemResponses)
)]
async fn list_products(
    State(kit): State<Kit>,
    Extension(cache): Extension<Cache>,
    Query(query): Query<ListProducts>,
) -> Result<Response> {
    let asked = Asked::of(query)?;
    let document = match asked.question() {
        Some(question) => {
            let asked = &asked;
            let list = |conn: Conn| async move {
                Ok(Made {
                    document: Some(asked.list(&conn).await?),
                    tags: vec![TAG_OF_NAMES, TAG_OF_LISTS],
                })
            };
            let found = cache.answer(&question, list).await?;
            found.ok_or_else(|| Error::fault("a list is never missing"))?
        }
        None => asked.list(&kit.db.read().await?).await?,
    };
    Ok(document.public(SHARED_CACHE_SECONDS))
}

/// What a list is asked for, checked.
struct Asked {
    filter: ProductFilter,
    order: ProductSort,
    sort_name: String,
    after: Option<ProductAfter>,
    limit: i64,
    language: String,
}

impl Asked {
    fn of(query: ListProducts) -> Result<Self> {
        let language = language(query.language.as_ref())?;
        let order = sort(query.sort.as_deref())?;
        let sort_name = query.sort.unwrap_or_else(|| "-created_at".to_owned());
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
        let after = after.map(|after| ProductAfter {
            created_at: after.created_at,
            price_minor: after.price_minor,
            sold_count: after.sold_count,
            id: after.id,
        });
        check_prices(query.price_min, query.price_max)?;
        let filter = ProductFilter {
            category: query.category,
            brand: query.brand,
            search: text(query.q.as_deref())?,
            is_available: query.is_available,
            price_min: query.price_min,
            price_max: query.price_max,
            facets: facets(query.attributes.as_deref())?,
            tag: query.tag,
        };
        Ok(Self {
            filter,
            order,
            sort_name,
            after,
            limit,
            language,
        })
    }

    /// Everything that the list depends on, if it is one that many ask for: a first page, without
    /// what visitors make up. A new member of the filter does not compile until it stands here.
    fn question(&self) -> Option<Question> {
        let ProductFilter {
            category,
            brand,
            search: None,
            is_available,
            price_min: None,
            price_max: None,
            facets: None,
            tag: None,
        } = &self.filter
        else {
            return None;
        };
        if self.after.is_some() {
            return None;
        }
        let (sort_name, limit, language) = (&self.sort_name, self.limit, &self.language);
        let of = (category, brand, is_available, sort_name, limit, language);
        Some(in_language("products", format!("{of:?}"), language))
    }

    async fn list(&self, conn: &Conn) -> Result<Document> {
        let (filter, limit) = (&self.filter, self.limit);
        let (order, after) = (self.order, self.after);
        let rows =
            store::list_products(conn, filter, &["published"], order, after, limit + 1).await?;
        if rows.is_empty() {
            refuse_unknown(conn, filter).await?;
        }
        let page = Page::cut(rows, limit, |row| ProductCursor {
            sort: self.sort_name.clone(),
            created_at: row.created_at,
            price_minor: row.price_from.map_or(0, |price| price.minor()),
            sold_count: row.sold_count,
            rank: 0,
            id: row.id,
        })?;
        page.map(|row| ProductSummary::of(row, &self.language))
            .document()
    }
}

/// A question whose answer is shared, unless its language is one that somebody may have made up:
/// there is no end of them.
pub(super) fn in_language(name: &'static str, of: String, language: &str) -> Question {
    let question = Question::new(name, of);
    if language.len() == 2 {
        question
    } else {
        question.kept_here()
    }
}

/// The language of the texts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InLanguage {
    /// A BCP 47 tag; English without it and where a text lacks it.
    #[param(example = "am")]
    pub(super) language: Option<String>,
}

/// Read the category tree
#[utoipa::path(
    get, path = "/api/v1/catalogue/categories/", operation_id = "listCategories",
    tag = "Catalogue", params(InLanguage),
    responses((status = 200, body = Vec<CategoryNode>), ProblemResponses)
)]
async fn list_categories(
    State(kit): State<Kit>,
    Query(query): Query<InLanguage>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let conn = kit.db.read().await?;
    let tree = store::list_categories(&conn).await?;
    etag::public(
        SHARED_CACHE_SECONDS,
        &category_nodes(&tree, None, &language),
    )
}

/// A page of brands.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListBrands {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// A BCP 47 tag; English without it and where a text lacks it.
    #[param(example = "am")]
    language: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BrandCursor {
    slug: String,
}

impl Cursor for BrandCursor {}

/// List brands
#[utoipa::path(
    get, path = "/api/v1/catalogue/brands/", operation_id = "listBrands", tag = "Catalogue",
    params(ListBrands),
    responses((status = 200, body = Page<BrandView>), ProblemResponses)
)]
async fn list_brands(State(kit): State<Kit>, Query(query): Query<ListBrands>) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after: Option<BrandCursor> = paging.cursor()?;
    let conn = kit.db.read().await?;
    let after = after.as_ref().map(|after| after.slug.as_str());
    let rows = store::list_brands(&conn, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |brand| BrandCursor {
        slug: brand.slug.clone(),
    })?;
    let page = page.map(|brand| BrandView::of(brand, &language));
    Ok(page.link(etag::public(SHARED_CACHE_SECONDS, &page)?))
}
