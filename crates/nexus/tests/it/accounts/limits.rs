//! Limits on guessing: by account, by address; and nothing that a client writes moves an address.

use chrono::TimeDelta;
use http::Method;
use kit::sabotage::Sabotage;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, register, sign_in};
use crate::world::{Answer, Client, Shop};

/// What one address may try to register in ten minutes.
const REGISTRATIONS: usize = 60;

/// A try that is counted and then refused: it costs no hashing.
async fn try_register(who: &Client) -> Answer {
    who.post("/auth/users/", refused_body()).await
}

fn refused_body() -> Value {
    json!({ "email": "no", "password": "no" })
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_password_is_stopped_at_the_account() {
    let shop = Shop::open().await;
    register(&shop, EMAIL).await.expect(201);
    register(&shop, "sara@example.com").await.expect(201);
    for guess in 0..10 {
        let spelling = if guess % 2 == 0 {
            EMAIL
        } else {
            "ABEBE@example.com"
        };
        sign_in(&shop, spelling, "a wrong guess")
            .await
            .refused(401, "invalid_credentials");
    }
    let limited = sign_in(&shop, EMAIL, PASSWORD)
        .await
        .refused(429, "too_many_requests");
    assert_eq!(limited.headers["retry-after"], "60");
    assert_eq!(limited.body["retryable"], true);
    assert!(
        limited.headers["ratelimit"]
            .to_str()
            .unwrap()
            .contains("r=0")
    );
    assert_eq!(
        limited.headers["ratelimit-policy"],
        "\"sign-in-account\";q=10;w=600"
    );
    sign_in(&shop, "sara@example.com", PASSWORD)
        .await
        .expect(200);
    shop.advance(TimeDelta::seconds(59));
    sign_in(&shop, EMAIL, PASSWORD)
        .await
        .refused(429, "too_many_requests");
    shop.advance(TimeDelta::seconds(1));
    sign_in(&shop, EMAIL, PASSWORD).await.expect(200);
    sign_in(&shop, EMAIL, PASSWORD)
        .await
        .refused(429, "too_many_requests");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_is_limited_like_a_known_one() {
    let shop = Shop::open().await;
    for _ in 0..10 {
        sign_in(&shop, "nobody@example.com", "a wrong guess")
            .await
            .refused(401, "invalid_credentials");
    }
    let limited = sign_in(&shop, "nobody@example.com", "a wrong guess").await;
    limited.refused(429, "too_many_requests");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_client_sends_gives_it_another_address() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    for number in 0..REGISTRATIONS {
        let claimed = shop
            .client()
            .with("x-forwarded-for", &format!("192.0.2.{number}"));
        try_register(&claimed).await.refused(422, "invalid_body");
    }
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-for", "203.0.113.7, 127.0.0.1"),
        ("x-forwarded-for", ""),
        ("forwarded", "for=203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
        ("cf-connecting-ip", "203.0.113.7"),
        ("true-client-ip", "203.0.113.7"),
        ("x-client-ip", "203.0.113.7"),
        ("x-http-method-override", "GET"),
    ] {
        let who = shop.client().with(name, value);
        let limited = try_register(&who).await.refused(429, "too_many_requests");
        assert_eq!(limited.headers["retry-after"], "10", "{name}: {value}");
    }
    // Other spellings of the address are the same address or none.
    for (path, status) in [
        ("/auth/users", 429),
        ("/auth/users/?a=1", 429),
        ("/auth/users/?a=1&a=2", 429),
        ("/AUTH/users/", 404),
        ("//auth/users/", 404),
        ("/auth/users/;a/", 404),
    ] {
        let sent = shop
            .client()
            .send(Method::POST, path, Some(refused_body()))
            .await;
        assert_eq!(sent.status.as_u16(), status, "{path}");
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_of_ours_only_its_own_entry_counts() {
    let proxied = |settings: &mut nexus::config::Settings| settings.server.trusted_proxies = 1;
    let shop = Shop::open_with(Sabotage::none(), proxied).await;
    let from = |chain: &str| shop.client().with("x-forwarded-for", chain);
    for number in 0..REGISTRATIONS {
        let made_up = from(&format!("192.0.2.{number}, 198.51.100.1"));
        try_register(&made_up).await.refused(422, "invalid_body");
    }
    for chain in [
        "198.51.100.1",
        "10.0.0.1,198.51.100.1",
        "x, ,198.51.100.1",
        " ::ffff:198.51.100.1",
    ] {
        try_register(&from(chain))
            .await
            .refused(429, "too_many_requests");
    }
    try_register(&from("198.51.100.1, 198.51.100.2"))
        .await
        .refused(422, "invalid_body");
    // A neighbourhood of IPv6 addresses is one client.
    for number in 0..REGISTRATIONS {
        let own = from(&format!("2001:db8:0:1::{number:x}"));
        try_register(&own).await.refused(422, "invalid_body");
    }
    try_register(&from("2001:db8:0:1:ffff::1"))
        .await
        .refused(429, "too_many_requests");
    try_register(&from("2001:db8:0:2::1"))
        .await
        .refused(422, "invalid_body");
    shop.close().await;
}
