//! Layered settings: the embedded defaults, a file, the environment (`NEXUS__SECTION__KEY`).
//! Read once, at start.

use std::fmt;

use anyhow::Context;
use config::{Config, Environment, File, FileFormat};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};

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
    // Texts as they are: a secret of digits must not become a number. Whoever wants a number
    // reads it out of the text.
    builder = builder.add_source(
        Environment::with_prefix("NEXUS")
            .prefix_separator("__")
            .separator("__"),
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

/// A key or password: `Debug` shows only that it is there, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text; white space around a variable's value is dropped.
    #[must_use]
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// Whether there is none at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, for whoever signs with it or sends it; never to be kept or shown.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() {
            "Secret(empty)"
        } else {
            "Secret(…)"
        })
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A list of secrets, or one text with commas; for `deserialize_with`.
///
/// # Errors
/// When it is neither.
pub fn secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Secret>, D::Error> {
    Ok(texts(deserializer)?.into_iter().map(Secret::new).collect())
}

/// A list, or one text with commas, since environment variables have no lists; for
/// `deserialize_with`.
///
/// # Errors
/// When it is neither.
pub fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> de::Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts, or one text with commas")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            Ok(parts.map(str::to_owned).collect())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = list.next_element::<String>()? {
                texts.push(text);
            }
            Ok(texts)
        }
    }

    deserializer.deserialize_any(Texts)
}
