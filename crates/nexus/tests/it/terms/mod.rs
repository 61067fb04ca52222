//! What a purchase costs beyond its goods, over HTTP: coupons, deliveries, taxes, quotes, orders.

mod buyers;
mod cancelled;
mod carts;
mod guesses;
mod late;
mod moving;
mod orders;
mod staff;

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Client, Shop};

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

/// Prices with 15 % inside of them or on top; the delivery's, too.
fn taxes(are_inside: bool) -> Value {
    json!({
        "prices_include_tax": are_inside, "shipping_class": "standard",
        "home": { "country": "ET", "region": "Addis Ababa" },
        "rates": [{ "name": "VAT", "class": "standard", "country": "ET" }],
    })
}

/// Two zones: a courier in Addis Ababa, free from 5,000.00 on, or at the shop; post elsewhere.
fn zones() -> Value {
    let steps = json!([
        { "up_to_grams": 1_000, "price": etb(20_000) },
        { "up_to_grams": 5_000, "price": etb(50_000) },
    ]);
    json!({ "zones": [
        { "name": "Addis Ababa", "country": "ET", "regions": ["Addis Ababa"], "methods": [
            { "name": "Courier", "kind": "flat", "price": etb(11_500),
              "free_above": etb(500_000) },
            { "name": "At the shop", "kind": "pick_up" },
        ] },
        { "name": "Elsewhere", "country": "ET", "methods": [
            { "name": "Post", "kind": "by_weight", "steps": steps },
        ] },
    ] })
}

/// Somebody who may set terms.
struct Clerk(Client);

impl Clerk {
    async fn of(shop: &Shop) -> Self {
        Self(shop.staff("clerk", &["terms.edit"]).await)
    }

    async fn set(&self, what: &str, document: Value) -> Value {
        let path = format!("/api/v1/admin/{what}/");
        let etag = self.0.get(&path).await.expect(200).etag();
        let who = self.0.with("if-match", &etag);
        who.put(&path, document).await.expect(200).body
    }

    async fn promote(&self, promotion: Value) -> String {
        let path = "/api/v1/admin/promotions/";
        self.0.post(path, promotion).await.expect(201).text("/id")
    }

    async fn weigh(&self, variant: VariantId, grams: i64) {
        let path = format!("/api/v1/admin/terms/variants/{variant}/");
        let etag = self.0.get(&path).await.expect(200).etag();
        let goods = json!({ "tax_class": "standard", "weight_grams": grams });
        let who = self.0.with("if-match", &etag);
        who.put(&path, goods).await.expect(200);
    }
}

fn address(region: &str) -> Value {
    json!({
        "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": region,
        "city": "Bole", "landmark": "behind Edna Mall",
    })
}

/// (how often the promotion says that it was had, how often its buyer does by any name, orders that
/// have it)
async fn used(shop: &Shop) -> [i64; 3] {
    let counted = "select used_count from promotions";
    let of_buyers = "select coalesce(max(used_count), 0) from promotion_uses";
    let orders = "select count(*) from promotion_redemptions where released_at is null";
    [
        shop.number(counted).await,
        shop.number(of_buyers).await,
        shop.number(orders).await,
    ]
}

fn tenth() -> Value {
    json!({
        "name": "A tenth", "code": "selam10", "kind": "percentage", "percentage": "10",
        "usage_limit": 100,
    })
}
