//! What shoppers read of collections, and of what is related to a product.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use ids::{CollectionId, ProductId};
use kit::{
    Conn, Kit, Result,
    http::{
        Cursor, Page, PageQuery, PathId, ProblemResponses, Query, body::invalid_parameter, etag,
        page::instant,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    storefront::{InLanguage, SHARED_CACHE_SECONDS, language},
    views::ProductSummary,
};
use crate::{
    model::{CatalogueRefusal, Collection, CollectionRule, ProductAfter},
    store::{self, ProductRow},
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_collections))
        .routes(routes!(get_collection))
        .routes(routes!(list_collection_products))
        .routes(routes!(list_related_products))
}

/// A collection.
#[derive(Serialize, ToSchema)]
struct CollectionView {
    id: CollectionId,
    #[schema(example = "rainy-season")]
    slug: String,
    title: String,
    description: String,
}

impl CollectionView {
    fn of(collection: Collection, language: &str) -> Self {
        Self {
            id: collection.id,
            slug: collection.slug,
            title: collection.title.get(language).to_owned(),
            description: collection.description.get(language).to_owned(),
        }
    }
}

/// A page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInLanguage {
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

impl ListInLanguage {
    fn paging(&self) -> PageQuery {
        PageQuery {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }
}

/// Where the next page of collections begins.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionCursor {
    pub(super) slug: String,
}

impl Cursor for CollectionCursor {}

/// List collections
#[utoipa::path(
    get, path = "/api/v1/catalogue/collections/", operation_id = "listCollections",
    tag = "Catalogue", params(ListInLanguage),
    responses((status = 200, body = Page<CollectionView>), ProblemResponses)
)]
async fn list_collections(
    State(kit): State<Kit>,
    Query(query): Query<ListInLanguage>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let paging = query.paging();
    let limit = paging.limit()?;
    let after: Option<CollectionCursor> = paging.cursor()?;
    let after = after.as_ref().map(|after| after.slug.as_str());
    let conn = kit.db.read().await?;
    let rows = store::list_collections(&conn, after, false, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| CollectionCursor {
        slug: row.slug.clone(),
    })?;
    let page = page.map(|row| CollectionView::of(row, &language));
    Ok(page.link(etag::public(SHARED_CACHE_SECONDS, &page)?))
}

async fn published(conn: &Conn, id_or_slug: &str) -> Result<Collection> {
    let found = store::find_collection(conn, id_or_slug).await?;
    let found = found.filter(|collection| collection.is_published);
    Ok(found.ok_or(CatalogueRefusal::NotFound("collection"))?)
}

/// Read a collection
#[utoipa::path(
    get, path = "/api/v1/catalogue/collections/{id_or_slug}/", operation_id = "getCollection",
    tag = "Catalogue", params(("id_or_slug" = String, Path), InLanguage),
    responses((status = 200, body = CollectionView), ProblemResponses)
)]
async fn get_collection(
    State(kit): State<Kit>,
    PathId(id_or_slug): PathId<String>,
    Query(query): Query<InLanguage>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let conn = kit.db.read().await?;
    let found = published(&conn, &id_or_slug).await?;
    etag::public(SHARED_CACHE_SECONDS, &CollectionView::of(found, &language))
}

/// Where the next page of a collection begins.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InCollectionCursor {
    /// Of a collection that was put together by hand.
    place: Option<i32>,
    #[serde(deserialize_with = "instant")]
    created_at: DateTime<Utc>,
    id: ProductId,
}

impl Cursor for InCollectionCursor {}

/// The entries of a page, each with its place where it has one.
async fn entries(
    conn: &Conn,
    collection: &Collection,
    after: Option<InCollectionCursor>,
    limit: i64,
) -> Result<Vec<(ProductRow, Option<i32>)>> {
    let Some(rule) = &collection.rule else {
        let after = match after {
            None => None,
            Some(InCollectionCursor {
                place: Some(place),
                id,
                ..
            }) => Some((place, id)),
            Some(_) => return Err(other_list()),
        };
        let rows = store::list_chosen_products(conn, collection.id, after, limit).await?;
        let placed = rows.into_iter().map(|(row, place)| (row, Some(place)));
        return Ok(placed.collect());
    };
    if after.as_ref().is_some_and(|after| after.place.is_some()) {
        return Err(other_list());
    }
    let rows = ruled(conn, rule, after, limit).await?;
    Ok(rows.into_iter().map(|row| (row, None)).collect())
}

fn other_list() -> kit::Error {
    invalid_parameter("cursor", "it belongs to another collection")
}

async fn ruled(
    conn: &Conn,
    rule: &CollectionRule,
    after: Option<InCollectionCursor>,
    limit: i64,
) -> Result<Vec<ProductRow>> {
    let after = after.map(|after| ProductAfter {
        created_at: after.created_at,
        price_minor: 0,
        sold_count: 0,
        id: after.id,
    });
    store::list_ruled_products(conn, rule, after, limit).await
}

/// List the products of a collection
///
/// Published ones: in the order that staff gave them, or the newest first where a rule chooses.
#[utoipa::path(
    get, path = "/api/v1/catalogue/collections/{id_or_slug}/products/",
    operation_id = "listCollectionProducts", tag = "Catalogue",
    params(("id_or_slug" = String, Path), ListInLanguage),
    responses((status = 200, body = Page<ProductSummary>), ProblemResponses)
)]
async fn list_collection_products(
    State(kit): State<Kit>,
    PathId(id_or_slug): PathId<String>,
    Query(query): Query<ListInLanguage>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let paging = query.paging();
    let limit = paging.limit()?;
    let after: Option<InCollectionCursor> = paging.cursor()?;
    let conn = kit.db.read().await?;
    let collection = published(&conn, &id_or_slug).await?;
    let rows = entries(&conn, &collection, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |(row, place)| InCollectionCursor {
        place: *place,
        created_at: row.created_at,
        id: row.id,
    })?;
    let page = page.map(|(row, _)| ProductSummary::of(row, &language));
    Ok(page.link(etag::public(SHARED_CACHE_SECONDS, &page)?))
}

/// Products that go with another.
#[derive(Serialize, ToSchema)]
struct RelatedView {
    /// In the order that staff gave them.
    data: Vec<ProductSummary>,
}

/// List what is related to a product
///
/// Published products, at most 20.
#[utoipa::path(
    get, path = "/api/v1/catalogue/products/{id_or_slug}/related/",
    operation_id = "listRelatedProducts", tag = "Catalogue",
    params(("id_or_slug" = String, Path), InLanguage),
    responses((status = 200, body = RelatedView), ProblemResponses)
)]
async fn list_related_products(
    State(kit): State<Kit>,
    PathId(id_or_slug): PathId<String>,
    Query(query): Query<InLanguage>,
) -> Result<Response> {
    let language = language(query.language.as_ref())?;
    let conn = kit.db.read().await?;
    let id = store::find_published(&conn, &id_or_slug).await?;
    let id = id.ok_or(CatalogueRefusal::NotFound("product"))?;
    let rows = store::list_related_products(&conn, id).await?;
    let data = rows.into_iter();
    let view = RelatedView {
        data: data.map(|row| ProductSummary::of(row, &language)).collect(),
    };
    etag::public(SHARED_CACHE_SECONDS, &view)
}
