//! `nexus seed`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use kit::{Clock, Db, Kit};
use seed::Generator;

use super::say;
use crate::{config::Settings, subscriptions::subscriptions};

/// What to fill the shop with.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Generated products, besides the hand-written ones: 0 to 1,000,000.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    generated: u32,
    /// The same seed gives the same products.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(settings: Settings, args: &Args) -> Result<ExitCode> {
    settings.database_url()?;
    let mut database = settings.database;
    // A batch of a thousand products on a slow disk is no runaway.
    database.statement_timeout_ms = 60_000;
    let db = Db::open(&database, subscriptions())?;
    let kit = Kit {
        db,
        clock: Clock::system(),
    };
    if seed::is_planted(&kit).await? {
        bail!("the shop has products already; seeding is for an empty one");
    }
    let planted = plant(&kit, args.seed, args.generated as usize).await?;
    say(format_args!(
        "{} products with {} variants",
        planted.products, planted.variants
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Fills an empty shop.
pub(super) async fn plant(kit: &Kit, seed: u64, generated: usize) -> Result<seed::Planted> {
    let shop = seed::parse()?;
    let tell = |count: usize| {
        if count.is_multiple_of(10_000) {
            tracing::info!(count, "products written");
        }
    };
    let planted = seed::plant(kit, &shop, Generator::new(seed, generated), tell).await;
    Ok(planted?)
}
