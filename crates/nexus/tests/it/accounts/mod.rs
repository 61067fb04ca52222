//! Accounts: opening one, signing in, staying signed in, and every token that is not ours.

mod addresses;
mod forgery;
mod limits;
mod profile;
mod registration;
mod sessions;

use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

pub(super) const EMAIL: &str = "abebe@example.com";
pub(super) const PASSWORD: &str = "correct horse battery staple";
pub(super) const ME: &str = "/auth/users/me/";
pub(super) const REFRESH: &str = "/auth/jwt/refresh/";

pub(super) fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

pub(super) async fn sign_in(shop: &Shop, email: &str, password: &str) -> Answer {
    shop.client()
        .post("/auth/jwt/create/", credentials(email, password))
        .await
}

pub(super) async fn register(shop: &Shop, email: &str) -> Answer {
    shop.client()
        .post("/auth/users/", credentials(email, PASSWORD))
        .await
}

/// Somebody on one device: the access token as a client, and the refresh token.
pub(super) struct Device {
    pub(super) who: Client,
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Device {
    pub(super) async fn sign_in(shop: &Shop) -> Self {
        let answer = sign_in(shop, EMAIL, PASSWORD).await.expect(200);
        let (access, refresh) = (answer.text("/access"), answer.text("/refresh"));
        Self {
            who: shop.client().bearer(&access),
            access,
            refresh,
        }
    }

    pub(super) async fn refresh(&self, shop: &Shop) -> Answer {
        shop.client()
            .post(REFRESH, json!({ "refresh": self.refresh }))
            .await
    }
}
