//! A product's page.

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::{StatusCode, header};
use ids::VariantId;
use kit::{
    Conn, Kit, Result,
    cache::{Cache, Document, Made},
    http::{PathId, ProblemResponses, Query},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    storefront::{
        InLanguage, SHARED_CACHE_SECONDS, TAG_OF_LISTS, TAG_OF_NAMES, in_language, language,
    },
    views::ProductView,
};
use crate::{model::CatalogueRefusal, store};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new().routes(routes!(get_product))
}

/// What "lately" means where the lowest price is told: Directive 98/6/EC, article 6a.
const LATELY: TimeDelta = TimeDelta::days(30);

/// Read a product
///
/// By id or slug, with its brand, categories, images, options, variants, prices and availability. A
/// slug that it had before answers 301 with its address.
#[utoipa::path(
    get, path = "/api/v1/catalogue/products/{id_or_slug}/", operation_id = "getProduct",
    tag = "Catalogue", params(("id_or_slug" = String, Path), InLanguage),
    responses(
        (status = 200, body = ProductView),
        (status = 301, description = "It has another slug by now: `Location` says which"),
        ProblemResponses
    )
)]
async fn get_product(
    State(kit): State<Kit>,
    Extension(cache): Extension<Cache>,
    PathId(id_or_slug): PathId<String>,
    Query(query): Query<InLanguage>,
) -> Result<Response> {
    let asked = query.language.as_ref();
    let language = language(asked)?;
    let question = in_language("product", format!("{language} {id_or_slug}"), &language);
    let since = kit.clock.now() - LATELY;
    let load = |conn| load_product(conn, &id_or_slug, &language, since);
    if let Some(document) = cache.answer(&question, load).await? {
        return Ok(document.public(SHARED_CACHE_SECONDS));
    }
    let slug = store::find_moved(&kit.db.read().await?, &id_or_slug).await?;
    let slug = slug.ok_or(CatalogueRefusal::NotFound("product"))?;
    Ok(moved(&slug, asked))
}

/// A product's page, and what it is made of.
async fn load_product(
    conn: Conn,
    id_or_slug: &str,
    language: &str,
    since: DateTime<Utc>,
) -> Result<Made> {
    let (detail, tree, lowest) = futures_util::try_join!(
        store::find_product(&conn, id_or_slug),
        store::list_tree(&conn),
        store::list_lowest_prices(&conn, id_or_slug, since)
    )?;
    let Some(detail) = detail.filter(|detail| detail.head.status == "published") else {
        return Ok(Made {
            document: None,
            // What comes to be, or is published, is in lists from then on.
            tags: vec![TAG_OF_LISTS],
        });
    };
    let variants: Vec<_> = detail.variants.iter().map(|variant| variant.id).collect();
    let mut tags = vec![TAG_OF_NAMES, detail.head.id.uuid()];
    tags.extend(variants.iter().map(VariantId::uuid));
    let parts = store::list_parts(&conn, &variants).await?;
    tags.extend(parts.iter().map(VariantId::uuid));
    let view = ProductView::of(detail, &tree, &lowest, language)?;
    Ok(Made {
        document: Some(Document::of(&view)?),
        tags,
    })
}

/// Where a product is that was called something else before. A slug may be given to another product
/// later, so nobody keeps this for long.
fn moved(slug: &str, asked: Option<&String>) -> Response {
    let language = asked.map(|tag| format!("?language={tag}"));
    let location = format!(
        "/api/v1/catalogue/products/{slug}/{}",
        language.unwrap_or_default()
    );
    let caching = format!("public, max-age=0, s-maxage={SHARED_CACHE_SECONDS}");
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, caching),
    ];
    (StatusCode::MOVED_PERMANENTLY, headers).into_response()
}
