//! Members that are not asked for: never ignored, so that nobody believes they did something.

use serde_json::{Value, json};

use super::{Write, pointers, writes};
use crate::world::Shop;

const NAMES: [&str; 44] = [
    "price",
    "total",
    "subtotal",
    "discount",
    "tax",
    "shipping",
    "currency",
    "amount",
    "line_total",
    "unit_price",
    "compare_at_price",
    "status",
    "state",
    "paid",
    "paid_at",
    "placed_at",
    "created_at",
    "updated_at",
    "expires_at",
    "id",
    "number",
    "user_id",
    "customer_id",
    "staff_id",
    "owner",
    "role",
    "roles",
    "is_staff",
    "is_admin",
    "is_superuser",
    "is_active",
    "permissions",
    "password_hash",
    "email_verified",
    "balance",
    "reserved",
    "available",
    "version",
    "token",
    "tx_ref",
    "shopper_token",
    "__proto__",
    "constructor",
    "$where",
];

async fn refused(write: &Write, at: &str, name: &str) {
    let mut body = write.body.clone();
    let object = body.pointer_mut(at).unwrap().as_object_mut().unwrap();
    if object.contains_key(name) {
        return;
    }
    object.insert(name.to_owned(), json!("1"));
    let answer = write
        .send("application/json", body.to_string().into_bytes())
        .await;
    let answer = answer.refused(422, "invalid_body");
    let detail = answer.text("/detail");
    assert!(
        detail.contains(name),
        "{} {at}/{name}: {detail}",
        write.name
    );
    let part = &answer.body["errors"][0];
    assert!(
        part["pointer"].as_str().unwrap().starts_with(at),
        "{} {at}/{name}: {part}",
        write.name
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_not_known_is_refused_by_name() {
    let shop = Shop::open().await;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        // The members of a text are languages; which ones is for the texts' own tests.
        let is_closed = |value: &Value| value.is_object() && value.get("en").is_none();
        for at in pointers(&write.body, is_closed) {
            for name in NAMES {
                refused(&write, &at, name).await;
            }
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    shop.close().await;
}

/// What null clears; every other member of a change has a value or stays away.
const CLEARED: [(&str, &str); 19] = [
    ("updateCollection", "description"),
    ("updateCollection", "rule"),
    ("updateCategory", "parent_id"),
    ("updateProduct", "description"),
    ("updateProduct", "brand_id"),
    ("updateProduct", "type_id"),
    ("updateVariant", "compare_at_price"),
    ("updateSale", "ends_at"),
    ("updateSale", "queue"),
    ("updateFulfilment", "tracking_url"),
    ("updateStockTerms", "per_order_max"),
    ("updateStockTerms", "per_customer_max"),
    ("updateStockTerms", "per_customer_days"),
    ("updateStockTerms", "low_stock_threshold"),
    ("updateStockTerms", "backorder"),
    ("changeOwnAccount", "first_name"),
    ("changeOwnAccount", "last_name"),
    ("changeOwnAccount", "phone"),
    ("changeOwnAccount", "language"),
];

#[tokio::test(flavor = "multi_thread")]
async fn null_clears_what_can_be_cleared_and_is_refused_elsewhere() {
    let shop = Shop::open().await;
    for write in writes(&shop).await {
        if !write.name.starts_with("update") && write.name != "changeOwnAccount" {
            continue;
        }
        let mut write = write.at_version(1);
        let before = shop.state().await;
        for name in write.body.as_object().unwrap().keys() {
            if !CLEARED.contains(&(write.name, name)) {
                let refused = write.with(&format!("/{name}"), "null").await;
                refused.refused(422, "invalid_body");
            }
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
        let cleared = CLEARED.iter().filter(|cleared| cleared.0 == write.name);
        write.body = cleared.map(|cleared| (cleared.1, Value::Null)).collect();
        if !write.body.as_object().unwrap().is_empty() {
            let answer = write
                .send("application/json", write.body.to_string().into_bytes())
                .await;
            answer.expect(200);
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_asked_for_does_nothing() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let wish = json!({
        "currency": "USD", "total": 1, "customer_id": "1", "state": "ordered", "amount": 1,
        "quantity": -5, "status": "paid",
    });
    let who = shop
        .client()
        .with("accept-language", "xx")
        .with("x-currency", "USD");
    let cart = who.post("/api/v1/cart/", wish.clone()).await.expect(201);
    assert_eq!(
        (&cart.body["state"], &cart.body["items"]),
        (&json!("open"), &json!([]))
    );
    assert_eq!(
        cart.body["total"],
        json!({ "amount": 0, "currency": "ETB" })
    );
    let (guest, order) = shop.guest_order(&[(coffee, 2)]).await;
    let pay = format!(
        "/api/v1/payment/initiate/{}/",
        order["id"].as_str().unwrap()
    );
    let page = guest.post(&pay, wish).await.expect(200);
    assert_eq!(
        page.body["amount"],
        json!({ "amount": 200, "currency": "ETB" })
    );
    shop.close().await;
}
