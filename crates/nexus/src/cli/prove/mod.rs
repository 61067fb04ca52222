//! `nexus prove`: the shop attacks itself, in a throw-away place of its own, and counts. Exit
//! code 0 when everything held, 1 when something broke, 2 when it could not be run.

mod aftermath;
mod buyer;
mod chance;
mod client;
mod drills;
mod goods;
mod guards;
mod journal;
mod judge;
mod quiet;
mod report;
mod sampler;
mod stage;
mod store;
mod storm;
mod weather;

use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use ids::VariantId;
use kit::{Clock, Db, Kit, outbox::Subscriptions};

use self::{
    chance::Chance,
    guards::{GUARDS, Guard},
    report::Verdict,
    sampler::Watched,
    stage::{Setting, Stage},
};
use super::say;
use crate::config::Settings;

/// How hard the shop is attacked.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Units that are there, spread over three variants.
    #[arg(long, default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(i64).range(3..=1_000_000))]
    units: i64,
    /// Buyers who want one to six of them.
    #[arg(long, default_value_t = 500)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    buyers: usize,
    /// How often a server, a worker or PostgreSQL is killed.
    #[arg(long, default_value_t = 10)]
    kills: usize,
    /// Repeats a run: the same buyers, wishes, kills and faults.
    #[arg(long)]
    seed: Option<u64>,
    /// Buyers at once.
    #[arg(long, default_value_t = 32)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000))]
    at_once: usize,
    /// The longest that the storm may take.
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// Where the throw-away shop lives; a folder of its own in it is made and removed.
    #[arg(long, env = "TMPDIR", default_value = "/tmp")]
    directory: PathBuf,
    /// Keep the folder, with the logs of all processes, where something broke.
    #[arg(long)]
    keep: bool,
    /// For machines.
    #[arg(long)]
    json: bool,
    /// Take a guard away, which must be missed; `list` names them. Only in builds with the
    /// feature `sabotage`.
    #[arg(long)]
    without: Option<String>,
}

/// What is going to happen.
#[derive(Clone)]
struct Plan {
    units: i64,
    buyers: usize,
    kills: usize,
    seed: u64,
    at_once: usize,
    minutes: u64,
    hang_up_percent: usize,
    without: Option<&'static Guard>,
}

impl Plan {
    fn new(args: &Args) -> Result<Self> {
        let seed = match args.seed {
            Some(seed) => seed,
            None => u64::try_from(Clock::system().now().timestamp())?,
        };
        let guard = |name: &str| {
            let guard = Guard::find(name);
            guard.with_context(|| format!("there is no guard {name:?}; see --without list"))
        };
        Ok(Self {
            units: args.units,
            buyers: args.buyers,
            kills: args.kills,
            seed,
            at_once: args.at_once,
            minutes: args.minutes,
            hang_up_percent: 6,
            without: args.without.as_deref().map(guard).transpose()?,
        })
    }

    /// The switches that every process of the shop has.
    fn switches(&self) -> impl Iterator<Item = &'static str> {
        let guard = self.without.into_iter();
        guard.flat_map(|guard| guard.switches.iter().copied())
    }

    fn setting(&self) -> Setting {
        // Placed in one batch, orders do not meet: without a guard each is placed by itself.
        let alone = (1, 12);
        let groups = [(256, 1), (64, 2), alone];
        let drawn = Chance::of(self.seed, 3).pick(&groups).copied();
        let group = if self.without.is_none() { drawn } else { None };
        let (batch_max, committers) = group.unwrap_or(alone);
        Setting {
            without: self.switches().map(str::to_owned).collect(),
            batch_max,
            committers,
        }
    }

    /// Half of the units, a third and the rest: some are sold out long before others.
    fn stock(&self) -> [i64; 3] {
        let (half, third) = (self.units / 2, self.units / 3);
        [half, third, self.units - half - third]
    }
}

pub(super) async fn run(args: &Args) -> Result<ExitCode> {
    if args.without.is_some() && !cfg!(feature = "sabotage") {
        bail!("guards can be taken away only in a build with the feature `sabotage`");
    }
    if args.without.as_deref() == Some("list") {
        for guard in GUARDS {
            say(guard.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let plan = Plan::new(args)?;
    let folder = args.directory.canonicalize()?;
    let folder = folder.join(format!("nexus-prove-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let stage = Arc::new(Stage::build(&folder, &plan.setting()).await?);
    let proved = prove(&stage, &plan).await;
    let is_kept = args.keep && !matches!(&proved, Ok(verdict) if verdict.holds);
    if let Some(stage) = Arc::into_inner(stage) {
        stage.remove(is_kept).await?;
    }
    if is_kept {
        writeln!(std::io::stderr(), "kept: {}", folder.display())?;
    }
    let verdict = proved.context("the proof could not be finished, and nothing is proved")?;
    if args.json {
        say(serde_json::to_string_pretty(&verdict)?)?;
    } else {
        say(verdict.render()?)?;
    }
    Ok(if verdict.holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn prove(stage: &Arc<Stage>, plan: &Plan) -> Result<Verdict> {
    let started_at = Instant::now();
    let settings = Settings::load(None, &stage.settings)?;
    let db = Db::open(&settings.database, Subscriptions::default())?;
    for statement in plan.without.into_iter().flat_map(Guard::statements) {
        db.read().await?.batch(&statement).await?;
    }
    let kit = Kit {
        db: db.clone(),
        clock: Clock::system(),
    };
    let variants = goods::plant(&kit, "proof", &plan.stock()).await?;
    let stock: Vec<(VariantId, i64)> = variants.into_iter().zip(plan.stock()).collect();
    stage.start().await?;
    let watched = Watched {
        db: db.clone(),
        shelf: stock.clone(),
    };
    let storm = storm::rage(stage, watched, plan).await?;
    stage.end().await?;
    db.close();
    let mut verdict = aftermath::aftermath(stage, plan, storm, &stock).await?;
    verdict.seconds = started_at.elapsed().as_secs();
    Ok(verdict)
}
