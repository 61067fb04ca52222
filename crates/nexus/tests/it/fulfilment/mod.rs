//! Parcels and cancellations: what leaves, from where, and what never will.

mod bulk;
mod buyers;
mod cancelling;
mod mails;
mod picking;
mod shipping;

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A shop with two goods of 1,000 and 500, ten of each, and a member of the staff who packs.
struct Floor {
    shop: Shop,
    goods: Vec<VariantId>,
    packer: Client,
}

impl Floor {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let goods = shop.product("goods", &[(1_000, 10), (500, 10)]).await;
        let rights = ["orders.read", "orders.manage", "payments.refund"];
        let packer = shop.staff("packer", &rights).await;
        Self {
            shop,
            goods,
            packer,
        }
    }

    /// A paid order of three of the first and one of the second; who bought it, and its id.
    async fn order(&self) -> (Client, String) {
        let lines = [(self.goods[0], 3), (self.goods[1], 1)];
        let (buyer, order) = self.shop.paid_order(&lines).await;
        (buyer, order["id"].as_str().unwrap().to_owned())
    }

    async fn ship(&self, key: &str, order: &str, body: Value) -> Answer {
        let path = format!("/api/v1/admin/orders/{order}/fulfilments/");
        self.packer.key(key).post(&path, body).await
    }

    async fn cancel(&self, key: &str, order: &str, body: Value) -> Answer {
        let path = format!("/api/v1/admin/orders/{order}/cancel/");
        self.packer.key(key).post(&path, body).await
    }

    /// So many units of the n-th of the goods.
    fn lines(&self, units: &[(usize, i64)]) -> Value {
        let line = |(n, quantity): &(usize, i64)| {
            let variant = self.goods[*n];
            json!({ "variant_id": variant, "quantity": quantity })
        };
        units.iter().map(line).collect()
    }

    /// (ordered, cancelled, shipped, delivered) of each line, and how far the order is.
    async fn far(&self, order: &str) -> (Vec<[i64; 4]>, String) {
        let path = format!("/api/v1/admin/orders/{order}/fulfilment/");
        let far = self.packer.get(&path).await.expect(200);
        let units = |line: &Value| {
            ["ordered", "cancelled", "shipped", "delivered"]
                .map(|member| line[member].as_i64().unwrap())
        };
        let lines = far.body["lines"].as_array().unwrap();
        (lines.iter().map(units).collect(), far.text("/status"))
    }

    async fn deliver(&self, parcel: &str) -> Answer {
        let path = format!("/api/v1/admin/fulfilments/{parcel}/deliver/");
        self.packer.post(&path, json!({})).await
    }
}
