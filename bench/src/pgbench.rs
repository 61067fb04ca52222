//! The same work as bare SQL, by pgbench. Only whole seconds in the middle of its run count:
//! connecting, planning and the end are left out on this side as they are over HTTP.

use std::{
    process::Stdio,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

use crate::{
    accounting::{Meter, Reading},
    cases::Case,
    database::Database,
    measure::{Outcome, Side},
    messages::REPLAYS,
    requests::Goods,
};

/// A run that is to be made.
pub(crate) struct Run<'a> {
    pub(crate) database: &'a Database,
    pub(crate) case: Case,
    pub(crate) connections: u32,
    /// Whole seconds.
    pub(crate) length: Duration,
    pub(crate) goods: &'a Goods,
    /// The number of the first unused cart.
    pub(crate) first_cart: u64,
    /// How many requests a transaction does: 1, or as many as the batched script.
    pub(crate) batch: u32,
}

/// What pgbench says each second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Progress {
    at_seconds: f64,
    per_second: f64,
    mean_ms: f64,
}

impl Run<'_> {
    pub(crate) async fn measure(&self, meter: &Meter) -> Result<Outcome> {
        let seconds = (self.length.as_secs() + 3).to_string();
        let mut child = self.start(&["--time".to_owned(), seconds]).await?;
        let id = child.id().context("pgbench has ended at once")?;
        let stderr = child.stderr.take().context("pgbench has no voice")?;
        let mut lines = BufReader::new(stderr).lines();
        let Some(mut last) = next_progress(&mut lines).await? else {
            return Ok(Outcome::OutOfCarts);
        };
        let from = meter.read(id)?;
        let (mut count, mut latency_us) = (0.0, 0.0);
        let mut to: Reading = from;
        for _ in 0..self.length.as_secs() {
            let Some(progress) = next_progress(&mut lines).await? else {
                return Ok(Outcome::OutOfCarts);
            };
            to = meter.read(id)?;
            let done = progress.per_second
                * (progress.at_seconds - last.at_seconds)
                * f64::from(self.batch);
            count += done;
            latency_us += done * progress.mean_ms * 1_000.0;
            last = progress;
        }
        // What is left of its time is of no interest. Open transactions are rolled back.
        child.kill().await.context("end pgbench")?;
        Ok(Outcome::Measured(Side {
            count,
            mean_us: latency_us / count,
            p50_us: None,
            p99_us: None,
            body_bytes: None,
            usage: meter.between(&from, &to),
        }))
    }

    /// Does the work so many times on each connection, without measuring.
    pub(crate) async fn complete(&self, transactions: u64) -> Result<()> {
        let count = ["--transactions".to_owned(), transactions.to_string()];
        let output = self.start(&count).await?.wait_with_output().await?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {words}");
        Ok(())
    }

    /// What the scripts read: numbers and words, never secrets.
    fn variables(&self) -> Result<[(&'static str, String); 9]> {
        Ok([
            ("batch", self.batch.to_string()),
            ("i", "-1".to_owned()),
            ("clients", self.connections.to_string()),
            ("first", self.first_cart.to_string()),
            ("prefix", id_prefix()?),
            ("products", self.goods.slugs.len().to_string()),
            ("shelf", self.goods.variants.len().to_string()),
            ("attempts", self.goods.messages.payments().to_string()),
            ("replays", REPLAYS.to_string()),
        ])
    }

    fn script(&self) -> &'static str {
        match self.case.batched_script() {
            Some(script) if self.batch > 1 => script,
            _ => self.case.script(),
        }
    }

    async fn start(&self, until: &[String]) -> Result<Child> {
        let mut pgbench = Command::from(self.database.program("pgbench")?);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(usize::try_from(self.connections)?);
        let (connections, threads) = (self.connections.to_string(), threads.to_string());
        pgbench.args([
            "--no-vacuum",
            "--protocol=prepared",
            "--progress=1",
            "--file=-",
        ]);
        pgbench.args(["--client", &connections, "--jobs", &threads]);
        pgbench.args(until);
        for (name, value) in self.variables()? {
            pgbench.arg("--define").arg(format!("{name}={value}"));
        }
        pgbench
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = pgbench
            .kill_on_drop(true)
            .spawn()
            .context("start pgbench")?;
        let mut input = child.stdin.take().context("pgbench has no ear")?;
        input
            .write_all(self.script().as_bytes())
            .await
            .context("talk to pgbench")?;
        Ok(child)
    }
}

/// The first half of the ids that a script gives its rows: the moment, and the version. The
/// server's ids begin alike, so that both write at the end of their indexes.
#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, without the shop's clock"
)]
fn id_prefix() -> Result<String> {
    let milliseconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_millis();
    Ok(format!("{milliseconds:012x}7000"))
}

/// The next line of progress; `None` when a script found no cart any more.
async fn next_progress(lines: &mut Lines<BufReader<ChildStderr>>) -> Result<Option<Progress>> {
    while let Some(line) = lines.next_line().await? {
        if let Some(progress) = parse(&line) {
            return Ok(Some(progress));
        }
        if line.contains("expected one row, got 0") {
            return Ok(None);
        }
        if line.contains("error:") || line.contains("aborted") || line.contains(" failed") {
            let mut rest = String::new();
            lines.get_mut().read_to_string(&mut rest).await?;
            bail!("pgbench failed: {line}\n{rest}");
        }
    }
    bail!("pgbench ended before its time")
}

/// `progress: 2.0 s, 5210.3 tps, lat 1.534 ms stddev 0.412, 0 failed`
fn parse(line: &str) -> Option<Progress> {
    let mut parts = line.strip_prefix("progress: ")?.split(", ");
    let number = |part: Option<&str>, unit: &str| -> Option<f64> {
        part?.trim().split_once(unit)?.0.trim().parse().ok()
    };
    let at_seconds = number(parts.next(), " s")?;
    let per_second = number(parts.next(), " tps")?;
    let mean_ms = number(parts.next()?.strip_prefix("lat "), " ms")?;
    // A second in which nothing ended has no mean.
    let mean_ms = if mean_ms.is_finite() { mean_ms } else { 0.0 };
    let has_failed = parts.next().is_some_and(|part| part.trim() != "0 failed");
    (!has_failed).then_some(Progress {
        at_seconds,
        per_second,
        mean_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_progress_is_read() {
        let expected = Progress {
            at_seconds: 2.0,
            per_second: 5210.3,
            mean_ms: 1.534,
        };
        let line = "progress: 2.0 s, 5210.3 tps, lat 1.534 ms stddev 0.412, 0 failed";
        assert_eq!(parse(line), Some(expected));
        let older = "progress: 2.0 s, 5210.3 tps, lat 1.534 ms stddev 0.412";
        assert_eq!(parse(older), Some(expected));
        let idle = Progress {
            at_seconds: 2.0,
            per_second: 0.0,
            mean_ms: 0.0,
        };
        let line = "progress: 2.0 s, 0.0 tps, lat -nan ms stddev -nan, 0 failed";
        assert_eq!(parse(line), Some(idle));
    }

    #[test]
    fn failures_and_other_words_are_no_progress() {
        let failed = "progress: 2.0 s, 5210.3 tps, lat 1.534 ms stddev 0.412, 3 failed";
        assert_eq!(parse(failed), None);
        assert_eq!(parse("pgbench (15.18)"), None);
    }
}
