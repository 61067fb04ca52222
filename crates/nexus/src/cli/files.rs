//! `nexus import` and `nexus export`: products as CSV, in and out. The same as over HTTP, with a
//! file of any length.

use std::{
    fs::File,
    io::{ErrorKind, IsTerminal, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use ids::ProductImportId;
use imports::{Dialect, FileFormat, NewImport, ProductImport, Stepped};
use kit::{Clock, Db};
use money::Currency;

use super::say;
use crate::{config::Settings, subscriptions::subscriptions};

/// What to take over.
#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// A CSV file in UTF-8, divided by commas or semicolons; its first row names the columns.
    #[arg(required_unless_present_any = ["resume", "undo"])]
    file: Option<PathBuf>,
    /// Whose columns it has: nexus or shopify.
    #[arg(long, default_value = "nexus")]
    format: String,
    /// The currency of products of which the file does not say one.
    #[arg(long)]
    currency: Option<Currency>,
    /// A column by another name, as THEIRS:OURS; THEIRS: leaves it out. May be given several times.
    #[arg(long = "map", value_name = "THEIRS:OURS")]
    mapping: Vec<String>,
    /// Try everything and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on with an import that broke off, by its id.
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "undo"])]
    resume: Option<ProductImportId>,
    /// Bring everything back that an import has changed, by its id.
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    undo: Option<ProductImportId>,
}

/// How to write the file.
#[derive(clap::Args)]
pub(super) struct ExportArgs {
    /// Where to; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Divide cells by semicolons instead of commas.
    #[arg(long)]
    semicolons: bool,
    /// Begin with the mark by which spreadsheets know UTF-8.
    #[arg(long)]
    bom: bool,
}

/// Takes a file over: 0 when every product could be, 1 when one was refused.
pub(super) async fn import(settings: &Settings, args: &ImportArgs) -> Result<ExitCode> {
    settings.database_url()?;
    let mut database = settings.database.clone();
    // A long file is read in one transaction, and a large product is no runaway.
    database.statement_timeout_ms = 60_000;
    database.idle_in_transaction_timeout_ms = 600_000;
    let db = Db::open(&database, subscriptions())?;
    let clock = Clock::system();
    let id = match (args.resume, args.undo) {
        (Some(id), _) => id,
        (None, Some(id)) => {
            let tx = db.begin("undo_product_import").await?;
            imports::resume(&tx, id, true, clock.now()).await?;
            tx.commit().await?;
            id
        }
        (None, None) => read(&db, &clock, args).await?,
    };
    say(format_args!("import {id}"))?;
    let outcome = follow(&db, &clock, id).await;
    let import = imports::find(&db.read().await?, id).await?;
    outcome.with_context(|| format!("go on with nexus import --resume {id}"))?;
    tell(&db, &import).await?;
    db.close();
    Ok(match import.counts.failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

async fn read(db: &Db, clock: &Clock, args: &ImportArgs) -> Result<ProductImportId> {
    let Some(format) = FileFormat::parse(&args.format) else {
        bail!("--format is nexus or shopify");
    };
    let path = args.file.as_deref().context("which file?")?;
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut mapping = Vec::with_capacity(args.mapping.len());
    for pair in &args.mapping {
        let (theirs, ours) = pair.split_once(':').context("--map is THEIRS:OURS")?;
        mapping.push((theirs.to_owned(), ours.to_owned()));
    }
    let now = clock.now();
    let new = NewImport {
        id: ProductImportId::generate(now),
        staff_id: None,
        format,
        currency: args.currency,
        is_dry_run: args.dry_run,
        mapping,
    };
    let tx = db.begin("create_product_import").await?;
    imports::begin(&tx, &new, file, now).await?;
    tx.commit().await?;
    Ok(new.id)
}

/// How many products are between two looks at the whole.
const LOOK: usize = 50;

async fn follow(db: &Db, clock: &Clock, id: ProductImportId) -> Result<()> {
    let has_bar = std::io::stderr().is_terminal();
    loop {
        for _ in 0..LOOK {
            match imports::step(db, id, clock.now()).await? {
                Stepped::On => {}
                Stepped::Over => return show(db, id, has_bar).await,
                Stepped::Elsewhere => {
                    show(db, id, has_bar).await?;
                    bail!("somebody else has the last products in hand");
                }
            }
        }
        show(db, id, has_bar).await?;
    }
}

/// Cells of the bar.
const WIDTH: i64 = 30;

async fn show(db: &Db, id: ProductImportId, has_bar: bool) -> Result<()> {
    if !has_bar {
        return Ok(());
    }
    let counts = imports::find(&db.read().await?, id).await?.counts;
    let done = counts.all - counts.waiting;
    let filled = done * WIDTH / counts.all.max(1);
    let bar: String = (0..WIDTH)
        .map(|cell| if cell < filled { '#' } else { '.' })
        .collect();
    let end = if counts.waiting == 0 { "\n" } else { "" };
    let mut err = std::io::stderr();
    // Nobody may be looking any more.
    let _ = write!(
        err,
        "\r[{bar}] {done} of {}, {} refused{end}",
        counts.all, counts.failed
    );
    let _ = err.flush();
    Ok(())
}

/// Lines of one page of what was refused.
const PAGE: i64 = 100;

async fn tell(db: &Db, import: &ProductImport) -> Result<()> {
    let conn = db.read().await?;
    let mut after = 0;
    loop {
        let items = imports::list_items(&conn, import.id, after, Some("failed"), PAGE).await?;
        for item in &items {
            say(format_args!(
                "row {} ({}): {}",
                item.first_row,
                item.name,
                item.detail.as_deref().unwrap_or_default()
            ))?;
        }
        match items.last() {
            Some(last) => after = last.number,
            None => break,
        }
    }
    let counts = import.counts;
    let trial = if import.is_dry_run { "tried: " } else { "" };
    say(format_args!(
        "{trial}{} created, {} updated, {} unchanged, {} refused, {} undone, {} left alone",
        counts.created, counts.updated, counts.unchanged, counts.failed, counts.undone, counts.kept
    ))
}

/// Writes a file of all products.
pub(super) async fn export(settings: &Settings, args: &ExportArgs) -> Result<ExitCode> {
    settings.database_url()?;
    let db = Db::open(&settings.database, subscriptions())?;
    let dialect = Dialect {
        has_semicolons: args.semicolons,
        has_mark: args.bom,
    };
    let has_bar = std::io::stderr().is_terminal() && args.out.is_some();
    let mut out: Box<dyn std::io::Write + Send> = match &args.out {
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("{} cannot be written", path.display()))?,
        ),
        None => Box::new(std::io::stdout()),
    };
    let conn = db.read().await?;
    let (mut file, head) = imports::export_head(&conn, dialect).await?;
    let (mut next, mut row_count) = (Some(head), 0);
    while let Some(text) = next {
        match out.write_all(text.as_bytes()) {
            // Whoever reads has enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            written => written?,
        }
        row_count += text.matches("\r\n").count();
        if has_bar {
            let _ = write!(std::io::stderr(), "\r{row_count} rows");
        }
        next = imports::export_page(&conn, &mut file).await?;
    }
    out.flush()?;
    if has_bar {
        let _ = writeln!(std::io::stderr());
    }
    Ok(ExitCode::SUCCESS)
}
