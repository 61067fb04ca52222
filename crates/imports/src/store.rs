//! Every SQL statement on imports.

use catalogue::ProductSheet;
use chrono::{DateTime, Utc};
use ids::{ProductId, ProductImportId, StaffId};
use kit::{Conn, Error, Result, Tx, db::Param};
use serde_json::Value;
use tokio_postgres::Row;

use crate::model::{Counts, FileFormat, Group, NewImport, ProductImport};

const INSERT_IMPORT: &str = "
    insert into product_imports
        (id, staff_id, format, is_dry_run, state, ignored_columns, created_at, updated_at)
    values ($1, $2, $3, $4, 'running', $5, $6, $6)";

pub(crate) async fn insert_import(
    tx: &Tx,
    new: &NewImport,
    ignored: &[String],
    now: DateTime<Utc>,
) -> Result<()> {
    let params: [Param<'_>; 6] = [
        &new.id,
        &new.staff_id,
        &new.format.as_str(),
        &new.is_dry_run,
        &ignored,
        &now,
    ];
    tx.execute(INSERT_IMPORT, &params).await?;
    Ok(())
}

const UPDATE_ROW_COUNT: &str = "
    update product_imports
    set row_count = $2
    where id = $1";

pub(crate) async fn update_row_count(tx: &Tx, id: ProductImportId, count: i64) -> Result<()> {
    tx.execute(UPDATE_ROW_COUNT, &[&id, &count]).await?;
    Ok(())
}

const INSERT_ITEMS: &str = "
    insert into product_import_items
        (import_id, number, name, first_row, row_count, sheet, result, code, detail)
    select $1, number, name, first_row, row_count, sheet,
        case when detail is null then 'waiting' else 'failed' end,
        case when detail is not null then 'invalid_row' end, detail
    from unnest($2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::jsonb[], $7::text[])
        as new (number, name, first_row, row_count, sheet, detail)";

/// Writes what was read of products, numbered from `first` on.
pub(crate) async fn insert_items(
    tx: &Tx,
    id: ProductImportId,
    first: i32,
    groups: &[Group],
) -> Result<()> {
    let numbers: Vec<i32> = (first..).take(groups.len()).collect();
    let names: Vec<String> = groups
        .iter()
        .map(|group| group.name.chars().take(200).collect())
        .collect();
    let first_rows: Vec<i64> = groups.iter().map(|group| group.first_row).collect();
    let row_counts: Vec<i64> = groups.iter().map(|group| group.row_count).collect();
    let mut sheets: Vec<Option<Value>> = Vec::with_capacity(groups.len());
    let mut details: Vec<Option<&str>> = Vec::with_capacity(groups.len());
    for group in groups {
        sheets.push(
            group
                .said
                .as_ref()
                .ok()
                .map(serde_json::to_value)
                .transpose()?,
        );
        details.push(group.said.as_ref().err().map(String::as_str));
    }
    let params: [Param<'_>; 7] = [
        &id,
        &numbers,
        &names,
        &first_rows,
        &row_counts,
        &sheets,
        &details,
    ];
    tx.execute(INSERT_ITEMS, &params).await?;
    Ok(())
}

macro_rules! imports {
    ($rest:literal) => {
        concat!(
            "
    select id, staff_id, format, is_dry_run, state, ignored_columns, product_imports.row_count,
        created_at, finished_at, counted.*
    from product_imports
    cross join lateral (
        select count(*) as all_items,
            count(*) filter (where result = 'waiting') as waiting,
            count(*) filter (where result = 'created') as created,
            count(*) filter (where result = 'updated') as updated,
            count(*) filter (where result = 'unchanged') as unchanged,
            count(*) filter (where result = 'failed') as failed,
            count(*) filter (where result = 'undone') as undone,
            count(*) filter (where result = 'kept') as kept
        from product_import_items
        where import_id = product_imports.id
    ) as counted
    ",
            $rest
        )
    };
}

fn import(row: &Row) -> Result<ProductImport> {
    let format: &str = row.get("format");
    let unknown = || Error::fault(format_args!("unknown format {format}"));
    Ok(ProductImport {
        id: row.get("id"),
        staff_id: row.get("staff_id"),
        format: FileFormat::parse(format).ok_or_else(unknown)?,
        is_dry_run: row.get("is_dry_run"),
        state: row.get("state"),
        ignored_columns: row.get("ignored_columns"),
        row_count: row.get("row_count"),
        counts: Counts {
            all: row.get("all_items"),
            waiting: row.get("waiting"),
            created: row.get("created"),
            updated: row.get("updated"),
            unchanged: row.get("unchanged"),
            failed: row.get("failed"),
            undone: row.get("undone"),
            kept: row.get("kept"),
        },
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
    })
}

const FIND_IMPORT: &str = imports!("where id = $1");
const LIST_IMPORTS: &str = imports!(
    "where ($1::uuid is null or id < $1)
    order by id desc
    limit $2"
);

pub(crate) async fn find_import(conn: &Conn, id: ProductImportId) -> Result<Option<ProductImport>> {
    let row = conn.query_opt(FIND_IMPORT, &[&id]).await?;
    row.as_ref().map(import).transpose()
}

/// Imports, the newest first.
pub(crate) async fn list_imports(
    conn: &Conn,
    before: Option<ProductImportId>,
    limit: i64,
) -> Result<Vec<ProductImport>> {
    let rows = conn.query(LIST_IMPORTS, &[&before, &limit]).await?;
    rows.iter().map(import).collect()
}

const LOCK_IMPORT: &str = "
    select staff_id, is_dry_run, state
    from product_imports
    where id = $1
    for update";

/// Who wants an import, whether it is a trial, and where it is; it stays so until the end of `tx`.
pub(crate) async fn lock_import(
    tx: &Tx,
    id: ProductImportId,
) -> Result<Option<(Option<StaffId>, bool, String)>> {
    let row = tx.query_opt(LOCK_IMPORT, &[&id]).await?;
    let told = |row: Row| (row.get("staff_id"), row.get("is_dry_run"), row.get("state"));
    Ok(row.map(told))
}

const FIND_RUN: &str = "
    select staff_id, is_dry_run, state
    from product_imports
    where id = $1";

/// As [`lock_import`], without the lock.
pub(crate) async fn find_run(
    conn: &Conn,
    id: ProductImportId,
) -> Result<Option<(Option<StaffId>, bool, String)>> {
    let row = conn.query_opt(FIND_RUN, &[&id]).await?;
    let told = |row: Row| (row.get("staff_id"), row.get("is_dry_run"), row.get("state"));
    Ok(row.map(told))
}

const UPDATE_STATE: &str = "
    update product_imports
    set state = $2, is_dry_run = $3, updated_at = $4::timestamptz,
        finished_at = case when $2 in ('done', 'undone') then $4::timestamptz end
    where id = $1";

pub(crate) async fn update_state(
    tx: &Tx,
    id: ProductImportId,
    (state, is_dry_run): (&str, bool),
    now: DateTime<Utc>,
) -> Result<()> {
    tx.execute(UPDATE_STATE, &[&id, &state, &is_dry_run, &now])
        .await?;
    Ok(())
}

// What could not be read stays so.
const UPDATE_WAITING_AGAIN: &str = "
    update product_import_items
    set result = 'waiting', code = null, detail = null, product_id = null, before = null,
        product_version = null
    where import_id = $1
      and sheet is not null";

/// Has everything that was tried wait to be taken over.
pub(crate) async fn update_waiting_again(tx: &Tx, id: ProductImportId) -> Result<()> {
    tx.execute(UPDATE_WAITING_AGAIN, &[&id]).await?;
    Ok(())
}

/// A product of a file that is to be taken over, or brought back.
pub(crate) struct ItemInHand {
    pub(crate) number: i32,
    pub(crate) sheet: ProductSheet,
    pub(crate) product_id: Option<ProductId>,
    pub(crate) before: Option<ProductSheet>,
    pub(crate) product_version: Option<i64>,
}

// Several may work on one import: each has a product of its own in hand.
const LOCK_NEXT_ITEM: &str = "
    select number, sheet, product_id, before, product_version
    from product_import_items
    where import_id = $1
      and result = 'waiting'
    order by number
    limit 1
    for update skip locked";

// In the opposite order: a product that the file has twice goes back step by step.
const LOCK_LAST_ITEM: &str = "
    select number, sheet, product_id, before, product_version
    from product_import_items
    where import_id = $1
      and result in ('created', 'updated')
    order by number desc
    limit 1
    for update skip locked";

/// The next product of an import that nobody has in hand, to be taken over or brought back.
pub(crate) async fn lock_next_item(
    tx: &Tx,
    id: ProductImportId,
    is_undone: bool,
) -> Result<Option<ItemInHand>> {
    let statement = if is_undone {
        LOCK_LAST_ITEM
    } else {
        LOCK_NEXT_ITEM
    };
    let Some(row) = tx.query_opt(statement, &[&id]).await? else {
        return Ok(None);
    };
    let before: Option<Value> = row.get("before");
    Ok(Some(ItemInHand {
        number: row.get("number"),
        sheet: serde_json::from_value(row.get("sheet"))?,
        product_id: row.get("product_id"),
        before: before.map(serde_json::from_value).transpose()?,
        product_version: row.get("product_version"),
    }))
}

/// What has become of a product of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemResult {
    /// Its place in the file.
    pub number: i32,
    /// Its slug, or its first SKU.
    pub name: String,
    /// The first of its rows, counted from the row below the head.
    pub first_row: i64,
    /// How many rows it has.
    pub row_count: i64,
    /// `waiting`, `created`, `updated`, `unchanged`, `failed`, `undone` or `kept`.
    pub result: String,
    /// Of a failed one: the code of the refusal.
    pub code: Option<String>,
    /// Of a failed one: why.
    pub detail: Option<String>,
    /// Which product it is, where nothing was only tried.
    pub product_id: Option<ProductId>,
}

const UPDATE_ITEM: &str = "
    update product_import_items
    set result = $3, code = $4, detail = $5, product_id = $6, before = $7, product_version = $8
    where import_id = $1
      and number = $2
      and result = 'waiting'";

/// What is kept of a product that was taken over.
pub(crate) struct Kept<'a> {
    pub(crate) product_id: ProductId,
    pub(crate) before: Option<&'a ProductSheet>,
    pub(crate) version: i64,
}

/// Notes what has become of a product.
pub(crate) async fn update_item(
    tx: &Tx,
    id: ProductImportId,
    number: i32,
    (result, refusal): (&str, Option<(&str, String)>),
    kept: Option<Kept<'_>>,
) -> Result<()> {
    let (code, detail) = refusal.unzip();
    let product = kept.as_ref().map(|kept| kept.product_id);
    let version = kept.as_ref().map(|kept| kept.version);
    let before = kept.and_then(|kept| kept.before).map(serde_json::to_value);
    let before = before.transpose()?;
    let params: [Param<'_>; 8] = [
        &id, &number, &result, &code, &detail, &product, &before, &version,
    ];
    tx.execute(UPDATE_ITEM, &params).await?;
    Ok(())
}

const UPDATE_UNDONE: &str = "
    update product_import_items
    set result = $3
    where import_id = $1
      and number = $2
      and result in ('created', 'updated')";

/// Notes that a product was brought back, or could not be.
pub(crate) async fn update_undone(
    tx: &Tx,
    id: ProductImportId,
    number: i32,
    result: &str,
) -> Result<()> {
    tx.execute(UPDATE_UNDONE, &[&id, &number, &result]).await?;
    Ok(())
}

const LIST_ITEMS: &str = "
    select number, name, first_row, row_count, result, code, detail, product_id
    from product_import_items
    where import_id = $1
      and number > $2
      and ($3::text is null or result = $3)
    order by number
    limit $4";

/// The products of a file with their results, in its order, behind a place; only those with one
/// result, if that is said.
///
/// # Errors
/// Faults of the database.
pub async fn list_items(
    conn: &Conn,
    id: ProductImportId,
    after: i32,
    result: Option<&str>,
    limit: i64,
) -> Result<Vec<ItemResult>> {
    let params: [Param<'_>; 4] = [&id, &after, &result, &limit];
    let rows = conn.query(LIST_ITEMS, &params).await?;
    let item = |row: &Row| ItemResult {
        number: row.get("number"),
        name: row.get("name"),
        first_row: row.get("first_row"),
        row_count: row.get("row_count"),
        result: row.get("result"),
        code: row.get("code"),
        detail: row.get("detail"),
        product_id: row.get("product_id"),
    };
    Ok(rows.iter().map(item).collect())
}
