//! `nexus ledger`: the books on the command line. The same reads as over HTTP.

use std::{
    fmt::Write as _,
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use kit::{Clock, Db};
use ledger::{CurrencyBalances, Export, Range};
use money::Currency;

use super::say;
use crate::{config::Settings, subscriptions::subscriptions};

/// What to read of the books.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// What the shop owes, is owed, has earned and has spent, account by account.
    Balances {
        /// As of this instant (RFC 3339), such as 2026-11-30T21:00:00Z; now without it.
        #[arg(long)]
        as_of: Option<DateTime<Utc>>,
        /// Only this currency.
        #[arg(long)]
        currency: Option<Currency>,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// What was booked, as CSV for the accountant.
    Export {
        /// From this instant on (RFC 3339); from the first entry without it.
        #[arg(long)]
        from: Option<DateTime<Utc>>,
        /// Up to before this instant (RFC 3339); up to now without it.
        #[arg(long)]
        to: Option<DateTime<Utc>>,
    },
    /// Take everything that is booked into the chain of hashes now; workers do it every minute.
    Seal,
}

pub(super) async fn run(settings: &Settings, command: Command) -> Result<ExitCode> {
    settings.database_url()?;
    let db = Db::open(&settings.database, subscriptions())?;
    let now = Clock::system().now();
    match command {
        Command::Balances {
            as_of,
            currency,
            json,
        } => {
            let conn = db.read().await?;
            let books = ledger::balances(&conn, as_of.unwrap_or(now), currency).await?;
            if json {
                say(serde_json::to_string_pretty(&books)?)?;
            } else {
                say(render(&books)?)?;
            }
        }
        Command::Export { from, to } => {
            let range = Range {
                from: from.unwrap_or(DateTime::UNIX_EPOCH),
                to: to.unwrap_or(now),
            };
            if range.from >= range.to {
                bail!("--to must be later than --from");
            }
            export(&db, range).await?;
        }
        Command::Seal => {
            let count = ledger::seal(&db, now).await?;
            say(format_args!("{count} transfers came into the chain"))?;
        }
    }
    db.close();
    Ok(ExitCode::SUCCESS)
}

async fn export(db: &Db, range: Range) -> Result<()> {
    let conn = db.read().await?;
    let mut export = Export::of(range);
    let mut out = std::io::stdout();
    while let Some(page) = ledger::export_page(&conn, &mut export).await? {
        match out.write_all(page.as_bytes()) {
            // Whoever reads has enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    out.flush()?;
    Ok(())
}

/// A table per currency, and what it comes down to.
fn render(books: &[CurrencyBalances]) -> Result<String> {
    if books.is_empty() {
        return Ok("nothing was booked".to_owned());
    }
    let mut text = String::new();
    for book in books {
        if !text.is_empty() {
            text.push('\n');
        }
        let code = book.currency;
        let heads = ("debit", "credit", "balance");
        writeln!(
            text,
            "{code:<24}{:>18}{:>18}{:>18}",
            heads.0, heads.1, heads.2
        )?;
        for account in &book.accounts {
            writeln!(
                text,
                "{:<24}{:>18}{:>18}{:>18}",
                account.account,
                account.debit.to_decimal(),
                account.credit.to_decimal(),
                account.balance.to_decimal()
            )?;
        }
        writeln!(
            text,
            "owes {}, is owed {}, has earned {}, has spent {}",
            book.owes.to_decimal(),
            book.is_owed.to_decimal(),
            book.earned.to_decimal(),
            book.spent.to_decimal()
        )?;
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}
