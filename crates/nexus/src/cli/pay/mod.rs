//! `nexus pay …`: what is done about payments on the command line.

mod reconcile;
mod simulate;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::config::Settings;

/// What to do.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Play Chapa on this machine: its API, checkout page and webhooks. No money moves.
    Simulate(simulate::Args),
    /// Compare the books with the provider's list now, and show each difference.
    Reconcile(reconcile::Args),
}

pub(super) async fn run(
    settings: impl FnOnce() -> Result<Settings>,
    command: Command,
) -> Result<ExitCode> {
    match command {
        Command::Simulate(args) => simulate::run(&args).await,
        Command::Reconcile(args) => reconcile::run(settings()?, &args).await,
    }
}
