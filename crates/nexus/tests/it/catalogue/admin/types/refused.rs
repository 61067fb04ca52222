//! What is not wanted: refused, and nothing has changed.

use serde_json::{Value, json};

use super::{
    super::{
        super::{ADMIN_PRODUCTS, each, product, product_body},
        patch, writer,
    },
    TYPES, garment, garments, said,
};
use crate::world::Shop;

const ATTRIBUTE: &str = "invalid_attribute";
const BODY: &str = "invalid_body";

/// What is said of a product, and why it is refused.
const WRONG: [(&str, &str); 15] = [
    (r#"{ "code": "material", "choice": "silk" }"#, ATTRIBUTE),
    (
        r#"{ "code": "material", "text": { "en": "wool" } }"#,
        ATTRIBUTE,
    ),
    (r#"{ "code": "color", "choice": "red" }"#, ATTRIBUTE),
    (r#"{ "code": "care", "text": { "am": "ውሃ" } }"#, ATTRIBUTE),
    (r#"{ "code": "weight", "number": "1e3" }"#, ATTRIBUTE),
    (
        r#"{ "code": "weight", "number": "1234567890123" }"#,
        ATTRIBUTE,
    ),
    (r#"{ "code": "weight", "number": "." }"#, ATTRIBUTE),
    (r#"{ "code": "weight", "number": "0.1234567" }"#, ATTRIBUTE),
    (r#"{ "code": "woven_on", "date": "2026-02-29" }"#, ATTRIBUTE),
    (r#"{ "code": "woven_on", "date": "2026-2-8" }"#, ATTRIBUTE),
    (r#"{ "code": "weight", "number": 1 }"#, BODY),
    (r#"{ "code": "handmade", "boolean": "true" }"#, BODY),
    (r#"{ "code": "goes_with", "reference": "hat" }"#, BODY),
    (r#"{ "code": "material" }"#, BODY),
    (
        r#"{ "code": "material", "choice": "wool", "number": "1" }"#,
        BODY,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kind_does_not_want_is_refused() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let kind = garments(&staff).await;
    let more = json!({ "type_id": kind, "attributes": said("wool") });
    let hat = product(&staff, "hat", 100, more).await;
    let path = format!("{ADMIN_PRODUCTS}{}/", hat["id"].as_str().unwrap());
    let before = shop.state().await;
    let stranger = ids::ProductId::generate(shop.now());
    let mut wrong: Vec<(Value, &str)> = WRONG
        .iter()
        .map(|(entry, code)| (serde_json::from_str(entry).unwrap(), *code))
        .collect();
    let long = json!({ "code": "care", "text": { "en": "x".repeat(1_001) } });
    wrong.push((long, ATTRIBUTE));
    let unknown = json!({ "code": "goes_with", "reference": stranger });
    wrong.push((unknown, ATTRIBUTE));
    for (entry, code) in wrong {
        let mut attributes = vec![entry.clone()];
        if entry["code"] != "material" {
            attributes.push(said("wool")[0].clone());
        }
        let change = json!({ "attributes": attributes });
        patch(&staff, &path, change).await.refused(422, code);
        let mut new = product_body("scarf", 100);
        new["type_id"] = json!(kind);
        new["attributes"] = json!(attributes);
        staff.post(ADMIN_PRODUCTS, new).await.refused(422, code);
    }
    let nobodys = ids::ProductTypeId::generate(shop.now());
    for (change, code) in [
        (json!({ "attributes": [] }), ATTRIBUTE),
        (
            json!({ "attributes": [said("wool")[0], said("wool")[0]] }),
            BODY,
        ),
        (
            json!({ "type_id": null, "attributes": said("wool") }),
            ATTRIBUTE,
        ),
        (json!({ "type_id": nobodys }), "unknown_product_type"),
    ] {
        patch(&staff, &path, change).await.refused(422, code);
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_breaks_a_rule_is_refused() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let kind = garments(&staff).await;
    let before = shop.state().await;
    let attribute = |change: Value| {
        let mut attribute = json!({ "code": "a", "name": { "en": "A" }, "kind": "text" });
        for (name, value) in change.as_object().unwrap() {
            attribute[name] = value.clone();
        }
        attribute
    };
    let one = json!({ "code": "x", "name": { "en": "X" } });
    for (attributes, code) in [
        (
            vec![attribute(json!({ "code": "A" }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({ "code": "" }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({ "code": "1a" }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({})), attribute(json!({}))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({ "kind": "choice" }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({ "choices": [one] }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(json!({ "is_facet": true }))],
            "invalid_product_type",
        ),
        (
            vec![attribute(
                json!({ "kind": "choice", "choices": [one, one] }),
            )],
            "invalid_product_type",
        ),
        (vec![attribute(json!({ "kind": "float" }))], "invalid_body"),
        (
            vec![attribute(json!({ "name": { "am": "ሀ" } }))],
            "invalid_body",
        ),
        (vec![attribute(json!({})); 51], "invalid_body"),
    ] {
        let body = json!({ "name": { "en": "Bad" }, "attributes": attributes });
        staff.post(TYPES, body).await.refused(422, code);
        let change = json!({ "attributes": attributes });
        patch(&staff, &format!("{TYPES}{kind}/"), change)
            .await
            .refused(422, code);
    }
    staff
        .post(TYPES, garment())
        .await
        .refused(409, "slug_taken");
    assert_eq!(shop.state().await, before);
    let list = staff.get(TYPES).await.expect(200);
    assert_eq!(each(&list.body["data"], "slug"), ["garment"]);
    shop.close().await;
}
