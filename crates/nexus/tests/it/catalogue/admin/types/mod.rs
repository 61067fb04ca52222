//! Kinds of products: what is said of each product of a kind, by which it is found.

mod refused;

use serde_json::{Value, json};

use super::{
    super::{ADMIN_PRODUCTS, PRODUCTS, each, product},
    delete, patch, writer,
};
use crate::world::{Client, Shop};

pub(super) const TYPES: &str = "/api/v1/admin/catalogue/product-types/";

fn garment() -> Value {
    let choice =
        |code: &str, en: &str, am: &str| json!({ "code": code, "name": { "en": en, "am": am } });
    json!({
        "name": { "en": "Garment", "am": "ልብስ" },
        "attributes": [
            {
                "code": "material", "name": { "en": "Material", "am": "ጨርቅ" }, "kind": "choice",
                "choices": [choice("cotton", "Cotton", "ጥጥ"), choice("wool", "Wool", "ሱፍ")],
                "is_required": true, "is_facet": true,
            },
            { "code": "care", "name": { "en": "Care" }, "kind": "text" },
            { "code": "weight", "name": { "en": "Weight in kg" }, "kind": "number" },
            { "code": "handmade", "name": { "en": "Made by hand" }, "kind": "boolean",
              "is_facet": true },
            { "code": "woven_on", "name": { "en": "Woven on" }, "kind": "date" },
            { "code": "goes_with", "name": { "en": "Goes with" }, "kind": "reference" },
        ],
    })
}

async fn garments(staff: &Client) -> String {
    staff.post(TYPES, garment()).await.expect(201).text("/id")
}

fn said(material: &str) -> Value {
    json!([{ "code": "material", "choice": material }])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_has_the_attributes_of_its_kind() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let kind = garments(&staff).await;
    let hat = product(&staff, "hat", 100, json!({})).await;
    let attributes = json!([
        { "code": "goes_with", "reference": hat["id"] },
        { "code": "woven_on", "date": "2026-02-28" },
        { "code": "handmade", "boolean": true },
        { "code": "weight", "number": "-0.250" },
        { "code": "care", "text": { "en": "Wash cold", "am": "በቀዝቃዛ ውሃ" } },
        { "code": "material", "choice": "wool" },
    ]);
    let more = json!({ "type_id": kind, "attributes": attributes });
    let gabi = product(&staff, "gabi", 100, more).await;
    // Given back in the order of the kind.
    let mut expected = attributes.as_array().unwrap().clone();
    expected.reverse();
    assert_eq!(gabi["attributes"], json!(expected));
    assert_eq!(
        (&gabi["type_id"], &gabi["version"]),
        (&json!(kind), &json!(1))
    );
    let shown = shop
        .client()
        .get(&format!("{PRODUCTS}gabi/?language=am"))
        .await
        .expect(200);
    let shown = &shown.body["attributes"];
    assert_eq!(
        each(shown, "code"),
        [
            "material",
            "care",
            "weight",
            "handmade",
            "woven_on",
            "goes_with"
        ]
    );
    let hat_id = hat["id"].as_str().unwrap();
    assert_eq!(
        each(shown, "label"),
        ["ሱፍ", "በቀዝቃዛ ውሃ", "-0.250", "true", "2026-02-28", hat_id]
    );
    assert_eq!(
        shown[0],
        json!({ "code": "material", "name": "ጨርቅ", "kind": "choice", "value": "wool", "label": "ሱፍ" })
    );
    // Without its kind nothing is said of it.
    let path = format!("{ADMIN_PRODUCTS}{}/", gabi["id"].as_str().unwrap());
    let bare = patch(&staff, &path, json!({ "type_id": null }))
        .await
        .expect(200);
    assert_eq!(
        (&bare.body["type_id"], &bare.body["attributes"]),
        (&json!(null), &json!([]))
    );
    let change = json!({ "type_id": kind, "attributes": said("cotton") });
    let again = patch(&staff, &path, change).await.expect(200);
    assert_eq!(again.body["attributes"], said("cotton"));
    // Whoever changes something else keeps what is said.
    let kept = patch(&staff, &path, json!({ "title": { "en": "Gabi" } }))
        .await
        .expect(200);
    assert_eq!(kept.body["attributes"], said("cotton"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_products_have_is_not_withdrawn() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let kind = garments(&staff).await;
    let path = format!("{TYPES}{kind}/");
    let hat = product(
        &staff,
        "hat",
        100,
        json!({ "type_id": kind, "attributes": said("wool") }),
    )
    .await;
    let before = shop.state().await;
    let changed = |change: fn(&mut Vec<Value>)| {
        let mut attributes = garment()["attributes"].as_array().unwrap().clone();
        change(&mut attributes);
        json!({ "attributes": attributes })
    };
    for change in [
        changed(|all| drop(all.remove(0))),
        changed(|all| drop(all[0]["choices"].as_array_mut().unwrap().remove(1))),
        changed(|all| {
            all[0] = json!({ "code": "material", "name": { "en": "M" }, "kind": "text" })
        }),
        changed(|all| all[1]["is_required"] = json!(true)),
    ] {
        patch(&staff, &path, change).await.refused(409, "in_use");
    }
    delete(&staff, &path).await.refused(409, "in_use");
    assert_eq!(shop.state().await, before);
    // What no product has may go; the rest may change its place and its name.
    let fewer = changed(|all| {
        all.reverse();
        all.truncate(6);
        all.remove(0);
        all[4]["choices"].as_array_mut().unwrap().remove(0);
        all[4]["is_required"] = json!(false);
    });
    let after = patch(&staff, &path, fewer).await.expect(200);
    let codes = each(&after.body["attributes"], "code");
    assert_eq!(
        codes,
        ["woven_on", "handmade", "weight", "care", "material"]
    );
    let product = format!("{ADMIN_PRODUCTS}{}/", hat["id"].as_str().unwrap());
    patch(&staff, &product, json!({ "type_id": null }))
        .await
        .expect(200);
    delete(&staff, &path).await.expect(204);
    staff.get(&path).await.refused(404, "catalogue_not_found");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_found_and_counted_by_what_is_said_of_them() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let kind = garments(&staff).await;
    let handmade = json!({ "code": "handmade", "boolean": true });
    for (slug, material, is_handmade) in [
        ("gabi", "cotton", true),
        ("scarf", "wool", true),
        ("shirt", "cotton", false),
    ] {
        let mut attributes = said(material).as_array().unwrap().clone();
        attributes.extend(is_handmade.then(|| handmade.clone()));
        product(
            &staff,
            slug,
            100,
            json!({ "type_id": kind, "attributes": attributes }),
        )
        .await;
        shop.advance(chrono::TimeDelta::seconds(1));
    }
    product(&staff, "mug", 100, json!({})).await;
    let found = async |query: &str| {
        let path = format!("/api/v1/search/?{query}");
        let found = shop.client().get(&path).await.expect(200).body;
        (
            each(&found["data"], "slug"),
            found["facets"]["attributes"].clone(),
        )
    };
    let (slugs, facets) = found("language=am").await;
    assert_eq!(slugs, ["mug", "shirt", "scarf", "gabi"]);
    let value = |value: &str, label: &str, count: i64| json!({ "value": value, "label": label, "count": count });
    assert_eq!(
        facets,
        json!([
            { "code": "handmade", "name": "Made by hand", "values": [value("true", "true", 2)] },
            { "code": "material", "name": "ጨርቅ",
              "values": [value("cotton", "ጥጥ", 2), value("wool", "ሱፍ", 1)] },
        ])
    );
    for (query, expected) in [
        ("attributes=material:cotton", &["shirt", "gabi"][..]),
        ("attributes=material:cotton,handmade:true", &["gabi"]),
        ("attributes=material:silk", &[]),
        ("q=cotton", &["shirt", "gabi"]),
        ("q=cotton&attributes=handmade:true", &["gabi"]),
        ("q=cotton&attributes=handmade:true&sort=price", &["gabi"]),
        ("q=%E1%88%B1%E1%8D%8D", &["scarf"]),
    ] {
        assert_eq!(found(query).await.0, expected, "{query}");
        let list = shop
            .client()
            .get(&format!("{PRODUCTS}?{query}"))
            .await
            .expect(200);
        let mut listed = each(&list.body["data"], "slug");
        listed.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{query}");
    }
    // A new name of a choice is found once the workers have written it.
    let mut attributes = garment()["attributes"].clone();
    attributes[0]["choices"][0]["name"] = json!({ "en": "Organic" });
    let change = json!({ "attributes": attributes });
    patch(&staff, &format!("{TYPES}{kind}/"), change)
        .await
        .expect(200);
    assert_eq!(shop.run_jobs().await, 1);
    assert_eq!(found("q=organic").await.0, ["shirt", "gabi"]);
    shop.close().await;
}
