//! Kinds of products and their typed attributes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use ids::{ProductId, ProductTypeId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{CatalogueRefusal, Texts};

/// How many attributes a kind of product has at the most.
pub(crate) const ATTRIBUTES_MAX: usize = 50;

/// How many choices an attribute has at the most.
pub(crate) const CHOICES_MAX: usize = 200;

const TEXT_CHARS_MAX: usize = 1_000;

/// What values an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttributeKind {
    /// A text per language.
    Text,
    /// A decimal number in words: "12.5".
    Number,
    /// The code of one of its choices.
    Choice,
    /// `true` or `false`.
    Boolean,
    /// A day: "2026-01-31".
    Date,
    /// The id of another product.
    Reference,
}

impl AttributeKind {
    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Choice => "choice",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Reference => "reference",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(Value::String(text.to_owned())).ok()
    }
}

/// One of the values that a choice has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Lower-case letters, digits and underscores.
    #[schema(example = "cotton")]
    pub(crate) code: String,
    pub(crate) name: Texts,
}

/// What is said of each product of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribute {
    /// Unique in its kind of product; lower-case letters, digits and underscores.
    #[schema(example = "material")]
    pub(crate) code: String,
    pub(crate) name: Texts,
    pub(crate) kind: AttributeKind,
    /// Of a choice, in order; empty for every other kind.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub(crate) choices: Vec<Choice>,
    /// Whether each product has to have it.
    #[serde(default)]
    pub(crate) is_required: bool,
    /// Whether what is found is counted and narrowed by it; of a choice or a boolean.
    #[serde(default)]
    pub(crate) is_facet: bool,
}

/// A kind of product.
#[derive(Debug, Clone)]
pub(crate) struct ProductType {
    pub(crate) id: ProductTypeId,
    pub(crate) slug: String,
    pub(crate) name: Texts,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) version: i64,
}

/// What is said of one product: each value under its attribute's code.
pub(crate) type AttributeValues = BTreeMap<String, Value>;

/// What somebody says of a product.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) type_id: Option<ProductTypeId>,
    pub(crate) values: AttributeValues,
}

pub(crate) fn is_code(code: &str) -> bool {
    (1..=40).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The rules that the attributes of a kind of product keep. Names and numbers of entries were
/// checked already.
///
/// # Errors
/// `invalid_product_type` with what is wrong.
pub(crate) fn check_attributes(attributes: &[Attribute]) -> Result<(), CatalogueRefusal> {
    let refuse = |rule: String| Err(CatalogueRefusal::InvalidProductType(rule));
    let mut codes = BTreeSet::new();
    for attribute in attributes {
        let code = &attribute.code;
        if !is_code(code) {
            return refuse(
                "a code has 1 to 40 lower-case letters, digits and underscores, and begins with \
                 a letter"
                    .to_owned(),
            );
        }
        if !codes.insert(code) {
            return refuse(format!("two attributes have the code {code}"));
        }
        let is_choice = attribute.kind == AttributeKind::Choice;
        if is_choice == attribute.choices.is_empty() {
            return refuse(format!(
                "{code}: a choice has choices, and nothing else has"
            ));
        }
        let choices: BTreeSet<&String> = attribute.choices.iter().map(|one| &one.code).collect();
        if choices.len() != attribute.choices.len() || !choices.iter().all(|one| is_code(one)) {
            return refuse(format!(
                "{code}: each choice has a well-formed code of its own"
            ));
        }
        if attribute.is_facet && !is_choice && attribute.kind != AttributeKind::Boolean {
            return refuse(format!("{code}: only a choice or a boolean is a facet"));
        }
    }
    Ok(())
}

/// What products would have to give up for a kind to become what it is to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Withdrawn {
    /// Attributes that are gone, or are of another kind.
    pub(crate) codes: Vec<String>,
    /// Choices that are gone: attribute and choice.
    pub(crate) choices: Vec<(String, String)>,
    /// Attributes that become required.
    pub(crate) required: Vec<String>,
}

impl Withdrawn {
    pub(crate) fn between(before: &[Attribute], after: &[Attribute]) -> Self {
        let mut withdrawn = Self::default();
        let find = |of: &[Attribute], code: &str| of.iter().position(|one| one.code == code);
        for old in before {
            let kept = find(after, &old.code).map(|index| &after[index]);
            let Some(new) = kept.filter(|new| new.kind == old.kind) else {
                withdrawn.codes.push(old.code.clone());
                continue;
            };
            let gone = old
                .choices
                .iter()
                .filter(|choice| !new.choices.iter().any(|one| one.code == choice.code));
            withdrawn
                .choices
                .extend(gone.map(|choice| (old.code.clone(), choice.code.clone())));
        }
        for new in after.iter().filter(|new| new.is_required) {
            let was = find(before, &new.code).is_some_and(|index| before[index].is_required);
            if !was {
                withdrawn.required.push(new.code.clone());
            }
        }
        withdrawn
    }
}

/// A decimal in words: an optional minus, up to 12 digits, up to 6 places.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    all(whole, 12) && all(places, 6)
}

/// What a value is refused for; `None` when it is one of the attribute's.
fn fault(attribute: &Attribute, value: &Value) -> Option<&'static str> {
    let text = value.as_str();
    let (is_good, wanted) = match attribute.kind {
        AttributeKind::Text => {
            let texts: Option<Texts> = serde_json::from_value(value.clone()).ok();
            let is_good = texts.is_some_and(|texts| texts.check("", TEXT_CHARS_MAX).is_ok());
            (
                is_good,
                "it must be a text per language, English among them",
            )
        }
        AttributeKind::Number => (
            text.is_some_and(is_number),
            "it must be a decimal number in quotes, with at most 12 digits and 6 places",
        ),
        AttributeKind::Choice => (
            text.is_some_and(|text| attribute.choices.iter().any(|one| one.code == text)),
            "it must be the code of one of the choices",
        ),
        AttributeKind::Boolean => (value.is_boolean(), "it must be true or false"),
        AttributeKind::Date => {
            let day = text.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
            let is_plain = day.is_some_and(|day| Some(day.to_string().as_str()) == text);
            (is_plain, "it must be a day, as 2026-01-31")
        }
        AttributeKind::Reference => (
            text.is_some_and(|text| {
                let id: Option<ProductId> = text.parse().ok();
                id.is_some_and(|id| id.to_string() == text)
            }),
            "it must be the id of a product",
        ),
    };
    (!is_good).then_some(wanted)
}

/// Checks what is said of a product of a kind; answers the products that it refers to.
///
/// # Errors
/// `invalid_attribute` with the code and what is wrong.
pub(crate) fn check_values(
    attributes: &[Attribute],
    values: &AttributeValues,
) -> Result<Vec<ProductId>, CatalogueRefusal> {
    let refuse = |code: &str, reason: &str| {
        Err(CatalogueRefusal::InvalidAttribute(format!(
            "{code}: {reason}"
        )))
    };
    let mut references = Vec::new();
    for (code, value) in values {
        let Some(attribute) = attributes.iter().find(|one| one.code == *code) else {
            return refuse(code, "the product's kind has no such attribute");
        };
        if let Some(reason) = fault(attribute, value) {
            return refuse(code, reason);
        }
        if attribute.kind == AttributeKind::Reference {
            references.extend(
                value
                    .as_str()
                    .and_then(|text| text.parse::<ProductId>().ok()),
            );
        }
    }
    for attribute in attributes.iter().filter(|one| one.is_required) {
        if !values.contains_key(&attribute.code) {
            return refuse(&attribute.code, "each product of this kind has it");
        }
    }
    Ok(references)
}

/// What a product is counted under: `code:value` of each facet.
pub(crate) fn facets_of(attributes: &[Attribute], values: &AttributeValues) -> Vec<String> {
    attributes
        .iter()
        .filter(|attribute| attribute.is_facet)
        .filter_map(|attribute| {
            let value = match values.get(&attribute.code)? {
                Value::Bool(value) => value.to_string(),
                value => value.as_str()?.to_owned(),
            };
            Some(format!("{}:{value}", attribute.code))
        })
        .collect()
}

/// The words that a product is found by: its texts, and the names of its choices.
pub(crate) fn words_of(attributes: &[Attribute], values: &AttributeValues) -> Vec<String> {
    let mut words = Vec::new();
    for attribute in attributes {
        let Some(value) = values.get(&attribute.code) else {
            continue;
        };
        let texts = match attribute.kind {
            AttributeKind::Text => serde_json::from_value(value.clone()).unwrap_or_default(),
            AttributeKind::Choice => choice(attribute, value),
            _ => Texts::default(),
        };
        words.extend(texts.all().map(str::to_owned));
    }
    words
}

/// The name of the choice that a value is.
fn choice(attribute: &Attribute, value: &Value) -> Texts {
    let choices = attribute.choices.iter();
    let mut chosen = choices.filter(|choice| value.as_str() == Some(choice.code.as_str()));
    chosen
        .next()
        .map(|choice| choice.name.clone())
        .unwrap_or_default()
}

/// A value as it is stored, and as a person reads it in `language`.
pub(crate) fn shown(attribute: &Attribute, value: &Value, language: &str) -> (String, String) {
    match attribute.kind {
        AttributeKind::Text => {
            let texts: Texts = serde_json::from_value(value.clone()).unwrap_or_default();
            (
                texts.get(language).to_owned(),
                texts.get(language).to_owned(),
            )
        }
        AttributeKind::Choice => (
            value.as_str().unwrap_or_default().to_owned(),
            choice(attribute, value).get(language).to_owned(),
        ),
        _ => {
            let plain = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (plain.clone(), plain)
        }
    }
}
