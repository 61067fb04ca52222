//! Wire shapes of imports.

use chrono::{DateTime, Utc};
use ids::{ProductId, ProductImportId, StaffId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{model::ProductImport, store::ItemResult};

/// How many products of a file have which result.
#[derive(Serialize, ToSchema)]
struct ImportCounts {
    all: i64,
    waiting: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    failed: i64,
    /// Brought back.
    undone: i64,
    /// Not brought back, because somebody has changed them since.
    kept: i64,
}

/// A file that is taken over, and how far that is.
#[derive(Serialize, ToSchema)]
pub(super) struct ProductImportView {
    id: ProductImportId,
    /// `nexus` or `shopify`.
    format: String,
    /// Whether nothing is changed.
    is_dry_run: bool,
    /// `running`, `done`, `undoing` or `undone`.
    #[schema(example = "running")]
    state: String,
    /// Rows of the file, without its head.
    row_count: i64,
    /// Products, or what would be one.
    counts: ImportCounts,
    /// Columns of the file that say nothing here.
    ignored_columns: Vec<String>,
    /// Who wants it; null where it is somebody at the command line.
    staff_id: Option<StaffId>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<ProductImport> for ProductImportView {
    fn from(import: ProductImport) -> Self {
        let counts = import.counts;
        Self {
            id: import.id,
            format: import.format.as_str().to_owned(),
            is_dry_run: import.is_dry_run,
            state: import.state,
            row_count: import.row_count,
            counts: ImportCounts {
                all: counts.all,
                waiting: counts.waiting,
                created: counts.created,
                updated: counts.updated,
                unchanged: counts.unchanged,
                failed: counts.failed,
                undone: counts.undone,
                kept: counts.kept,
            },
            ignored_columns: import.ignored_columns,
            staff_id: import.staff_id,
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

/// What has become of a product of a file.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportItemView {
    /// Its place among the products of the file, from 1.
    number: i32,
    /// Its slug, or its first SKU.
    name: String,
    /// The first of its rows, counted from 1 below the head.
    first_row: i64,
    row_count: i64,
    /// `waiting`, `created`, `updated`, `unchanged`, `failed`, `undone`, or `kept`: not brought
    /// back, because somebody has changed it since.
    #[schema(example = "created")]
    result: String,
    /// Of a failed one: the code of the refusal, or `invalid_row`.
    code: Option<String>,
    /// Of a failed one: why.
    detail: Option<String>,
    /// Null where it was only tried, or failed.
    product_id: Option<ProductId>,
}

impl From<ItemResult> for ImportItemView {
    fn from(item: ItemResult) -> Self {
        Self {
            number: item.number,
            name: item.name,
            first_row: item.first_row,
            row_count: item.row_count,
            result: item.result,
            code: item.code,
            detail: item.detail,
            product_id: item.product_id,
        }
    }
}
