//! Collections: chosen by hand and in order, or by a rule that the database evaluates.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    media::product,
    world::{Answer, Client, Shop},
};

const ALL: &str = "/api/v1/admin/catalogue/collections/";

fn at(staff: &Client, version: i64) -> Client {
    staff.with("if-match", &format!("\"v{version}\""))
}

fn slugs(answer: &Answer) -> Vec<String> {
    let data = answer.body["data"].as_array().unwrap();
    let slug = |entry: &Value| entry["slug"].as_str().unwrap().to_owned();
    data.iter().map(slug).collect()
}

/// The slugs of a collection, read in pages of two.
async fn shown(shop: &Shop, collection: &str) -> Vec<String> {
    let path = format!("/api/v1/catalogue/collections/{collection}/products/?limit=2");
    let (mut found, mut next) = (Vec::new(), path.clone());
    loop {
        let page = shop.client().get(&next).await.expect(200);
        found.extend(slugs(&page));
        match page.body["page"]["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return found,
        }
    }
}

async fn products(staff: &Client, names: &[&str]) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for name in names {
        ids.insert((*name).to_owned(), product(staff, name, &[]).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_chosen_and_put_in_order_all_at_once() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let ids = products(&staff, &["a", "b", "c", "d", "e"]).await;
    let order = |names: &[&str]| {
        let ids: Vec<&String> = names.iter().map(|name| &ids[*name]).collect();
        json!({ "product_ids": ids })
    };
    let new = json!({ "title": { "en": "Best of", "am": "ምርጥ" }, "is_published": true });
    let made = staff.post(ALL, new).await.expect(201);
    assert_eq!(
        (made.text("/slug"), &made.body["rule"]),
        ("best-of".to_owned(), &Value::Null)
    );
    let path = format!("{ALL}{}/products/", made.text("/id"));
    at(&staff, 1)
        .put(&path, order(&["e", "a", "c", "b", "d"]))
        .await
        .expect(200);
    assert_eq!(shown(&shop, "best-of").await, ["e", "a", "c", "b", "d"]);
    staff
        .put(&path, order(&[]))
        .await
        .refused(428, "precondition_required");
    at(&staff, 1)
        .put(&path, order(&[]))
        .await
        .refused(412, "precondition_failed");
    let doubled = at(&staff, 2).put(&path, order(&["a", "a"])).await;
    doubled.refused(422, "invalid_order");
    let nobody = json!({ "product_ids": ["019aab00-0000-7000-8000-000000000002"] });
    at(&staff, 2)
        .put(&path, nobody)
        .await
        .refused(422, "unknown_product");
    assert_eq!(
        staff.get(&path).await.expect(200).body,
        order(&["e", "a", "c", "b", "d"])
    );

    let moved = at(&staff, 2)
        .put(&path, order(&["b", "e"]))
        .await
        .expect(200);
    assert_eq!(moved.etag(), "\"v3\"");
    assert_eq!(shown(&shop, &made.text("/id")).await, ["b", "e"]);
    // What is not published is not shown, and keeps its place.
    let archived = json!({ "status": "archived" });
    let one = format!("/api/v1/admin/catalogue/products/{}/", ids["b"]);
    at(&staff, 1).patch(&one, archived).await.expect(200);
    assert_eq!(shown(&shop, "best-of").await, ["e"]);
    assert_eq!(staff.get(&path).await.expect(200).body, order(&["b", "e"]));
    shop.close().await;
}

/// Products a, b, c and d, each a little newer: of a brand or of none, in a category or in the one
/// below it, with tags and a material. Answers the brand and the two categories.
async fn goods(shop: &Shop, staff: &Client) -> [String; 3] {
    let admin = |noun: &str| format!("/api/v1/admin/catalogue/{noun}/");
    let named = |slug: &str| json!({ "name": { "en": slug }, "slug": slug });
    let create =
        async |noun: &str, body| staff.post(&admin(noun), body).await.expect(201).text("/id");
    let brand = create("brands", named("tena")).await;
    let top = create("categories", named("wear")).await;
    let mut below = named("shoes");
    below["parent_id"] = json!(top);
    let below = create("categories", below).await;
    let kind = json!({
        "name": { "en": "Garment" }, "slug": "garment",
        "attributes": [{
            "code": "material", "name": { "en": "Material" }, "kind": "choice", "is_facet": true,
            "choices": [
                { "code": "cotton", "name": { "en": "Cotton" } },
                { "code": "wool", "name": { "en": "Wool" } },
            ],
        }],
    });
    let kind = create("product-types", kind).await;
    for (slug, price, brand, category, tags, material) in [
        (
            "a",
            100,
            Some(&brand),
            &top,
            json!(["new", "dry"]),
            "cotton",
        ),
        ("b", 200, None, &below, json!(["new"]), "wool"),
        ("c", 300, Some(&brand), &below, json!(["old"]), "cotton"),
        ("d", 400, Some(&brand), &below, json!([]), "wool"),
    ] {
        let said = json!([{ "code": "material", "choice": material }]);
        let body = json!({
            "title": { "en": slug }, "slug": slug, "status": "published", "brand_id": brand,
            "category_ids": [category], "tags": tags, "type_id": kind, "attributes": said,
            "variants": [{ "sku": slug, "price": { "amount": price, "currency": "ETB" } }],
        });
        create("products", body).await;
        shop.advance(chrono::TimeDelta::seconds(1));
    }
    [brand, top, below]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_chooses_by_all_that_it_says() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let [brand, top, below] = goods(&shop, &staff).await;
    let new = json!({
        "title": { "en": "Ruled" }, "is_published": true, "rule": { "tags": ["new"] },
    });
    let made = staff.post(ALL, new).await.expect(201);
    let one = format!("{ALL}{}/", made.text("/id"));
    for (version, (rule, expected)) in [
        (json!({ "tags": ["new"] }), &["b", "a"][..]),
        (json!({ "tags": ["new", "old"] }), &["c", "b", "a"]),
        (json!({ "brand_ids": [brand] }), &["d", "c", "a"]),
        (json!({ "category_ids": [top] }), &["d", "c", "b", "a"]),
        (json!({ "category_ids": [below] }), &["d", "c", "b"]),
        (json!({ "attributes": ["material:wool"] }), &["d", "b"]),
        (json!({ "price_min": 200, "price_max": 300 }), &["c", "b"]),
        (
            json!({ "category_ids": [below], "brand_ids": [brand] }),
            &["d", "c"],
        ),
        (
            json!({ "brand_ids": [brand], "attributes": ["material:cotton"] }),
            &["c", "a"],
        ),
        (json!({ "tags": ["new"], "price_max": 100 }), &["a"]),
        (json!({ "tags": ["nothing"] }), &[]),
    ]
    .into_iter()
    .enumerate()
    {
        let version = i64::try_from(version).unwrap() + 1;
        let changed = at(&staff, version)
            .patch(&one, json!({ "rule": rule }))
            .await;
        changed.expect(200);
        assert_eq!(shown(&shop, "ruled").await, *expected, "{rule}");
    }
    // What is tagged later is in it from then on.
    at(&staff, 12)
        .patch(&one, json!({ "rule": { "tags": ["late"] } }))
        .await
        .expect(200);
    let b = shop
        .client()
        .get("/api/v1/catalogue/products/b/")
        .await
        .expect(200);
    let b = format!("/api/v1/admin/catalogue/products/{}/", b.text("/id"));
    let tagged = at(&staff, 1)
        .patch(&b, json!({ "tags": ["late", "dry", "late"] }))
        .await;
    assert_eq!(tagged.expect(200).body["tags"], json!(["dry", "late"]));
    assert_eq!(shown(&shop, "ruled").await, ["b"]);
    let list = shop
        .client()
        .get("/api/v1/catalogue/products/?tag=dry")
        .await;
    assert_eq!(slugs(&list.expect(200)), ["b", "a"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_breaks_a_rule_is_refused() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "a", &[]).await;
    let new = json!({ "title": { "en": "Ruled" }, "rule": { "tags": ["new"] } });
    let made = staff.post(ALL, new.clone()).await.expect(201);
    let before = shop.state().await;
    staff.post(ALL, new).await.refused(409, "slug_taken");
    let nobody = "019aab00-0000-7000-8000-000000000002";
    let many: Vec<String> = (0..51).map(|n| format!("t{n}")).collect();
    for (rule, code) in [
        (json!({}), "invalid_collection"),
        (json!({ "price_min": -1 }), "invalid_collection"),
        (
            json!({ "price_min": 3, "price_max": 2 }),
            "invalid_collection",
        ),
        (json!({ "attributes": ["material"] }), "invalid_collection"),
        (json!({ "tags": many }), "invalid_collection"),
        (json!({ "tags": ["Not A Tag"] }), "invalid_tag"),
        (json!({ "category_ids": [nobody] }), "unknown_category"),
        (json!({ "brand_ids": [nobody] }), "unknown_brand"),
        (json!({ "price": 1 }), "invalid_body"),
    ] {
        let body = json!({ "title": { "en": "Other" }, "rule": rule });
        staff.post(ALL, body).await.refused(422, code);
    }
    let products = format!("{ALL}{}/products/", made.text("/id"));
    let chosen = json!({ "product_ids": [id] });
    let refused = at(&staff, 1).put(&products, chosen).await;
    refused.refused(422, "invalid_collection");
    // It is not published.
    for path in ["ruled/", "ruled/products/", "none/"] {
        let path = format!("/api/v1/catalogue/collections/{path}");
        shop.client()
            .get(&path)
            .await
            .refused(404, "catalogue_not_found");
    }
    let list = shop.client().get("/api/v1/catalogue/collections/").await;
    assert_eq!(list.expect(200).body["data"], json!([]));
    assert_eq!(staff.get(ALL).await.expect(200).body["data"][0], made.body);
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_belongs_to_its_collection() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let ids = products(&staff, &["a", "b"]).await;
    let chosen = json!({ "title": { "en": "Chosen" }, "is_published": true });
    let chosen = staff.post(ALL, chosen).await.expect(201).text("/id");
    let order = json!({ "product_ids": ids.values().collect::<Vec<_>>() });
    let path = format!("{ALL}{chosen}/products/");
    at(&staff, 1).put(&path, order).await.expect(200);
    let ruled = json!({
        "title": { "en": "Ruled" }, "is_published": true, "rule": { "price_min": 1 },
    });
    staff.post(ALL, ruled).await.expect(201);
    let list = |slug: &str| format!("/api/v1/catalogue/collections/{slug}/products/?limit=1");
    for (from, to) in [("chosen", "ruled"), ("ruled", "chosen")] {
        let page = shop.client().get(&list(from)).await.expect(200);
        let cursor = page.text("/page/next_cursor");
        let other = format!("{}&cursor={cursor}", list(to));
        shop.client()
            .get(&other)
            .await
            .refused(400, "invalid_query");
    }
    shop.close().await;
}
