//! Carts: lines, stock, prices; what is kept and what is refused.

mod lines;
mod merge;

use serde_json::{Value, json};

use crate::world::{Answer, Client};

pub(super) fn path(cart: &str) -> String {
    format!("/api/v1/cart/{cart}/")
}

pub(super) fn items(cart: &str) -> String {
    format!("/api/v1/cart/{cart}/items/")
}

pub(super) fn line(variant_id: ids::VariantId, quantity: i64) -> Value {
    json!({ "variant_id": variant_id, "quantity": quantity })
}

/// (SKU, quantity) of each line, by SKU.
pub(super) fn lines(cart: &Value) -> Vec<(String, i64)> {
    let line = |item: &Value| {
        (
            item["sku"].as_str().unwrap().to_owned(),
            item["quantity"].as_i64().unwrap(),
        )
    };
    let mut lines: Vec<_> = cart["items"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

pub(super) async fn read(who: &Client, cart: &str) -> Answer {
    who.get(&path(cart)).await.expect(200)
}
