//! Products and variants: whole or not at all, changed member by member.

use serde_json::{Value, json};

use super::{
    super::{ADMIN_PRODUCTS, PRODUCTS, product, product_body},
    VARIANTS, patch, writer,
};
use crate::world::Shop;

/// Changes of a good product that break a rule, and the code that says which.
fn broken(now: chrono::DateTime<chrono::Utc>) -> Vec<(Value, &'static str)> {
    let size = json!([{ "name": { "en": "Size" }, "values": [{ "en": "S" }, { "en": "M" }] }]);
    let variant = |sku: &str, values: &[usize]| {
        let price = json!({ "amount": 1, "currency": "ETB" });
        json!({ "sku": sku, "price": price, "option_values": values })
    };
    let sized = |variants: Value| json!({ "options": size, "variants": variants });
    let plain = |variants: Value| json!({ "variants": variants });
    let picture = |url: &str| json!({ "images": [{ "url": url }] });
    vec![
        (plain(json!([])), "invalid_body"),
        (
            plain(json!([variant("A", &[]), variant("A", &[])])),
            "invalid_product",
        ),
        (plain(json!([variant("", &[])])), "invalid_sku"),
        (plain(json!([variant("-a", &[])])), "invalid_sku"),
        (sized(json!([variant("A", &[])])), "invalid_body"),
        (sized(json!([variant("A", &[2])])), "invalid_body"),
        (
            sized(json!([variant("A", &[0]), variant("B", &[0])])),
            "invalid_product",
        ),
        (
            json!({ "options": [{ "name": { "en": "Size" }, "values": [] }] }),
            "invalid_body",
        ),
        (json!({ "title": { "am": "ቡና" } }), "invalid_body"),
        (json!({ "title": { "en": " " } }), "invalid_body"),
        (json!({ "title": { "en": "A", "x": "B" } }), "invalid_body"),
        (json!({ "status": "live" }), "invalid_body"),
        (picture("javascript:alert(1)"), "invalid_body"),
        (picture("//evil.example/a.png"), "invalid_body"),
        (
            json!({ "images": [{ "url": "/a", "alt": { "am": "ሀ" } }] }),
            "invalid_body",
        ),
        (
            json!({ "brand_id": ids::BrandId::generate(now) }),
            "unknown_brand",
        ),
        (
            json!({ "category_ids": [ids::CategoryId::generate(now)] }),
            "unknown_category",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_breaks_a_rule_leaves_nothing_behind() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let before = shop.state().await;
    for (change, code) in broken(shop.now()) {
        let mut body = product_body("bag", 100);
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        staff.post(ADMIN_PRODUCTS, body).await.refused(422, code);
        assert_eq!(shop.state().await, before, "{change}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_and_its_variant_are_changed() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let bag = product(
        &staff,
        "bag",
        30_000,
        json!({ "description": { "en": "Good." } }),
    )
    .await;
    let path = format!("{ADMIN_PRODUCTS}{}/", bag["id"].as_str().unwrap());
    let change = json!({ "slug": "sack", "title": { "en": "A sack" }, "description": null });
    let changed = patch(&staff, &path, change).await.expect(200);
    assert_eq!(
        (&changed.body["slug"], &changed.body["title"]),
        (&json!("sack"), &json!({ "en": "A sack" }))
    );
    assert_eq!(
        (&changed.body["description"], &changed.body["version"]),
        (&json!({}), &json!(2))
    );
    let variant = format!("{VARIANTS}{}/", bag["variants"][0]["id"].as_str().unwrap());
    let price = |minor: i64| json!({ "amount": minor, "currency": "ETB" });
    // The variant has no read of its own: its version is the product's view of it.
    let at = |version: i64| staff.with("if-match", &format!("\"v{version}\""));
    let cheaper = json!({ "price": price(20_000), "compare_at_price": price(30_000) });
    let cheaper = at(1).patch(&variant, cheaper).await.expect(200);
    assert_eq!(
        (&cheaper.body["price"], cheaper.etag()),
        (&price(20_000), "\"v2\"".to_owned())
    );
    let seen = shop
        .client()
        .get(&format!("{PRODUCTS}sack/"))
        .await
        .expect(200);
    assert_eq!(
        (
            &seen.body["price_from"],
            &seen.body["variants"][0]["compare_at_price"]
        ),
        (&price(20_000), &price(30_000))
    );
    for (change, code) in [
        (json!({ "price": price(0) }), "invalid_product"),
        (json!({ "price": price(1_000_000_000) }), "invalid_product"),
        (json!({ "price": price(30_000) }), "invalid_product"),
        (
            json!({ "price": { "amount": 5, "currency": "USD" } }),
            "invalid_body",
        ),
        (json!({ "sku": "a b" }), "invalid_sku"),
    ] {
        at(2).patch(&variant, change).await.refused(422, code);
    }
    let gone = json!({ "is_active": false, "compare_at_price": null });
    let gone = at(2).patch(&variant, gone).await.expect(200);
    assert_eq!(
        (&gone.body["is_active"], &gone.body["compare_at_price"]),
        (&json!(false), &json!(null))
    );
    let seen = shop
        .client()
        .get(&format!("{PRODUCTS}sack/"))
        .await
        .expect(200);
    assert_eq!(
        (&seen.body["variants"], &seen.body["is_available"]),
        (&json!([]), &json!(false))
    );
    assert_eq!(seen.body["price_from"], json!(null));
    shop.close().await;
}
