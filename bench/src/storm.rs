//! One item is stormed: what list, cart and other items' orders take meanwhile, beside what they
//! take in the calm before. Ratios within one run; the storm comes from a thread of its own, and
//! shares the machine.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use futures_util::future::try_join_all;
use http::StatusCode;
use serde::Serialize;

use crate::{
    args::Args,
    carts::CartPool,
    cases::{CARTS_APART, Case},
    load::{Wire, percentile},
    random::Random,
    requests::{Requests, order},
    shop::Shop,
};

/// Who wants the one item, each with a cart of their own.
const CLIENTS: u64 = 2_000;
/// How many units of it there are.
const UNITS: u64 = 500;
/// After a refusal somebody tries again.
const PATIENCE: Duration = Duration::from_secs(1);
/// What goes on beside the storm, on so many connections each, with a pause after each answer.
const BESIDE: [Case; 3] = [Case::List, Case::Cart, Case::OrderSpread];
const CONNECTIONS: u64 = 2;
const PAUSE: Duration = Duration::from_millis(10);
/// Carts of the storm lie behind those of every case.
const FIRST_CART: u64 = 8 * CARTS_APART;

/// What one kind of request took beside the storm and before it.
#[derive(Debug, Serialize)]
pub(crate) struct Beside {
    pub(crate) case: Case,
    pub(crate) calm: Times,
    pub(crate) storm: Times,
    pub(crate) p99_ratio: f64,
}

/// How long answers took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Times {
    pub(crate) answers: usize,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

impl Times {
    pub(crate) fn of(took: &[Duration]) -> Self {
        let mut us: Vec<f64> = took.iter().map(|took| took.as_secs_f64() * 1e6).collect();
        us.sort_unstable_by(f64::total_cmp);
        Self {
            answers: us.len(),
            p50_us: percentile(&us, 50).unwrap_or_default(),
            p99_us: percentile(&us, 99).unwrap_or_default(),
        }
    }
}

/// The storm, and what went on beside it.
#[derive(Debug, Serialize)]
pub(crate) struct Storm {
    pub(crate) clients: u64,
    pub(crate) units: u64,
    pub(crate) seconds: u64,
    pub(crate) beside: Vec<Beside>,
    /// What the storm was answered, by status.
    pub(crate) answers: BTreeMap<u16, Times>,
}

/// Measures the calm, then the storm; `tell` hears of both.
///
/// # Errors
/// When a connection breaks or the database does not do what it is told.
pub(crate) async fn run(
    shop: &Shop,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Storm> {
    let length = args.length() * 4;
    prepare(shop)?;
    tell("the calm")?;
    let calm = beside(shop, length).await?;
    tell("the storm")?;
    let stop = Arc::new(AtomicBool::new(false));
    let crowd = Crowd {
        address: shop.address,
        host: shop.goods.host.clone(),
        token: shop.goods.token.clone(),
        stop: Arc::clone(&stop),
    };
    let storm = std::thread::spawn(move || crowd.come());
    let stormed = beside(shop, length).await;
    stop.store(true, Ordering::Relaxed);
    // A panic of the thread has no words of its own.
    let storm = storm.join().map_err(|_| anyhow!("the storm broke off"))?;
    let stormed = stormed?;
    let mut took: BTreeMap<u16, Vec<Duration>> = BTreeMap::new();
    for (status, time) in storm?.into_iter().flatten() {
        took.entry(status.as_u16()).or_default().push(time);
    }
    let pairs = BESIDE.into_iter().zip(calm.into_iter().zip(stormed));
    let beside = pairs.map(|(case, (calm, storm))| Beside {
        case,
        p99_ratio: storm.p99_us / calm.p99_us,
        calm,
        storm,
    });
    Ok(Storm {
        clients: CLIENTS,
        units: UNITS,
        seconds: length.as_secs(),
        beside: beside.collect(),
        answers: took
            .into_iter()
            .map(|(status, took)| (status, Times::of(&took)))
            .collect(),
    })
}

fn prepare(shop: &Shop) -> Result<()> {
    let variables = [
        ("first", FIRST_CART.to_string()),
        ("last", (FIRST_CART + CLIENTS - 1).to_string()),
        ("lines", "1".to_owned()),
        ("part", "1".to_owned()),
        ("token", shop.goods.token.clone()),
    ];
    let carts = include_str!("../sql/carts.sql");
    shop.database.run(carts, &variables).context("make carts")?;
    let units = [("units", UNITS.to_string())];
    let storm = include_str!("../sql/storm.sql");
    shop.database
        .run(storm, &units)
        .context("take units away")?;
    Ok(())
}

/// What goes on all the time: how long each kind takes.
async fn beside(shop: &Shop, length: Duration) -> Result<Vec<Times>> {
    let stop = AtomicBool::new(false);
    let end = async {
        tokio::time::sleep(length).await;
        stop.store(true, Ordering::Relaxed);
        Ok(())
    };
    let watched = try_join_all(BESIDE.map(|case| watch(shop, case, &stop)));
    let (times, ()) = tokio::try_join!(watched, end)?;
    Ok(times)
}

async fn watch(shop: &Shop, case: Case, stop: &AtomicBool) -> Result<Times> {
    let unused = match CartPool::open(case, &shop.goods, &shop.database)? {
        Some(mut pool) => {
            pool.fill(&shop.database, 20_000)?;
            pool.unused()
        }
        None => 0..0,
    };
    let requests = Requests::new(&shop.goods, case, unused);
    let took = try_join_all((0..CONNECTIONS).map(|seed| follow(shop, &requests, seed, stop)));
    let took: Vec<Duration> = took.await?.into_iter().flatten().collect();
    Ok(Times::of(&took))
}

async fn follow(
    shop: &Shop,
    requests: &Requests<'_>,
    seed: u64,
    stop: &AtomicBool,
) -> Result<Vec<Duration>> {
    let mut wire = Wire::open(shop.address).await?;
    let mut random = Random::new(seed);
    let mut took = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let request = requests.next(&mut random)?;
        let request = request.context("the carts are used up")?;
        let began = Instant::now();
        let status = wire.ask_once(request).await?;
        // Now and then a cart draws the very item that is stormed.
        if status == requests.case().expected() {
            took.push(began.elapsed());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(took)
}

type Answers = Vec<(StatusCode, Duration)>;

/// Everybody who wants the item, in a thread of their own.
struct Crowd {
    address: SocketAddr,
    host: String,
    token: String,
    stop: Arc<AtomicBool>,
}

impl Crowd {
    fn come(&self) -> Result<Vec<Answers>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let carts = FIRST_CART..FIRST_CART + CLIENTS;
        runtime.block_on(try_join_all(carts.map(|cart| self.want(cart))))
    }

    /// Somebody wants the item until they have it.
    async fn want(&self, cart: u64) -> Result<Answers> {
        let mut wire = Wire::open(self.address).await?;
        let mut answers = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let began = Instant::now();
            let request = order(&self.host, &self.token, cart)?;
            let status = wire.ask_once(request).await?;
            answers.push((status, began.elapsed()));
            if status.is_success() {
                break;
            }
            tokio::time::sleep(PATIENCE).await;
        }
        Ok(answers)
    }
}
