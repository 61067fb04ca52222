//! Bundles: as many as their parts make, taken, sent and given back as a whole.

mod leaving;
mod selling;
mod setting;
mod waiting;

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A shop with a bundle of two of one part and one of another.
struct Set {
    shop: Shop,
    clerk: Client,
    /// Of which there are 7 and 4; they cost 100 each.
    parts: Vec<VariantId>,
    /// It costs 250.
    bundle: VariantId,
}

impl Set {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let parts = shop.product("part", &[(100, 7), (100, 4)]).await;
        let bundle = shop.product("set", &[(250, 0)]).await[0];
        let rights = [
            "stock.edit",
            "orders.read",
            "orders.manage",
            "payments.refund",
        ];
        let clerk = shop.staff("clerk", &rights).await;
        let set = Self {
            shop,
            clerk,
            parts,
            bundle,
        };
        let answer = set.make(set.bundle, 1, set.made_of()).await;
        assert_eq!(answer.expect(200).body["parts"], set.made_of()["parts"]);
        set
    }

    fn made_of(&self) -> Value {
        json!({ "parts": [
            { "variant_id": self.parts[0], "quantity": 2 },
            { "variant_id": self.parts[1], "quantity": 1 },
        ] })
    }

    fn path(&self, variant: VariantId) -> String {
        format!("/api/v1/admin/inventory/bundles/{variant}/")
    }

    /// Says what a variant is made of that was read with this version.
    async fn make(&self, variant: VariantId, version: i64, body: Value) -> Answer {
        let clerk = self.clerk.with("if-match", &format!("\"v{version}\""));
        clerk.put(&self.path(variant), body).await
    }

    async fn shown(&self) -> Value {
        let path = "/api/v1/catalogue/products/set/";
        let mut shown = self.shop.client().get(path).await.expect(200).body;
        shown["variants"][0].take()
    }

    async fn stock(&self) -> [(i64, i64); 2] {
        let first = self.shop.stock(self.parts[0]).await;
        [first, self.shop.stock(self.parts[1]).await]
    }

    async fn receive(&self, variant: VariantId, quantity: i64) {
        let receipt = json!({ "kind": "receipt", "quantity": quantity, "variant_id": variant });
        let path = "/api/v1/admin/inventory/movements/";
        let body = json!({ "movements": [receipt] });
        let answer = self.clerk.post(path, body).await.expect(200);
        assert_eq!(answer.body["results"][0]["refusal"], Value::Null);
    }

    /// A verb of an order, by staff.
    async fn act(&self, order: &str, verb: &str, key: &str, body: Value) -> Answer {
        let path = format!("/api/v1/admin/orders/{order}/{verb}/");
        self.clerk.key(key).post(&path, body).await
    }

    /// (ordered, cancelled, shipped, delivered, awaited) of each line, and how far the order is.
    async fn far(&self, order: &str) -> (Vec<[i64; 5]>, String) {
        let path = format!("/api/v1/admin/orders/{order}/fulfilment/");
        let far = self.clerk.get(&path).await.expect(200);
        let units = |line: &Value| {
            ["ordered", "cancelled", "shipped", "delivered", "awaited"]
                .map(|member| line[member].as_i64().unwrap())
        };
        let lines = far.body["lines"].as_array().unwrap();
        (lines.iter().map(units).collect(), far.text("/status"))
    }

    fn units(&self, variant: VariantId, quantity: i64) -> Value {
        json!([{ "variant_id": variant, "quantity": quantity }])
    }
}
