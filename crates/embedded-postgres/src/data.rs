//! A cluster's data on disk: created once, recognised as whole or half-made, freed of servers that
//! a crash left running. Never: starts the server for use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::home::{Home, random_secret};
use crate::watchdog::wait_until;
use crate::{Durability, Error, Installation};

/// The superuser of every private cluster.
pub(crate) const SUPERUSER: &str = "nexus";
/// What folders are called whose content is not, or no longer, whole data.
pub(crate) const UNFINISHED: &str = "unfinished-";
/// A fast shutdown ends within this even when a checkpoint of much data comes first.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(60);

/// Whole data that no server uses, with an installation that can run them.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) path: PathBuf,
    pub(crate) password: String,
    pub(crate) installation: Installation,
}

impl Data {
    /// Opens the data in this home, creating them when they are missing or half-made.
    pub(crate) fn open(
        home: &Home,
        installation: &Installation,
        durability: Durability,
    ) -> Result<Self, Error> {
        let path = home.path.join("data");
        let secret = home.path.join("password");
        home.sweep(UNFINISHED);
        if !path.exists() {
            create(home, installation, durability, &path)?;
        } else if !path.join("PG_VERSION").exists() || !secret.exists() {
            return Err(Error::Foreign { path });
        }
        let installation = matching(installation, &path)?;
        stop_leftover(home, Some(&installation))?;
        let password = fs::read_to_string(&secret).map_err(Error::io("read", &secret))?;
        Ok(Self {
            path,
            password: password.trim().to_owned(),
            installation,
        })
    }
}

/// Stops a server that still runs on this home's data although the program that started it is
/// gone, and forgets one whose process number now belongs to another program.
pub(crate) fn stop_leftover(home: &Home, installation: Option<&Installation>) -> Result<(), Error> {
    let data = home.path.join("data");
    let Some(pid) = PidFile::read(&data).map(|file| file.pid) else {
        return Ok(());
    };
    if !is_server_of(pid, &data) {
        // PostgreSQL itself refuses to start when the number is alive under the same user, which
        // is common after a container's restart. Its check of the shared memory still holds.
        return match fs::remove_file(data.join("postmaster.pid")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::unwritable(&data)(error))
            }
            _ => Ok(()),
        };
    }
    let found = match installation {
        Some(installation) => installation.clone(),
        None => Installation::find()?,
    };
    for mode in ["fast", "immediate"] {
        let mut stop = home.account.command(&found.program("pg_ctl"));
        stop.args([
            "stop",
            "--silent",
            "--wait",
            "--mode",
            mode,
            "--timeout",
            "60",
            "--pgdata",
        ]);
        stop.arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Its answer does not matter: the server may have ended by itself in the meantime.
        stop.status()
            .map_err(Error::io("run", &found.program("pg_ctl")))?;
        if wait_until(Duration::from_secs(1), || !is_server_of(pid, &data)) {
            return Ok(());
        }
    }
    Err(Error::TimedOut {
        program: "postgres",
        what: "stop",
        seconds: STOP_WITHIN.as_secs(),
        log: home.log_path(),
    })
}

/// What a server writes about itself into its data folder.
#[derive(Debug)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) is_ready: bool,
}

impl PidFile {
    /// Reads `postmaster.pid`; `None` when there is none or it is being written.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        // The eighth line is the state.
        let is_ready = lines.nth(6).is_some_and(|state| state.trim() == "ready");
        Some(Self { pid, is_ready })
    }
}

/// Whether this process is a PostgreSQL server on these data; a process number alone proves
/// nothing, it may have been given to another program since.
fn is_server_of(pid: u32, data: &Path) -> bool {
    let wanted = data.as_os_str().as_encoded_bytes();
    let holds = |line: &[u8]| line.windows(wanted.len()).any(|part| part == wanted);
    if Path::new("/proc/self/cmdline").exists() {
        return fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| holds(&line));
    }
    let listed = Command::new("ps")
        .args(["-ww", "-o", "args=", "-p", &pid.to_string()])
        .output();
    listed.is_ok_and(|output| holds(&output.stdout))
}

/// Makes new data. They are made under a name of this process's own and renamed when they are
/// whole, so that neither a crash nor an `initdb` that outlives one can leave half-made data.
fn create(
    home: &Home,
    installation: &Installation,
    durability: Durability,
    data: &Path,
) -> Result<(), Error> {
    let secret = home.write_secret("password", &format!("{}\n", random_secret()?))?;
    let mut last_words = String::new();
    for locale in locales() {
        home.sweep(UNFINISHED);
        let unfinished = home.private_folder(&format!("{UNFINISHED}{}", std::process::id()))?;
        let output = initdb(home, installation, durability, &unfinished, &secret, locale)?;
        if output.status.success() {
            fs::rename(&unfinished, data).map_err(Error::unwritable(&home.path))?;
            let folder = File::open(&home.path).and_then(|folder| folder.sync_all());
            return folder.map_err(Error::io("write", &home.path));
        }
        last_words = String::from_utf8_lossy(&output.stderr)
            .trim()
            .replace('\n', " ");
        if !last_words.contains("invalid locale") {
            break;
        }
    }
    home.sweep(UNFINISHED);
    let log = home.log_path();
    Err(Error::Failed {
        program: "initdb",
        last_words,
        log,
    })
}

/// Runs `initdb` once. The socket needs no password because only the server's account can reach
/// it; 127.0.0.1 does, because every local user can.
fn initdb(
    home: &Home,
    installation: &Installation,
    durability: Durability,
    data: &Path,
    secret: &Path,
    locale: &str,
) -> Result<Output, Error> {
    let program = installation.program("initdb");
    let mut command = home.account.command(&program);
    command.args([
        "--encoding=UTF8",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
    ]);
    command.args([
        "--no-instructions",
        "--username",
        SUPERUSER,
        "--locale",
        locale,
    ]);
    command
        .arg("--pwfile")
        .arg(secret)
        .arg("--pgdata")
        .arg(data)
        .stdin(Stdio::null());
    if durability == Durability::NoneForTests {
        command.arg("--no-sync");
    }
    command.output().map_err(Error::io("run", &program))
}

/// Locales whose letters are Unicode's, so that searching and lower-casing work for Amharic too;
/// the first that the system knows is taken.
fn locales() -> [&'static str; 3] {
    if cfg!(target_os = "macos") {
        ["en_US.UTF-8", "C.UTF-8", "C"]
    } else {
        ["C.UTF-8", "en_US.UTF-8", "C"]
    }
}

/// The installation that can run these data: the one at hand, or another on this machine.
fn matching(installation: &Installation, data: &Path) -> Result<Installation, Error> {
    let path = data.join("PG_VERSION");
    let version = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let version = version.trim();
    version
        .parse()
        .ok()
        .and_then(|major| installation.with_major(major))
        .ok_or_else(|| Error::OtherVersion {
            path: data.to_path_buf(),
            written_by: version.to_owned(),
            installed: installation.major(),
        })
}
