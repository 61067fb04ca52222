//! Placing orders, measured for itself: one hot pair and many variants, from one client to many
//! more than there are cores, at one server and at two, beside the same rows written as SQL, one
//! order and many orders to a transaction. All of a round runs one right after the other.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    args::Args,
    cases::Case,
    measure::{Bench, Load, SESSIONS_MAX, Side, WARM_UP, Way},
};

/// The hot pair, and two of many variants.
pub(crate) const CASES: [Case; 2] = [Case::OrderHot, Case::OrderSpread];
/// How many orders the batched script places in one transaction, each tried: the cheapest counts.
const BATCHES: [u32; 3] = [16, 64, 256];

/// The cheapest way of placing many at once in SQL.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Batched {
    /// Orders in one transaction.
    pub(crate) orders: u32,
    pub(crate) side: Side,
}

/// What ran side by side.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Round {
    pub(crate) one_server: Side,
    pub(crate) two_servers: Side,
    /// One order to a transaction.
    pub(crate) plain: Side,
    pub(crate) batched: Batched,
}

/// All rounds of a case with a number of clients.
#[derive(Debug, Serialize)]
pub(crate) struct PlacementRow {
    pub(crate) case: Case,
    pub(crate) clients: u32,
    pub(crate) rounds: Vec<Round>,
}

/// Every case with every number of clients in every round; `tell` hears of each.
pub(crate) async fn run(
    bench: &mut Bench<'_>,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<PlacementRow>> {
    let row = |case: Case, clients: u32| PlacementRow {
        case,
        clients,
        rounds: Vec::new(),
    };
    let of_case = |case| args.connections().iter().map(move |c| row(case, *c));
    let mut rows: Vec<PlacementRow> = CASES.into_iter().flat_map(of_case).collect();
    for case in CASES {
        tell(&format!("warming up: {}", case.title()))?;
        bench.check(case).await?;
        for connections in args.connections() {
            let load = Load {
                case,
                connections: *connections,
                length: WARM_UP,
            };
            bench.measure(Way::AllServers, load).await?;
        }
    }
    for number in 1..=args.rounds() {
        for case in CASES {
            let of_case = rows.iter_mut().filter(|row| row.case == case);
            let words = format!("round {number} of {}: {}", args.rounds(), case.title());
            round(bench, args, of_case.collect(), (number, &words), tell).await?;
        }
    }
    Ok(rows)
}

/// One round of a case. Whoever comes later finds warmer caches, so the order takes turns.
async fn round(
    bench: &mut Bench<'_>,
    args: &Args,
    rows: Vec<&mut PlacementRow>,
    (number, words): (u32, &str),
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<()> {
    let Some(case) = rows.first().map(|row| row.case) else {
        return Ok(());
    };
    let load = |connections: u32| Load {
        case,
        connections,
        length: args.length(),
    };
    tell(&format!("{words}, many to a transaction as SQL"))?;
    let batched = cheapest(bench, load(1)).await?;
    let mut known: Option<(u32, Side)> = None;
    for row in rows {
        tell(&format!("{words}, {} clients", row.clients))?;
        let load = load(row.clients);
        let sessions = row.clients.min(SESSIONS_MAX);
        // PostgreSQL lets no more in, so the same measurement serves for both.
        let mut plain = known
            .filter(|(of, _)| *of == sessions)
            .map(|(_, side)| side);
        let is_forward = number % 2 == 1;
        if plain.is_none() && !is_forward {
            plain = Some(bench.measure(Way::Sql, load).await?);
        }
        let (one_server, two_servers) = if is_forward {
            let one = bench.measure(Way::Http, load).await?;
            (one, bench.measure(Way::AllServers, load).await?)
        } else {
            let two = bench.measure(Way::AllServers, load).await?;
            (bench.measure(Way::Http, load).await?, two)
        };
        let plain = match plain {
            Some(side) => side,
            None => bench.measure(Way::Sql, load).await?,
        };
        known = Some((sessions, plain));
        row.rounds.push(Round {
            one_server,
            two_servers,
            plain,
            batched,
        });
    }
    Ok(())
}

/// The least of PostgreSQL's processor time per order that a batch comes to.
async fn cheapest(bench: &mut Bench<'_>, load: Load) -> Result<Batched> {
    let mut found: Vec<Batched> = Vec::new();
    for orders in BATCHES {
        let side = bench.measure(Way::Batched(orders), load).await?;
        found.push(Batched { orders, side });
    }
    let cost = |batched: &Batched| batched.side.postgres_cpu_us();
    let least = found.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
    least.context("no batch was measured")
}
