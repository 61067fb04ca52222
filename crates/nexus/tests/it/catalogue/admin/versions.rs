//! Nobody overwrites unseen, every write is written down, a key creates once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    super::{ADMIN_PRODUCTS, BRANDS, CATEGORIES, category, each, product, product_body},
    VARIANTS, delete, patch, writer,
};
use crate::world::{Client, Shop};

/// Every resource that is changed by its version: its path, and a change that would do.
async fn versioned(shop: &Shop, staff: &Client) -> Vec<(String, Value)> {
    let food = category(staff, "Food", None).await;
    let brand = staff
        .post(BRANDS, json!({ "name": { "en": "Tena" } }))
        .await
        .expect(201)
        .text("/id");
    let kinds = super::types::TYPES;
    let kind = staff.post(kinds, json!({ "name": { "en": "Bag" } })).await;
    let kind = kind.expect(201).text("/id");
    let bag = product(staff, "bag", 100, json!({})).await;
    let (bag, variant) = (
        bag["id"].as_str().unwrap(),
        bag["variants"][0]["id"].as_str().unwrap(),
    );
    assert_eq!(shop.count("variants").await, 1);
    vec![
        (format!("{CATEGORIES}{food}/"), json!({ "position": 2 })),
        (format!("{BRANDS}{brand}/"), json!({ "slug": "tena-2" })),
        (format!("{kinds}{kind}/"), json!({ "slug": "bag-2" })),
        (
            format!("{ADMIN_PRODUCTS}{bag}/"),
            json!({ "slug": "bag-2" }),
        ),
        (format!("{VARIANTS}{variant}/"), json!({ "sku": "BAG-2" })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_they_have_not_read() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    for (path, change) in versioned(&shop, &staff).await {
        let before = shop.state().await;
        staff
            .patch(&path, change.clone())
            .await
            .refused(428, "precondition_required");
        for stale in ["\"v0\"", "\"v2\"", "\"v-1\"", "\"v9223372036854775807\""] {
            let refused = staff
                .with("if-match", stale)
                .patch(&path, change.clone())
                .await;
            let refused = refused.refused(412, "precondition_failed");
            assert_eq!(refused.body["meta"]["version"], 1);
            assert_eq!(refused.body["meta"]["current"]["version"], 1, "{path}");
        }
        for malformed in [
            "*",
            "v1",
            "\"1\"",
            "W/\"v1\"",
            "\"v1\", \"v2\"",
            "\"v99999999999999999999\"",
        ] {
            let refused = staff
                .with("if-match", malformed)
                .patch(&path, change.clone())
                .await;
            refused.refused(400, "invalid_header");
        }
        assert_eq!(shop.state().await, before, "{path}");
        staff
            .with("if-match", "\"v1\"")
            .patch(&path, change.clone())
            .await
            .expect(200);
        if [CATEGORIES, BRANDS, super::types::TYPES]
            .iter()
            .any(|deleted| path.starts_with(deleted))
        {
            staff
                .delete(&path)
                .await
                .refused(428, "precondition_required");
            let refused = staff.with("if-match", "\"v1\"").delete(&path).await;
            let current = staff.get(&path).await.expect(200).body;
            assert_eq!(
                refused.refused(412, "precondition_failed").body["meta"]["current"],
                current
            );
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_stands_in_the_audit_trail() {
    let shop = Shop::open().await;
    let owner = shop.superuser().await;
    let me = owner.get("/api/v1/admin/me/").await.expect(200).text("/id");
    let brand = owner.with("x-request-id", "audited-1");
    let brand = brand
        .post(BRANDS, json!({ "name": { "en": "Tena" } }))
        .await
        .expect(201)
        .body;
    let id = brand["id"].as_str().unwrap();
    let path = format!("{BRANDS}{id}/");
    shop.advance(TimeDelta::milliseconds(1));
    let changed = patch(&owner, &path, json!({ "slug": "new" }))
        .await
        .expect(200)
        .body;
    shop.advance(TimeDelta::milliseconds(1));
    delete(&owner, &path).await.expect(204);
    let trail = owner
        .get(&format!("/api/v1/admin/audit/?subject_id={id}"))
        .await
        .expect(200);
    assert_eq!(
        each(&trail.body["data"], "action"),
        ["brand.delete", "brand.update", "brand.create"]
    );
    let shown = |n: usize| {
        (
            trail.body["data"][n]["before"].clone(),
            trail.body["data"][n]["after"].clone(),
        )
    };
    assert_eq!(shown(0), (changed.clone(), json!(null)));
    assert_eq!(shown(1), (brand.clone(), changed));
    assert_eq!(shown(2), (json!(null), brand.clone()));
    for entry in trail.body["data"].as_array().unwrap() {
        assert_eq!(
            (&entry["staff_id"], &entry["subject_kind"]),
            (&json!(me), &json!("brand"))
        );
    }
    assert_eq!(trail.body["data"][2]["request_id"], "audited-1");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_with_a_key_creates_once() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    for (path, body) in [
        (CATEGORIES, json!({ "name": { "en": "Food" } })),
        (BRANDS, json!({ "name": { "en": "Tena" } })),
        (ADMIN_PRODUCTS, product_body("bag", 100)),
    ] {
        // The same key on three routes is three keys.
        let keyed = staff.key("one-key");
        let first = keyed.post(path, body.clone()).await.expect(201);
        let before = shop.state().await;
        let again = keyed.post(path, body.clone()).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
        assert_eq!(again.headers["idempotent-replayed"], "true");
        keyed
            .post(path, json!({ "name": { "en": "Other" } }))
            .await
            .expect(422);
        assert_eq!(shop.state().await, before);
    }
    let other = shop.staff("other", &["catalogue.edit"]).await;
    let body = json!({ "name": { "en": "Tena" }, "slug": "tena-2" });
    other.key("one-key").post(BRANDS, body).await.expect(201);
    shop.close().await;
}
