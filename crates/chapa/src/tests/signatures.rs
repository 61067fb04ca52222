//! Who may say what: both test vectors, and every forgery we could think of.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Secret;
use crate::webhook::{Authenticity, authenticate, signature};

const SECRET: &str = "sim-webhook-secret-1";
const BODY: &str = concat!(
    r#"{"event":"charge.success","first_name":"Abebe","last_name":"Bikila","email":null,"#,
    r#""mobile":"251900123456","currency":"ETB","amount":"400.00","charge":"12.00","#,
    r#""status":"success","mode":"test","reference":"AP634JFwEbxd","#,
    r#""created_at":"2026-01-05T09:00:00.000000Z","updated_at":"2026-01-05T09:00:09.000000Z","#,
    r#""type":"API","tx_ref":"ord-01HX-1","payment_method":"telebirr","#,
    r#""customization":{"title":null,"description":null,"logo":null},"meta":null}"#
);
const BODY_MAC: &str = "1631b107129c0ba7bfc7b6d94c55bc00236e718c7641f4e5e4a150cc085588f4";
const SELF_MAC: &str = "7a1a1d752c3d4c1cac18e083582022a621e1393b05fcdd18d000f24b18d9e674";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    headers
}

fn check(pairs: &[(&str, &str)], body: &[u8], expected: Authenticity) {
    let secrets = [Secret::new(SECRET)];
    assert_eq!(
        authenticate(&secrets, &headers(pairs), body),
        expected,
        "{pairs:?}"
    );
}

#[test]
fn both_vectors_hold() {
    assert_eq!(BODY.len(), 440);
    assert_eq!(signature(&Secret::new(SECRET), BODY.as_bytes()), BODY_MAC);
    assert_eq!(signature(&Secret::new(SECRET), SECRET.as_bytes()), SELF_MAC);
}

#[test]
fn genuine_signatures_are_recognised() {
    let body = BODY.as_bytes();
    check(
        &[("x-chapa-signature", BODY_MAC)],
        body,
        Authenticity::Signed,
    );
    check(&[("chapa-signature", BODY_MAC)], body, Authenticity::Signed);
    let both = [
        ("chapa-signature", SELF_MAC),
        ("x-chapa-signature", BODY_MAC),
    ];
    check(&both, body, Authenticity::Signed);
    for name in [
        "X-Chapa-Signature",
        "X-CHAPA-SIGNATURE",
        "x-Chapa-signature",
        "Chapa-Signature",
    ] {
        check(&[(name, BODY_MAC)], body, Authenticity::Signed);
    }
    let repeated = [("x-chapa-signature", "00"), ("x-chapa-signature", BODY_MAC)];
    check(&repeated, body, Authenticity::Signed);
}

#[test]
fn the_static_token_alone_proves_no_body() {
    let body = BODY.as_bytes();
    check(
        &[("chapa-signature", SELF_MAC)],
        body,
        Authenticity::StaticToken,
    );
    check(
        &[("x-chapa-signature", SELF_MAC)],
        body,
        Authenticity::StaticToken,
    );
    let tampered = BODY.replace("400.00", "1.00");
    check(
        &[("chapa-signature", SELF_MAC)],
        tampered.as_bytes(),
        Authenticity::StaticToken,
    );
    let both = [
        ("chapa-signature", SELF_MAC),
        ("x-chapa-signature", BODY_MAC),
    ];
    check(&both, tampered.as_bytes(), Authenticity::StaticToken);
}

#[test]
fn forged_signatures_are_invalid() {
    let long = format!("{BODY_MAC}0");
    let of_other_body = signature(&Secret::new(SECRET), b"{}");
    let with_other_secret = signature(&Secret::new("another"), BODY.as_bytes());
    let with_no_secret = signature(&Secret::new(""), BODY.as_bytes());
    let no_secret_itself = signature(&Secret::new(""), b"");
    let upper = BODY_MAC.to_ascii_uppercase();
    for value in [
        "",
        " ",
        "0",
        &BODY_MAC[..63],
        &BODY_MAC[1..],
        &long,
        &of_other_body,
        &with_other_secret,
        &with_no_secret,
        &no_secret_itself,
        &upper,
        &format!("sha256={BODY_MAC}"),
        &format!("{BODY_MAC}, {BODY_MAC}"),
        &"g".repeat(64),
        &"0".repeat(64),
        "ሀሁሂ",
        SECRET,
    ] {
        for name in ["x-chapa-signature", "chapa-signature"] {
            check(&[(name, value)], BODY.as_bytes(), Authenticity::Invalid);
        }
        let both = [("x-chapa-signature", value), ("chapa-signature", value)];
        check(&both, BODY.as_bytes(), Authenticity::Invalid);
    }
    check(&[], BODY.as_bytes(), Authenticity::Invalid);
    check(
        &[("authorization", BODY_MAC), ("signature", BODY_MAC)],
        BODY.as_bytes(),
        Authenticity::Invalid,
    );
}

#[test]
fn a_changed_body_is_not_the_signed_body() {
    let reordered = BODY
        .replacen(r#""event":"charge.success","#, "", 1)
        .replace(
            r#""meta":null}"#,
            r#""meta":null,"event":"charge.success"}"#,
        );
    let value: serde_json::Value = serde_json::from_str(BODY).unwrap();
    for body in [
        format!("{BODY}\n"),
        format!(" {BODY}"),
        format!("\u{feff}{BODY}"),
        BODY.replace(":", ": "),
        BODY.replace("400.00", "399.99"),
        reordered,
        serde_json::to_string(&value).unwrap(),
        serde_json::to_string_pretty(&value).unwrap(),
        BODY[..439].to_owned(),
        String::new(),
    ] {
        check(
            &[("x-chapa-signature", BODY_MAC)],
            body.as_bytes(),
            Authenticity::Invalid,
        );
    }
}

#[test]
fn raw_bytes_are_signed_whatever_they_are() {
    let php = r#"{"first_name":"\u12a0\u1260\u1260","return_url":"https:\/\/shop.et"}"#.as_bytes();
    let plain = r#"{"first_name":"አበበ","return_url":"https://shop.et"}"#.as_bytes();
    for body in [php, plain, &[0xff, 0x00, 0xfe], b""] {
        let mac = signature(&Secret::new(SECRET), body);
        check(&[("x-chapa-signature", &mac)], body, Authenticity::Signed);
    }
    let mac = signature(&Secret::new(SECRET), php);
    check(&[("x-chapa-signature", &mac)], plain, Authenticity::Invalid);
}

#[test]
fn secrets_rotate_and_empty_ones_open_nothing() {
    let signed = headers(&[("x-chapa-signature", BODY_MAC)]);
    let rotated = [Secret::new("the-new-one"), Secret::new(SECRET)];
    assert_eq!(
        authenticate(&rotated, &signed, BODY.as_bytes()),
        Authenticity::Signed
    );
    assert_eq!(
        authenticate(&rotated[..1], &signed, BODY.as_bytes()),
        Authenticity::Invalid
    );
    let empty = [Secret::new(""), Secret::new("  ")];
    let forged = signature(&Secret::new(""), BODY.as_bytes());
    let forged = headers(&[("x-chapa-signature", &forged)]);
    assert_eq!(
        authenticate(&empty, &forged, BODY.as_bytes()),
        Authenticity::Invalid
    );
    assert_eq!(
        authenticate(&[], &signed, BODY.as_bytes()),
        Authenticity::Invalid
    );
}
