//! `bench`: measures the shop over HTTP, beside the same work as bare SQL; see bench/README.md.
//! Never a verdict on time. What it insists on is that every request did its work, and that the
//! books are right in the end.

mod accounting;
mod args;
mod books;
mod carts;
mod cases;
mod database;
mod figures;
mod intake;
mod intake_table;
mod load;
mod measure;
mod memory;
mod messages;
mod nexus;
mod overload;
mod past;
mod payments;
mod pgbench;
mod placement;
mod placement_table;
mod provider;
mod random;
mod report;
mod requests;
mod shop;
mod storm;
mod storm_table;

use std::{
    io::Write,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::{
    args::{Args, Set},
    figures::RowFigures,
    measure::Bench,
    placement_table::PlacementReport,
    report::{Machine, Report, command_line},
    shop::Shop,
    storm_table::StormReport,
};

fn main() -> ExitCode {
    let args = Args::parse();
    // One thread: a load generator that spreads over all cores takes them from the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| {
        let outcome = runtime.block_on(async {
            tokio::select! {
                outcome = run(&args) => outcome,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
        });
        outcome.and_then(|()| shop::remove(&args.directory))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; there is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Orders of the past that a run of everything writes for the proof of the books.
const BOOKS_OF_A_RUN: u64 = 20_000;

async fn prove(
    shop: &Shop,
    orders: u64,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<()> {
    let proof = books::prove(shop, orders, tell).await?;
    let path = proof.write_json(&args.name)?;
    let mut out = std::io::stdout();
    writeln!(out, "{}\nEvery figure: {}", proof.table(), path.display())?;
    Ok(())
}

async fn place(shop: Shop, args: &Args, tell: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    let mut bench = Bench::new(&shop, &placement::CASES)?;
    let rows = placement::run(&mut bench, args, tell).await?;
    let report = PlacementReport {
        command: command_line(),
        machine: Machine::here(),
        postgres: shop.database.version()?,
        products: shop.goods.slugs.len(),
        seconds_per_measurement: args.length().as_secs(),
        settings: args.settings.clone(),
        postgres_settings: args.postgres_settings.clone(),
        targets: placement_table::targets(&rows),
        rows,
    };
    let path = report.write_json(&args.name)?;
    writeln!(std::io::stdout(), "{}", report.table()?)?;
    tell("auditing the books")?;
    shop.close().await.context("after the measurement")?;
    let mut out = std::io::stdout();
    let path = path.display();
    writeln!(
        out,
        "The books are right after it all. Every figure: {path}"
    )?;
    Ok(())
}

async fn storm(shop: Shop, args: &Args, tell: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    let report = StormReport {
        command: command_line(),
        machine: Machine::here(),
        postgres: shop.database.version()?,
        // While there is still some of everything.
        overload: overload::run(&shop, args, tell).await?,
        storm: storm::run(&shop, args, tell).await?,
    };
    let path = report.write_json(&args.name)?;
    writeln!(std::io::stdout(), "{}", report.table())?;
    tell("auditing the books")?;
    shop.close().await.context("after the measurement")?;
    let mut out = std::io::stdout();
    let path = path.display();
    writeln!(
        out,
        "The books are right after it all. Every figure: {path}"
    )?;
    Ok(())
}

/// Keeps the server busy for a profiler, and lists PostgreSQL's statements.
async fn keep_busy(
    shop: &Shop,
    bench: &mut Bench<'_>,
    args: &Args,
    length: Duration,
) -> Result<()> {
    let reset = include_str!("../sql/statements_reset.sql");
    shop.database.run(reset, &[])?;
    let side = bench.keep_busy(args, length).await?;
    let statements = include_str!("../sql/statements.sql");
    let statements = shop.database.run(statements, &[])?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:.0} requests a second; ms in all, calls, us to plan each, us to run each, \
         rows each, statement",
        side.per_second()
    )?;
    Ok(writeln!(out, "{statements}")?)
}

async fn run(args: &Args) -> Result<()> {
    let began = Instant::now();
    let mut tell = |words: &str| -> Result<()> {
        Ok(writeln!(
            std::io::stderr(),
            "{:4} s  {words}",
            began.elapsed().as_secs()
        )?)
    };
    tell("starting PostgreSQL")?;
    let shop = Shop::open(args, &mut tell).await?;
    if let Some(orders) = args.books {
        prove(&shop, orders, args, &mut tell).await?;
        return shop.close().await.context("after the proof");
    }
    match args.set {
        Some(Set::Placement) => return place(shop, args, &mut tell).await,
        Some(Set::Memory) => {
            let held = memory::run(&shop, args, &mut tell).await?;
            writeln!(std::io::stdout(), "{}", memory::table(&held))?;
            return shop.close().await.context("after the measurement");
        }
        Some(Set::Storm) => return storm(shop, args, &mut tell).await,
        None => {}
    }
    let mut bench = Bench::new(&shop, &args.cases)?;
    if let Some(seconds) = args.busy {
        tell(&format!("the server is process {}", shop.server_id()))?;
        keep_busy(&shop, &mut bench, args, Duration::from_secs(seconds)).await?;
        return shop.close().await;
    }
    let rows = bench.run(args, &mut tell).await?;
    let intake = if args.wants_webhooks() {
        intake::run(&shop, args, &mut tell).await?
    } else {
        Vec::new()
    };
    let server_peak_memory_kb = accounting::peak_memory_kb(shop.server_id());
    let report = Report {
        command: command_line(),
        machine: Machine::here(),
        postgres: shop.database.version()?,
        products: shop.goods.slugs.len(),
        with_redis: args.redis,
        settings: args.settings.clone(),
        postgres_settings: args.postgres_settings.clone(),
        seconds_per_measurement: args.length().as_secs(),
        rounds: args.rounds(),
        server_peak_memory_kb,
        intake,
        rows: rows.into_iter().filter_map(RowFigures::of).collect(),
    };
    prove(&shop, BOOKS_OF_A_RUN, args, &mut tell).await?;
    tell("auditing the books")?;
    shop.close().await.context("after the measurement")?;
    let path = report.write_json(&args.name)?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", report.table()?)?;
    writeln!(
        out,
        "The books are right after it all. Every figure: {}",
        path.display()
    )?;
    Ok(())
}
