//! What a proof says in the end: a line for each thing that was proved, with its number; as a
//! table for people, as JSON for machines.

use std::fmt::Write as _;

use anyhow::Result;
use money::{Currency, Money};
use serde::Serialize;

use super::storm::Kills;
use crate::{audit::Report, cli::audit::grouped};

/// Breaks that are named; more are only counted.
const NAMED: usize = 10;

/// One thing that was proved, or not.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) title: String,
    /// How much it was held against.
    pub(super) count: i64,
    pub(super) break_count: usize,
    /// The first of them, in words.
    pub(super) breaks: Vec<String>,
}

impl Finding {
    pub(super) fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            count: 0,
            break_count: 0,
            breaks: Vec::new(),
        }
    }

    /// Held against so much more.
    pub(super) const fn counts(&mut self, more: i64) {
        self.count += more;
    }

    /// One more break.
    pub(super) fn breaks(&mut self, words: String) {
        self.break_count += 1;
        if self.breaks.len() < NAMED {
            self.breaks.push(words);
        }
    }

    /// With all of these.
    pub(super) fn with(mut self, count: usize, breaks: Vec<String>) -> Self {
        self.counts(i64::try_from(count).unwrap_or(i64::MAX));
        for words in breaks {
            self.breaks(words);
        }
        self
    }
}

/// The whole of it.
#[derive(Serialize)]
pub(super) struct Verdict {
    pub(super) holds: bool,
    pub(super) seed: u64,
    pub(super) without: Option<String>,
    pub(super) units: i64,
    pub(super) buyers: usize,
    pub(super) demand: i64,
    pub(super) sold: i64,
    pub(super) orders: usize,
    pub(super) orders_paid: usize,
    pub(super) captured_minor: i64,
    pub(super) kills_of_servers: usize,
    pub(super) kills_of_workers: usize,
    pub(super) kills_of_postgres: usize,
    pub(super) hang_ups: usize,
    pub(super) repeats: usize,
    pub(super) weather: usize,
    pub(super) seconds: u64,
    pub(super) findings: Vec<Finding>,
    pub(super) audit_invariants: usize,
    pub(super) audit_rows: i64,
}

/// The audit's invariants that are broken, as findings.
pub(super) fn of_audit(report: &Report) -> impl Iterator<Item = Finding> + '_ {
    let broken = report.checks.iter().filter(|check| !check.holds());
    broken.map(|check| {
        let breaks = check.violations.iter();
        let breaks = breaks.map(|found| format!("{}: {}", found.subject, found.detail));
        let mut finding = Finding::new(check.id, check.title).with(0, breaks.collect());
        finding.count = check.rows_checked;
        finding.break_count = usize::try_from(check.violation_count).unwrap_or(usize::MAX);
        finding
    })
}

impl Verdict {
    pub(super) const fn kills(&mut self, kills: Kills) {
        self.kills_of_servers = kills.servers;
        self.kills_of_workers = kills.workers;
        self.kills_of_postgres = kills.postgres;
    }

    /// As a table for people.
    pub(super) fn render(&self) -> Result<String> {
        let mut text = String::new();
        let titles = self.findings.iter().map(|finding| finding.title.len());
        let width = titles.max().unwrap_or(0);
        for finding in &self.findings {
            let state = match finding.break_count {
                0 => "ok".to_owned(),
                count => format!("BROKEN {count}"),
            };
            let (id, title, count) = (&finding.id, &finding.title, grouped(finding.count));
            writeln!(text, "{id:<4} {title:<width$} {count:>12}  {state}")?;
        }
        for finding in self.findings.iter().filter(|found| found.break_count > 0) {
            writeln!(text, "\n{} is broken: {}", finding.id, finding.title)?;
            for words in &finding.breaks {
                writeln!(text, "  {words}")?;
            }
        }
        let count = |number: usize| grouped(i64::try_from(number).unwrap_or(i64::MAX));
        let money = Money::new(self.captured_minor, Currency::ETB).to_decimal();
        writeln!(
            text,
            "\nbuyers: {}, who hung up {} times and asked again {} times\n\
             kills:  {} of servers, {} of workers, {} of PostgreSQL; {} spells of bad weather\n\
             orders: {}, {} of them paid\n\
             units:  {} there, {} wanted and paid for, {} sold\n\
             money:  {money} ETB for orders\n\
             audit:  {} invariants over {} rows",
            count(self.buyers),
            count(self.hang_ups),
            count(self.repeats),
            self.kills_of_servers,
            self.kills_of_workers,
            self.kills_of_postgres,
            count(self.weather),
            count(self.orders),
            count(self.orders_paid),
            grouped(self.units),
            grouped(self.demand),
            grouped(self.sold),
            self.audit_invariants,
            grouped(self.audit_rows),
        )?;
        let without = self.without.as_ref();
        let without = without.map_or_else(String::new, |name| format!(" without {name}"));
        let (seed, seconds) = (self.seed, self.seconds);
        if self.holds {
            write!(
                text,
                "proved{without} in {seconds} s; --seed {seed} repeats it"
            )?;
        } else {
            write!(
                text,
                "BROKEN{without} after {seconds} s; --seed {seed} repeats it"
            )?;
        }
        Ok(text)
    }
}
