//! The demo's secrets: made at the first start, kept readable for their owner only.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Result, anyhow};
use kit::random;
use serde::{Deserialize, Serialize};

/// What must not be guessed, even in a demo that somebody opens to a network.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) auth: String,
    pub(super) webhook: String,
    pub(super) chapa_key: String,
    pub(super) staff_password: String,
}

impl Secrets {
    pub(super) fn load_or_create(path: &Path) -> Result<Self> {
        if let Ok(text) = fs::read_to_string(path) {
            // What the parser says would show the line, and a secret with it.
            return toml::from_str(&text).map_err(|_| {
                anyhow!(
                    "{} is damaged; restore it, or start afresh: make reset",
                    path.display()
                )
            });
        }
        let token = || random::token().map_err(anyhow::Error::from);
        let alphanumeric = |text: String| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(24)
                .collect()
        };
        let secrets = Self {
            auth: token()?,
            webhook: token()?,
            chapa_key: format!("CHASECK_TEST-{}", alphanumeric(token()?)),
            staff_password: alphanumeric(token()?).chars().take(16).collect(),
        };
        // Renamed when it is whole: whoever is interrupted here starts afresh, not with a half.
        let unfinished = path.with_extension("unfinished");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)?;
        file.write_all(toml::to_string(&secrets)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        Ok(secrets)
    }
}
