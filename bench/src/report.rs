//! How figures are shown: a table for people, JSON for machines. Never measures.

use std::{fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    cases::BATCH,
    figures::{Figure, RowFigures},
    intake::IntakeRow,
    intake_table,
};

/// Everything that a run found, and where.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) postgres: String,
    pub(crate) products: usize,
    pub(crate) with_redis: bool,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) postgres_settings: Vec<(String, String)>,
    pub(crate) seconds_per_measurement: u64,
    pub(crate) rounds: u32,
    pub(crate) server_peak_memory_kb: Option<u64>,
    pub(crate) rows: Vec<RowFigures>,
    pub(crate) intake: Vec<IntakeRow>,
}

/// What the figures depend on most.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
}

impl Machine {
    pub(crate) fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let model = read("/proc/cpuinfo")
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map(|(_, model)| model.to_owned());
        Self {
            processor: model.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }
}

const HEAD: [&str; 2] = [
    concat!(
        "                        |               over HTTP               | CPU us per request   ",
        "|        as SQL         |  HTTP : SQL",
    ),
    concat!(
        "                   conn |      per s    ±    p50 ms    p99 ms | server     pg   load ",
        "|   per s    ± pg CPU us |  rate  pg CPU",
    ),
];

impl Report {
    /// The table.
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
            "{} products; {} rounds of {} s; medians; ± is greatest less least, in percent\n",
            self.products, self.rounds, self.seconds_per_measurement
        )?;
        for line in HEAD {
            writeln!(text, "{line}")?;
        }
        let mut title = "";
        for row in &self.rows {
            let shown = if row.title == title { "" } else { row.title };
            title = row.title;
            writeln!(text, "{}", line(row, shown))?;
        }
        writeln!(text)?;
        for row in &self.rows {
            if let Some(batched) = &row.batched {
                writeln!(
                    text,
                    "{:18} {:4} | {BATCH} in one transaction as SQL: {:7.0} per s, {:5.0} us of \
                     PostgreSQL each",
                    row.title,
                    row.connections,
                    batched.per_second.median,
                    batched.postgres_cpu_us.median,
                )?;
            }
        }
        writeln!(text)?;
        if !self.intake.is_empty() {
            writeln!(text, "{}", intake_table::table(&self.intake)?)?;
        }
        if let Some(peak) = self.server_peak_memory_kb {
            writeln!(text, "The server's memory at its peak: {} MB.", peak / 1024)?;
        }
        let others = self.rows.iter().map(|row| {
            let (http, sql) = (
                &row.http.cores_taken_by_others,
                &row.sql.cores_taken_by_others,
            );
            http.greatest.max(sql.greatest)
        });
        if let Some(others) = Figure::of(others) {
            writeln!(
                text,
                "Other processes kept {:.2} cores busy ({:.2} in the worst measurement); \
                 above 0.1 the wall times are worth little.",
                others.median, others.greatest
            )?;
        }
        Ok(text)
    }

    /// Writes the JSON and answers where.
    pub(crate) fn write_json(&self, name: &str) -> Result<PathBuf> {
        let folder = PathBuf::from("bench/results");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.json"));
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }
}

fn line(row: &RowFigures, title: &str) -> String {
    let RowFigures { http, sql, .. } = row;
    let ms = |figure: &Option<Figure>| figure.map_or(0.0, |figure| figure.median / 1_000.0);
    format!(
        "{title:18} {:4} | {:10.0} {:3.0}% {:9.2} {:9.2} | {:6.0} {:6.0} {:6.0} | {:7.0} {:3.0}% \
         {:9.0} | {:5.2} {:7.2}",
        row.connections,
        http.per_second.median,
        http.per_second.spread_percent(),
        ms(&http.p50_us),
        ms(&http.p99_us),
        http.server_cpu_us.median,
        http.postgres_cpu_us.median,
        http.client_cpu_us.median,
        sql.per_second.median,
        sql.per_second.spread_percent(),
        sql.postgres_cpu_us.median,
        row.throughput_ratio.median,
        row.postgres_cpu_ratio.median,
    )
}

/// The command that made the figures.
pub(crate) fn command_line() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        return "make bench".to_owned();
    }
    format!("make bench ARGS='{}'", arguments.join(" "))
}
