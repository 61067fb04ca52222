//! Flash sales: nothing before the start, nothing after the end, whoever moves the times.

mod moving;
mod sold_out;
mod staff;
mod times;

use chrono::{DateTime, TimeDelta, Utc};
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop, place_body};

const ORDERS: &str = "/api/v1/orders/";
const SALES: &str = "/api/v1/admin/sales/";

/// As the API writes an instant.
fn text(at: DateTime<Utc>) -> String {
    serde_json::to_value(at)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// The body of a sale that starts so much later than now.
fn sale_body(shop: &Shop, variants: &[VariantId], starts_in: TimeDelta) -> Value {
    json!({
        "name": "Coffee week", "variant_ids": variants, "starts_at": text(shop.now() + starts_in),
    })
}

/// A sale that starts so much later than now; answers its address for staff.
async fn open_sale(
    shop: &Shop,
    staff: &Client,
    variants: &[VariantId],
    starts_in: TimeDelta,
) -> String {
    let body = sale_body(shop, variants, starts_in);
    let sale = staff.post(SALES, body).await.expect(201);
    format!("{SALES}{}/", sale.text("/id"))
}

/// A member of the staff who may open sales.
async fn seller(shop: &Shop) -> Client {
    shop.staff("seller", &["catalogue.edit"]).await
}

async fn place(who: &Client, cart: &str) -> Answer {
    who.post(ORDERS, place_body(cart)).await
}
