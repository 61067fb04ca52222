//! The server's own program: what it is started with, and what it said when it failed.
//! Never which of its commands are run, or when.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

/// The server's program and what it is started with.
pub(crate) struct Nexus {
    pub(crate) program: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) log: PathBuf,
}

impl Nexus {
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        // What is set in the terminal must not slip into a measurement.
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_str().is_some_and(|name| name.starts_with("NEXUS_"));
            if is_ours
                || ["REDIS_URL", "DATABASE_URL", "RUST_LOG"]
                    .iter()
                    .any(|known| name == *known)
            {
                command.env_remove(name);
            }
        }
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        Ok(command)
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<()> {
        let status = self.command()?.args(arguments).status().await;
        let status = status.with_context(|| format!("start {}", self.program.display()))?;
        if !status.success() {
            bail!(
                "`nexus {}` failed: {}",
                arguments.join(" "),
                self.last_words()
            );
        }
        Ok(())
    }

    /// A server that listens there.
    pub(crate) fn serve(&self, address: SocketAddr) -> Result<Child> {
        let mut command = self.command()?;
        command.env("NEXUS__SERVER__LISTEN", address.to_string());
        command.arg("serve").spawn().context("start nexus serve")
    }

    /// Runs a command: whether it succeeded, and what it said.
    pub(crate) async fn output(&self, arguments: &[&str]) -> Result<(bool, String)> {
        let mut command = self.command()?;
        command.args(arguments).stdout(Stdio::piped());
        let child = command.spawn();
        let child = child.with_context(|| format!("start {}", self.program.display()))?;
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.success(), said))
    }

    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}
