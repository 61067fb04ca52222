//! Where the running demo is found by other commands: a note in its folder.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// The addresses of a running demo.
#[derive(Serialize, Deserialize)]
pub(in crate::cli) struct Running {
    pub(in crate::cli) api: String,
    pub(in crate::cli) mailbox: String,
    pub(in crate::cli) database_url: String,
}

const FILE: &str = "running.toml";

/// Leaves the note; the database's address holds its password, so only the owner may read it.
pub(super) fn write(directory: &Path, port: u16, database_url: &str) -> Result<()> {
    let running = Running {
        api: format!("http://localhost:{port}"),
        mailbox: format!("http://localhost:{}", port + 2),
        database_url: database_url.to_owned(),
    };
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(directory.join(FILE))?;
    file.write_all(toml::to_string(&running)?.as_bytes())?;
    Ok(())
}

/// Takes the note away: nothing runs here any more.
pub(super) fn remove(directory: &Path) {
    // One that stays only leads to addresses where nobody answers.
    drop(fs::remove_file(directory.join(FILE)));
}

/// Reads the note.
pub(in crate::cli) fn read(directory: &Path) -> Result<Running> {
    let text = fs::read_to_string(directory.join(FILE)).with_context(|| {
        format!(
            "no demo runs in {}; start it with `make run`",
            directory.display()
        )
    })?;
    Ok(toml::from_str(&text)?)
}
