//! Answers as Chapa writes them: the envelope, PHP's JSON escapes, amounts without floats.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::variants::{JsonText, Variants};

/// The three fields, in Chapa's order.
#[derive(Serialize)]
struct Envelope<'a, T> {
    message: &'a Value,
    status: &'a Value,
    data: T,
}

/// An answer in Chapa's envelope.
pub(crate) fn envelope(
    variants: &Variants,
    http_status: u16,
    message: impl Into<Value>,
    status: impl Into<Value>,
    data: impl Serialize,
) -> Response {
    let message = message.into();
    let status = status.into();
    json(
        variants,
        http_status,
        &Envelope {
            message: &message,
            status: &status,
            data,
        },
    )
}

/// A refusal: `status` is `failed`, `data` is `null`.
pub(crate) fn refusal(variants: &Variants, http_status: u16, message: &str) -> Response {
    envelope(
        variants,
        http_status,
        with_tab(variants, message),
        "failed",
        Value::Null,
    )
}

/// The message with the tab that Chapa ends many of them with, unless that is switched off.
pub(crate) fn with_tab(variants: &Variants, message: &str) -> String {
    let tab = if variants.trailing_tabs { "\t" } else { "" };
    format!("{message}{tab}")
}

/// Any JSON answer.
pub(crate) fn json(variants: &Variants, http_status: u16, body: &impl Serialize) -> Response {
    let text = serde_json::to_string(body).unwrap_or_default();
    let text = escape(&text, variants.json_text);
    let status = StatusCode::from_u16(http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}

/// PHP escapes every slash and every character beyond ASCII; both occur in JSON text only
/// inside strings, so that the whole text can be treated alike.
pub(crate) fn escape(text: &str, style: JsonText) -> String {
    if style == JsonText::Plain {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '/' {
            escaped.push_str("\\/");
        } else if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

/// `400.00`
pub(crate) fn decimal(minor: i64) -> String {
    money::format_minor(minor, 2)
}

/// A JSON number: `400` for whole amounts, else `12.5` or `12.05`.
pub(crate) fn number(minor: i64) -> Box<RawValue> {
    let text = decimal(minor);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    raw(text)
}

/// A JSON number with at least one decimal: `12.0`.
pub(crate) fn number_with_decimals(minor: i64) -> Box<RawValue> {
    let text = decimal(minor);
    raw(text.strip_suffix('0').unwrap_or(&text))
}

/// A JSON string.
pub(crate) fn quoted(minor: i64) -> Box<RawValue> {
    raw(&format!("\"{}\"", decimal(minor)))
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
