//! The shop's own binary as a process: started, signalled, killed, waited for.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicU16, AtomicU32, Ordering},
    time::Duration,
};

use super::servers::scratch;

/// Below the range from which the system takes ports by itself, so that nobody takes one away
/// between two starts.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Far longer than any end takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// `count` neighbouring ports that nobody listens on.
pub(crate) fn free_ports(count: u16) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let size = PORTS.end - PORTS.start - count;
    let offset = u16::try_from(std::process::id() * 61 % u32::from(size)).unwrap();
    loop {
        let step = NEXT.fetch_add(count, Ordering::SeqCst);
        let first = PORTS.start + (offset + step) % size;
        let is_free = |port| TcpListener::bind(("0.0.0.0", port)).is_ok();
        if (first..first + count).all(is_free) {
            return first;
        }
    }
}

/// A run of the binary.
pub(crate) struct Process {
    child: tokio::process::Child,
    /// Process id, also after its end.
    pub(crate) pid: u32,
    said: PathBuf,
    complained: PathBuf,
    patience: Duration,
}

impl Process {
    /// Starts a program with these variables alone; what it writes goes to files.
    pub(crate) fn start(program: &Path, args: &[&str], variables: &[(String, String)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = scratch().join("processes");
        fs::create_dir_all(&folder).unwrap();
        let name = COUNT.fetch_add(1, Ordering::SeqCst);
        let (said, complained) = (
            folder.join(format!("{name}.out")),
            folder.join(format!("{name}.err")),
        );
        let file = |path| Stdio::from(fs::File::create(path).unwrap());
        let mut command = tokio::process::Command::new(program);
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(file(&said))
            .stderr(file(&complained))
            .kill_on_drop(true);
        let child = command.spawn().unwrap();
        let pid = child.id().unwrap();
        Self {
            child,
            pid,
            said,
            complained,
            patience: PATIENCE,
        }
    }

    /// The shop's own binary.
    pub(crate) fn nexus(args: &[&str], variables: &[(String, String)]) -> Self {
        Self::start(Path::new(env!("CARGO_BIN_EXE_nexus")), args, variables)
    }

    /// What it wrote to standard output so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn complained(&self) -> String {
        fs::read_to_string(&self.complained).unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The same process, whose end may take so many seconds.
    pub(crate) fn with_patience(mut self, seconds: u64) -> Self {
        self.patience = Duration::from_secs(seconds);
        self
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let wait = tokio::time::timeout(self.patience, self.child.wait());
        match wait.await {
            Ok(status) => status.unwrap(),
            Err(_) => panic!("process {} goes on: {}", self.pid, self.complained()),
        }
    }

    /// Waits for its end and answers the code with which it left and its complaint.
    pub(crate) async fn left(mut self) -> (i32, String) {
        let status = self.ended().await;
        let complaint = self.complained();
        let code = status.code();
        (
            code.unwrap_or_else(|| panic!("it was killed: {status}: {complaint}")),
            complaint,
        )
    }

    /// Waits until it has killed itself at its crash point.
    pub(crate) async fn crashed(&mut self, case: &str) {
        let wait = tokio::time::timeout(PATIENCE, self.child.wait());
        let Ok(status) = wait.await else {
            panic!("{case}: the point was not reached: {}", self.complained());
        };
        let status = status.unwrap();
        assert_eq!(
            status.signal(),
            Some(9),
            "{case}: {status}: {}",
            self.complained()
        );
    }

    /// `kill -9`, and waits for the end.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = std::process::Command::new("kill");
        kill.args(["-s", name, &self.pid.to_string()]);
        assert!(
            kill.status().unwrap().success(),
            "no signal to {}",
            self.pid
        );
    }

    /// Waits until a port that it is to listen on answers.
    pub(crate) async fn answering(mut self, url: &str) -> Self {
        let client = super::Client::new(url);
        let process = &mut self;
        let mut ended = false;
        while !ended {
            let asked = client
                .try_raw(http::Method::GET, "/healthz", "", None)
                .await;
            if asked.is_ok_and(|answer| answer.status == 200) {
                break;
            }
            ended = process.has_ended();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!ended, "it did not start: {}", self.complained());
        self
    }

    /// Waits until it has said this to one of its outputs.
    pub(crate) async fn having_said(mut self, words: &str) -> Self {
        loop {
            let has_ended = self.has_ended();
            let text = self.said() + &self.complained();
            if text.contains(words) {
                return self;
            }
            assert!(!has_ended, "it ended: {text}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Every process that it has started, and what those have started.
    pub(crate) fn descendants(&self) -> Vec<u32> {
        let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((pid, status_of(pid)?.1)))
            .collect();
        let mut found = vec![self.pid];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            next += 1;
            found.extend(
                parents
                    .iter()
                    .filter(|(_, of)| *of == parent)
                    .map(|(pid, _)| pid),
            );
        }
        found.split_off(1)
    }
}

/// Whether a process runs; a dead one that nobody has buried does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    status_of(pid).is_some_and(|(state, _)| state != "Z")
}

/// The state of a process, and its parent.
fn status_of(pid: u32) -> Option<(String, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
