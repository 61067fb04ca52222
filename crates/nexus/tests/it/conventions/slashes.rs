//! Every founding address, with and without its trailing slash: the whole purchase, twice.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{Client, Shop, place_body};

const PASSWORD: &str = "correct horse battery staple";

/// One of the two forms of every address.
struct Form<'a> {
    shop: &'a Shop,
    has_slash: bool,
}

impl Form<'_> {
    fn of(&self, path: &str) -> String {
        match path.split_once("/?") {
            _ if self.has_slash => path.to_owned(),
            Some((path, query)) => format!("{path}?{query}"),
            None => path.trim_end_matches('/').to_owned(),
        }
    }

    async fn browse(&self) -> Vec<Value> {
        let mut shown = Vec::new();
        for path in [
            "products/",
            "products/coffee/",
            "categories/",
            "brands/",
            "products/?sort=price",
        ] {
            let path = self.of(&format!("/api/v1/catalogue/{path}"));
            shown.push(self.shop.client().get(&path).await.expect(200).body);
        }
        shown
    }

    async fn sign_up(&self, email: &str) -> (Client, String) {
        let client = self.shop.client();
        let account = json!({ "email": email, "password": PASSWORD });
        client
            .post(&self.of("/auth/users/"), account.clone())
            .await
            .expect(201);
        let pair = client
            .post(&self.of("/auth/jwt/create/"), account)
            .await
            .expect(200);
        let customer = client.bearer(&pair.text("/access"));
        customer.get(&self.of("/auth/users/me/")).await.expect(200);
        customer
            .patch(&self.of("/auth/users/me/"), json!({ "language": "am" }))
            .await
            .expect(200);
        let token = json!({ "token": pair.text("/access") });
        client
            .post(&self.of("/auth/jwt/verify/"), token)
            .await
            .expect(200);
        (customer, pair.text("/refresh"))
    }

    /// Fills a guest's cart and has the customer take it; answers the customer's cart.
    async fn fill(&self, customer: &Client, variant: ids::VariantId) -> String {
        let cart = self
            .shop
            .client()
            .post(&self.of("/api/v1/cart/"), json!({}))
            .await
            .expect(201);
        let both = customer.guest(&cart.text("/shopper_token"));
        let at = |rest: &str| self.of(&format!("/api/v1/cart/{}/{rest}", cart.text("/id")));
        let line = json!({ "variant_id": variant, "quantity": 2 });
        let guest = self.shop.client().guest(&cart.text("/shopper_token"));
        let added = guest.post(&at("items/"), line.clone()).await.expect(201);
        let item = format!("items/{}/", added.text("/items/0/id"));
        guest
            .patch(&at(&item), json!({ "quantity": 1 }))
            .await
            .expect(200);
        guest.delete(&at(&item)).await.expect(204);
        guest.post(&at("items/"), line).await.expect(201);
        guest.get(&at("items/")).await.expect(200);
        guest.get(&at("")).await.expect(200);
        let merged = both.post(&at("merge/"), json!({})).await.expect(200);
        let spare = guest
            .post(&self.of("/api/v1/cart/"), json!({}))
            .await
            .expect(201);
        let spare = format!("/api/v1/cart/{}/", spare.text("/id"));
        guest.delete(&self.of(&spare)).await.expect(204);
        merged.text("/cart/id")
    }

    /// Orders and pays; answers the total.
    async fn buy(&self, customer: &Client, cart: &str) -> Value {
        let client = self.shop.client();
        let order = customer
            .post(&self.of("/api/v1/orders/"), place_body(cart))
            .await
            .expect(201);
        customer.get(&self.of("/api/v1/orders/")).await.expect(200);
        let id = order.text("/id");
        customer
            .get(&self.of(&format!("/api/v1/orders/{id}/")))
            .await
            .expect(200);
        let pay = self.of(&format!("/api/v1/payment/initiate/{id}/"));
        let payment = customer.post(&pay, json!({})).await.expect(200);
        let verify = self.of(&format!(
            "/api/v1/payment/verify/{}/",
            payment.text("/tx_ref")
        ));
        client.get(&verify).await.expect(200);
        client
            .get(&self.of("/api/v1/payment/callback/"))
            .await
            .expect(200);
        client
            .post(&self.of("/api/v1/payment/callback/"), json!({}))
            .await
            .expect(200);
        client
            .post(&self.of("/api/v1/payment/webhook/chapa/"), json!({}))
            .await
            .expect(401);
        order.body["total"].clone()
    }

    async fn sign_out(&self, refresh: String) {
        let (client, refresh) = (self.shop.client(), json!({ "refresh": refresh }));
        client
            .post(&self.of("/auth/jwt/refresh/"), refresh.clone())
            .await
            .expect(200);
        client
            .post(&self.of("/auth/jwt/revoke/"), refresh)
            .await
            .expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_founding_address_is_answered_with_and_without_its_slash() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let mut seen = Vec::new();
    for (has_slash, email) in [(true, "with@example.com"), (false, "without@example.com")] {
        let form = Form {
            shop: &shop,
            has_slash,
        };
        let shown = form.browse().await;
        let (customer, refresh) = form.sign_up(email).await;
        let cart = form.fill(&customer, coffee).await;
        let total = form.buy(&customer, &cart).await;
        form.sign_out(refresh).await;
        seen.push((shown, total));
        // What the order holds goes back, so that the second round sees the same shelf.
        shop.advance(TimeDelta::hours(2));
        shop.run_jobs().await;
    }
    assert_eq!(seen[0], seen[1]);
    for path in ["/api/docs", "/api/redoc", "/api/schema", "/api/docs/errors"] {
        shop.client().get(path).await.expect(200);
        shop.client().get(&format!("{path}/")).await.expect(200);
    }
    shop.close().await;
}
