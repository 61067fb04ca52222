//! Reading Chapa's JSON leniently in form and strictly in meaning; and percent-encoding.
//! Knows the envelope; not which call it answers, and no network.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Decimals of a birr and of a dollar, the two currencies Chapa knows.
const DECIMALS: u32 = 2;

/// `{"message", "status", "data"}`, each of any type. A repeated key is an error: two
/// readers of the same bytes must not see two different answers.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// What the envelope's `message` says, whatever its type was.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) fields: BTreeMap<String, Vec<String>>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn parse(body: &'a str) -> Option<Self> {
        object(body)
    }

    pub(crate) fn message(&self) -> Message {
        self.message.map(read_message).unwrap_or_default()
    }

    /// Whether the envelope itself says `failed`; used to recognise a refusal, never a payment.
    pub(crate) fn says_failed(&self) -> bool {
        let status = self.status.and_then(text).unwrap_or_default();
        matches!(
            status.trim().to_ascii_lowercase().as_str(),
            "failed" | "error"
        )
    }

    /// Whether the envelope says `success`; used for acknowledgements without data.
    pub(crate) fn says_success(&self) -> bool {
        self.status
            .and_then(text)
            .is_some_and(|status| status.trim() == "success")
    }

    /// The `data`, when it is an object.
    pub(crate) fn object(&self) -> Option<&'a str> {
        self.data
            .map(RawValue::get)
            .filter(|data| data.starts_with('{'))
    }

    /// The `data`, when it is a list.
    pub(crate) fn list(&self) -> Option<&'a str> {
        self.data
            .map(RawValue::get)
            .filter(|data| data.starts_with('['))
    }
}

/// Reads a JSON object with nothing but JSON's own white space around it. A derived struct alone
/// would also be read from a list, by position.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    let is_object = text.trim_start().starts_with('{');
    is_object.then(|| serde_json::from_str(text).ok()).flatten()
}

fn read_message(raw: &RawValue) -> Message {
    if let Some(text) = text(raw) {
        return Message {
            text: shorten(&text),
            fields: BTreeMap::new(),
        };
    }
    if let Ok(object) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) {
        let fields: BTreeMap<String, Vec<String>> = object
            .into_iter()
            .take(50)
            .map(|(field, complaints)| (shorten(&field), texts(complaints)))
            .collect();
        let sentences: Vec<String> = fields
            .iter()
            .map(|(field, complaints)| format!("{field}: {}", complaints.join(", ")))
            .collect();
        return Message {
            text: shorten(&sentences.join("; ")),
            fields,
        };
    }
    Message {
        text: shorten(&texts(raw).join("; ")),
        fields: BTreeMap::new(),
    }
}

fn texts(raw: &RawValue) -> Vec<String> {
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        return list.into_iter().take(50).map(any_text).collect();
    }
    vec![any_text(raw)]
}

fn any_text(raw: &RawValue) -> String {
    shorten(&text(raw).unwrap_or_else(|| raw.get().to_owned()))
}

/// The text of a JSON string or number; `None` for `null`, booleans, lists and objects.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'-' | b'0'..=b'9' => Some(raw.get().to_owned()),
        _ => None,
    }
}

/// The text of a JSON string or number, trimmed; `None` for everything else, for a blank one, and
/// for one that is not [`is_plain`].
pub(crate) fn filled(raw: Option<&RawValue>) -> Option<String> {
    let text = text(raw?)?;
    let trimmed = text.trim();
    (!trimmed.is_empty() && is_plain(trimmed)).then(|| trimmed.to_owned())
}

/// Whether a text can be a name or a reference: short, and without control characters, which
/// databases and terminals do not take.
pub(crate) fn is_plain(text: &str) -> bool {
    text.len() <= 500 && !text.chars().any(char::is_control)
}

/// Minor units of a JSON number or string such as `400`, `"400.00"` or `12.5`. `None` for
/// signs, exponents, commas, spaces and anything that is not exact to two decimals.
pub(crate) fn minor(raw: Option<&RawValue>) -> Option<i64> {
    minor_of_text(&text(raw?)?)
}

/// The same for plain text.
pub(crate) fn minor_of_text(text: &str) -> Option<i64> {
    if !text.bytes().next()?.is_ascii_digit() {
        return None;
    }
    money::parse_minor(text, DECIMALS).ok()
}

/// `400.00`: the way Chapa's samples write amounts.
pub(crate) fn decimal(minor: i64) -> String {
    money::format_minor(minor, DECIMALS)
}

/// At most 500 characters, without surrounding white space: Chapa ends messages with tabs.
/// Control characters within become spaces.
pub(crate) fn shorten(text: &str) -> String {
    let spaced = |char: char| if char.is_control() { ' ' } else { char };
    text.trim().chars().map(spaced).take(500).collect()
}

/// Percent-encodes everything but RFC 3986's unreserved characters; right for a path
/// segment, a query value and a form value.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The opposite, with `+` as a space; `None` for a broken escape or text that is not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
