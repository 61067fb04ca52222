//! Orders: placed all or nothing, kept as they were agreed, repeatable without harm.

mod batches;
mod held;
mod keys;
mod listing;
mod mails;
mod placing;
mod servers;
mod statements;

use serde_json::{Value, json};

use crate::world::{Answer, Client, place_body};

pub(super) const ORDERS: &str = "/api/v1/orders/";

pub(super) fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

pub(super) async fn place(who: &Client, cart: &str) -> Answer {
    who.post(ORDERS, place_body(cart)).await
}

/// The body that orders a cart, with some members changed.
pub(super) fn body_with(cart: &str, more: &Value) -> Value {
    let mut body = place_body(cart);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
