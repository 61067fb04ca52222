//! Texts in several languages, slugs and SKUs.

use std::{collections::BTreeMap, fmt};

use kit::Result;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use utoipa::ToSchema;

use super::CatalogueRefusal;

/// The longest title of a product, in characters.
pub(crate) const TITLE_CHARS_MAX: usize = 200;

/// The longest description, in characters.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 10_000;

/// A text per language: `{"en": "Coffee", "am": "ቡና"}`. English is always there, because every
/// other language falls back to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(example = json!({"en": "Coffee", "am": "ቡና"}))]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// The language that every text has.
    pub const FALLBACK: &'static str = "en";

    /// A text in English and Amharic.
    #[must_use]
    pub fn en_am(en: impl Into<String>, am: impl Into<String>) -> Self {
        Self(BTreeMap::from([
            ("en".to_owned(), en.into()),
            ("am".to_owned(), am.into()),
        ]))
    }

    /// The text in `language`, in English where it has none.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        self.0
            .get(language)
            .or_else(|| self.0.get(Self::FALLBACK))
            .map_or("", String::as_str)
    }

    /// Texts by their languages' tags.
    pub(crate) const fn from_map(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// The texts, in the order of their languages' tags.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// From what the database keeps; anything else than texts reads as empty.
    #[must_use]
    pub fn from_json(value: serde_json::Value) -> Self {
        serde_json::from_value(value).unwrap_or_default()
    }

    /// As the database keeps it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let entries = self
            .0
            .iter()
            .map(|(language, text)| (language.clone(), text.clone().into()));
        serde_json::Value::Object(entries.collect())
    }

    /// Checks languages and lengths (in characters) and that English is there.
    ///
    /// # Errors
    /// `invalid_body` pointing at the text.
    pub fn check(&self, pointer: &str, length_max: usize) -> Result<()> {
        let refuse = |at: String, reason: &str| Err(kit::http::body::invalid_member(at, reason));
        if !self.0.contains_key(Self::FALLBACK) {
            return refuse(pointer.to_owned(), "the English text (\"en\") is required");
        }
        if self.0.len() > 20 {
            return refuse(pointer.to_owned(), "at most 20 languages are kept");
        }
        for (language, text) in &self.0 {
            let at = format!("{pointer}/{language}");
            if !is_language(language) {
                return refuse(at, "it is not a BCP 47 language tag");
            }
            if text.trim().is_empty() || text.chars().count() > length_max {
                return refuse(at, &format!("it must have 1 to {length_max} characters"));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Texts {
    /// A language that comes twice is refused: whoever wrote one of the two texts would miss it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text per language")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Texts, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((language, text)) = members.next_entry::<String, String>()? {
            if let Some(before) = texts.insert(language, text) {
                let reason = format_args!("a language comes twice; once it says {before:?}");
                return Err(serde::de::Error::custom(reason));
            }
        }
        Ok(Texts(texts))
    }
}

/// The shape of a BCP 47 tag: subtags of letters and digits, the first of 2 or 3 lower-case
/// letters.
#[must_use]
pub fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    tag.len() <= 35
        && (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len())
                && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Lower-case letters and digits in groups joined by single hyphens, at most 120.
pub(crate) fn check_slug(slug: &str) -> Result<(), CatalogueRefusal> {
    let is_well_formed = (1..=120).contains(&slug.len())
        && slug.split('-').all(|group| {
            !group.is_empty()
                && group
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
    // An id in the place of a slug must stay an id.
    if !is_well_formed || slug.parse::<ids::ProductId>().is_ok() {
        return Err(CatalogueRefusal::InvalidSlug);
    }
    Ok(())
}

/// Letters, digits, dot, hyphen and underscore, at most 64, beginning with a letter or digit.
pub(crate) fn check_sku(sku: &str) -> Result<(), CatalogueRefusal> {
    let is_well_formed = (1..=64).contains(&sku.len())
        && sku
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && sku.as_bytes()[0].is_ascii_alphanumeric();
    if is_well_formed {
        Ok(())
    } else {
        Err(CatalogueRefusal::InvalidSku)
    }
}

/// A slug from an English text; `None` when no letter or digit of it is Latin.
#[must_use]
pub fn slug_from(text: &str) -> Option<String> {
    let mut slug = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(120);
    let slug = slug.trim_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}
