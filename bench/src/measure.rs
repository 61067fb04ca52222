//! The order of a run: each round takes every case once over HTTP and once as SQL, side by side,
//! so that what changes on the machine meanwhile meets both. Never a verdict on the figures.

use std::{collections::BTreeMap, net::SocketAddr, ops::Range, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::{
    accounting::Usage,
    args::Args,
    carts::CartPool,
    cases::{BATCH, Case},
    load,
    pgbench::Run,
    random::Random,
    requests::Requests,
    shop::Shop,
};

/// What one measurement came to, whichever way the work was asked for.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Side {
    /// Requests or transactions that ended within the measured time.
    pub(crate) count: f64,
    pub(crate) mean_us: f64,
    /// Over HTTP only: pgbench tells a mean.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    /// The mean length of an answer's body.
    pub(crate) body_bytes: Option<f64>,
    pub(crate) usage: Usage,
}

impl Side {
    pub(crate) fn per_second(&self) -> f64 {
        self.count / self.usage.seconds
    }

    /// PostgreSQL's processor time per request or transaction.
    pub(crate) fn postgres_cpu_us(&self) -> f64 {
        self.usage.postgres_us / self.count
    }
}

/// Whether a measurement is worth something.
pub(crate) enum Outcome {
    Measured(Side),
    /// It went faster than foreseen; with more carts it is made again.
    OutOfCarts,
}

/// The same work in both ways, one right after the other.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Pair {
    pub(crate) http: Side,
    pub(crate) sql: Side,
    /// Many in one transaction, on one connection, where there is such a way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batched: Option<Side>,
}

/// How much of which work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) case: Case,
    pub(crate) connections: u32,
    pub(crate) length: Duration,
}

/// All rounds of a case with a number of connections.
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) connections: u32,
    pub(crate) pairs: Vec<Pair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// One server.
    Http,
    /// All of them, sharing the connections.
    AllServers,
    /// One request to a transaction.
    Sql,
    /// So many in one transaction, on one connection.
    Batched(u32),
}

/// Carts are made for so many requests a second until it is known how many there are.
const FIRST_GUESS_PER_SECOND: f64 = 5_000.0;
/// Room above what was seen before; carts that are left over are used by the next.
const ROOM: f64 = 3.0;
/// How often a measurement that ran out of carts is made again.
const ATTEMPTS: u32 = 5;
/// Of a measurement, for carts: what runs before and after the measured time.
const MARGIN_SECONDS: f64 = 2.0;
/// As many sessions as PostgreSQL lets in, besides the server's.
pub(crate) const SESSIONS_MAX: u32 = 64;
/// Every statement is prepared on every connection before anything counts.
pub(crate) const WARM_UP: Duration = Duration::from_secs(1);

/// A run under way.
pub(crate) struct Bench<'a> {
    shop: &'a Shop,
    pools: BTreeMap<Case, CartPool>,
    seen_per_second: BTreeMap<(Case, u32, Way), f64>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(shop: &'a Shop, cases: &[Case]) -> Result<Self> {
        let mut pools = BTreeMap::new();
        for case in cases {
            if let Some(pool) = CartPool::open(*case, &shop.goods, &shop.database)? {
                pools.insert(*case, pool);
            }
        }
        Ok(Self {
            shop,
            pools,
            seen_per_second: BTreeMap::new(),
        })
    }

    /// Every case in every round; `tell` hears of each measurement.
    pub(crate) async fn run(
        &mut self,
        args: &Args,
        tell: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Vec<Row>> {
        for case in &args.cases {
            tell(&format!("warming up: {}", case.title()))?;
            self.check(*case).await?;
            for connections in args.connections() {
                let load = Load {
                    case: *case,
                    connections: *connections,
                    length: WARM_UP,
                };
                self.measure(Way::Http, load).await?;
            }
        }
        let mut rows = rows_of(args);
        for round in 1..=args.rounds() {
            // Whoever comes second finds warmer caches; the two take turns.
            let is_http_first = round % 2 == 1;
            for row in &mut rows {
                let Row {
                    case, connections, ..
                } = *row;
                let (title, rounds) = (case.title(), args.rounds());
                tell(&format!(
                    "round {round} of {rounds}: {title}, {connections} connections"
                ))?;
                let load = Load {
                    case,
                    connections,
                    length: args.length(),
                };
                row.pairs.push(self.pair(load, is_http_first).await?);
            }
        }
        Ok(rows)
    }

    /// Keeps the server busy with one case, for a profiler.
    pub(crate) async fn keep_busy(&mut self, args: &Args, length: Duration) -> Result<Side> {
        let first = args.cases.first().zip(args.connections().last());
        let (case, connections) = first.context("no case is named")?;
        self.check(*case).await?;
        self.measure(
            Way::Http,
            Load {
                case: *case,
                connections: *connections,
                length,
            },
        )
        .await
    }

    /// One request of the case, looked at closely.
    pub(crate) async fn check(&mut self, case: Case) -> Result<()> {
        self.fill(case, 1)?;
        let requests = self.requests(case);
        let request = requests
            .next(&mut Random::new(0))?
            .context("there is no request")?;
        let (status, body) = load::ask(self.shop.address, request).await?;
        let text: String = String::from_utf8_lossy(&body).chars().take(1_000).collect();
        ensure!(
            status == case.expected(),
            "{}: {status}: {text}",
            case.title()
        );
        requests
            .check(&body)
            .with_context(|| format!("{}: {text}", case.title()))?;
        let next_cart = requests.next_cart();
        if let Some(pool) = self.pools.get_mut(&case) {
            pool.used_up_to(next_cart);
        }
        Ok(())
    }

    async fn pair(&mut self, load: Load, is_http_first: bool) -> Result<Pair> {
        if is_http_first {
            let http = self.measure(Way::Http, load).await?;
            let sql = self.measure(Way::Sql, load).await?;
            let batched = self.batched(load).await?;
            return Ok(Pair { http, sql, batched });
        }
        let batched = self.batched(load).await?;
        let sql = self.measure(Way::Sql, load).await?;
        let http = self.measure(Way::Http, load).await?;
        Ok(Pair { http, sql, batched })
    }

    async fn batched(&mut self, load: Load) -> Result<Option<Side>> {
        if load.case.batched_script().is_none() {
            return Ok(None);
        }
        Ok(Some(self.measure(Way::Batched(BATCH), load).await?))
    }

    /// One measurement, repeated when it ran out of carts.
    pub(crate) async fn measure(&mut self, way: Way, load: Load) -> Result<Side> {
        let key = (load.case, load.connections, way);
        for _ in 0..ATTEMPTS {
            let known = self.seen_per_second.get(&key).map(|seen| seen * ROOM);
            let foreseen = known.unwrap_or(FIRST_GUESS_PER_SECOND);
            if load.case.carts().is_some() {
                self.fill(load.case, carts_for(foreseen, load.length))?;
            }
            if load.case.writes() {
                // Both ways begin right behind a checkpoint, and none falls into their time.
                self.shop
                    .database
                    .run(include_str!("../sql/checkpoint.sql"), &[])?;
            }
            let outcome = match way {
                Way::Http => self.over_http(load, &[self.shop.address]).await?,
                Way::AllServers => self.over_http(load, &self.shop.addresses).await?,
                Way::Sql => self.as_sql(load, 1).await?,
                Way::Batched(size) => self.as_sql(load, size).await?,
            };
            match outcome {
                Outcome::Measured(side) => {
                    ensure!(
                        side.count > 0.0,
                        "{}: nothing ended in time",
                        load.case.title()
                    );
                    self.seen_per_second.insert(key, side.per_second());
                    return Ok(side);
                }
                Outcome::OutOfCarts => drop(self.seen_per_second.insert(key, foreseen)),
            }
        }
        bail!("{}: no number of carts is enough", load.case.title())
    }

    async fn over_http(&mut self, load: Load, servers: &[SocketAddr]) -> Result<Outcome> {
        let Load {
            case,
            connections,
            length,
        } = load;
        let requests = self.requests(case);
        let meter = &self.shop.meter;
        let outcome = load::measure(servers, &requests, connections, length, meter).await?;
        let next_cart = requests.next_cart();
        if let Some(pool) = self.pools.get_mut(&case) {
            pool.used_up_to(next_cart);
        }
        Ok(outcome)
    }

    async fn as_sql(&mut self, load: Load, batch: u32) -> Result<Outcome> {
        let Load {
            case,
            connections,
            length,
        } = load;
        let Shop {
            database,
            goods,
            meter,
            ..
        } = self.shop;
        let first_cart = self.carts(case).start;
        let connections = match batch {
            1 => connections.min(SESSIONS_MAX),
            _ => 1,
        };
        let run = Run {
            database,
            case,
            connections,
            length,
            goods,
            first_cart,
            batch,
        };
        let outcome = run.measure(meter).await?;
        if let Some(pool) = self.pools.get_mut(&case) {
            pool.settle(database)?;
        }
        Ok(outcome)
    }

    fn requests(&self, case: Case) -> Requests<'a> {
        Requests::new(&self.shop.goods, case, self.carts(case))
    }

    fn carts(&self, case: Case) -> Range<u64> {
        self.pools.get(&case).map_or(0..0, CartPool::unused)
    }

    fn fill(&mut self, case: Case, count: u64) -> Result<()> {
        match self.pools.get_mut(&case) {
            Some(pool) => pool.fill(&self.shop.database, count),
            None => Ok(()),
        }
    }
}

fn rows_of(args: &Args) -> Vec<Row> {
    let row = |case: Case, connections: u32| Row {
        case,
        connections,
        pairs: Vec::new(),
    };
    let of_case = |case: &Case| {
        args.connections()
            .iter()
            .map(|c| row(*case, *c))
            .collect::<Vec<Row>>()
    };
    args.cases.iter().flat_map(of_case).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousands of carts a second, for minutes at the most"
)]
fn carts_for(per_second: f64, length: Duration) -> u64 {
    (per_second * (length.as_secs_f64() + MARGIN_SECONDS)) as u64
}
