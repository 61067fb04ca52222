//! The life of a product: addresses that it had, when it is published, what it was at an instant.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    media::product,
    world::{Client, Shop},
};

pub(super) fn at(staff: &Client, version: i64) -> Client {
    staff.with("if-match", &format!("\"v{version}\""))
}

pub(super) fn admin(id: &str, rest: &str) -> String {
    format!("/api/v1/admin/catalogue/products/{id}/{rest}")
}

pub(super) fn shown(slug: &str) -> String {
    format!("/api/v1/catalogue/products/{slug}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_product_had_leads_to_it() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let rename = async |version: i64, slug: &str| {
        shop.advance(TimeDelta::seconds(1));
        let change = json!({ "slug": slug });
        at(&staff, version)
            .patch(&admin(&id, ""), change)
            .await
            .expect(200);
    };
    rename(1, "mug").await;
    rename(2, "beaker").await;
    for former in ["cup", "mug"] {
        let moved = shop.client().get(&shown(former)).await.expect(301);
        assert_eq!(
            moved.headers["location"],
            "/api/v1/catalogue/products/beaker/"
        );
        assert_eq!(
            moved.headers["cache-control"],
            "public, max-age=0, s-maxage=5"
        );
        let amharic = format!("{}?language=am", shown(former));
        let moved = shop.client().get(&amharic).await.expect(301);
        let location = moved.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(location, "/api/v1/catalogue/products/beaker/?language=am");
        shop.client().get(&location).await.expect(200);
    }
    let life = staff.get(&admin(&id, "life/")).await.expect(200);
    assert_eq!(life.body["former_slugs"], json!(["mug", "cup"]));
    // Back again: a living address leads nowhere else.
    rename(3, "mug").await;
    shop.client().get(&shown("mug")).await.expect(200);
    let moved = shop.client().get(&shown("beaker")).await.expect(301);
    assert_eq!(moved.headers["location"], "/api/v1/catalogue/products/mug/");
    // Another product may have what this one was called.
    let other = json!({
        "title": { "en": "Cup" }, "status": "published",
        "variants": [{ "sku": "CUP-9", "price": { "amount": 100, "currency": "ETB" } }],
    });
    let products = "/api/v1/admin/catalogue/products/";
    staff.post(products, other).await.expect(201);
    shop.client().get(&shown("cup")).await.expect(200);
    let life = staff.get(&admin(&id, "life/")).await.expect(200);
    assert_eq!(life.body["former_slugs"], json!(["beaker"]));
    let hidden = json!({ "status": "draft" });
    at(&staff, 4)
        .patch(&admin(&id, ""), hidden)
        .await
        .expect(200);
    for gone in ["mug", "beaker"] {
        shop.client()
            .get(&shown(gone))
            .await
            .refused(404, "catalogue_not_found");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_published_and_taken_back_at_its_hour() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let draft = json!({ "status": "draft" });
    at(&staff, 1)
        .patch(&admin(&id, ""), draft)
        .await
        .expect(200);
    let start = shop.now();
    let after = |hours| json!(start + TimeDelta::hours(hours));
    let path = admin(&id, "schedule/");
    let before = shop.state().await;
    for (from, until) in [
        (after(0), Value::Null),
        (after(-1), Value::Null),
        (Value::Null, after(-1)),
        (after(2), after(1)),
        (after(2), after(2)),
    ] {
        let bad = json!({ "publish_at": from, "unpublish_at": until });
        at(&staff, 2)
            .put(&path, bad)
            .await
            .refused(422, "invalid_schedule");
    }
    let plan = json!({ "publish_at": after(1), "unpublish_at": after(3) });
    at(&staff, 1)
        .put(&path, plan.clone())
        .await
        .refused(412, "precondition_failed");
    assert_eq!(shop.state().await, before);
    let planned = at(&staff, 2).put(&path, plan).await.expect(200);
    assert_eq!(planned.etag(), "\"v3\"");

    let is_shown = async || {
        shop.run_jobs().await;
        let list = shop.client().get("/api/v1/search/?q=cup").await.expect(200);
        let found = list.body["data"].as_array().unwrap().len();
        let page = shop.client().get(&shown("cup")).await;
        assert_eq!(found == 1, page.status == 200);
        found == 1
    };
    shop.advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    assert!(!is_shown().await);
    shop.advance(TimeDelta::seconds(1));
    assert!(is_shown().await);
    // Tokens end within the hour.
    let staff = shop.staff("later", &["catalogue.edit"]).await;
    let life = staff.get(&admin(&id, "life/")).await.expect(200);
    assert_eq!(life.body["schedule"]["publish_at"], Value::Null);
    assert_eq!(life.etag(), "\"v4\"");
    shop.advance(TimeDelta::hours(2) - TimeDelta::seconds(1));
    assert!(is_shown().await);
    shop.advance(TimeDelta::seconds(1));
    assert!(!is_shown().await);
    // What is not planned any more does not happen.
    let staff = shop.staff("latest", &["catalogue.edit"]).await;
    let plan = json!({ "publish_at": after(9), "unpublish_at": null });
    at(&staff, 5).put(&path, plan).await.expect(200);
    let none = json!({ "publish_at": null, "unpublish_at": null });
    at(&staff, 6).put(&path, none).await.expect(200);
    shop.advance(TimeDelta::hours(20));
    assert!(!is_shown().await);
    let staff = shop.staff("last", &["catalogue.edit"]).await;
    let history = staff.get(&admin(&id, "history/")).await.expect(200);
    let statuses: Vec<&Value> = history.body["publications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["status"])
        .collect();
    assert_eq!(statuses, ["archived", "published", "draft", "published"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_read_as_it_was() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let born = shop.now();
    let id = product(&staff, "cup", &[]).await;
    let variant = staff
        .get(&admin(&id, ""))
        .await
        .expect(200)
        .text("/variants/0/id");
    let path = format!("/api/v1/admin/catalogue/variants/{variant}/");
    let etb = |minor: i64| json!({ "amount": minor, "currency": "ETB" });
    let mut clerk = staff;
    for (version, change) in (1..).zip([
        json!({ "price": etb(90) }),
        json!({ "compare_at_price": etb(120) }),
        json!({ "sku": "CUP-2" }),
        json!({ "price": etb(110), "is_active": false }),
    ]) {
        shop.advance(TimeDelta::days(1));
        let name = format!("clerk-{version}");
        clerk = shop.staff(&name, &["catalogue.edit"]).await;
        at(&clerk, version).patch(&path, change).await.expect(200);
    }
    let as_of = async |days: i64| {
        let instant = (born + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%SZ");
        let path = format!("{}?as_of={instant}", admin(&id, "history/"));
        clerk.get(&path).await.expect(200).body
    };
    assert_eq!(as_of(-1).await["status"], Value::Null);
    assert_eq!(as_of(-1).await["prices"], json!([]));
    for (days, price, compare_at, is_active) in [
        (0, 100, Value::Null, true),
        (1, 90, Value::Null, true),
        (2, 90, etb(120), true),
        (3, 90, etb(120), true),
        (4, 110, etb(120), false),
        (9, 110, etb(120), false),
    ] {
        let then = as_of(days).await;
        assert_eq!(then["status"], "published");
        let then = &then["prices"][0];
        assert_eq!(then["price"], etb(price), "{days}");
        assert_eq!(
            (&then["compare_at_price"], &then["is_active"]),
            (&compare_at, &json!(is_active))
        );
    }
    let prices = clerk.get(&format!("{path}prices/")).await.expect(200);
    let changes = prices.body["data"].as_array().unwrap();
    // The other name of the variant is no change of its price.
    assert_eq!(changes.len(), 4);
    let by: BTreeSet<&str> = changes
        .iter()
        .map(|change| change["staff_id"].as_str().unwrap())
        .collect();
    assert_eq!(by.len(), 4, "each of somebody else");
    let nobody = "/api/v1/admin/catalogue/variants/019aab00-0000-7000-8000-000000000002/prices/";
    clerk.get(nobody).await.refused(404, "catalogue_not_found");
    for sql in [
        "update variant_prices set price_minor = 1",
        "delete from variant_prices",
        "delete from product_publications",
    ] {
        let refused = shop.db().await.batch(sql).await.unwrap_err();
        let state = refused
            .sql_state()
            .map(tokio_postgres::error::SqlState::code);
        assert_eq!(state, Some("23001"), "{sql}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_engines_are_told_what_staff_say() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let seo = async |language: &str| {
        let path = format!("{}?language={language}", shown("cup"));
        shop.client().get(&path).await.expect(200).body["seo"].clone()
    };
    assert_eq!(
        seo("en").await,
        json!({ "title": "cup", "description": "" })
    );
    let told = json!({
        "title": { "en": "A cup to keep", "am": "ኩባያ" }, "description": { "en": "Of clay." },
    });
    at(&staff, 1)
        .put(&admin(&id, "seo/"), told)
        .await
        .expect(200);
    let english = json!({ "title": "A cup to keep", "description": "Of clay." });
    assert_eq!(seo("en").await, english);
    assert_eq!(
        seo("am").await,
        json!({ "title": "ኩባያ", "description": "Of clay." })
    );
    let long = json!({ "description": { "en": "x".repeat(501) } });
    at(&staff, 2)
        .put(&admin(&id, "seo/"), long)
        .await
        .refused(422, "invalid_body");
    at(&staff, 2)
        .put(&admin(&id, "seo/"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        seo("am").await,
        json!({ "title": "cup", "description": "" })
    );
    shop.close().await;
}

/// Goods that are called back do not go on sale on Friday because somebody planned it on Monday.
#[tokio::test(flavor = "multi_thread")]
async fn what_staff_decide_by_hand_ends_what_was_planned() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let set = async |version: i64, status: &str| {
        let change = json!({ "status": status });
        at(&staff, version)
            .patch(&admin(&id, ""), change)
            .await
            .expect(200);
    };
    let start = shop.now();
    let after = |hours| json!(start + TimeDelta::hours(hours));
    let plan = async |version: i64, from: Value, until: Value| {
        let plan = json!({ "publish_at": from, "unpublish_at": until });
        let path = admin(&id, "schedule/");
        at(&staff, version).put(&path, plan).await.expect(200);
    };
    let planned = async || {
        let life = staff.get(&admin(&id, "life/")).await.expect(200).body;
        life["schedule"].clone()
    };
    set(1, "draft").await;
    plan(2, after(1), after(3)).await;
    set(3, "archived").await;
    let nothing = json!({ "publish_at": null, "unpublish_at": null });
    assert_eq!(planned().await, nothing);
    shop.advance(TimeDelta::minutes(90));
    shop.run_jobs().await;
    shop.client()
        .get(&shown("cup"))
        .await
        .refused(404, "catalogue_not_found");
    let staff = shop.staff("later", &["catalogue.edit"]).await;
    let plan_again = json!({ "publish_at": after(2), "unpublish_at": after(3) });
    let path = admin(&id, "schedule/");
    at(&staff, 4).put(&path, plan_again).await.expect(200);
    // Published early, it is taken back as planned.
    at(&staff, 5)
        .patch(&admin(&id, ""), json!({ "status": "published" }))
        .await
        .expect(200);
    let life = staff.get(&admin(&id, "life/")).await.expect(200).body;
    let left = json!({ "publish_at": null, "unpublish_at": after(3) });
    assert_eq!(life["schedule"], left);
    shop.advance(TimeDelta::hours(2));
    shop.run_jobs().await;
    shop.client()
        .get(&shown("cup"))
        .await
        .refused(404, "catalogue_not_found");
    shop.close().await;
}
