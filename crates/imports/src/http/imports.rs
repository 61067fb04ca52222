//! Files of products: sent, tried, taken over, undone.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use ids::{ProductImportId, StaffId};
use kit::{
    Kit, Result,
    http::{
        Cursor, IdempotencyHeader, Page, PageQuery, PathId, ProblemResponses, Query,
        body::{invalid_parameter, raw_body},
    },
};
use money::Currency;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use staff::{CanEditCatalogue, Staff};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::views::{ImportItemView, ProductImportView};
use crate::{
    actions,
    model::{FileFormat, NewImport},
    store,
};

/// The most bytes of a file that comes in one request: 100,000 rows and more.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(create_import, list_imports))
        .routes(routes!(get_import))
        .routes(routes!(list_import_items))
        .routes(routes!(run_import))
        .routes(routes!(undo_import))
}

/// How a file is to be taken over; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CreateImport {
    /// `nexus` (ours, the default) or `shopify`.
    #[param(example = "nexus")]
    format: Option<String>,
    /// Of products of which the file does not say it.
    #[param(example = "ETB")]
    currency: Option<String>,
    /// `true`: everything is tried and said, and nothing is changed.
    dry_run: Option<bool>,
    /// Columns by other names: `theirs:ours`, divided by commas; without ours it is left out.
    #[param(max_length = 4000, example = "Artikel:sku,Preis:price,Lager:")]
    mapping: Option<String>,
}

impl CreateImport {
    fn read(self, id: ProductImportId, staff_id: StaffId) -> Result<NewImport> {
        let format = self.format.as_deref().unwrap_or("nexus");
        let format = FileFormat::parse(format)
            .ok_or_else(|| invalid_parameter("format", "it must be nexus or shopify"))?;
        let currency = self.currency.as_deref().map(str::parse::<Currency>);
        let currency = currency
            .transpose()
            .map_err(|error| invalid_parameter("currency", error))?;
        let mapping = self.mapping.as_deref().unwrap_or_default();
        let pair = |pair: &str| {
            let (theirs, ours) = pair.split_once(':')?;
            Some((theirs.trim().to_owned(), ours.trim().to_owned()))
        };
        let pairs = mapping.split(',').filter(|text| !text.is_empty());
        let mapping: Option<Vec<(String, String)>> = pairs.map(pair).collect();
        let rule = "it must be theirs:ours, divided by commas";
        Ok(NewImport {
            id,
            staff_id: Some(staff_id),
            format,
            currency,
            is_dry_run: self.dry_run.unwrap_or(false),
            mapping: mapping.ok_or_else(|| invalid_parameter("mapping", rule))?,
        })
    }
}

/// Import products from a file
///
/// CSV in UTF-8, divided by `,` or `;`, a row for each variant; the first row names the columns.
/// What the file has no column for stays as it is. Products are known again by their SKUs, so the
/// same file again changes nothing. Workers take the products over one by one: `getProductImport`
/// says how far that is, `listProductImportItems` what has become of each.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/imports/", operation_id = "createProductImport",
    tag = "Admin: catalogue", params(CreateImport, ("Idempotency-Key" = Option<String>, Header)),
    request_body(
        content = String, content_type = "text/csv",
        example = json!("sku,title.en,currency,price\r\nCUP,Cup,ETB,120.00\r\n")
    ),
    responses((status = 202, body = ProductImportView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_import(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(query): Query<CreateImport>,
    header: IdempotencyHeader,
    request: Request,
) -> Result<Response> {
    let now = kit.clock.now();
    let new = query.read(ProductImportId::generate(now), staff.id)?;
    let file = raw_body(request, FILE_BYTES_MAX).await?;
    let mut digest = Sha256::new();
    digest.update(format!(
        "{:?}{:?}{:?}",
        new.format, new.currency, new.mapping
    ));
    digest.update([u8::from(new.is_dry_run)]);
    digest.update(&file);
    let fingerprint = digest.finalize().to_vec();
    let key = header.scoped(staff.principal(), "createProductImport", fingerprint);
    let tx = kit.db.begin("create_product_import").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::begin(&tx, &new, file.as_slice(), now).await?;
    actions::plan(&tx, new.id, now).await?;
    let view = ProductImportView::from(actions::find(&tx, new.id).await?);
    let what = ("product_import.create", "product_import", new.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::ACCEPTED, &view).await
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportCursor {
    id: ProductImportId,
}

impl Cursor for ImportCursor {}

/// List imports of products
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/imports/", operation_id = "listProductImports",
    tag = "Admin: catalogue", params(PageQuery),
    responses((status = 200, body = Page<ProductImportView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_imports(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<ProductImportView>> {
    let limit = paging.limit()?;
    let before = paging.cursor::<ImportCursor>()?.map(|cursor| cursor.id);
    let rows = store::list_imports(&kit.db.read().await?, before, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| ImportCursor { id: row.id })?;
    Ok(page.map(Into::into))
}

/// See how far an import of products is
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/imports/{id}/", operation_id = "getProductImport",
    tag = "Admin: catalogue", params(("id" = ProductImportId, Path)),
    responses((status = 200, body = ProductImportView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_import(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductImportId>,
) -> Result<axum::Json<ProductImportView>> {
    let found = actions::find(&kit.db.read().await?, id).await?;
    Ok(axum::Json(found.into()))
}

/// Which products of a file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListItems {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those with this result.
    #[param(example = "failed")]
    result: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemCursor {
    number: i32,
}

impl Cursor for ItemCursor {}

/// List what has become of the products of a file
///
/// In the order of the file.
#[utoipa::path(
    get, path = "/api/v1/admin/catalogue/imports/{id}/items/",
    operation_id = "listProductImportItems", tag = "Admin: catalogue",
    params(("id" = ProductImportId, Path), ListItems),
    responses((status = 200, body = Page<ImportItemView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_import_items(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductImportId>,
    Query(query): Query<ListItems>,
) -> Result<Page<ImportItemView>> {
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let after = paging.cursor::<ItemCursor>()?.map_or(0, |at| at.number);
    let words = [
        "waiting",
        "created",
        "updated",
        "unchanged",
        "failed",
        "undone",
        "kept",
    ];
    let result = query.result.as_deref();
    if result.is_some_and(|result| !words.contains(&result)) {
        return Err(invalid_parameter("result", "it is not a result of imports"));
    }
    let conn = kit.db.read().await?;
    actions::find(&conn, id).await?;
    let rows = store::list_items(&conn, id, after, result, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| ItemCursor { number: row.number })?;
    Ok(page.map(Into::into))
}

/// Take over what was tried
///
/// A trial that is done is taken over as the file was sent.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/imports/{id}/run/",
    operation_id = "runProductImport", tag = "Admin: catalogue",
    params(("id" = ProductImportId, Path)),
    responses((status = 202, body = ProductImportView), ProblemResponses),
    security(("bearer" = []))
)]
async fn run_import(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductImportId>,
) -> Result<Response> {
    go_on(&staff, &kit, id, false).await
}

/// Undo an import of products
///
/// What was changed is as it was before; what was made is archived, because orders may have it. A
/// product that somebody has changed since is left alone.
#[utoipa::path(
    post, path = "/api/v1/admin/catalogue/imports/{id}/undo/",
    operation_id = "undoProductImport", tag = "Admin: catalogue",
    params(("id" = ProductImportId, Path)),
    responses((status = 202, body = ProductImportView), ProblemResponses),
    security(("bearer" = []))
)]
async fn undo_import(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<ProductImportId>,
) -> Result<Response> {
    go_on(&staff, &kit, id, true).await
}

async fn go_on(
    staff: &Staff<CanEditCatalogue>,
    kit: &Kit,
    id: ProductImportId,
    is_undone: bool,
) -> Result<Response> {
    let now = kit.clock.now();
    let tx = kit.db.begin("resume_product_import").await?;
    actions::resume(&tx, id, is_undone, now).await?;
    actions::plan(&tx, id, now).await?;
    let view = ProductImportView::from(actions::find(&tx, id).await?);
    let verb = match is_undone {
        true => "product_import.undo",
        false => "product_import.run",
    };
    let what = (verb, "product_import", id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, axum::Json(view)).into_response())
}
