//! The unsigned callback: a first line with the query, then the body. What comes out is short,
//! printable, and one of the values that the request names.
#![no_main]

use chapa::callback;
use fuzz::{input, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (query, body) = input::split_line(data);
    let Ok(query) = std::str::from_utf8(query) else {
        return;
    };
    let Some(tx_ref) = callback::tx_ref(query, body) else {
        return;
    };
    assert!((1..=100).contains(&tx_ref.len()), "{tx_ref:?}");
    assert!(tx_ref.bytes().all(|byte| (0x21..=0x7e).contains(&byte)));
    let mut named = in_form(query.strip_prefix('?').unwrap_or(query));
    if let Ok(body) = std::str::from_utf8(body) {
        named.extend(in_form(body.trim()));
        named.extend(in_json(body.trim()));
    }
    assert!(named.contains(&tx_ref), "{query:?} {body:?}: {tx_ref:?}");
});

fn is_reference(name: &str) -> bool {
    ["trx_ref", "tx_ref"].contains(&name)
}

fn in_form(text: &str) -> Vec<String> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| is_reference(name))
        .filter_map(|(_, value)| decoded(value))
        .collect()
}

/// RFC 3986's escapes and the form's plus, a second time.
fn decoded(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = value.get(at + 1..at + 3)?;
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

fn in_json(text: &str) -> Vec<String> {
    let Some(json::Json::Object(members)) = json::parse(text) else {
        return Vec::new();
    };
    members
        .iter()
        .filter(|(name, _)| name.as_deref().is_some_and(is_reference))
        .filter_map(|(_, value)| value.written())
        .map(str::to_owned)
        .collect()
}
