//! Webhooks while a worker asks the provider about each of them: once with a provider that answers
//! at once, once with a slow one, beside the server's bare answer. The buyer's money is told by
//! these messages; a provider that is slow to answer must not make us slow to listen.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::{
    accounting::Meter,
    args::Args,
    cases::Case,
    load,
    measure::{Outcome, Side},
    requests::Requests,
    shop::Shop,
};

/// How late the slow provider answers.
pub(crate) const DELAY: Duration = Duration::from_secs(2);

/// How the measurements differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// The server's shortest answer, with the same worker beside it.
    Bare,
    /// The provider answers at once.
    Calm,
    /// The provider answers after [`DELAY`].
    Slow,
}

/// One measurement.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Heard {
    pub(crate) phase: Phase,
    pub(crate) side: Side,
    /// Messages that the worker looked at meanwhile, a second.
    pub(crate) looked_at_per_second: f64,
    /// Messages that waited for it in the end.
    pub(crate) waiting: u64,
}

/// All rounds with a number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct IntakeRow {
    pub(crate) connections: u32,
    /// Of each round: bare, calm, slow.
    pub(crate) rounds: Vec<[Heard; 3]>,
}

impl Phase {
    const ALL: [Self; 3] = [Self::Bare, Self::Calm, Self::Slow];

    const fn case(self) -> Case {
        match self {
            Self::Bare => Case::Health,
            Self::Calm | Self::Slow => Case::Webhook,
        }
    }

    const fn delay(self) -> Duration {
        match self {
            Self::Bare | Self::Calm => Duration::ZERO,
            Self::Slow => DELAY,
        }
    }
}

/// Every phase with every number of connections in every round; `tell` hears of each round. A
/// worker runs from the first to the last.
pub(crate) async fn run(
    shop: &Shop,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<IntakeRow>> {
    let provider = shop.provider.as_ref().context("there is no provider")?;
    let worker = shop.start_worker()?;
    let meter = shop.meter.with(worker.id(), provider.id());
    let row = |connections: &u32| IntakeRow {
        connections: *connections,
        rounds: Vec::new(),
    };
    let mut rows: Vec<IntakeRow> = args.connections().iter().map(row).collect();
    for round in 1..=args.rounds() {
        for row in &mut rows {
            let (rounds, connections) = (args.rounds(), row.connections);
            tell(&format!(
                "round {round} of {rounds}: webhooks with a worker, {connections} connections"
            ))?;
            let mut heard = Vec::new();
            for phase in Phase::ALL {
                provider.answer_after(phase.delay()).await?;
                heard.push(measure(shop, &meter, phase, connections, args.length()).await?);
            }
            let heard = <[Heard; 3]>::try_from(heard).ok();
            row.rounds.push(heard.context("a phase is missing")?);
        }
    }
    provider.answer_after(Duration::ZERO).await?;
    shop.stop(worker).await?;
    Ok(rows)
}

async fn measure(
    shop: &Shop,
    meter: &Meter,
    phase: Phase,
    connections: u32,
    length: Duration,
) -> Result<Heard> {
    let requests = Requests::new(&shop.goods, phase.case(), 0..0);
    shop.database
        .run(include_str!("../sql/checkpoint.sql"), &[])?;
    let (before, _) = backlog(shop)?;
    let began = std::time::Instant::now();
    let outcome = load::measure(&[shop.address], &requests, connections, length, meter).await?;
    let seconds = began.elapsed().as_secs_f64();
    let (after, waiting) = backlog(shop)?;
    let Outcome::Measured(side) = outcome else {
        bail!("a webhook needs no cart");
    };
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let looked_at = after.saturating_sub(before) as f64;
    Ok(Heard {
        phase,
        side,
        looked_at_per_second: looked_at / seconds,
        waiting,
    })
}

/// How many messages the worker has looked at, and how many wait.
fn backlog(shop: &Shop) -> Result<(u64, u64)> {
    let line = shop.database.run(include_str!("../sql/backlog.sql"), &[])?;
    let (done, waiting) = line.split_once('|').context("two counts")?;
    Ok((done.parse()?, waiting.parse()?))
}
