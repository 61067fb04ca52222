//! More than the server can do: requests come at a fixed rate, whether or not the answers do. What
//! is got done of them, and how quickly the others are told to come again.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::{
    future::try_join_all,
    stream::{FuturesUnordered, StreamExt},
};
use http::StatusCode;
use serde::Serialize;

use crate::{
    args::Args,
    carts::CartPool,
    cases::Case,
    load::Wire,
    measure::{Bench, Load, Way},
    random::Random,
    requests::Requests,
    shop::Shop,
    storm::Times,
};

/// What is offered, times what the server can do.
const FACTORS: [u32; 3] = [1, 2, 4];
/// Connections of the closed loop that says what it can do.
const BUSY: u32 = 64;
/// Connections that are there to be used; a request that finds none is not sent.
const CONNECTIONS: usize = 4_000;
/// How many of them are being opened at once.
const OPENED_AT_ONCE: usize = 100;
const TICK: Duration = Duration::from_millis(1);
/// Answers that come later than this after the last request are not waited for.
const DRAIN: Duration = Duration::from_secs(10);

/// What one kind of request comes to when there is too much of it.
#[derive(Debug, Serialize)]
pub(crate) struct Curve {
    pub(crate) case: Case,
    /// A second, in a closed loop.
    pub(crate) capacity: f64,
    pub(crate) points: Vec<Point>,
}

/// What was offered and what came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Point {
    pub(crate) factor: u32,
    /// A second.
    pub(crate) offered: f64,
    /// Requests for which there was no connection, a second.
    pub(crate) unsent: f64,
    /// What was done, a second.
    pub(crate) good: f64,
    pub(crate) good_times: Times,
    /// 503 and how long that took.
    pub(crate) refused: f64,
    pub(crate) refused_times: Times,
    /// Everything else, by status.
    pub(crate) others: BTreeMap<u16, usize>,
}

/// Measures both kinds, at each rate.
///
/// # Errors
/// When a connection breaks.
pub(crate) async fn run(
    shop: &Shop,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Curve>> {
    let mut curves = Vec::new();
    for case in [Case::OrderSpread, Case::List] {
        let mut bench = Bench::new(shop, &[case])?;
        let load = Load {
            case,
            connections: BUSY,
            length: args.length(),
        };
        tell(&format!("what it can do: {}", case.title()))?;
        bench.measure(Way::Http, load).await?;
        let capacity = bench.measure(Way::Http, load).await?.per_second();
        let mut points = Vec::new();
        for factor in FACTORS {
            tell(&format!("{factor} times as much"))?;
            let rate = capacity * f64::from(factor);
            points.push(offer(shop, case, (factor, rate), args.length() * 2).await?);
        }
        curves.push(Curve {
            case,
            capacity,
            points,
        });
    }
    Ok(curves)
}

/// A request on its way: the connection comes back with the answer.
async fn ask(
    mut wire: Wire,
    request: http::Request<http_body_util::Full<bytes::Bytes>>,
) -> Result<(Wire, StatusCode, Duration)> {
    let began = Instant::now();
    let status = wire.ask_once(request).await?;
    Ok((wire, status, began.elapsed()))
}

async fn connections(shop: &Shop) -> Result<Vec<Wire>> {
    let mut idle = Vec::with_capacity(CONNECTIONS);
    while idle.len() < CONNECTIONS {
        let some = (0..OPENED_AT_ONCE).map(|_| Wire::open(shop.address));
        idle.extend(try_join_all(some).await?);
    }
    Ok(idle)
}

/// The `n`th request is due at `n / rate`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts of requests are positive and far below 2^52"
)]
async fn offer(
    shop: &Shop,
    case: Case,
    (factor, rate): (u32, f64),
    length: Duration,
) -> Result<Point> {
    let due_in_all = (rate * length.as_secs_f64()) as u64;
    let unused = match CartPool::open(case, &shop.goods, &shop.database)? {
        Some(mut pool) => {
            pool.fill(&shop.database, due_in_all + 1)?;
            pool.unused()
        }
        None => 0..0,
    };
    let requests = Requests::new(&shop.goods, case, unused);
    let mut idle = connections(shop).await?;
    let mut random = Random::new(u64::from(factor));
    let mut under_way = FuturesUnordered::new();
    let mut took: BTreeMap<u16, Vec<Duration>> = BTreeMap::new();
    let (mut come, mut unsent) = (0_u64, 0_u64);
    let mut tick = tokio::time::interval(TICK);
    let began = Instant::now();
    while come < due_in_all || !under_way.is_empty() && began.elapsed() < length + DRAIN {
        tokio::select! {
            _ = tick.tick() => {
                let due = (rate * began.elapsed().as_secs_f64()) as u64;
                while come < due.min(due_in_all) {
                    come += 1;
                    let Some(wire) = idle.pop() else {
                        unsent += 1;
                        continue;
                    };
                    let request = requests.next(&mut random)?;
                    under_way.push(ask(wire, request.context("the carts are used up")?));
                }
            }
            Some(answer) = under_way.next() => {
                let (wire, status, time) = answer?;
                took.entry(status.as_u16()).or_default().push(time);
                idle.push(wire);
            }
        }
    }
    let good = took.remove(&case.expected().as_u16()).unwrap_or_default();
    let refused = took.remove(&503).unwrap_or_default();
    let per_second = |count: usize| count as f64 / began.elapsed().as_secs_f64();
    Ok(Point {
        factor,
        offered: rate,
        unsent: unsent as f64 / length.as_secs_f64(),
        good: per_second(good.len()),
        good_times: Times::of(&good),
        refused: per_second(refused.len()),
        refused_times: Times::of(&refused),
        others: took
            .iter()
            .map(|(status, took)| (*status, took.len()))
            .collect(),
    })
}
