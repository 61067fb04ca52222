//! What staff list: products of any status, variants by what is known of them.

use serde_json::{Value, json};

use super::{
    super::{ADMIN_PRODUCTS, product},
    VARIANTS, writer,
};
use crate::world::{Client, Shop};

/// The named member of each entry, over all pages of two.
async fn listed(staff: &Client, path: &str, member: &str) -> Vec<String> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{joint}limit=2");
    let (mut found, mut next) = (Vec::new(), path.clone());
    loop {
        let page = staff.get(&next).await.expect(200);
        let entries = page.body["data"].as_array().unwrap();
        found.extend(entries.iter().map(|entry| entry[member].to_string()));
        match page.body["page"]["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return found,
        }
    }
}

fn texts(of: &[&str]) -> Vec<String> {
    of.iter()
        .map(|text| Value::from(*text).to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_list_products_of_any_status() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let draft = json!({ "status": "draft", "title": { "en": "A bag", "am": "ቦርሳ" } });
    product(&staff, "bag", 30_000, draft).await;
    let hat = product(&staff, "hat", 20_000, json!({})).await;
    let old = product(&staff, "old", 10_000, json!({ "status": "archived" })).await;
    product(&staff, "cap", 20_000, json!({ "status": "draft" })).await;
    let list = |query: &str| format!("{ADMIN_PRODUCTS}{query}");
    for (query, expected) in [
        ("", &["cap", "old", "hat", "bag"][..]),
        ("?status=draft", &["cap", "bag"]),
        ("?status=published", &["hat"]),
        ("?status=archived", &["old"]),
        ("?q=%E1%89%A6%E1%88%AD%E1%88%B3", &["bag"]),
        ("?q=bag&status=published", &[]),
    ] {
        let found = listed(&staff, &list(query), "slug").await;
        assert_eq!(found, texts(expected), "{query}");
    }
    let first = staff.get(&list("?q=bag")).await.expect(200);
    let first = &first.body["data"][0];
    assert_eq!(first["title"], json!({ "en": "A bag", "am": "ቦርሳ" }));
    assert_eq!(
        (&first["status"], &first["image_url"]),
        (&json!("draft"), &Value::Null)
    );
    assert_eq!(
        first["price_from"],
        json!({ "amount": 30_000, "currency": "ETB" })
    );
    let (hat, old) = (hat["id"].as_str().unwrap(), old["id"].as_str().unwrap());
    let these = staff
        .get(&list(&format!("?ids={hat},{old}")))
        .await
        .expect(200);
    let slugs: Vec<&str> = (0..2)
        .filter_map(|at| these.body["data"][at]["slug"].as_str())
        .collect();
    assert_eq!(slugs, ["old", "hat"]);
    assert_eq!(
        these.body["page"],
        json!({ "next_cursor": null, "has_more": false })
    );
    for (query, names) in [
        ("?status=live", "status"),
        ("?cursor=x", "cursor"),
        ("?sort=price", "sort"),
        ("?ids=x", "ids"),
        (&*format!("?ids={hat}&status=draft"), "ids"),
        (&*format!("?ids={hat}&limit=1"), "ids"),
    ] {
        let refused = staff.get(&list(query)).await.refused(400, "invalid_query");
        assert!(refused.text("/detail").contains(names), "{query}");
    }
    let refused = staff.get(&list("?category=none")).await;
    refused.refused(422, "unknown_category");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_list_variants_by_what_they_know() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let price = json!({ "amount": 5_000, "currency": "ETB" });
    let variant =
        |sku: &str, value: usize| json!({ "sku": sku, "price": price, "option_values": [value] });
    let sizes = json!({
        "status": "draft",
        "options": [{ "name": { "en": "Size" }, "values": [{ "en": "S" }, { "en": "L", "am": "ትልቅ" }] }],
        "variants": [variant("bag-s", 0), variant("bag-l", 1)],
    });
    let bag = product(&staff, "bag", 30_000, sizes).await;
    let hat = product(&staff, "hat", 20_000, json!({})).await;
    let id =
        |product: &Value, at: usize| product["variants"][at]["id"].as_str().unwrap().to_owned();
    let hat_sku = hat["variants"][0]["sku"].as_str().unwrap();
    let list = |query: &str| format!("{VARIANTS}{query}");
    let all = ["bag-s", "bag-l", hat_sku];
    assert_eq!(listed(&staff, VARIANTS, "sku").await, texts(&all));
    let both = format!("?ids={},{}", id(&hat, 0), id(&bag, 1));
    assert_eq!(listed(&staff, &list(&both), "sku").await, texts(&all[1..]));
    let of = format!("?product_ids={}", bag["id"].as_str().unwrap());
    assert_eq!(listed(&staff, &list(&of), "sku").await, texts(&all[..2]));
    let found = staff.get(&list("?sku=bag-l")).await.expect(200);
    assert_eq!(
        found.body["data"],
        json!([{
            "id": id(&bag, 1), "sku": "bag-l", "product_id": bag["id"], "product_status": "draft",
            "title": bag["title"], "options": [{ "en": "L", "am": "ትልቅ" }], "price": price,
            "is_active": true,
        }])
    );
    assert_eq!(listed(&staff, &list("?sku=none"), "sku").await, texts(&[]));
    let many = format!("?ids={}", vec![id(&bag, 0); 101].join(","));
    for query in [
        "?ids=x",
        "?ids=",
        "?product_ids=1",
        "?sku=a&ids=b",
        &many,
        "?cursor=x",
    ] {
        staff.get(&list(query)).await.refused(400, "invalid_query");
    }
    shop.close().await;
}
