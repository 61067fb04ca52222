//! Verbs of imports: read a file, go on with it or bring it back; and products written page by
//! page.

use std::io::Read;

use chrono::{DateTime, Utc};
use ids::{ProductId, ProductImportId};
use kit::{Conn, Error, Result, Tx, jobs::NewJob};

use crate::{
    jobs::RunImport,
    model::{Dialect, ImportRefusal, NewImport, ProductImport, Reading, SheetReader, SheetWriter},
    store,
};

/// How many products are written down at once while a file is read.
const BATCH: usize = 200;

/// Reads a file and writes down what it says of each product; nothing of the catalogue is changed.
/// Holds as many products in memory as are written down at once.
///
/// # Errors
/// `invalid_import_file`
pub async fn begin<R: Read + Send>(
    tx: &Tx,
    new: &NewImport,
    input: R,
    now: DateTime<Utc>,
) -> Result<()> {
    let reading = Reading {
        format: new.format,
        currency: new.currency,
        mapping: new.mapping.clone(),
    };
    let mut reader = SheetReader::open(input, reading)?;
    store::insert_import(tx, new, &reader.ignored(), now).await?;
    let (mut first, mut groups) = (1_i32, Vec::with_capacity(BATCH));
    loop {
        let group = reader.next_group();
        let is_over = group.is_none();
        groups.extend(group);
        if groups.len() == BATCH || is_over {
            store::insert_items(tx, new.id, first, &groups).await?;
            first = first.saturating_add(i32::try_from(groups.len()).unwrap_or(i32::MAX));
            groups.clear();
        }
        if is_over {
            break;
        }
    }
    store::update_row_count(tx, new.id, reader.row_count()).await
}

/// Has workers go on with an import.
pub(crate) async fn plan(tx: &Tx, id: ProductImportId, now: DateTime<Utc>) -> Result<()> {
    let job = RunImport { import_id: id };
    kit::jobs::insert(tx, &NewJob::now(&job)?, now).await
}

/// An import and how far it is.
///
/// # Errors
/// `import_not_found`
pub async fn find(conn: &Conn, id: ProductImportId) -> Result<ProductImport> {
    let found = store::find_import(conn, id).await?;
    Ok(found.ok_or(ImportRefusal::NotFound)?)
}

/// Takes a trial over, or undoes what was taken over: from then on [`step`] does so.
///
/// # Errors
/// `import_not_found`, `import_state_conflict`.
pub async fn resume(
    tx: &Tx,
    id: ProductImportId,
    is_undone: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let found = store::lock_import(tx, id).await?;
    let (_, is_dry_run, state) = found.ok_or(ImportRefusal::NotFound)?;
    match (state.as_str(), is_dry_run, is_undone) {
        ("done", true, false) => {
            store::update_waiting_again(tx, id).await?;
            store::update_state(tx, id, ("running", false), now).await
        }
        ("done", false, true) => store::update_state(tx, id, ("undoing", false), now).await,
        (_, true, true) => Err(conflict("a trial, of which there is nothing to undo")),
        ("done", false, false) => Err(conflict("done")),
        (state, ..) => Err(conflict(state)),
    }
}

fn conflict(state: &str) -> Error {
    ImportRefusal::StateConflict(state.to_owned()).into()
}

/// How far an export is.
#[derive(Debug)]
pub struct ExportFile {
    writer: SheetWriter,
    after: Option<ProductId>,
    is_over: bool,
}

/// Products of one page of an export.
const PAGE: i64 = 200;

/// Begins a file of all products: its first row.
///
/// # Errors
/// Faults.
pub async fn export_head(conn: &Conn, dialect: Dialect) -> Result<(ExportFile, String)> {
    let words = catalogue::find_sheet_words(conn).await?;
    let writer = SheetWriter::of(&words, dialect);
    let head = writer.head()?;
    let file = ExportFile {
        writer,
        after: None,
        is_over: false,
    };
    Ok((file, head))
}

/// The next rows of a file of all products; none at its end.
///
/// # Errors
/// Faults.
pub async fn export_page(conn: &Conn, file: &mut ExportFile) -> Result<Option<String>> {
    if file.is_over {
        return Ok(None);
    }
    let sheets = catalogue::list_sheets(conn, file.after, PAGE).await?;
    file.is_over = i64::try_from(sheets.len()).is_ok_and(|count| count < PAGE);
    file.after = sheets.last().map(|(id, _)| *id).or(file.after);
    let rows = sheets.iter().map(|(_, sheet)| file.writer.product(sheet));
    Ok(Some(rows.collect::<Result<String>>()?))
}
