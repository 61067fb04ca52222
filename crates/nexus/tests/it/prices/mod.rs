//! Price lists: sales that start and end, prices of groups, prices by quantity.

mod groups;
mod kills;
mod property;
mod refused;
mod sales;

use chrono::{DateTime, Utc};
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Client, Shop, place_body};

pub(crate) const LISTS: &str = "/api/v1/admin/catalogue/price-lists/";
const GROUPS: &str = "/api/v1/admin/customer-groups/";

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

/// A list of prices: which variant, from how many units on, what each costs.
pub(crate) fn list(prices: &[(VariantId, i64, i64)], more: Value) -> Value {
    let price = |one: &(VariantId, i64, i64)| {
        let (variant, from, minor) = *one;
        json!({ "variant_id": variant, "min_quantity": from, "price": etb(minor) })
    };
    let prices: Vec<Value> = prices.iter().map(price).collect();
    let mut list = json!({ "name": "Week", "currency": "ETB", "prices": prices });
    for (name, value) in more.as_object().unwrap() {
        list[name] = value.clone();
    }
    list
}

fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Value {
    json!({ "starts_at": from, "ends_at": until })
}

/// Somebody who may set prices, with a token that is good now.
async fn clerk(shop: &Shop) -> Client {
    let name = format!("clerk-{}", shop.now().timestamp());
    shop.staff(&name, &["catalogue.edit"]).await
}

fn at(staff: &Client, version: i64) -> Client {
    staff.with("if-match", &format!("\"v{version}\""))
}

/// A group of customers with these in it.
async fn group(staff: &Client, name: &str, emails: &[&str]) -> String {
    let made = staff.post(GROUPS, json!({ "name": name })).await;
    let id = made.expect(201).text("/id");
    for email in emails {
        let path = format!("{GROUPS}{id}/members/");
        staff
            .post(&path, json!({ "email": email }))
            .await
            .expect(200);
    }
    id
}

/// A new cart of somebody with these lines: its id and what it says.
async fn cart(who: &Client, lines: &[(VariantId, i64)]) -> (String, Value) {
    let id = who.post("/api/v1/cart/", json!({})).await;
    assert!(id.status.is_success(), "{}", id.body);
    let id = id.text("/id");
    let items = format!("/api/v1/cart/{id}/items/");
    for (variant_id, quantity) in lines {
        let body = json!({ "variant_id": variant_id, "quantity": quantity });
        who.post(&items, body).await.expect(201);
    }
    let path = format!("/api/v1/cart/{id}/");
    let body = who.get(&path).await.expect(200).body;
    (id, body)
}

/// What one unit of each line costs.
fn units(cart: &Value) -> Vec<i64> {
    let items = cart["items"].as_array().unwrap().iter();
    let unit = |item: &Value| item["unit_price"]["amount"].as_i64().unwrap();
    items.map(unit).collect()
}

/// An order at the total that was shown.
fn order_of(cart: &str, total: &Value) -> Value {
    let mut body = place_body(cart);
    body["expected_total"] = total.clone();
    body
}
