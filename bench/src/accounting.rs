//! Who used the processors: each process's own time, from the system's books in `/proc`.
//! Never wall time as a stand-in for it.

use std::{collections::BTreeMap, fs, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// The processes of a measurement.
#[derive(Clone)]
pub(crate) struct Meter {
    ticks_per_second: f64,
    servers: Vec<u32>,
    postmaster: u32,
    redis: Option<u32>,
    worker: Option<u32>,
    provider: Option<u32>,
}

/// Processor time so far, in ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) at: Instant,
    server: u64,
    postgres: u64,
    client: u64,
    redis: u64,
    worker: u64,
    provider: u64,
    machine: u64,
}

/// Processor time between two readings, in microseconds, over all cores.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Usage {
    /// Wall time.
    pub(crate) seconds: f64,
    /// `nexus serve`, of every process.
    pub(crate) server_us: f64,
    /// All processes of the cluster.
    pub(crate) postgres_us: f64,
    /// The load generator: this process, or pgbench.
    pub(crate) client_us: f64,
    /// Redis, when there is one.
    pub(crate) redis_us: f64,
    /// `nexus worker`, when there is one.
    pub(crate) worker_us: f64,
    /// The program that plays the payment provider, when it is asked for anything.
    pub(crate) provider_us: f64,
    /// Everything else on the machine: when it is not small, the figures are worth less.
    pub(crate) others_us: f64,
}

impl Meter {
    /// Watches the server's process, the postmaster's process tree, and Redis if there is one.
    ///
    /// # Errors
    /// On a system without `/proc`.
    pub(crate) fn new(server: u32, postmaster: u32, redis: Option<u32>) -> Result<Self> {
        if fs::metadata("/proc/self/stat").is_err() {
            bail!("processor time is read from /proc, which this system lacks; measure on Linux");
        }
        Ok(Self {
            ticks_per_second: ticks_per_second()?,
            servers: vec![server],
            postmaster,
            redis,
            worker: None,
            provider: None,
        })
    }

    /// Counts another server's process, too.
    pub(crate) fn add_server(&mut self, id: u32) {
        self.servers.push(id);
    }

    /// The same with a worker and the provider that it asks.
    pub(crate) fn with(&self, worker: Option<u32>, provider: Option<u32>) -> Self {
        Self {
            worker,
            provider,
            ..self.clone()
        }
    }

    /// Processor time up to now; `client` is the load generator's process.
    pub(crate) fn read(&self, client: u32) -> Result<Reading> {
        let processes = processes()?;
        let own = |id: u32| processes.get(&id).map_or(0, |process| process.own);
        Ok(Reading {
            at: Instant::now(),
            server: self.servers.iter().map(|id| own(*id)).sum(),
            postgres: tree(&processes, self.postmaster),
            client: own(client),
            redis: self.redis.map_or(0, own),
            worker: self.worker.map_or(0, own),
            provider: self.provider.map_or(0, own),
            machine: machine()?,
        })
    }

    /// What was used from one reading to a later one.
    pub(crate) fn between(&self, from: &Reading, to: &Reading) -> Usage {
        let us = |ticks: u64| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "ticks of minutes, far below 2^52"
            )]
            let ticks = ticks as f64;
            ticks * 1_000_000.0 / self.ticks_per_second
        };
        let spent = |of: fn(&Reading) -> u64| us(of(to).saturating_sub(of(from)));
        let usage = Usage {
            seconds: to.at.duration_since(from.at).as_secs_f64(),
            server_us: spent(|reading| reading.server),
            postgres_us: spent(|reading| reading.postgres),
            client_us: spent(|reading| reading.client),
            redis_us: spent(|reading| reading.redis),
            worker_us: spent(|reading| reading.worker),
            provider_us: spent(|reading| reading.provider),
            others_us: 0.0,
        };
        let ours = usage.server_us + usage.postgres_us + usage.client_us + usage.redis_us;
        let ours = ours + usage.worker_us + usage.provider_us;
        let others_us = (spent(|reading| reading.machine) - ours).max(0.0);
        Usage { others_us, ..usage }
    }
}

fn ticks_per_second() -> Result<f64> {
    let output = Command::new("getconf")
        .arg("CLK_TCK")
        .output()
        .context("run getconf")?;
    let ticks: u32 = String::from_utf8(output.stdout)?
        .trim()
        .parse()
        .context("getconf")?;
    Ok(f64::from(ticks))
}

/// Processor time of the commands that this process has started and seen end, in microseconds.
///
/// # Errors
/// On a system without `/proc`.
pub(crate) fn ended_children_us() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let process = parse(&text).context("/proc/self/stat cannot be read")?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "ticks of minutes, far below 2^52"
    )]
    let ticks = process.reaped as f64;
    Ok(ticks * 1_000_000.0 / ticks_per_second()?)
}

/// A line of `/proc/<pid>/stat`, as far as it matters.
struct Process {
    parent: u32,
    /// User and system time of all its threads.
    own: u64,
    /// The same of children that have ended.
    reaped: u64,
}

fn processes() -> Result<BTreeMap<u32, Process>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // A process may end while we look.
        let Ok(text) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        if let Some(process) = parse(&text) {
            found.insert(id, process);
        }
    }
    Ok(found)
}

fn parse(stat: &str) -> Option<Process> {
    // The name in parentheses may hold anything, so it is counted from behind it: the state is
    // field 3, the parent field 4, the four times fields 14 to 17.
    let fields: Vec<&str> = stat
        .get(stat.rfind(')')? + 1..)?
        .split_whitespace()
        .collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Process {
        parent: fields.get(1)?.parse().ok()?,
        own: number(14)? + number(15)?,
        reaped: number(16)? + number(17)?,
    })
}

/// The time of a process and of everything below it, also of what has ended.
fn tree(processes: &BTreeMap<u32, Process>, root: u32) -> u64 {
    let mut sum = 0;
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if let Some(process) = processes.get(&id) {
            sum += process.own + process.reaped;
        }
        open.extend(
            processes
                .iter()
                .filter(|(_, child)| child.parent == id)
                .map(|(id, _)| *id),
        );
    }
    sum
}

/// The busy time of all cores: user, nice, system, interrupts, stolen.
fn machine() -> Result<u64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let times: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    Ok([0, 1, 2, 5, 6, 7]
        .iter()
        .filter_map(|field| times.get(*field))
        .sum())
}

/// The most memory that a process held at once, in kilobytes.
pub(crate) fn peak_memory_kb(process: u32) -> Option<u64> {
    status_kb(process, "VmHWM:")
}

/// The memory that a process holds now, in kilobytes.
pub(crate) fn memory_kb(process: u32) -> Option<u64> {
    status_kb(process, "VmRSS:")
}

fn status_kb(process: u32, name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_stat_is_read_whatever_the_process_calls_itself() {
        let line = "42 (post) gres (x) S 7 1 1 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 5 6 7";
        let process = parse(line).unwrap();
        assert_eq!((process.parent, process.own, process.reaped), (7, 120, 7));
    }

    #[test]
    fn a_tree_counts_the_living_and_the_dead() {
        let process = |parent, own, reaped| Process {
            parent,
            own,
            reaped,
        };
        let processes = BTreeMap::from([
            (1, process(0, 1_000, 0)),
            (10, process(1, 5, 30)),
            (11, process(10, 7, 0)),
            (12, process(11, 2, 1)),
            (20, process(1, 400, 0)),
        ]);
        assert_eq!(tree(&processes, 10), 45);
    }
}
