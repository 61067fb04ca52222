//! import(export(x)) = x: through the API, from one shop to another.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{export, results, taken};
use crate::world::{Client, Shop, race::rounds};

/// Texts with everything that a file could trip over; none is blank.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("=1+1".to_owned()),
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just(",;".to_owned()),
        Just("\r\n".to_owned()),
        Just("@".to_owned()),
        Just("ቡና".to_owned()),
        "[a-z |é]{1,5}",
    ];
    let pieces = prop::collection::vec(pieces, 1..5);
    pieces.prop_map(|pieces| pieces.concat() + "x")
}

fn texts() -> impl Strategy<Value = Value> {
    (text(), prop::option::of(text())).prop_map(|(en, am)| match am {
        Some(am) => json!({ "en": en, "am": am }),
        None => json!({ "en": en }),
    })
}

/// A product as staff send it: no options, or two with two values each.
fn product() -> impl Strategy<Value = Value> {
    let head = (
        texts(),
        prop::option::of(texts()),
        any::<bool>(),
        any::<bool>(),
    );
    let prices = prop::collection::vec((1..99_999_i64, any::<bool>()), 4);
    let values = prop::collection::vec(texts(), 4);
    let drawn = (head, any::<bool>(), prices, values, any::<bool>());
    drawn.prop_map(|(head, has_options, prices, values, is_draft)| {
        let (title, description, is_tagged, is_kind) = head;
        let distinct = |n: usize| {
            let mut value = values[n].clone();
            let en = value["en"].as_str().unwrap().to_owned();
            value["en"] = json!(format!("{en}{n}"));
            value
        };
        let options = json!([
            { "name": { "en": "Size", "am": "መጠን" }, "values": [distinct(0), distinct(1)] },
            { "name": { "en": "Colour" }, "values": [distinct(2), distinct(3)] },
        ]);
        let count = if has_options { 4 } else { 1 };
        // The last value first: places are not those of appearance.
        let chosen = |n: usize| {
            if has_options {
                json!([1 - n / 2, 1 - n % 2])
            } else {
                json!([])
            }
        };
        let variant = |(n, (minor, is_reduced)): (usize, &(i64, bool))| {
            let etb = |minor: i64| json!({ "amount": minor, "currency": "ETB" });
            let before = is_reduced.then(|| etb(minor + 1));
            json!({ "price": etb(*minor), "compare_at_price": before, "option_values": chosen(n) })
        };
        let variants: Vec<Value> = prices.iter().take(count).enumerate().map(variant).collect();
        json!({
            "title": title, "description": description, "variants": variants,
            "options": if has_options { options } else { json!([]) },
            "tags": if is_tagged { json!(["a", "b"]) } else { json!([]) },
            "status": if is_draft { "draft" } else { "published" },
            "has_kind": is_kind,
        })
    })
}

/// What products refer to.
async fn furnish(staff: &Client) -> [String; 3] {
    let admin = "/api/v1/admin/catalogue/";
    let make = async |what: &str, body: Value| {
        let made = staff.post(&format!("{admin}{what}/"), body).await;
        made.expect(201).text("/id")
    };
    let named = json!({ "name": { "en": "Tena" }, "slug": "tena" });
    let attribute = json!([{
        "code": "note", "name": { "en": "Note" }, "kind": "text", "choices": [],
        "is_required": false, "is_facet": false,
    }]);
    let kind = json!({ "name": { "en": "Mug" }, "slug": "mug", "attributes": attribute });
    [
        make("brands", named.clone()).await,
        make("categories", named).await,
        make("product-types", kind).await,
    ]
}

/// The rows of a file, product by product, whatever the order of products.
fn products(file: &str) -> (String, Vec<String>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(file.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut rest: Vec<String> = Vec::new();
    let mut at: Option<String> = None;
    for row in &rows[1..] {
        let text = format!("{row:?}");
        if at.as_deref() == Some(&row[1]) {
            rest.last_mut().unwrap().push_str(&text);
        } else {
            rest.push(text);
        }
        at = Some(row[1].to_owned());
    }
    rest.sort();
    (format!("{:?}", rows[0]), rest)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_and_imported_is_as_it_was() {
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    for _ in 0..rounds(1) {
        let drawn = prop::collection::vec(product(), 12);
        let drawn = drawn.new_tree(&mut runner).unwrap().current();
        let shop = Shop::open().await;
        let staff = shop.staff("editor", &["catalogue.edit"]).await;
        let [brand, category, kind] = furnish(&staff).await;
        for (n, mut product) in drawn.into_iter().enumerate() {
            product["slug"] = json!(format!("p-{n}"));
            let has_kind = product.as_object_mut().unwrap().remove("has_kind");
            if has_kind == Some(json!(true)) {
                product["type_id"] = json!(kind);
                let note = json!({ "en": "=note, \"kept\"" });
                product["attributes"] = json!([{ "code": "note", "text": note }]);
                product["brand_id"] = json!(brand);
                product["category_ids"] = json!([category]);
            }
            for (m, variant) in product["variants"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .enumerate()
            {
                variant["sku"] = json!(format!("P-{n}-{m}"));
            }
            let path = "/api/v1/admin/catalogue/products/";
            staff.post(path, product).await.expect(201);
        }
        let other = Shop::open().await;
        let clerk = other.staff("editor", &["catalogue.edit"]).await;
        furnish(&clerk).await;
        for query in ["", "?delimiter=semicolon", "?bom=true&delimiter=semicolon"] {
            let file = export(&staff, query).await;
            assert_eq!(file.starts_with('\u{feff}'), query.contains("bom"));
            // Where it comes from it changes nothing.
            let same = taken(&shop, &staff, "", &file).await;
            assert_eq!(
                same["counts"]["unchanged"],
                12,
                "{:?}",
                results(&staff, &same).await
            );
            let there = taken(&other, &clerk, "", &file).await;
            let first = query.is_empty();
            let expected = if first { "created" } else { "unchanged" };
            assert_eq!(
                there["counts"][expected],
                12,
                "{:?}",
                results(&clerk, &there).await
            );
            let (here, there) = (export(&staff, "").await, export(&clerk, "").await);
            assert_eq!(products(&there), products(&here));
        }
        shop.close().await;
        other.close().await;
    }
}
