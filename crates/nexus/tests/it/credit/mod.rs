//! Gift cards and store credit, over HTTP: issued, spent, given back.

mod paying;
mod refunds;
mod staff;

use serde_json::{Value, json};

use crate::world::{Client, Shop};

pub(crate) fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

impl Shop {
    /// The code of a new gift card.
    pub(crate) async fn gift_card(&self, minor: i64) -> String {
        let name = format!("issuer-{}", ids::StaffId::generate(self.now()));
        let issuer = self.staff(&name, &["credit.edit"]);
        let body = json!({ "amount": etb(minor), "reason": "sold" });
        let path = "/api/v1/admin/credit/gift-cards/";
        issuer
            .await
            .post(path, body)
            .await
            .expect(201)
            .text("/code")
    }

    /// What a card holds.
    pub(crate) async fn balance(&self, code: &str) -> i64 {
        let path = "/api/v1/gift-cards/balance/";
        let found = self.client().post(path, json!({ "code": code })).await;
        found.expect(200).body["balance"]["amount"]
            .as_i64()
            .unwrap()
    }
}

/// The path at which credit pays an order.
pub(crate) fn path(order: &Value) -> String {
    let id = order["id"].as_str().unwrap();
    format!("/api/v1/payment/credit/{id}/")
}

/// Pays as much of an order as a card holds.
async fn pay(who: &Client, order: &Value, code: &str) -> Value {
    let body = json!({ "code": code });
    who.post(&path(order), body).await.expect(200).body
}
