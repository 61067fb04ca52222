//! A webhook: who wrote it, and what it names. Lines `name: value` before an empty line are its
//! headers, the rest is its body, to the byte. In a value `@body` stands for the body's signature,
//! `@self` for the secret's own, `@other` for the body's under a secret that is not ours, because
//! no fuzzer guesses those.
#![no_main]

use std::sync::LazyLock;

use chapa::Secret;
use chapa::webhook::{Authenticity, NoticeKind, authenticate, parse};
use fuzz::{exact::Exact, input, json};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use ring::{digest, hmac};

const SECRETS: [&str; 2] = ["the-webhook-secret", "the-one-before"];
static SELF_SIGNED: LazyLock<[String; 2]> =
    LazyLock::new(|| SECRETS.map(|secret| sign(secret, secret.as_bytes())));
const HEADERS: [&str; 2] = ["x-chapa-signature", "chapa-signature"];

fuzz_target!(|data: &[u8]| {
    let (headers, body) = read(data);
    let secrets = [
        Secret::new(""),
        Secret::new(SECRETS[0]),
        Secret::new(SECRETS[1]),
    ];
    let proof = authenticate(&secrets, &headers, body);
    assert_eq!(proof, proven(&headers, body), "{headers:?} {body:?}");
    let nothing = authenticate(&secrets[..1], &headers, body);
    assert_eq!(nothing, Authenticity::Invalid);
    notice(body);
});

fn read(mut data: &[u8]) -> (HeaderMap, &[u8]) {
    let mut lines = Vec::new();
    while !data.is_empty() {
        let (line, rest) = input::split_line(data);
        data = rest;
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut headers = HeaderMap::new();
    for line in lines {
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.split_once(": ").unwrap_or((HEADERS[0], &line));
        let value = filled_in(value, data);
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    (headers, data)
}

fn filled_in(value: &str, body: &[u8]) -> String {
    let mut value = value.to_owned();
    for (mark, secret) in [("@body", SECRETS[0]), ("@old", SECRETS[1]), ("@other", "")] {
        if value.contains(mark) {
            value = value.replace(mark, &sign(secret, body));
        }
    }
    value.replace("@self", &SELF_SIGNED[0])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sign(secret: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, message).as_ref())
}

/// What the headers prove, found in another way.
fn proven(headers: &HeaderMap, body: &[u8]) -> Authenticity {
    let given: Vec<&[u8]> = HEADERS
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .map(HeaderValue::as_bytes)
        .collect();
    let is_given = |wanted: &str| given.contains(&wanted.as_bytes());
    if SECRETS.iter().any(|secret| is_given(&sign(secret, body))) {
        Authenticity::Signed
    } else if SELF_SIGNED.iter().any(|constant| is_given(constant)) {
        Authenticity::StaticToken
    } else {
        Authenticity::Invalid
    }
}

/// What is read from the body stands in the body, and nothing is read from what is not JSON.
fn notice(body: &[u8]) {
    let Ok(notice) = parse(body) else {
        return;
    };
    let text = std::str::from_utf8(body).expect("only text is a notice");
    let outer = json::parse(text).expect("only JSON is a notice");
    assert!(outer.object(&["event", "data"]).is_some(), "{text:?}");
    let data = outer.member("data");
    let fields = match data {
        Some(data @ json::Json::Object(_)) => data,
        _ => &outer,
    };
    let names = ["tx_ref", "trx_ref", "amount", "currency", "status", "mode"];
    assert!(fields.object(&names).is_some(), "{text:?}");
    let says = |name: &str| fields.member(name).and_then(json::Json::written);
    if let Some(tx_ref) = &notice.tx_ref {
        let named = ["tx_ref", "trx_ref"].map(|name| says(name).map(str::trim));
        assert!(named.contains(&Some(tx_ref.as_str())), "{text:?}");
        assert!(!tx_ref.is_empty() && !tx_ref.chars().any(char::is_control));
    }
    if let Some(minor) = notice.claimed_amount_minor {
        let exact = says("amount").and_then(Exact::of_plain);
        assert_eq!(exact, Some(Exact::of_minor(minor, 2)), "{text:?}");
    }
    let event = outer.member("event").and_then(json::Json::written);
    let event = event.unwrap_or_default().trim();
    assert!(event.contains(notice.event.trim()), "{text:?}");
    if notice.kind == NoticeKind::Charge {
        assert!(event.starts_with("charge."), "{text:?}");
    }
    let digest = digest::digest(&digest::SHA256, body);
    assert_eq!(notice.dedupe, digest.as_ref());
}
