//! One address is one account; a password is not one of the first that a thief tries.

use serde_json::json;

use super::{EMAIL, ME, PASSWORD, register, sign_in};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_and_read() {
    let shop = Shop::open().await;
    let body = json!({
        "email": " Abebe@Example.com ", "password": PASSWORD, "first_name": " Abebe ",
        "last_name": "ከበደ", "phone": "0911 22 33 44", "language": "am",
    });
    let opened = shop.client().post("/auth/users/", body).await.expect(201);
    for (member, value) in [
        ("email", json!("Abebe@Example.com")),
        ("first_name", json!("Abebe")),
        ("last_name", json!("ከበደ")),
        ("phone", json!("+251911223344")),
        ("language", json!("am")),
    ] {
        assert_eq!(opened.body[member], value, "{member}");
    }
    assert!(
        !opened.body.to_string().contains("password"),
        "{}",
        opened.body
    );
    let signed_in = sign_in(&shop, "ABEBE@example.com", PASSWORD)
        .await
        .expect(200);
    assert_eq!(signed_in.body["customer"], opened.body);
    assert_eq!(
        (
            &signed_in.body["token_type"],
            &signed_in.body["expires_in_seconds"]
        ),
        (&json!("Bearer"), &json!(300))
    );
    let me = shop
        .client()
        .bearer(&signed_in.text("/access"))
        .get(ME)
        .await
        .expect(200);
    assert_eq!(
        (me.body.clone(), me.etag()),
        (opened.body, "\"v1\"".to_owned())
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_spellings_are_one_account() {
    let shop = Shop::open().await;
    register(&shop, "jos\u{e9}@example.com").await.expect(201);
    let before = shop.state().await;
    for spelling in [
        "jos\u{e9}@example.com",
        "JOS\u{c9}@EXAMPLE.COM",
        "jose\u{301}@example.com",
        " jos\u{e9}@example.com\t",
        "JOSE\u{301}@example.com",
    ] {
        register(&shop, spelling).await.refused(409, "email_taken");
        sign_in(&shop, spelling, PASSWORD).await.expect(200);
    }
    let after = shop.state().await;
    assert_eq!(after["customers"], before["customers"]);
    register(&shop, "jose@example.com").await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_is_wrong_opens_nothing() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    let (long, name) = ("x".repeat(1_025), "n".repeat(101));
    for (change, at) in [
        (json!({ "password": "short12" }), "/password"),
        (json!({ "password": "password1" }), "/password"),
        (json!({ "password": "PASSWORD1" }), "/password"),
        (json!({ "password": "12345678" }), "/password"),
        (json!({ "password": "aaaaaaaaaaaa" }), "/password"),
        (json!({ "password": "ABEBE@example.com" }), "/password"),
        (json!({ "password": long }), "/password"),
        (json!({ "email": "" }), "/email"),
        (json!({ "email": "abebe" }), "/email"),
        (json!({ "email": "a@b" }), "/email"),
        (json!({ "email": "a b@example.com" }), "/email"),
        (
            json!({ "email": "a@example.com\nbcc: b@example.com" }),
            "/email",
        ),
        (
            json!({ "email": format!("{}@example.com", "a".repeat(300)) }),
            "/email",
        ),
        (json!({ "first_name": name }), "/first_name"),
        (json!({ "last_name": "two\nlines" }), "/last_name"),
        (json!({ "phone": "abc" }), "/phone"),
        (json!({ "phone": "+2519112233445566" }), "/phone"),
        (json!({ "language": "EN" }), "/language"),
        (json!({ "language": "english" }), "/language"),
    ] {
        let mut body = json!({ "email": EMAIL, "password": PASSWORD });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let refused = shop
            .client()
            .post("/auth/users/", body)
            .await
            .refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at, "{change}");
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_account_are_told_alike() {
    let shop = Shop::open().await;
    register(&shop, EMAIL).await.expect(201);
    shop.superuser().await;
    let before = shop.state().await;
    for path in ["/auth/jwt/create/", "/api/v1/admin/auth/jwt/create/"] {
        let mut answers = Vec::new();
        for email in [
            EMAIL,
            "owner@shop.example",
            "nobody@example.com",
            "not an address",
            "",
        ] {
            let body = super::credentials(email, "not the password");
            let mut answer = shop
                .client()
                .post(path, body)
                .await
                .refused(401, "invalid_credentials");
            answer.body["request_id"] = json!(null);
            let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            answers.push((answer.body, names));
        }
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:#?}"
        );
    }
    // An account of the one kind is none of the other.
    sign_in(&shop, "owner@shop.example", PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    let (client, body) = (shop.client(), super::credentials(EMAIL, PASSWORD));
    let staff = client.post("/api/v1/admin/auth/jwt/create/", body).await;
    staff.refused(401, "invalid_credentials");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
