//! Changing the own account: a merge patch; passwords and addresses only with the password.

use serde_json::{Value, json};

use super::{Device, EMAIL, ME, PASSWORD, register, sign_in};
use crate::world::Shop;

const NEW_PASSWORD: &str = "three ripe mangoes";

async fn signed_in() -> (Shop, Device) {
    let shop = Shop::open().await;
    register(&shop, EMAIL).await.expect(201);
    let device = Device::sign_in(&shop).await;
    (shop, device)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_stays_and_null_clears() {
    let (shop, device) = signed_in().await;
    let all = json!({
        "first_name": "Abebe", "last_name": "Kebede", "phone": "0911223344", "language": "am",
    });
    let set = device.who.patch(ME, all).await.expect(200);
    let cleared = device
        .who
        .patch(ME, json!({ "last_name": null, "phone": null }))
        .await
        .expect(200);
    let expected =
        json!({ "first_name": "Abebe", "last_name": "", "phone": null, "language": "am" });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(cleared.body[member], *value, "{member}");
    }
    let before = shop.state().await;
    let stale = device
        .who
        .with("if-match", &set.etag())
        .patch(ME, json!({ "language": "en" }))
        .await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], cleared.body);
    for wrong in [
        json!({ "nickname": "A" }),
        json!({ "first_name": 7 }),
        json!({ "is_active": true }),
        json!({ "id": "x" }),
    ] {
        device
            .who
            .patch(ME, wrong)
            .await
            .refused(422, "invalid_body");
    }
    assert_eq!(shop.state().await, before);
    let fresh = device.who.with("if-match", &cleared.etag());
    assert_eq!(
        fresh
            .patch(ME, json!({ "language": null }))
            .await
            .expect(200)
            .body["language"],
        "en"
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_all_other_sessions() {
    let (shop, device) = signed_in().await;
    let other = Device::sign_in(&shop).await;
    let change = json!({ "password": NEW_PASSWORD, "current_password": PASSWORD });
    device.who.patch(ME, change).await.expect(200);
    device.who.get(ME).await.expect(200);
    device.refresh(&shop).await.expect(200);
    other.who.get(ME).await.refused(401, "session_ended");
    other
        .refresh(&shop)
        .await
        .refused(401, "refresh_token_revoked");
    sign_in(&shop, EMAIL, PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    sign_in(&shop, EMAIL, NEW_PASSWORD).await.expect(200);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_or_an_address_needs_the_password() {
    let (shop, device) = signed_in().await;
    register(&shop, "sara@example.com").await.expect(201);
    let before = shop.state().await;
    let refused = async |change: Value, at: &str| {
        let refused = device
            .who
            .patch(ME, change)
            .await
            .refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    };
    refused(json!({ "password": NEW_PASSWORD }), "/current_password").await;
    refused(json!({ "email": "new@example.com" }), "/current_password").await;
    refused(
        json!({ "password": NEW_PASSWORD, "current_password": "guess" }),
        "/current_password",
    )
    .await;
    refused(
        json!({ "email": "new@example.com", "current_password": "guess" }),
        "/current_password",
    )
    .await;
    refused(
        json!({ "password": "12345678", "current_password": PASSWORD }),
        "/password",
    )
    .await;
    refused(
        json!({ "password": null, "current_password": PASSWORD }),
        "/password",
    )
    .await;
    refused(
        json!({ "email": null, "current_password": PASSWORD }),
        "/email",
    )
    .await;
    let taken = json!({ "email": "SARA@example.com", "current_password": PASSWORD });
    device
        .who
        .patch(ME, taken)
        .await
        .refused(409, "email_taken");
    assert_eq!(shop.state().await, before);
    let moved = json!({ "email": "new@example.com", "current_password": PASSWORD });
    assert_eq!(
        device.who.patch(ME, moved).await.expect(200).body["email"],
        "new@example.com"
    );
    sign_in(&shop, EMAIL, PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    sign_in(&shop, "new@example.com", PASSWORD)
        .await
        .expect(200);
    // Guessing it from a session that was left open is bounded too.
    let guess = json!({ "password": NEW_PASSWORD, "current_password": "guess" });
    for _ in 0..2 {
        device.who.patch(ME, guess.clone()).await;
    }
    let limited = device
        .who
        .patch(ME, guess)
        .await
        .refused(429, "too_many_requests");
    assert!(limited.headers.contains_key("retry-after"));
    shop.close().await;
}
