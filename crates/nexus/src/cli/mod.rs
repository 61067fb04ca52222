//! The command line.

mod audit;
mod demo;
mod doctor;
mod files;
mod health;
mod jobs;
mod ledger;
mod migrate;
mod openapi;
mod pay;
mod prove;
mod seed;
mod serve;
mod story;
mod superuser;
mod webhooks;

use std::{io::Write, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::{Settings, file_of};

/// A headless e-commerce backend: the shop that can prove its books and its shelf.
#[derive(Parser)]
#[command(name = "nexus", version, after_help = "Start with `nexus demo`.")]
struct Arguments {
    /// A settings file; config/shop.toml in the sources explains every setting.
    #[arg(long, global = true, env = "NEXUS_CONFIG")]
    config: Option<PathBuf>,

    /// End when standard input closes, so as not to outlive the program that started this one.
    #[arg(long, global = true, hide = true)]
    exit_with_stdin: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole shop for trying it out: database, API, workers, payment simulator, mailbox.
    Demo(demo::Args),
    /// What has to do with payments.
    #[command(subcommand)]
    Pay(pay::Command),
    /// Serve the API.
    Serve(serve::Args),
    /// Run jobs.
    Worker(serve::WorkerArgs),
    /// See events as receivers of webhooks get them; have them sent again.
    #[command(subcommand)]
    Webhooks(webhooks::Command),
    /// See what is done in the background; retry and discard what was given up.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Bring the database's schema up to date.
    Migrate,
    /// Create a member of the staff who may do everything.
    Createsuperuser(superuser::Args),
    /// Fill an empty shop with goods.
    Seed(seed::Args),
    /// Take products over from a CSV file: ours or Shopify's.
    Import(files::ImportArgs),
    /// Write all products as a CSV file, as import reads it.
    Export(files::ExportArgs),
    /// Check every invariant of the books and the shelf.
    Audit {
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Attack a throw-away shop with many buyers, kills and faults, and count: is it all sold
    /// once, paid once, and in the books?
    Prove(prove::Args),
    /// Read and export the books.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Look for what is wrong with this installation, and say what to do. Changes nothing.
    Doctor {
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Ask a running server whether it is well; for container health checks.
    Health {
        /// What to ask.
        #[arg(long, default_value = "http://127.0.0.1:8000/readyz")]
        url: String,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Walk through a whole purchase on a running demo, by HTTP alone.
    Story(story::Args),
}

/// Runs the command that the command line names.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.exit_with_stdin {
        drop(std::thread::spawn(end_with_input));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::anyhow!("no threads can be started: {error}")),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(code) => code,
        Err(error) => complain(&error),
    }
}

/// Whoever started this process and held its input is gone: so is the reason to go on.
fn end_with_input() {
    drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    std::process::exit(1);
}

fn complain(error: &anyhow::Error) -> ExitCode {
    // Standard error may be closed; there is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "nexus: {error:#}");
    ExitCode::from(2)
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode> {
    let file = file_of(arguments.config.as_deref())?;
    let settings = || Settings::load(file, &[]);
    match arguments.command {
        Command::Demo(args) => demo::run(file, &args).await,
        Command::Serve(args) => serve::serve(settings()?, args).await,
        Command::Worker(args) => serve::work(settings()?, args).await,
        Command::Webhooks(command) => webhooks::run(&settings()?, command).await,
        Command::Jobs(command) => jobs::run(&settings()?, command).await,
        Command::Migrate => migrate::run(&settings()?).await,
        Command::Createsuperuser(args) => superuser::run(&settings()?, &args).await,
        Command::Seed(args) => seed::run(settings()?, &args).await,
        Command::Import(args) => files::import(&settings()?, &args).await,
        Command::Export(args) => files::export(&settings()?, &args).await,
        Command::Audit { json } => audit::run(&settings()?, json).await,
        Command::Prove(args) => prove::run(&args).await,
        Command::Ledger(command) => ledger::run(&settings()?, command).await,
        Command::Doctor { json } => doctor::run(&settings()?, json).await,
        Command::Health { url } => health::run(&url).await,
        Command::Pay(command) => pay::run(settings, command).await,
        Command::Openapi => openapi::run(),
        Command::Story(args) => story::run(&args).await,
    }
}

/// Writes a line to standard output; a closed pipe ends the command quietly.
pub(crate) fn say(line: impl std::fmt::Display) -> Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
