//! Queues before sales: places in a line, tokens, and nothing ordered without one.

mod leaving;
mod places;
mod races;
mod servers;
mod tokens;

use chrono::TimeDelta;
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop, place_body, until};

const ORDERS: &str = "/api/v1/orders/";
const SALES: &str = "/api/v1/admin/sales/";

/// A sale with a queue that starts so much later than now: its id.
async fn queued_sale(
    shop: &Shop,
    variants: &[VariantId],
    starts_in: TimeDelta,
    slots: i64,
) -> String {
    let staff = shop
        .staff(&format!("queuer-{}", variants[0]), &["catalogue.edit"])
        .await;
    let body = json!({
        "name": "Rare", "variant_ids": variants, "starts_at": shop.now() + starts_in,
        "queue": { "slots": slots, "token_seconds": 60 },
    });
    staff.post(SALES, body).await.expect(201).text("/id")
}

/// Somebody who waits with a cart.
struct Waiter {
    who: Client,
    cart: String,
    sale: String,
}

impl Waiter {
    /// A guest with one unit of a variant in the cart.
    async fn new(shop: &Shop, sale: &str, variant: VariantId) -> Self {
        let (who, cart) = shop.guest_cart(&[(variant, 1)]).await;
        let sale = sale.to_owned();
        Self { who, cart, sale }
    }

    async fn join(&self) -> Answer {
        let path = format!("/api/v1/sales/{}/queue/", self.sale);
        self.who.post(&path, json!({ "cart_id": self.cart })).await
    }

    fn path(&self) -> String {
        format!("/api/v1/sales/{}/queue/{}/", self.sale, self.cart)
    }

    async fn place(&self) -> Value {
        self.who.get(&self.path()).await.expect(200).body
    }

    async fn leave(&self) -> Answer {
        self.who.delete(&self.path()).await
    }

    /// Asks until the place is in this state.
    async fn until(&self, state: &str) -> Value {
        until(state, async || {
            let place = self.place().await;
            (place["state"] == state).then_some(place)
        })
        .await
    }

    /// Asks until it is its turn: the token.
    async fn token(&self) -> String {
        let place = self.until("admitted").await;
        place["admission"]["token"].as_str().unwrap().to_owned()
    }

    fn order(&self, tokens: &[&str]) -> Value {
        let mut body = place_body(&self.cart);
        body["admission_tokens"] = json!(tokens);
        body
    }

    /// Orders with these tokens.
    async fn buy(&self, tokens: &[&str]) -> Answer {
        self.who.post(ORDERS, self.order(tokens)).await
    }
}
