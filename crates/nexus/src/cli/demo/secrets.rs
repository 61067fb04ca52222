//! The demo's secrets: made at the first start, kept readable for their owner only.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context, Result};
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
            return toml::from_str(&text).with_context(|| {
                format!(
                    "{} is damaged; remove it to have new secrets",
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
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(toml::to_string(&secrets)?.as_bytes())?;
        Ok(secrets)
    }
}
