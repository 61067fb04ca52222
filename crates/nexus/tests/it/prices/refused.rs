//! What a price list is not: refused with its reason, and nothing changes.

use chrono::TimeDelta;
use ids::{CustomerGroupId, VariantId};
use serde_json::{Value, json};

use super::{LISTS, between, clerk, list};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_or_breaks_a_rule_is_refused() {
    let shop = Shop::open().await;
    let cup = shop.product("cup", &[(10_000, 5)]).await[0];
    let staff = clerk(&shop).await;
    let abroad = json!({
        "title": { "en": "Mug" }, "status": "published",
        "variants": [{ "sku": "MUG", "price": { "amount": 100, "currency": "USD" } }],
    });
    let products = "/api/v1/admin/catalogue/products/";
    let mug = staff.post(products, abroad).await.expect(201);
    let mug: VariantId = mug.text("/variants/0/id").parse().unwrap();
    let now = shop.now();
    let of = |prices: &[(VariantId, i64, i64)]| list(prices, json!({}));
    let with = |more: Value| list(&[(cup, 1, 9_000)], more);
    let many: Vec<_> = (1..=1_001).map(|n| (cup, n, 9_000)).collect();
    let before = shop.state().await;
    for (bad, code) in [
        (with(json!({ "currency": "EUR" })), "invalid_body"),
        (with(json!({ "currency": "etb" })), "invalid_body"),
        (with(json!({ "currency": "USD" })), "invalid_body"),
        (
            with(json!({ "group_id": CustomerGroupId::generate(now) })),
            "unknown_customer_group",
        ),
        (
            of(&[(VariantId::generate(now), 1, 9_000)]),
            "invalid_price_list",
        ),
        (of(&[(mug, 1, 90)]), "invalid_price_list"),
        (
            of(&[(cup, 1, 9_000), (cup, 1, 8_000)]),
            "invalid_price_list",
        ),
        (of(&[(cup, 0, 9_000)]), "invalid_price_list"),
        (of(&[(cup, 10_000, 9_000)]), "invalid_price_list"),
        (of(&[(cup, 1, 0)]), "invalid_price_list"),
        (of(&many), "invalid_price_list"),
        (with(json!({ "name": " " })), "invalid_price_list"),
        (
            with(json!({ "name": "x".repeat(101) })),
            "invalid_price_list",
        ),
        (with(between(now, now)), "invalid_schedule"),
        (
            with(between(now, now - TimeDelta::seconds(1))),
            "invalid_schedule",
        ),
    ] {
        let refused = staff.post(LISTS, bad.clone()).await;
        assert_eq!(refused.body["code"], code, "{bad}");
        refused.refused(422, code);
    }
    assert_eq!(shop.state().await, before);
    let asked = "/api/v1/catalogue/prices/?product_ids=";
    let too_many = vec![ids::ProductId::generate(now).to_string(); 101].join(",");
    for ids in ["", "x", ",", &too_many] {
        let path = format!("{asked}{ids}");
        shop.client().get(&path).await.refused(400, "invalid_query");
    }
    let path = format!("{asked}{}", ids::ProductId::generate(now));
    let nothing = shop.client().get(&path).await.expect(200);
    assert_eq!(nothing.body["data"], json!([]));
    shop.close().await;
}
