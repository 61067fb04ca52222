//! The server's memory: idle, and with many connections that are kept open. Each connection has
//! asked once, as a browser that stays has.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use http::StatusCode;
use serde::Serialize;

use crate::{
    accounting, args::Args, cases::Case, load::Wire, random::Random, requests::Requests, shop::Shop,
};

/// How many connections are open.
const STEPS: [usize; 3] = [0, 1_000, 10_000];
/// How many are being opened at once.
const AT_ONCE: usize = 64;
/// What was freed is given back after a while.
const SETTLE: Duration = Duration::from_secs(2);

/// The most that the server may hold, in megabytes.
const IDLE_MB_MAX: f64 = 60.0;
const MANY_MB_MAX: f64 = 400.0;

/// What the server held.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    pub(crate) connections: usize,
    /// What was asked on each before it went idle.
    pub(crate) asked: &'static str,
    pub(crate) resident_mb: f64,
}

/// Opens more and more connections and looks at the server's memory; `tell` hears of each step.
///
/// # Errors
/// When the server turns one away, or the system lets us have too few files.
pub(crate) async fn run(
    shop: &Shop,
    args: &Args,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    let cases: [(Case, &'static str); 2] =
        [(Case::Health, "/healthz"), (Case::List, "product list")];
    for (case, asked) in cases {
        let requests = Requests::new(&shop.goods, case, 0..0);
        let mut open: Vec<Wire> = Vec::new();
        for connections in STEPS {
            tell(&format!(
                "{connections} connections that asked for the {asked}"
            ))?;
            let missing = connections - open.len();
            let more = stream::iter(0..missing).map(|_| idle(shop, &requests));
            open.extend(
                more.buffer_unordered(AT_ONCE)
                    .try_collect::<Vec<Wire>>()
                    .await?,
            );
            tokio::time::sleep(SETTLE).await;
            let kb = accounting::memory_kb(shop.server_id()).context("the server is gone")?;
            #[expect(
                clippy::cast_precision_loss,
                reason = "kilobytes of memory, below 2^52"
            )]
            let resident_mb = kb as f64 / 1024.0;
            held.push(Held {
                connections,
                asked,
                resident_mb,
            });
        }
    }
    write_json(&held, &args.name)?;
    Ok(held)
}

/// A connection that was answered once and stays.
async fn idle(shop: &Shop, requests: &Requests<'_>) -> Result<Wire> {
    let mut wire = Wire::open(shop.address).await?;
    let request = requests.next(&mut Random::new(1))?.context("no request")?;
    let status = wire.ask_once(request).await?;
    ensure!(status == StatusCode::OK, "the server answered {status}");
    Ok(wire)
}

fn write_json(held: &[Held], name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from("bench/results");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}-memory.json"));
    fs::write(&path, serde_json::to_string_pretty(held)? + "\n")?;
    Ok(path)
}

/// The table, with what was aimed at.
pub(crate) fn table(held: &[Held]) -> String {
    let mut text = String::from("connections  asked for        resident MB   aimed at\n");
    for one in held {
        let aim = match one.connections {
            0 => Some(IDLE_MB_MAX),
            10_000 => Some(MANY_MB_MAX),
            _ => None,
        };
        let verdict = aim.map_or_else(String::new, |aim| {
            let word = if one.resident_mb < aim {
                "met"
            } else {
                "MISSED"
            };
            format!("below {aim:.0}: {word}")
        });
        let Held {
            connections,
            asked,
            resident_mb,
        } = one;
        text += &format!("{connections:11}  {asked:15} {resident_mb:12.1}   {verdict}\n");
    }
    text
}
