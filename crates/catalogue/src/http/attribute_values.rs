//! What is said of a product, on the wire: each value in the member of its kind.

use ids::ProductId;
use kit::{Result, http::body::invalid_member};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::model::{ATTRIBUTES_MAX, Attribute, AttributeKind, AttributeValues, Texts, shown};

/// One thing that is said of a product: its attribute's code, and the value in the member of the
/// attribute's kind.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "material", "choice": "cotton"}))]
pub(super) struct AttributeValue {
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Texts>,
    /// A decimal, at most 12 digits and 6 places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "12.5")]
    number: Option<String>,
    /// The code of a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boolean: Option<bool>,
    /// A day, as `2026-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<ProductId>,
}

/// The kind of a value and the value, of each member that is there.
fn members(said: AttributeValue) -> Vec<(AttributeKind, Value)> {
    let AttributeValue {
        code: _,
        text,
        number,
        choice,
        boolean,
        date,
        reference,
    } = said;
    let mut members = Vec::new();
    members.extend(text.map(|text| (AttributeKind::Text, text.to_json())));
    members.extend(number.map(|number| (AttributeKind::Number, json!(number))));
    members.extend(choice.map(|choice| (AttributeKind::Choice, json!(choice))));
    members.extend(boolean.map(|boolean| (AttributeKind::Boolean, json!(boolean))));
    members.extend(date.map(|date| (AttributeKind::Date, json!(date))));
    members.extend(reference.map(|id| (AttributeKind::Reference, json!(id))));
    members
}

/// Reads what is said of a product. Whether its kind wants it is for the model: a value in the
/// member of another kind is none of the attribute's.
///
/// # Errors
/// `invalid_body` where an entry has no value or several, or a code comes twice.
pub(super) fn read(said: Vec<AttributeValue>) -> Result<AttributeValues> {
    if said.len() > ATTRIBUTES_MAX {
        return Err(invalid_member("/attributes", "at most 50 attributes"));
    }
    let mut values = AttributeValues::new();
    for (index, one) in said.into_iter().enumerate() {
        let code = one.code.clone();
        let mut members = members(one);
        if members.len() != 1 {
            let found: Vec<&str> = members.iter().map(|(kind, _)| kind.as_str()).collect();
            return Err(invalid_member(
                format!("/attributes/{index}"),
                format!(
                    "it needs a code and one value; it has {}: {found:?}",
                    found.len()
                ),
            ));
        }
        let value = members.pop().map(|(_, value)| value).unwrap_or_default();
        if values.insert(code, value).is_some() {
            return Err(invalid_member(
                format!("/attributes/{index}/code"),
                "it comes twice",
            ));
        }
    }
    Ok(values)
}

/// What is said of a product, as staff see it, in the order of its kind.
pub(super) fn written(attributes: &[Attribute], values: &AttributeValues) -> Vec<AttributeValue> {
    let said = attributes.iter().filter_map(|attribute| {
        let value = values.get(&attribute.code)?;
        let text = || value.as_str().map(str::to_owned);
        let of = |kind| attribute.kind == kind;
        Some(AttributeValue {
            code: attribute.code.clone(),
            text: of(AttributeKind::Text).then(|| Texts::from_json(value.clone())),
            number: text().filter(|_| of(AttributeKind::Number)),
            choice: text().filter(|_| of(AttributeKind::Choice)),
            boolean: value.as_bool(),
            date: text().filter(|_| of(AttributeKind::Date)),
            reference: text()
                .filter(|_| of(AttributeKind::Reference))
                .and_then(|id| id.parse().ok()),
        })
    });
    said.collect()
}

/// What is said of a product, as shoppers read it.
#[derive(Serialize, ToSchema)]
pub(super) struct AttributeView {
    #[schema(example = "material")]
    code: String,
    #[schema(example = "Material")]
    name: String,
    kind: AttributeKind,
    /// A text in the language that was asked for, a decimal, a choice's code, `true` or `false`, a
    /// day, a product's id.
    #[schema(example = "cotton")]
    value: String,
    /// The value for people: of a choice its name.
    #[schema(example = "Cotton")]
    label: String,
}

/// What is said of a product, in the order of its kind.
pub(super) fn views(
    attributes: &[Attribute],
    values: &AttributeValues,
    language: &str,
) -> Vec<AttributeView> {
    let views = attributes.iter().filter_map(|attribute| {
        let (value, label) = shown(attribute, values.get(&attribute.code)?, language);
        Some(AttributeView {
            code: attribute.code.clone(),
            name: attribute.name.get(language).to_owned(),
            kind: attribute.kind,
            value,
            label,
        })
    });
    views.collect()
}
