//! How the placement of orders is shown: medians over the rounds, and what was aimed at beside
//! what was reached. A ratio is of what ran in one round. Never measures, never fails a run.

use std::{fmt::Write, fs, path::PathBuf};

use anyhow::Result;
use serde::Serialize;

use crate::{
    cases::Case,
    figures::Figure,
    measure::Side,
    placement::{PlacementRow, Round},
    report::Machine,
};

/// From so many clients on the server is busy all the time.
const SATURATED: u32 = 32;

/// Everything that a run found, and where.
#[derive(Serialize)]
pub(crate) struct PlacementReport {
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) postgres: String,
    pub(crate) products: usize,
    pub(crate) seconds_per_measurement: u64,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) postgres_settings: Vec<(String, String)>,
    pub(crate) rows: Vec<PlacementRow>,
    pub(crate) targets: Vec<Target>,
}

/// What was aimed at, and what was reached.
#[derive(Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) words: String,
    /// `true`: at least; `false`: at the most.
    pub(crate) is_floor: bool,
    pub(crate) wanted: f64,
    pub(crate) reached: Figure,
}

impl Target {
    fn is_met(&self) -> bool {
        match self.is_floor {
            true => self.reached.median >= self.wanted,
            false => self.reached.median <= self.wanted,
        }
    }
}

fn server_cpu_us(side: &Side) -> f64 {
    side.usage.server_us / side.count
}

impl PlacementRow {
    fn figure(&self, value: impl Fn(&Round) -> f64) -> Option<Figure> {
        Figure::of(self.rounds.iter().map(value))
    }

    fn median(&self, value: impl Fn(&Round) -> f64) -> f64 {
        self.figure(value).map_or(f64::NAN, |figure| figure.median)
    }
}

type Of = fn(&Round) -> &Side;
const SERVERS: [(&str, Of); 2] = [
    ("one server", |round| &round.one_server),
    ("two servers", |round| &round.two_servers),
];

/// Every target with what these rows say about it.
pub(crate) fn targets(rows: &[PlacementRow]) -> Vec<Target> {
    let mut found = Vec::new();
    for row in rows {
        found.extend(of_one_client(row));
        for (servers, of) in SERVERS {
            if row.clients >= SATURATED {
                found.extend(saturated(row, servers, of));
            }
            let few = rows
                .iter()
                .find(|few| few.case == row.case && few.clients == SATURATED);
            if let (Some(few), true) = (few, row.clients > SATURATED) {
                found.extend(kept(few, row, servers, of));
            }
        }
    }
    found
}

fn of_one_client(row: &PlacementRow) -> Option<Target> {
    let ratio = |round: &Round| round.one_server.mean_us / round.plain.mean_us;
    let reached = row.figure(ratio).filter(|_| row.clients == 1)?;
    Some(Target {
        words: format!("{}, 1 client: latency : plain SQL", row.case.title()),
        is_floor: false,
        wanted: 1.3,
        reached,
    })
}

fn saturated(row: &PlacementRow, servers: &str, of: Of) -> Vec<Target> {
    let words = format!("{}, {} clients, {servers}", row.case.title(), row.clients);
    let rate = |round: &Round| of(round).per_second() / round.plain.per_second();
    let batch = |r: &Round| of(r).postgres_cpu_us() / r.batched.side.postgres_cpu_us();
    let own = |round: &Round| server_cpu_us(of(round)) / of(round).postgres_cpu_us();
    let target = |what: &str, is_floor, wanted, reached: Option<Figure>| {
        Some(Target {
            words: format!("{words}: {what}"),
            is_floor,
            wanted,
            reached: reached?,
        })
    };
    let mut found = Vec::new();
    if row.case == Case::OrderHot {
        found.extend(target("rate : plain SQL", true, 10.0, row.figure(rate)));
    }
    let what = "PostgreSQL's CPU : best batched SQL";
    found.extend(target(what, false, 1.5, row.figure(batch)));
    let what = "server's CPU : PostgreSQL's";
    found.extend(target(what, false, 1.0, row.figure(own)));
    found
}

fn kept(few: &PlacementRow, many: &PlacementRow, servers: &str, of: Of) -> Option<Target> {
    let pairs = few.rounds.iter().zip(&many.rounds);
    let ratio = pairs.map(|(few, many)| of(many).per_second() / of(few).per_second());
    let (case, clients) = (many.case.title(), many.clients);
    Some(Target {
        words: format!("{case}, {clients} clients, {servers}: rate : {SATURATED} clients"),
        is_floor: true,
        wanted: 1.0,
        reached: Figure::of(ratio)?,
    })
}

const HEAD: [&str; 2] = [
    concat!(
        "                        |               one server                          ",
        "|               two servers                         |      plain SQL      | best batch "
    ),
    concat!(
        "                clients |  per s    ±   p50 ms   p99 ms | server  pg  load ",
        "|  per s    ±   p50 ms   p99 ms | server  pg  load |  per s mean ms   pg |  per s   pg"
    ),
];

impl PlacementReport {
    /// The table, and the targets.
    ///
    /// # Errors
    /// Never in practice: writing to a string cannot fail.
    pub(crate) fn table(&self) -> Result<String> {
        let mut text = String::new();
        let Machine {
            processor,
            cores,
            kernel,
        } = &self.machine;
        writeln!(
            text,
            "{processor}, {cores} cores, Linux {kernel}; {}",
            self.postgres
        )?;
        writeln!(
            text,
            "CPU in us per order; ± is greatest less least, in percent\n"
        )?;
        for line in HEAD {
            writeln!(text, "{line}")?;
        }
        for row in &self.rows {
            writeln!(text, "{}", line(row))?;
        }
        writeln!(
            text,
            "\nWhat was aimed at, and reached (least to greatest of the rounds):\n"
        )?;
        for target in &self.targets {
            let Figure {
                median,
                least,
                greatest,
            } = target.reached;
            let bound = if target.is_floor {
                "at least"
            } else {
                "at most"
            };
            let verdict = if target.is_met() { "met" } else { "MISSED" };
            writeln!(
                text,
                "  {:78} {bound:8} {:4.1}: {median:6.2} ({least:.2} to {greatest:.2})  {verdict}",
                target.words, target.wanted
            )?;
        }
        writeln!(text, "\n{}", others(&self.rows))?;
        Ok(text)
    }

    /// Writes the JSON and answers where.
    pub(crate) fn write_json(&self, name: &str) -> Result<PathBuf> {
        let folder = PathBuf::from("bench/results");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}-placement.json"));
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(path)
    }
}

fn line(row: &PlacementRow) -> String {
    let mut text = format!("{:18} {:4} |", row.case.title(), row.clients);
    for (_, of) in SERVERS {
        let ms = |us: Option<f64>| us.unwrap_or(f64::NAN) / 1_000.0;
        let rate = row.figure(|round| of(round).per_second());
        text += &format!(
            " {:6.0} {:3.0}% {:8.2} {:8.2} | {:5.0} {:4.0} {:4.0} |",
            rate.map_or(f64::NAN, |rate| rate.median),
            rate.map_or(f64::NAN, |rate| rate.spread_percent()),
            row.median(|round| ms(of(round).p50_us)),
            row.median(|round| ms(of(round).p99_us)),
            row.median(|round| server_cpu_us(of(round))),
            row.median(|round| of(round).postgres_cpu_us()),
            row.median(|round| of(round).usage.client_us / of(round).count),
        );
    }
    text + &format!(
        " {:6.0} {:7.2} {:4.0} | {:6.0} {:4.0}",
        row.median(|round| round.plain.per_second()),
        row.median(|round| round.plain.mean_us / 1_000.0),
        row.median(|round| round.plain.postgres_cpu_us()),
        row.median(|round| round.batched.side.per_second()),
        row.median(|round| round.batched.side.postgres_cpu_us()),
    )
}

fn others(rows: &[PlacementRow]) -> String {
    let sides = rows.iter().flat_map(|row| &row.rounds).flat_map(|round| {
        [
            round.one_server,
            round.two_servers,
            round.plain,
            round.batched.side,
        ]
    });
    let taken = |side: Side| side.usage.others_us / side.usage.seconds / 1e6;
    match Figure::of(sides.map(taken)) {
        Some(figure) => format!(
            "Other processes kept {:.2} cores busy ({:.2} in the worst measurement); above 0.1 \
             the rates and latencies are worth little, and the CPU times more.",
            figure.median, figure.greatest
        ),
        None => String::new(),
    }
}
