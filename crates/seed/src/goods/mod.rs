//! The hand-written shop: its documents, embedded in the program, and the way from text to plan.
//! No goods are named here; they are in `data/`.

mod document;
mod price;
mod resolve;
mod rules;
#[cfg(test)]
mod tests;

use crate::error::SeedError;
use crate::plan::Shop;

/// A TOML text with a name for error messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    /// The name that errors show.
    pub(crate) name: &'a str,
    /// The TOML.
    pub(crate) text: &'a str,
}

/// Embeds the named files of `data/`.
macro_rules! documents {
    ($($name:literal),+ $(,)?) => {
        [$(Document { name: $name, text: include_str!(concat!("../../data/", $name)) }),+]
    };
}

const DOCUMENTS: [Document<'static>; 10] = documents![
    "shop.toml",
    "coffee.toml",
    "pantry.toml",
    "clothing.toml",
    "leather.toml",
    "jewellery.toml",
    "home.toml",
    "books.toml",
    "electronics.toml",
    "beauty.toml",
];

/// The hand-written shop.
///
/// # Errors
///
/// Any [`SeedError`], when the embedded goods contradict themselves; a test keeps that from ever
/// reaching a release.
pub fn parse() -> Result<Shop, SeedError> {
    parse_documents(&DOCUMENTS)
}

/// A shop from TOML texts, which may name each other's categories, brands and options.
///
/// # Errors
///
/// The first [`SeedError`] in the order of the documents.
pub(crate) fn parse_documents(documents: &[Document<'_>]) -> Result<Shop, SeedError> {
    let mut all = document::Entries::default();
    for document in documents {
        let entries = toml::from_str(document.text).map_err(|error| SeedError::Malformed {
            document: document.name.to_owned(),
            message: error.to_string(),
        })?;
        all.append(entries);
    }
    resolve::shop(all)
}
