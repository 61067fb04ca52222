//! Everything that can go wrong, each as one sentence with its remedy. Never: what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// Why a private server could not be found, started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No PostgreSQL of a supported version is installed.
    #[error(
        "PostgreSQL 15 or newer was not found on this machine: run `scripts/setup`, \
         or set NEXUS_PG_BIN to the folder that holds `postgres` and `initdb`"
    )]
    NotInstalled,
    /// The folder that was named holds no usable PostgreSQL.
    #[error(
        "{} holds no PostgreSQL 15 or newer ({why}): \
         name the folder that holds `postgres`, `initdb` and `pg_ctl`",
        path.display()
    )]
    NotAnInstallation {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No Redis is installed.
    #[error("`redis-server` was not found in PATH: run `scripts/setup`")]
    RedisNotInstalled,
    /// The folder cannot be created or written.
    #[error(
        "the folder {} cannot be written by this user: change its owner or choose another folder",
        path.display()
    )]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another program runs a server in the same folder.
    #[error(
        "the folder {} is in use by process {holder}: stop that process or choose another folder",
        path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process id of the other program, or `unknown`.
        holder: String,
    },
    /// Another program listens on the wanted port.
    #[error(
        "port {port} of 127.0.0.1 is used by another program: \
         stop that program or choose another port"
    )]
    PortBusy {
        /// The port.
        port: u16,
    },
    /// The data were written by a version of PostgreSQL that is not installed.
    #[error(
        "the data in {} were written by PostgreSQL {written_by} and only {installed} was found: \
         install PostgreSQL {written_by} or choose another folder",
        path.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The major version that wrote the data.
        written_by: String,
        /// The major version at hand.
        installed: u32,
    },
    /// The folder already holds something that this crate did not create.
    #[error(
        "{} exists but was not created as a private server's data: choose another folder",
        path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// The unprivileged account that a server needs does not exist.
    #[error(
        "a server may not run as root and there is neither a user `postgres` nor a user `nobody`: \
         create one of them or start as an ordinary user"
    )]
    NoAccount,
    /// A server's program ended with an error.
    #[error(
        "{program} failed: {last_words}; see {} for its messages",
        log.display()
    )]
    Failed {
        /// Which program.
        program: &'static str,
        /// The last lines of its messages, joined.
        last_words: String,
        /// The whole log.
        log: PathBuf,
    },
    /// A server did not become ready or did not stop in time.
    #[error(
        "{program} did not {what} within {seconds} seconds; see {} for its messages",
        log.display()
    )]
    TimedOut {
        /// Which program.
        program: &'static str,
        /// `start` or `stop`.
        what: &'static str,
        /// How long was waited.
        seconds: u64,
        /// The whole log.
        log: PathBuf,
    },
    /// The operating system refused something that normally works.
    #[error("could not {action} {}: check that path and the system's messages", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// An adapter for `map_err`: names what was attempted, and on what.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// An adapter for `map_err` where a folder turns out not to be ours to write.
    pub(crate) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Unwritable { path, source }
    }
}
