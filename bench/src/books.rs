//! The proof of the books: a shop with a long past, sealed, audited, tampered with and audited
//! again. What it insists on is that the first audit is clean and the second names the row.

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::{
    accounting::{Meter, ended_children_us},
    nexus::Nexus,
    shop::Shop,
};

/// The shop's past is made from it; another one makes another past.
const SEED: u64 = 1;
/// The end of the past, whenever it is made: the same seed writes the same rows.
const UNTIL: &str = "2026-01-01T00:00:00Z";

/// What a command cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    seconds: f64,
    /// Processor time of PostgreSQL and of the command's own process.
    postgres_cpu_seconds: f64,
    own_cpu_seconds: f64,
}

/// Everything that was found, for the file beside the other figures.
#[derive(Debug, Serialize)]
pub(crate) struct Proof {
    orders: u64,
    transfers: u64,
    database_bytes: u64,
    seal: Cost,
    balances: Cost,
    balances_by_plain_sum: Cost,
    audit: Cost,
    audit_after_tampering: Cost,
    tampered_transfer: String,
    named: String,
}

/// Writes so many orders into the shop and has its books proved.
pub(crate) async fn prove(
    shop: &Shop,
    orders: u64,
    tell: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<Proof> {
    let (nexus, meter, database) = (shop.nexus(), &shop.meter, &shop.database);
    tell(&format!("writing a past of {orders} orders"))?;
    let variables = [
        ("orders", orders.to_string()),
        ("seed", SEED.to_string()),
        ("until", UNTIL.to_owned()),
        ("shelf", shop.goods.variants.len().to_string()),
    ];
    database.run(include_str!("../sql/books.sql"), &variables)?;
    tell("sealing the books")?;
    let (seal, _, _) = cost(meter, nexus, &["ledger", "seal"]).await?;
    database.run(include_str!("../sql/vacuum.sql"), &[])?;
    let (balances, _, _) = cost(meter, nexus, &["ledger", "balances"]).await?;
    let before = Instant::now();
    let from = meter.read(std::process::id())?;
    database.run(include_str!("../sql/plain_sums.sql"), &[])?;
    let to = meter.read(std::process::id())?;
    let usage = meter.between(&from, &to);
    let balances_by_plain_sum = Cost {
        seconds: before.elapsed().as_secs_f64(),
        postgres_cpu_seconds: usage.postgres_us / 1e6,
        own_cpu_seconds: 0.0,
    };
    tell("auditing")?;
    let (audit, is_clean, report) = cost(meter, nexus, &["audit"]).await?;
    ensure!(is_clean, "the audit of the untouched books says: {report}");
    tell("tampering with one row, and auditing again")?;
    let tamper = |change: &str| {
        let variables = [("change", change.to_owned())];
        database.run(include_str!("../sql/tamper.sql"), &variables)
    };
    let tampered_transfer = tamper("1")?;
    let (audit_after_tampering, is_clean, report) = cost(meter, nexus, &["audit"]).await?;
    tamper("-1")?;
    let named: Vec<&str> = report
        .lines()
        .filter(|line| line.trim_start().starts_with("transfer "))
        .collect();
    let by_its_hash = named
        .iter()
        .find(|line| line.contains(&tampered_transfer) && line.contains("not what was sealed"));
    let by_its_hash = by_its_hash.with_context(|| format!("it was not named: {report}"))?;
    ensure!(
        !is_clean && named.iter().all(|line| line.contains(&tampered_transfer)),
        "another row was named: {report}"
    );
    let size = database.run(include_str!("../sql/books_size.sql"), &[])?;
    let (transfers, database_bytes) = size.split_once('|').context("two numbers")?;
    Ok(Proof {
        orders,
        transfers: transfers.parse()?,
        database_bytes: database_bytes.parse()?,
        seal,
        balances,
        balances_by_plain_sum,
        audit,
        audit_after_tampering,
        named: by_its_hash.trim().to_owned(),
        tampered_transfer,
    })
}

/// Runs a command: what it cost, whether it succeeded, what it said.
async fn cost(meter: &Meter, nexus: &Nexus, arguments: &[&str]) -> Result<(Cost, bool, String)> {
    let own = ended_children_us()?;
    let from = meter.read(std::process::id())?;
    let (is_success, said) = nexus.output(arguments).await?;
    let to = meter.read(std::process::id())?;
    let usage = meter.between(&from, &to);
    let cost = Cost {
        seconds: usage.seconds,
        postgres_cpu_seconds: usage.postgres_us / 1e6,
        own_cpu_seconds: (ended_children_us()? - own) / 1e6,
    };
    Ok((cost, is_success, said))
}

impl Cost {
    fn line(&self, what: &str) -> String {
        format!(
            "{what:34} {:8.2} s, processor {:7.2} s of PostgreSQL and {:5.2} s of its own",
            self.seconds, self.postgres_cpu_seconds, self.own_cpu_seconds
        )
    }
}

impl Proof {
    /// For the terminal.
    pub(crate) fn table(&self) -> String {
        let Self {
            orders,
            transfers,
            database_bytes,
            named,
            ..
        } = self;
        let lines = [
            format!(
                "{orders} orders, {transfers} transfers, {} MB",
                database_bytes / 1_000_000
            ),
            self.seal.line("nexus ledger seal"),
            self.balances.line("nexus ledger balances"),
            self.balances_by_plain_sum.line("the same by a plain sum"),
            self.audit.line("nexus audit: clean"),
            self.audit_after_tampering
                .line("nexus audit, one row changed"),
            format!("named: {named}"),
        ];
        lines.join("\n")
    }

    /// Writes every figure beside those of the other measurements.
    pub(crate) fn write_json(&self, name: &str) -> Result<PathBuf> {
        let folder = PathBuf::from("bench/results");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}-books.json"));
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }
}
