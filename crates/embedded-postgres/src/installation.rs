//! Finds PostgreSQL's programs on the machine. Never: runs a server.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// The variable that names the folder of PostgreSQL's programs.
const VARIABLE: &str = "NEXUS_PG_BIN";
/// The oldest major version that is supported.
const OLDEST: u32 = 15;
/// Where packages put each version: what stands before its number, and after.
const PACKAGED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/usr/libexec", "postgresql", ""),
];

/// PostgreSQL's programs in one folder, version 15 or newer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    bin: PathBuf,
    major: u32,
}

impl Installation {
    /// Finds the programs: in `$NEXUS_PG_BIN` alone when that is set, else the newest version
    /// among the packages of Debian, Red Hat, Alpine and Homebrew, else in `PATH`.
    ///
    /// # Errors
    /// [`Error::NotInstalled`]; [`Error::NotAnInstallation`] when `$NEXUS_PG_BIN` is wrong.
    pub fn find() -> Result<Self, Error> {
        if let Some(bin) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            return Self::at(Path::new(&bin));
        }
        candidates()
            .iter()
            .find_map(|bin| Self::at(bin).ok())
            .ok_or(Error::NotInstalled)
    }

    /// The programs in this folder.
    ///
    /// # Errors
    /// [`Error::NotAnInstallation`] when one is missing or the version is older than 15.
    pub fn at(bin: &Path) -> Result<Self, Error> {
        let refuse = |why: String| Error::NotAnInstallation {
            path: bin.to_path_buf(),
            why,
        };
        for program in ["postgres", "initdb", "pg_ctl"] {
            if !bin.join(program).is_file() {
                return Err(refuse(format!("`{program}` is missing")));
            }
        }
        let major = version_of(&bin.join("postgres"))
            .ok_or_else(|| refuse("`postgres --version` gives no answer".to_owned()))?;
        if major < OLDEST {
            return Err(refuse(format!("it holds version {major}")));
        }
        let bin = std::path::absolute(bin).map_err(Error::io("find", bin))?;
        Ok(Self { bin, major })
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The full path of one of its programs, such as `psql`; not checked to exist.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The installation on this machine that can run data of this major version.
    pub(crate) fn with_major(&self, major: u32) -> Option<Self> {
        if self.major == major {
            return Some(self.clone());
        }
        candidates()
            .iter()
            .filter_map(|bin| Self::at(bin).ok())
            .find(|installation| installation.major == major)
    }
}

/// Every folder worth a look: packages from the newest version down, then `PATH`.
fn candidates() -> Vec<PathBuf> {
    let mut packaged: Vec<(u32, PathBuf)> = Vec::new();
    for (base, prefix, bin) in PACKAGED {
        let entries = fs::read_dir(base).into_iter().flatten().flatten();
        packaged.extend(entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let major = name.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join(bin)))
        }));
    }
    packaged.retain(|(major, _)| *major >= OLDEST);
    packaged.sort_by_key(|(major, _)| Reverse(*major));
    let path = env::var_os("PATH").unwrap_or_default();
    packaged
        .into_iter()
        .map(|(_, bin)| bin)
        .chain(env::split_paths(&path))
        .collect()
}

/// The major version out of `postgres (PostgreSQL) 15.18 (Debian …)`.
fn version_of(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres)
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split("(PostgreSQL)").nth(1)?.trim_start();
    // `18beta1` has no dot.
    let digits = version.split(|sign: char| !sign.is_ascii_digit()).next()?;
    digits.parse().ok()
}
