//! Verbs of imports: read a file, take its products over one by one, bring them back; and products
//! written page by page.

use std::io::Read;

use catalogue::{Taken, TakenProduct};
use chrono::{DateTime, Utc};
use ids::{ProductId, ProductImportId};
use kit::{Conn, Db, Error, Result, Tx, jobs::NewJob};

use crate::{
    jobs::RunImport,
    model::{Dialect, ImportRefusal, NewImport, ProductImport, Reading, SheetReader, SheetWriter},
    store::{self, ItemInHand, Kept},
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

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// A product is done; there may be more.
    On,
    /// All of them are done.
    Over,
    /// Somebody else has the rest in hand.
    Elsewhere,
}

/// Takes the next product of an import over, or brings it back, in a transaction of its own: it is
/// done as a whole, with its result, or not at all. A product that is refused is noted with the
/// reason. Of a trial everything is done, and undone again, and noted.
///
/// # Errors
/// Faults; `import_not_found`.
pub async fn step(db: &Db, id: ProductImportId, now: DateTime<Utc>) -> Result<Stepped> {
    let (staff, is_dry_run, state) = {
        let conn = db.read().await?;
        let found = store::find_run(&conn, id).await?;
        found.ok_or(ImportRefusal::NotFound)?
    };
    let is_undone = match state.as_str() {
        "running" => false,
        "undoing" => true,
        _ => return Ok(Stepped::Over),
    };
    let tx = db.begin("take_product").await?;
    let Some(item) = store::lock_next_item(&tx, id, is_undone).await? else {
        return finish(tx, id, now).await;
    };
    catalogue::note_actor(&tx, staff).await?;
    if is_undone {
        bring_back(&tx, id, &item, now).await?;
        tx.commit().await?;
        return Ok(Stepped::On);
    }
    let taken = match catalogue::take_sheet(&tx, &item.sheet, now).await {
        Ok(taken) => taken,
        Err(Error::Refused(refusal)) => {
            tx.rollback().await?;
            let refusal = (refusal.kind().code, refusal.detail());
            note(db, id, item.number, ("failed", Some(refusal))).await?;
            return Ok(Stepped::On);
        }
        Err(fault) => return Err(fault),
    };
    if is_dry_run {
        tx.rollback().await?;
        note(db, id, item.number, (word(taken.taken), None)).await?;
        return Ok(Stepped::On);
    }
    keep(&tx, id, item.number, &taken).await?;
    tx.commit().await?;
    Ok(Stepped::On)
}

const fn word(taken: Taken) -> &'static str {
    match taken {
        Taken::Created => "created",
        Taken::Updated => "updated",
        Taken::Unchanged => "unchanged",
    }
}

async fn keep(tx: &Tx, id: ProductImportId, number: i32, taken: &TakenProduct) -> Result<()> {
    let kept = Kept {
        product_id: taken.id,
        before: taken.before.as_ref(),
        version: taken.version,
    };
    store::update_item(tx, id, number, (word(taken.taken), None), Some(kept)).await
}

async fn note(
    db: &Db,
    id: ProductImportId,
    number: i32,
    result: (&str, Option<(&str, String)>),
) -> Result<()> {
    let tx = db.begin("note_product").await?;
    store::update_item(&tx, id, number, result, None).await?;
    tx.commit().await
}

async fn bring_back(
    tx: &Tx,
    id: ProductImportId,
    item: &ItemInHand,
    now: DateTime<Utc>,
) -> Result<()> {
    let known: Option<(ProductId, i64)> = item.product_id.zip(item.product_version);
    let is_back = match known {
        Some(known) => catalogue::restore_sheet(tx, known, item.before.as_ref(), now).await?,
        None => false,
    };
    let result = if is_back { "undone" } else { "kept" };
    store::update_undone(tx, id, item.number, result).await
}

/// Ends an import if nobody has a product of it in hand.
async fn finish(tx: Tx, id: ProductImportId, now: DateTime<Utc>) -> Result<Stepped> {
    let found = store::lock_import(&tx, id).await?;
    let (_, is_dry_run, state) = found.ok_or(ImportRefusal::NotFound)?;
    let conn: &Conn = &tx;
    let counts = find(conn, id).await?.counts;
    let (next, left) = match state.as_str() {
        "running" => ("done", counts.waiting),
        "undoing" => ("undone", counts.created + counts.updated),
        _ => return Ok(Stepped::Over),
    };
    if left > 0 {
        return Ok(Stepped::Elsewhere);
    }
    store::update_state(&tx, id, (next, is_dry_run), now).await?;
    tx.commit().await?;
    Ok(Stepped::Over)
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
