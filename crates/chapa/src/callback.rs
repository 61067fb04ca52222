//! The unsigned `callback_url` request: finds the reference to look at, and nothing else.
//! Whatever it says about status is not read; only `verify` knows.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::wire;

/// The reference named by a callback or a return, from the query or else from a JSON or
/// form body; `trx_ref` before `tx_ref`. `None` when there is none or it is no plausible
/// reference (1 to 100 printable ASCII characters).
#[must_use]
pub fn tx_ref(query: &str, body: &[u8]) -> Option<String> {
    from_form(query.strip_prefix('?').unwrap_or(query)).or_else(|| {
        let text = std::str::from_utf8(body).ok()?.trim();
        if text.starts_with('{') {
            from_json(text)
        } else {
            from_form(text)
        }
    })
}

fn plausible(reference: String) -> Option<String> {
    let fits = (1..=100).contains(&reference.len())
        && reference.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(reference)
}

fn from_form(text: &str) -> Option<String> {
    let value_of = |wanted: &str| {
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == wanted)
            .and_then(|(_, value)| wire::percent_decode(value))
            .and_then(plausible)
    };
    value_of("trx_ref").or_else(|| value_of("tx_ref"))
}

fn from_json(text: &str) -> Option<String> {
    let object: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let value_of = |wanted: &str| {
        object
            .get(wanted)
            .and_then(|raw| wire::text(raw))
            .and_then(plausible)
    };
    value_of("trx_ref").or_else(|| value_of("tx_ref"))
}
