//! A refresh token is good once; its session ends when it comes back, by hand, or with the account.

use chrono::TimeDelta;
use serde_json::json;

use super::{Device, EMAIL, ME, REFRESH, register};
use crate::world::{Answer, Shop};

async fn shop_with_account() -> Shop {
    let shop = Shop::open().await;
    register(&shop, EMAIL).await.expect(201);
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_used_once_and_the_next_one_works() {
    let shop = shop_with_account().await;
    let device = Device::sign_in(&shop).await;
    let pair = device.refresh(&shop).await.expect(200);
    assert_ne!(pair.text("/refresh"), device.refresh);
    shop.client()
        .bearer(&pair.text("/access"))
        .get(ME)
        .await
        .expect(200);
    // Another tab was faster: it is told so, and the session lives on.
    device
        .refresh(&shop)
        .await
        .refused(409, "refresh_token_just_used");
    let next = shop
        .client()
        .post(REFRESH, json!({ "refresh": pair.text("/refresh") }))
        .await;
    next.expect(200);
    for unknown in ["", "x", &"A".repeat(43), &device.access[..128]] {
        let refused = shop
            .client()
            .post(REFRESH, json!({ "refresh": unknown }))
            .await;
        refused.refused(401, "refresh_token_invalid");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_back_later_ends_the_whole_family() {
    let shop = shop_with_account().await;
    let (stolen, other) = (Device::sign_in(&shop).await, Device::sign_in(&shop).await);
    let pair = stolen.refresh(&shop).await.expect(200);
    shop.advance(TimeDelta::seconds(11));
    stolen
        .refresh(&shop)
        .await
        .refused(401, "refresh_token_reused");
    let newest = shop
        .client()
        .post(REFRESH, json!({ "refresh": pair.text("/refresh") }))
        .await;
    newest.refused(401, "refresh_token_revoked");
    shop.client()
        .bearer(&pair.text("/access"))
        .get(ME)
        .await
        .refused(401, "session_ended");
    // The other device is another family.
    other.who.get(ME).await.expect(200);
    other.refresh(&shop).await.expect(200);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_one_session() {
    let shop = shop_with_account().await;
    let (gone, other) = (Device::sign_in(&shop).await, Device::sign_in(&shop).await);
    let revoke = json!({ "refresh": gone.refresh });
    for _ in 0..2 {
        shop.client()
            .post("/auth/jwt/revoke/", revoke.clone())
            .await
            .expect(204);
    }
    gone.who.get(ME).await.refused(401, "session_ended");
    gone.refresh(&shop)
        .await
        .refused(401, "refresh_token_revoked");
    let verify = json!({ "token": gone.access });
    shop.client()
        .post("/auth/jwt/verify/", verify)
        .await
        .refused(401, "session_ended");
    other.who.get(ME).await.expect(200);
    let unknown = json!({ "refresh": "never heard of it" });
    shop.client()
        .post("/auth/jwt/revoke/", unknown)
        .await
        .expect(204);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_run_out() {
    let shop = shop_with_account().await;
    let device = Device::sign_in(&shop).await;
    let verify = json!({ "token": device.access });
    let standing = shop
        .client()
        .post("/auth/jwt/verify/", verify.clone())
        .await
        .expect(200);
    assert_eq!(standing.body["audience"], "customer");
    shop.advance(TimeDelta::seconds(331));
    for path in [ME, "/api/v1/orders/"] {
        device.who.get(path).await.refused(401, "token_expired");
    }
    shop.client()
        .post("/auth/jwt/verify/", verify)
        .await
        .refused(401, "token_expired");
    let pair = device.refresh(&shop).await.expect(200);
    // A month without a visit.
    shop.advance(TimeDelta::days(30));
    let late = shop
        .client()
        .post(REFRESH, json!({ "refresh": pair.text("/refresh") }))
        .await;
    late.refused(401, "refresh_token_expired");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_nobodys() {
    let shop = shop_with_account().await;
    let device = Device::sign_in(&shop).await;
    let close = "update customers set is_active = false";
    shop.db().await.execute(close, &[]).await.unwrap();
    for path in [ME, "/api/v1/orders/"] {
        device.who.get(path).await.refused(401, "session_ended");
    }
    device
        .who
        .post("/api/v1/cart/", json!({}))
        .await
        .refused(401, "session_ended");
    let verify = json!({ "token": device.access });
    shop.client()
        .post("/auth/jwt/verify/", verify)
        .await
        .refused(401, "session_ended");
    super::sign_in(&shop, EMAIL, super::PASSWORD)
        .await
        .refused(401, "invalid_credentials");
    device
        .refresh(&shop)
        .await
        .refused(401, "refresh_token_revoked");
    shop.close().await;
}

const KEY: &str = "f3b1c09e5d7a4c6e8b2f1a0d9c8e7b6a";

/// Refreshes with a key of the client's own.
async fn keyed(shop: &Shop, token: &str, key: &str) -> Answer {
    let body = json!({ "refresh": token, "key": key });
    shop.client().post(REFRESH, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_costs_nobody_the_session() {
    let shop = shop_with_account().await;
    let device = Device::sign_in(&shop).await;
    let next = keyed(&shop, &device.refresh, KEY).await.expect(200);
    let next = next.text("/refresh");
    assert_ne!(next, device.refresh);
    // Asked again at once, and after an hour: the same next token, and an access token each time.
    for minutes in [0, 60] {
        shop.advance(TimeDelta::minutes(minutes));
        let again = keyed(&shop, &device.refresh, KEY).await.expect(200);
        assert_eq!(again.text("/refresh"), next);
        let who = shop.client().bearer(&again.text("/access"));
        who.get(ME).await.expect(200);
    }
    let live = "select count(*) from refresh_tokens where used_at is null";
    assert_eq!(shop.number(live).await, 1);
    // Once the next one is used, the first one is what it always was: used.
    keyed(&shop, &next, KEY).await.expect(200);
    let thief = keyed(&shop, &device.refresh, KEY).await;
    thief.refused(401, "refresh_token_reused");
    let ended = keyed(&shop, &next, KEY).await;
    ended.refused(401, "refresh_token_revoked");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_token_without_its_key_is_as_bad_as_ever() {
    let shop = shop_with_account().await;
    let other = "0".repeat(32);
    for key in [Some(&*other), None] {
        let device = Device::sign_in(&shop).await;
        let next = keyed(&shop, &device.refresh, KEY).await.expect(200);
        let ask = async || match key {
            Some(key) => keyed(&shop, &device.refresh, key).await,
            None => device.refresh(&shop).await,
        };
        ask().await.refused(409, "refresh_token_just_used");
        shop.advance(TimeDelta::seconds(11));
        ask().await.refused(401, "refresh_token_reused");
        let whole = keyed(&shop, &next.text("/refresh"), KEY).await;
        whole.refused(401, "refresh_token_revoked");
        // Nor does the key bring back what was ended.
        let ended = keyed(&shop, &device.refresh, KEY).await;
        ended.refused(401, "refresh_token_revoked");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_can_be_guessed_is_none() {
    let shop = shop_with_account().await;
    let device = Device::sign_in(&shop).await;
    let before = shop.state().await;
    for key in ["", "1", &"a".repeat(21), &"a".repeat(129), &"ሀ".repeat(22)] {
        let refused = keyed(&shop, &device.refresh, key).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], "/key", "{key}");
    }
    assert_eq!(shop.state().await, before);
    device.refresh(&shop).await.expect(200);
    shop.close().await;
}
