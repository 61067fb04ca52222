//! Layered settings: the embedded defaults, a file, the environment (`NEXUS__SECTION__KEY`).
//! Read once, at start.

use anyhow::Context;
use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;

use crate::error::Result;

/// Reads settings: `defaults` (TOML), then the file, then the environment, then `overrides`.
///
/// # Errors
/// A fault that names the setting which is missing, unknown or of the wrong type.
pub fn load<T: DeserializeOwned>(
    defaults: &str,
    file: Option<&str>,
    overrides: &[(String, String)],
) -> Result<T> {
    let mut builder = Config::builder().add_source(File::from_str(defaults, FileFormat::Toml));
    if let Some(path) = file {
        builder = builder.add_source(File::new(path, FileFormat::Toml));
    }
    builder = builder.add_source(
        Environment::with_prefix("NEXUS")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true),
    );
    for (key, value) in overrides {
        builder = builder
            .set_override(key, value.as_str())
            .with_context(|| format!("the setting {key} is unknown"))?;
    }
    let settings = builder.build().context("the settings cannot be read")?;
    Ok(settings
        .try_deserialize()
        .context("a setting is missing, unknown or of the wrong type")?)
}
