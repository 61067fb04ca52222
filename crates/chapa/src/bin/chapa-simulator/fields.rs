//! Reads a request's body, JSON or form, into flat fields: `customization.title` and the
//! like. Amounts stay the text they were: no number is ever read as a float.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A request's fields.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    texts: BTreeMap<String, String>,
    /// What was sent as `meta`; `Null` when nothing was.
    pub(crate) meta: Value,
}

impl Fields {
    /// The text of a field that is there and not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.texts
            .get(name)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Whether any field of an object was sent.
    pub(crate) fn has_any_under(&self, prefix: &str) -> bool {
        self.texts.keys().any(|name| name.starts_with(prefix))
    }

    /// These fields.
    pub(crate) fn of<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        let texts = pairs.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self {
            texts: texts.into(),
            ..Self::default()
        }
    }

    /// Reads a body; what is neither an object nor a form has no fields.
    pub(crate) fn parse(body: &str) -> Self {
        if body.trim_start().starts_with('{') {
            Self::from_json(body)
        } else {
            Self::from_form(body)
        }
    }

    fn from_json(body: &str) -> Self {
        let mut fields = Self::default();
        let object: BTreeMap<String, &RawValue> = serde_json::from_str(body).unwrap_or_default();
        for (name, raw) in object {
            if name == "meta" {
                fields.meta = serde_json::from_str(raw.get()).unwrap_or_default();
            } else {
                fields.add_json(bracketless(&name), raw);
            }
        }
        fields
    }

    fn add_json(&mut self, name: String, raw: &RawValue) {
        let text = raw.get();
        if text.starts_with('{') {
            let object: BTreeMap<String, &RawValue> =
                serde_json::from_str(text).unwrap_or_default();
            for (inner, raw) in object {
                self.add_json(format!("{name}.{inner}"), raw);
            }
        } else if let Ok(text) = serde_json::from_str::<String>(text) {
            self.texts.insert(name, text);
        } else if text != "null" {
            self.texts.insert(name, text.to_owned());
        }
    }

    fn from_form(body: &str) -> Self {
        let mut fields = Self::default();
        let mut meta = Map::new();
        let address = reqwest::Url::parse(&format!("http://form/?{}", body.trim()));
        for (name, value) in address.iter().flat_map(reqwest::Url::query_pairs) {
            let name = bracketless(&name);
            match name.strip_prefix("meta.") {
                Some(key) => {
                    meta.insert(key.to_owned(), Value::String(value.into_owned()));
                }
                None => {
                    fields.texts.insert(name, value.into_owned());
                }
            }
        }
        if !meta.is_empty() {
            fields.meta = Value::Object(meta);
        }
        fields
    }
}

/// `customization[title]` is `customization.title`.
fn bracketless(name: &str) -> String {
    name.replace('[', ".").replace(']', "")
}
