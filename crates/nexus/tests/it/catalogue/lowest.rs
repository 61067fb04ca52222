//! The lowest price of thirty days, as price comparisons have to tell it.

use chrono::TimeDelta;
use serde_json::json;

use super::life::{admin, at, shown};
use crate::{media::product, world::Shop};

#[tokio::test(flavor = "multi_thread")]
async fn the_lowest_price_of_thirty_days_is_told() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let variant = staff
        .get(&admin(&id, ""))
        .await
        .expect(200)
        .text("/variants/0/id");
    let path = format!("/api/v1/admin/catalogue/variants/{variant}/");
    let lowest = async || {
        let slug = shop.client().get(&shown("cup")).await.expect(200);
        let by_id = shop.client().get(&shown(&id)).await.expect(200);
        let found = slug.body["variants"][0]["lowest_price_30_days"]["amount"].as_i64();
        assert_eq!(by_id.body["variants"], slug.body["variants"]);
        found.unwrap()
    };
    assert_eq!(lowest().await, 100);
    // Each price, after how many days it came, and what was the lowest right then.
    for (version, (days, price, expected)) in
        (1..).zip([(10, 80, 80), (5, 120, 80), (24, 110, 80), (7, 130, 110)])
    {
        shop.advance(TimeDelta::days(days));
        let staff = shop
            .staff(&format!("clerk-{version}"), &["catalogue.edit"])
            .await;
        let change = json!({ "price": { "amount": price, "currency": "ETB" } });
        at(&staff, version).patch(&path, change).await.expect(200);
        assert_eq!(lowest().await, expected, "{price}");
    }
    // 110 was its price until 130 came; a page is kept for a minute.
    shop.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(lowest().await, 110);
    shop.advance(TimeDelta::minutes(1));
    assert_eq!(lowest().await, 130);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_of_a_draft_is_nobody_s_lowest() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let new = json!({
        "title": { "en": "Cup" }, "slug": "cup", "status": "draft",
        "variants": [{ "sku": "CUP", "price": { "amount": 1, "currency": "ETB" } }],
    });
    let products = "/api/v1/admin/catalogue/products/";
    let made = staff.post(products, new).await.expect(201);
    let (id, variant) = (made.text("/id"), made.text("/variants/0/id"));
    let variant = format!("/api/v1/admin/catalogue/variants/{variant}/");
    let lowest = async || {
        let seen = shop.client().get(&shown("cup")).await.expect(200).body;
        seen["variants"][0]["lowest_price_30_days"]["amount"].as_i64()
    };
    // A placeholder, the price, and a price while it was taken back; each by a clerk of that day.
    let steps = [
        (
            &variant,
            json!({ "price": { "amount": 500, "currency": "ETB" } }),
        ),
        (&admin(&id, ""), json!({ "status": "published" })),
        (&admin(&id, ""), json!({ "status": "archived" })),
        (
            &variant,
            json!({ "price": { "amount": 2, "currency": "ETB" } }),
        ),
        (
            &variant,
            json!({ "price": { "amount": 600, "currency": "ETB" } }),
        ),
        (&admin(&id, ""), json!({ "status": "published" })),
    ];
    for (version, (path, change)) in steps.into_iter().enumerate() {
        shop.advance(TimeDelta::days(1));
        let clerk = shop
            .staff(&format!("clerk-{version}"), &["catalogue.edit"])
            .await;
        let tag = clerk.get(&admin(&id, "")).await.expect(200);
        let tag = match path == &variant {
            true => format!("\"v{}\"", tag.body["variants"][0]["version"]),
            false => tag.headers["etag"].to_str().unwrap().to_owned(),
        };
        clerk
            .with("if-match", &tag)
            .patch(path, change)
            .await
            .expect(200);
        if version == 1 {
            assert_eq!(lowest().await, Some(500));
        }
    }
    assert_eq!(lowest().await, Some(500));
    shop.advance(TimeDelta::days(29));
    assert_eq!(lowest().await, Some(600));
    shop.close().await;
}
