//! Tokens that are not ours, or not for this: each is refused at every kind of door.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use uuid::Uuid;

use super::{Device, EMAIL, ME, register};
use crate::world::{Client, Shop};

/// The secret of shops under test; here it shows that only the forged part was wrong.
const SECRET: &str = "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6";

fn sign(message: &str, key: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    BASE64.encode(mac.finalize().into_bytes())
}

/// A token of these exact texts, signed with a key.
fn token_of(header: &str, claims: &str, key: &str) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    format!("{message}.{}", sign(&message, key))
}

fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64.decode(text).unwrap()).unwrap()
}

/// A good token's parts, to be spoilt one at a time.
struct Mint {
    header: Value,
    claims: Value,
}

impl Mint {
    fn of(token: &str) -> Self {
        Self {
            header: part(token, 0),
            claims: part(token, 1),
        }
    }

    fn header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        token_of(&header.to_string(), &self.claims.to_string(), SECRET)
    }

    fn claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        token_of(&self.header.to_string(), &claims.to_string(), SECRET)
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name).unwrap();
        token_of(&self.header.to_string(), &claims.to_string(), SECRET)
    }

    fn number(&self, name: &str) -> i64 {
        self.claims[name].as_i64().unwrap()
    }
}

/// Tries a token at each kind of door: account, shopper, either, staff.
async fn refused_everywhere(shop: &Shop, what: &str, token: &str) {
    let who = shop.client().bearer(token);
    for (method, path) in [
        (Method::GET, ME),
        (Method::POST, "/api/v1/cart/"),
        (Method::GET, "/api/v1/orders/"),
        (Method::GET, "/api/v1/admin/me/"),
        (Method::POST, "/auth/jwt/create/"),
    ] {
        let answer = who
            .send(
                method,
                path,
                Some(json!({ "email": "a@b.co", "password": "x" })),
            )
            .await;
        let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
        let known = ["token_invalid", "token_expired", "session_ended"].contains(&code.as_str());
        assert!(
            known && answer.status == 401,
            "{what} at {path}: {} {code}",
            answer.status
        );
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert_eq!(challenge, "Bearer error=\"invalid_token\"");
    }
}

async fn signed_in() -> (Shop, Device) {
    let shop = Shop::open().await;
    register(&shop, EMAIL).await.expect(201);
    let device = Device::sign_in(&shop).await;
    (shop, device)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_algorithm_or_key_is_refused() {
    let (shop, device) = signed_in().await;
    let mint = Mint::of(&device.access);
    let (header, claims) = (mint.header.to_string(), mint.claims.to_string());
    // The control: our own parts with our own key are believed.
    let same = token_of(&header, &claims, SECRET);
    shop.client().bearer(&same).get(ME).await.expect(200);
    let before = shop.state().await;
    for algorithm in [
        "none", "None", "NONE", "nOnE", "", "HS512", "HS384", "RS256", "ES256", "EdDSA", "hs256",
    ] {
        let with_signature = mint.header("alg", json!(algorithm));
        let (message, _) = with_signature.rsplit_once('.').unwrap();
        refused_everywhere(&shop, algorithm, &with_signature).await;
        refused_everywhere(&shop, algorithm, &format!("{message}.")).await;
    }
    let other = "0123456789abcdef0123456789abcdef01234567";
    for key in ["", "secret", "nexus", &SECRET[1..], other] {
        refused_everywhere(&shop, "another key", &token_of(&header, &claims, key)).await;
    }
    let message = device.access.rsplit_once('.').unwrap().0;
    let mut mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    let longer = BASE64.encode(mac.finalize().into_bytes());
    refused_everywhere(&shop, "HMAC-SHA512", &format!("{message}.{longer}")).await;
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_header_is_followed() {
    let (shop, device) = signed_in().await;
    let mint = Mint::of(&device.access);
    let elsewhere = format!("http://{}", shop.simulator.address("control"));
    for (name, value) in [
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' union select 'secret' --")),
        ("kid", json!("1")),
        ("jku", json!(format!("{elsewhere}/keys.json"))),
        ("x5u", json!(format!("{elsewhere}/cert.pem"))),
        ("jwk", json!({ "kty": "oct", "k": "c2VjcmV0" })),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("typ", json!("jwt")),
        ("typ", json!(null)),
    ] {
        refused_everywhere(&shop, name, &mint.header(name, value)).await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_another_type_or_value_is_refused() {
    let (shop, device) = signed_in().await;
    let mint = Mint::of(&device.access);
    let (iat, exp) = (mint.number("iat"), mint.number("exp"));
    let other = Uuid::from_u128(7).to_string();
    for (name, value) in [
        ("exp", json!(exp.to_string())),
        ("exp", json!(0.5)),
        ("exp", json!([exp])),
        ("exp", json!(null)),
        ("exp", json!(-1)),
        ("exp", json!(iat - 1)),
        ("exp", json!(exp + 31_536_000)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("iat", json!(iat.to_string())),
        ("iat", json!(iat + 31)),
        ("iat", json!(i64::MIN)),
        ("nbf", json!(iat + 31)),
        ("nbf", json!("0")),
        ("nbf", json!(0.5)),
        ("aud", json!("admin")),
        ("aud", json!(["customer", "staff"])),
        ("aud", json!("")),
        ("aud", json!(null)),
        ("iss", json!("someone")),
        ("iss", json!(["nexus"])),
        ("sub", json!(other)),
        ("sub", json!("1 or 1=1")),
        ("sub", json!(EMAIL)),
        ("sid", json!(other)),
        ("sid", json!(null)),
    ] {
        let what = format!("{name} {value}");
        refused_everywhere(&shop, &what, &mint.claim(name, value)).await;
    }
    for name in ["exp", "iat", "aud", "iss", "sub", "sid"] {
        refused_everywhere(&shop, name, &mint.without(name)).await;
    }
    let claims = mint.claims.to_string();
    let twice = format!("{},\"aud\":\"staff\"}}", claims.trim_end_matches('}'));
    refused_everywhere(
        &shop,
        "aud twice",
        &token_of(&mint.header.to_string(), &twice, SECRET),
    )
    .await;
    refused_everywhere(
        &shop,
        "no object",
        &token_of(&mint.header.to_string(), "[]", SECRET),
    )
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_cut_or_grown_is_refused() {
    let (shop, device) = signed_in().await;
    let token = &device.access;
    let (message, signature) = token.rsplit_once('.').unwrap();
    let huge = format!("{message}.{}", "A".repeat(30_000));
    for (what, bad) in [
        ("cut by one", token[..token.len() - 1].to_owned()),
        (
            "half a signature",
            format!("{message}.{}", &signature[..20]),
        ),
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("padded", format!("{token}=")),
        (
            "another signature",
            format!("{message}.{}", sign("other", SECRET)),
        ),
        ("a refresh token", device.refresh.clone()),
        ("dots", "..".to_owned()),
        ("text", "let me in".to_owned()),
        ("30 kB", huge),
    ] {
        refused_everywhere(&shop, what, bad.trim()).await;
    }
    for value in [
        token.clone(),
        format!("Basic {token}"),
        format!("Token {token}"),
        "Bearer".to_owned(),
    ] {
        let who = shop.client().with("authorization", &value);
        who.get(ME).await.refused(401, "token_invalid");
    }
    let twice = shop.client().bearer(token).bearer(token);
    twice.get(ME).await.refused(401, "token_invalid");
    // A head of a megabyte is not read to its end.
    let megabyte = shop.client().bearer(&"A".repeat(1 << 20));
    if let Ok(answer) = megabyte
        .try_raw(Method::GET, ME, "application/json", None)
        .await
    {
        assert_eq!(answer.status, 431);
    }
    let body = json!({ "token": "A".repeat(200 << 10) });
    let long = shop.client().post("/auth/jwt/verify/", body).await;
    long.refused(401, "token_invalid");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_token_is_not_the_staffs_nor_the_other_way_round() {
    let (shop, device) = signed_in().await;
    let staff = shop.staff_token("all", &staff::PERMISSIONS).await;
    let doors = |who: Client| async move {
        let own = who.get(ME).await.status.as_u16();
        let cart = who.post("/api/v1/cart/", json!({})).await.status.as_u16();
        let admin = who.get("/api/v1/admin/me/").await.status.as_u16();
        (own, cart, admin)
    };
    assert_eq!(doors(device.who.clone()).await, (200, 201, 401));
    assert_eq!(doors(shop.client().bearer(&staff)).await, (401, 401, 200));
    // Even a signed token of the other audience: the session is not of that audience.
    let as_staff = Mint::of(&device.access).claim("aud", json!("staff"));
    refused_everywhere(&shop, "a customer as staff", &as_staff).await;
    let as_customer = Mint::of(&staff).claim("aud", json!("customer"));
    refused_everywhere(&shop, "staff as a customer", &as_customer).await;
    shop.close().await;
}
