//! PostgreSQL's own programs at work on the bench's database: psql for scripts that prepare.
//! Never a statement of its own: they stand in sql/.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use embedded_postgres::{Cluster, Installation};

/// How to reach the bench's database.
pub(crate) struct Database {
    installation: Installation,
    environment: [(&'static str, String); 5],
}

impl Database {
    pub(crate) fn new(cluster: &Cluster, name: &str) -> Result<Self> {
        let url = cluster.url(name);
        let credentials = url
            .strip_prefix("postgres://")
            .and_then(|rest| rest.split_once('@'));
        let (user, password) = credentials
            .and_then(|(credentials, _)| credentials.split_once(':'))
            .context("the cluster's address has no password")?;
        Ok(Self {
            installation: cluster.installation().clone(),
            // Not on command lines, which every user of the machine may read.
            environment: [
                ("PGHOST", "127.0.0.1".to_owned()),
                ("PGPORT", cluster.port().to_string()),
                ("PGUSER", user.to_owned()),
                ("PGPASSWORD", password.to_owned()),
                ("PGDATABASE", name.to_owned()),
            ],
        })
    }

    /// One of PostgreSQL's client programs, about to be connected to the database.
    ///
    /// # Errors
    /// When it is not installed.
    pub(crate) fn program(&self, name: &str) -> Result<Command> {
        let path = self.installation.program(name);
        if !path.is_file() {
            bail!(
                "{} is missing; install PostgreSQL's contrib package",
                path.display()
            );
        }
        let mut command = Command::new(path);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// Runs a script through psql and answers what it printed.
    pub(crate) fn run(&self, script: &str, variables: &[(&str, String)]) -> Result<String> {
        let mut psql = self.program("psql")?;
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--file=-",
        ]);
        psql.args(["--set", "ON_ERROR_STOP=1"]);
        for (name, value) in variables {
            psql.arg("--set").arg(format!("{name}={value}"));
        }
        psql.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = psql.spawn().context("start psql")?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(script.as_bytes()).context("talk to psql")?;
        }
        let output = child.wait_with_output().context("wait for psql")?;
        if !output.status.success() {
            bail!(
                "a script was refused: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The version of the server's programs.
    pub(crate) fn version(&self) -> Result<String> {
        let output = self.program("postgres")?.arg("--version").output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}
