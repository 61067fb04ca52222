//! Complaints about fields, in each way that Chapa has been seen to write them.

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::variants::{Complaints, Variants};

/// The largest amount, 9,999,999.99, in minor units.
const MAX_AMOUNT_MINOR: i64 = 999_999_999;

/// What is wrong, by field; empty when nothing is.
#[derive(Debug, Default)]
pub(super) struct Complaint(Vec<(&'static str, &'static str)>);

impl Complaint {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, field: &'static str, rule: &'static str) {
        self.0.push((field, rule));
    }

    /// The envelope's `message`.
    pub(super) fn message(&self, style: Complaints) -> Value {
        let sentence = |field: &str, rule: &str| {
            format!(
                "The {} field fails the rule {rule}.",
                field.replace(['_', '.'], " ")
            )
        };
        let sentences = self.0.iter().map(|(field, rule)| sentence(field, rule));
        match style {
            Complaints::Text => Value::String(sentences.collect::<Vec<_>>().join(" ")),
            Complaints::List => Value::Array(sentences.map(Value::String).collect()),
            Complaints::Rules | Complaints::Sentences => {
                let mut object = Map::new();
                for (field, rule) in &self.0 {
                    let text = match style {
                        Complaints::Sentences => sentence(field, rule),
                        _ => format!("validation.{rule}"),
                    };
                    object.insert((*field).to_owned(), Value::Array(vec![Value::String(text)]));
                }
                Value::Object(object)
            }
        }
    }
}

/// The fields that must be there.
pub(super) fn required(fields: &Fields) -> Complaint {
    let mut complaint = Complaint::default();
    for name in ["amount", "currency", "tx_ref"] {
        if fields.get(name).is_none() {
            complaint.add(name, "required");
        }
    }
    complaint
}

/// The forms of the fields that are there.
pub(super) fn forms(fields: &Fields, variants: &Variants) -> Complaint {
    let mut complaint = Complaint::default();
    if fields.get("amount").and_then(amount_minor).is_none() {
        complaint.add("amount", "amount");
    }
    let title = fields.get("customization.title").unwrap_or_default();
    if variants.check_title && title.chars().count() > 16 {
        complaint.add("customization.title", "max.string");
    }
    let description = fields.get("customization.description").unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_ .".contains(c);
    if variants.check_description && !description.chars().all(allowed) {
        complaint.add("customization.description", "regex");
    }
    if variants.check_phone
        && fields
            .get("phone_number")
            .is_some_and(|phone| !is_phone(phone))
    {
        complaint.add("phone_number", "regex");
    }
    if fields.get("email").is_some_and(|email| !is_email(email)) {
        complaint.add("email", "email");
    }
    for name in ["callback_url", "return_url"] {
        if fields
            .get(name)
            .is_some_and(|address| !is_web_address(address))
        {
            complaint.add(name, "url");
        }
    }
    complaint
}

/// Minor units of an amount that Chapa would take.
pub(crate) fn amount_minor(text: &str) -> Option<i64> {
    let minor = money::parse_minor(text, 2).ok()?;
    (1..=MAX_AMOUNT_MINOR).contains(&minor).then_some(minor)
}

/// `^0[79]\d{8}$`
fn is_phone(text: &str) -> bool {
    text.len() == 10
        && (text.starts_with("09") || text.starts_with("07"))
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_email(text: &str) -> bool {
    let plain = !text.contains(char::is_whitespace);
    text.split_once('@').is_some_and(|(user, host)| {
        plain && !user.is_empty() && host.contains('.') && !host.contains('@')
    })
}

fn is_web_address(text: &str) -> bool {
    reqwest::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
