//! What comes back: asked for, decided, received, given back in money or in kind.

mod asking;
mod receiving;
mod settling;

use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A shop with goods of 1,000 and 500, an order of three and one of which all but one of the
/// first has left, who bought it, and a member of the staff.
pub(super) struct Counter {
    pub(super) shop: Shop,
    pub(super) goods: Vec<VariantId>,
    pub(super) buyer: Client,
    pub(super) order: String,
    pub(super) clerk: Client,
}

impl Counter {
    pub(super) async fn open() -> Self {
        let shop = Shop::open().await;
        let goods = shop.product("goods", &[(1_000, 10), (500, 10)]).await;
        let rights = ["orders.read", "orders.manage", "payments.refund"];
        let clerk = shop.staff("clerk", &rights).await;
        let (buyer, order) = shop.paid_order(&[(goods[0], 3), (goods[1], 1)]).await;
        let counter = Self {
            order: order["id"].as_str().unwrap().to_owned(),
            shop,
            goods,
            buyer,
            clerk,
        };
        let lines = json!([counter.units(0, 2), counter.units(1, 1)]);
        let path = format!("/api/v1/admin/orders/{}/fulfilments/", counter.order);
        let key = counter.clerk.key("parcel");
        key.post(&path, json!({ "lines": lines })).await.expect(201);
        counter.shop.run_jobs().await;
        counter
    }

    pub(super) fn units(&self, n: usize, quantity: i64) -> Value {
        json!({ "variant_id": self.goods[n], "quantity": quantity })
    }

    /// Units that come back because they are damaged, for money or the same again.
    pub(super) fn wish(&self, n: usize, quantity: i64, resolution: &str) -> Value {
        let mut line = self.units(n, quantity);
        line["reason"] = json!("damaged");
        line["resolution"] = json!(resolution);
        line
    }

    pub(super) fn came(&self, n: usize, restocked: i64, written_off: i64) -> Value {
        let variant = self.goods[n];
        json!({ "variant_id": variant, "restocked": restocked, "written_off": written_off })
    }

    /// Staff open a return of some lines; its id.
    pub(super) async fn opened(&self, lines: Value) -> String {
        let path = format!("/api/v1/admin/orders/{}/returns/", self.order);
        let body = json!({ "lines": lines });
        self.clerk.post(&path, body).await.expect(201).text("/id")
    }

    pub(super) async fn act(&self, key: &str, id: &str, verb: &str, body: Value) -> Answer {
        let path = format!("/api/v1/admin/returns/{id}/{verb}/");
        self.clerk.key(key).post(&path, body).await
    }

    pub(super) async fn read(&self, id: &str) -> Answer {
        let path = format!("/api/v1/admin/returns/{id}/");
        self.clerk.get(&path).await.expect(200)
    }

    /// What the order says of its returns.
    pub(super) async fn status(&self) -> String {
        let path = format!("/api/v1/orders/{}/", self.order);
        let order = self.buyer.get(&path).await.expect(200);
        order.text("/return_status")
    }

    pub(super) async fn close(self) {
        self.shop.run_jobs().await;
        self.shop.close().await;
    }
}
