//! What a token must be to be believed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::error::Refusal;

const SECRET: &str = "kV3n9sQx7fR2mZ8tY1bC5wE0pL6jH4gD";
const READERS: &str = "reader";
const WRITERS: &str = "writer";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn tokens() -> Tokens {
    Tokens::new(SECRET, "issuer")
}

fn good_claims() -> Value {
    let iat = now().timestamp();
    json!({
        "iss": "issuer", "aud": READERS, "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
        "iat": iat, "exp": iat + LIFETIME_SECONDS,
    })
}

/// A token with any header and claims, properly signed with the right secret.
fn signed_text(header: &str, claims: &str) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_text(&header.to_string(), &claims.to_string())
}

fn our_header() -> Value {
    json!({"typ": "JWT", "alg": "HS256"})
}

fn read(token: &str) -> Result<Claims, TokenRefusal> {
    tokens().read(token, &[READERS], now())
}

#[test]
fn what_was_issued_is_believed_by_its_audience_alone() {
    let (principal, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let token = tokens().issue(READERS, principal, session, now()).unwrap();
    let claims = Claims {
        audience: READERS,
        principal_id: principal,
        session_id: session,
        expires_at: now() + TimeDelta::seconds(300),
    };
    assert_eq!(read(&token), Ok(claims));
    assert_eq!(
        tokens().read(&token, &[WRITERS, READERS], now()),
        Ok(claims)
    );
    assert_eq!(
        tokens().read(&token, &[WRITERS], now()),
        Err(TokenRefusal::Invalid)
    );
    assert_eq!(
        tokens().read(&token, &[], now()),
        Err(TokenRefusal::Invalid)
    );
}

#[test]
fn the_clock_in_hand_decides() {
    let token = tokens()
        .issue(READERS, Uuid::nil(), Uuid::nil(), now())
        .unwrap();
    let after = |seconds| tokens().read(&token, &[READERS], now() + TimeDelta::seconds(seconds));
    assert!(after(-30).is_ok());
    assert_eq!(after(-31), Err(TokenRefusal::Invalid));
    assert!(after(329).is_ok());
    assert_eq!(after(330), Err(TokenRefusal::Expired));
}

#[test]
fn another_key_or_issuer_is_not_ours() {
    let (principal, session) = (Uuid::nil(), Uuid::nil());
    for other in [
        Tokens::new(&SECRET.replace('k', "K"), "issuer"),
        Tokens::new(SECRET, "other"),
    ] {
        let token = other.issue(READERS, principal, session, now()).unwrap();
        assert_eq!(read(&token), Err(TokenRefusal::Invalid));
    }
}

#[test]
fn the_control_of_the_tests_below_is_believed() {
    assert!(read(&signed(&our_header(), &good_claims())).is_ok());
}

#[test]
fn a_header_names_our_algorithm_and_nothing_else() {
    for header in [
        json!({"typ": "JWT", "alg": "none"}),
        json!({"typ": "JWT", "alg": "None"}),
        json!({"typ": "JWT", "alg": "NONE"}),
        json!({"typ": "JWT", "alg": "hs256"}),
        json!({"typ": "JWT", "alg": "HS384"}),
        json!({"typ": "JWT", "alg": "RS256"}),
        json!({"typ": "JWT", "alg": ["HS256"]}),
        json!({"typ": "JWT"}),
        json!({"alg": "HS256"}),
        json!({"typ": "at+jwt", "alg": "HS256"}),
        json!({"typ": "JWT", "alg": "HS256", "kid": "../../dev/null"}),
        json!({"typ": "JWT", "alg": "HS256", "jku": "https://example.com/keys"}),
        json!({"typ": "JWT", "alg": "HS256", "x5u": "https://example.com/chain"}),
        json!({"typ": "JWT", "alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}),
        json!({"typ": "JWT", "alg": "HS256", "crit": ["exp"]}),
        json!({"typ": "JWT", "alg": "HS256", "b64": false}),
        json!([]),
    ] {
        let token = signed(&header, &good_claims());
        assert_eq!(read(&token), Err(TokenRefusal::Invalid), "{header}");
    }
    let twice = signed_text(
        r#"{"typ":"JWT","alg":"none","alg":"HS256"}"#,
        &good_claims().to_string(),
    );
    assert_eq!(read(&twice), Err(TokenRefusal::Invalid));
}

#[test]
fn every_claim_is_there_once_and_of_its_type() {
    for name in ["iss", "aud", "sub", "sid", "iat", "exp"] {
        let mut claims = good_claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(
            read(&signed(&our_header(), &claims)),
            Err(TokenRefusal::Invalid),
            "{name}"
        );
    }
    let iat = now().timestamp();
    for (name, value) in [
        ("exp", json!((iat + 300).to_string())),
        ("exp", json!(1_800_000_300.0)),
        ("exp", json!([iat + 300])),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(iat + 301)),
        ("exp", json!(null)),
        ("exp", json!(1e300)),
        ("iat", json!(iat + 31)),
        ("iat", json!(i64::MIN)),
        ("iat", json!("now")),
        ("nbf", json!(iat + 31)),
        ("nbf", json!((iat - 1).to_string())),
        ("aud", json!([READERS])),
        ("aud", json!(WRITERS)),
        ("iss", json!("somebody")),
        ("iss", json!(["issuer"])),
        ("sub", json!(1)),
        ("sub", json!("1 or 1=1")),
        ("sid", json!("")),
    ] {
        let mut claims = good_claims();
        claims[name] = value.clone();
        let token = signed(&our_header(), &claims);
        assert_eq!(read(&token), Err(TokenRefusal::Invalid), "{name} {value}");
    }
    let twice = good_claims().to_string().replacen('{', r#"{"exp":1,"#, 1);
    let token = signed_text(&our_header().to_string(), &twice);
    assert_eq!(read(&token), Err(TokenRefusal::Invalid));
}

#[test]
fn a_cut_or_changed_token_is_refused() {
    let token = signed(&our_header(), &good_claims());
    for end in 0..token.len() {
        assert_eq!(
            read(&token[..end]),
            Err(TokenRefusal::Invalid),
            "cut at {end}"
        );
    }
    let (message, tag) = token.rsplit_once('.').unwrap();
    for changed in [
        format!("{message}."),
        format!("{message}.{}", tag.to_ascii_uppercase()),
        format!("{token}="),
        format!("{token}.{tag}"),
        format!("{token} "),
        "a".repeat(1024 * 1024),
        format!("{token}{}", "A".repeat(4096)),
        "..".to_owned(),
        "\u{0}.\u{0}.\u{0}".to_owned(),
    ] {
        assert_eq!(read(&changed), Err(TokenRefusal::Invalid));
    }
}

#[test]
fn a_refusal_challenges_the_client() {
    let challenge = |refusal: TokenRefusal| refusal.headers();
    assert_eq!(
        challenge(TokenRefusal::Missing),
        [("www-authenticate", "Bearer".to_owned())]
    );
    for refusal in [
        TokenRefusal::Invalid,
        TokenRefusal::Expired,
        TokenRefusal::SessionEnded,
    ] {
        assert_eq!(refusal.kind().status, 401);
        let expected = "Bearer error=\"invalid_token\"".to_owned();
        assert_eq!(challenge(refusal), [("www-authenticate", expected)]);
    }
}

#[test]
fn weak_secrets_are_named_without_being_repeated() {
    assert_eq!(weak_secret(SECRET), None);
    assert_eq!(
        weak_secret("3f786850e387550fdab836ed7e6dc881de23001b"),
        None
    );
    for weak in [
        "",
        "   ",
        "short",
        "kV3n9sQx7fR2mZ8tY1bC5wE0pL6jH4g",
        &"a".repeat(64),
        &"abcabc1".repeat(8),
        "this-is-my-very-long-SECRET-key-0123",
        "please-CHANGE-ME-before-you-go-live!",
        "django-insecure-9f8e7d6c5b4a3f2e1d0c",
    ] {
        let reason = weak_secret(weak).unwrap();
        assert!(weak.trim().is_empty() || !reason.contains(weak), "{reason}");
    }
}
