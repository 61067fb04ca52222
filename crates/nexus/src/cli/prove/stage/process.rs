//! A process of the shop that may be killed at any moment and started again. Each ends with the
//! pipe that it reads, so none outlives the proof, whatever ends it.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

/// How a process is started, again and again.
pub(super) struct Role {
    /// `serve` or `worker`.
    pub(super) command: &'static str,
    pub(super) variables: Vec<(String, String)>,
    /// What it complains of is kept here.
    pub(super) log: PathBuf,
}

impl Role {
    /// Starts it with its variables alone.
    pub(super) fn start(&self) -> Result<Child> {
        let program = std::env::current_exe()?;
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&program);
        command
            .args(["--exit-with-stdin", self.command])
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .kill_on_drop(true);
        command
            .spawn()
            .with_context(|| format!("cannot start {} {}", program.display(), self.command))
    }
}

/// Below the range from which the system takes ports by itself, so that nobody takes one away
/// between two starts.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// A port that nobody listens on, the first one after a number that differs between processes.
pub(super) fn free_port(after: u32) -> Result<u16> {
    let size = u32::from(PORTS.end - PORTS.start);
    let start = std::process::id()
        .wrapping_mul(61)
        .wrapping_add(after * 131);
    (0..size)
        .filter_map(|step| u16::try_from(start.wrapping_add(step) % size).ok())
        .map(|offset| PORTS.start + offset)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .context("no port is free")
}

/// The last lines of a log, for a complaint.
pub(super) fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(5);
    lines.get(from..).unwrap_or_default().join("\n")
}
