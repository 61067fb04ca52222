//! What the tests share: folders of their own, questions to a server, waiting with an end.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use embedded_postgres::{Cluster, Installation};

/// A folder that is removed with its data when the test ends.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// An empty folder for the test of this name.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("private-{name}"));
        embedded_postgres::remove(&path).unwrap();
        assert!(
            !path.exists(),
            "{} is left over from an earlier run",
            path.display()
        );
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // After a failed test a server may still hold it; the next run removes it.
        let _ = embedded_postgres::remove(&self.0);
    }
}

pub(crate) fn installation() -> Installation {
    Installation::find().unwrap()
}

/// What the server answers, by the installation's own client.
pub(crate) fn ask(url: &str, sql: &str) -> String {
    let mut psql = Command::new(installation().program("psql"));
    psql.args([
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--quiet",
        "-v",
        "ON_ERROR_STOP=1",
    ]);
    let output = psql.args(["--command", sql, url]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{sql}: {error}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Asks the cluster's `postgres` database.
pub(crate) fn query(cluster: &Cluster, sql: &str) -> String {
    ask(&cluster.url("postgres"), sql)
}

/// Sends a signal to one process.
pub(crate) fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "kill -s {name} {pid}");
}

/// Whether the process exists and is not merely waiting to be reaped.
pub(crate) fn is_alive(pid: u32) -> bool {
    let mut ps = Command::new("ps");
    ps.args(["-o", "stat=", "-p", &pid.to_string()])
        .stderr(Stdio::null());
    let state = String::from_utf8(ps.output().unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

/// The parent of a process: for a server, its watchdog.
pub(crate) fn parent_of(pid: u32) -> u32 {
    let output = Command::new("ps")
        .args(["-o", "ppid=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

pub(crate) fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Waits for a state; fails the test when it does not come within 30 seconds.
#[track_caller]
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "never happened: {what}"
        );
        std::thread::yield_now();
    }
}
