//! Webhooks out: who is told what, how often, and what never happens.

mod addresses;
mod command_line;
mod delivering;
mod endpoints;
mod feed;
mod stream;

use serde_json::{Value, json};

use crate::world::{Answer, Client, Receiver, Shop};

const ENDPOINTS: &str = "/api/v1/admin/webhooks/endpoints/";
const DELIVERIES: &str = "/api/v1/admin/webhooks/deliveries/";

/// A shop with an endpoint for these events: the shop, its superuser, the endpoint as it was
/// answered.
async fn told(receiver: &Receiver, events: &[&str]) -> (Shop, Client, Answer) {
    let shop = Shop::open().await;
    let owner = shop.superuser().await;
    let endpoint = subscribe(&owner, receiver, events).await;
    (shop, owner, endpoint)
}

async fn subscribe(owner: &Client, receiver: &Receiver, events: &[&str]) -> Answer {
    let body = json!({ "url": receiver.url, "description": "stock keeping", "events": events });
    owner.post(ENDPOINTS, body).await.expect(201)
}

/// A guest's order for one unit of a new product.
async fn order(shop: &Shop, slug: &str) -> Value {
    let variant = shop.product(slug, &[(125_000, 9)]).await[0];
    shop.guest_order(&[(variant, 1)]).await.1
}

/// The newest delivery, with its tries.
async fn newest(owner: &Client) -> Value {
    let list = owner.get(DELIVERIES).await.expect(200);
    let path = format!("{DELIVERIES}{}/", list.text("/data/0/id"));
    owner.get(&path).await.expect(200).body
}

/// The states of all deliveries, newest first.
async fn states(owner: &Client) -> Vec<String> {
    let list = owner
        .get(&format!("{DELIVERIES}?limit=100"))
        .await
        .expect(200);
    let all = list.body["data"].as_array().unwrap();
    all.iter()
        .map(|one| one["state"].as_str().unwrap().to_owned())
        .collect()
}
