//! Keyset pages: nothing repeats and nothing is skipped while entries are added.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{BRANDS, PRODUCTS, each};
use crate::world::{Answer, Shop};

const ENTRIES: usize = 45;
const PAGE: usize = 7;

/// Products with prices that often tie, two of them born at each moment.
async fn fill(shop: &Shop) -> BTreeSet<String> {
    let mut slugs = BTreeSet::new();
    for number in 0..ENTRIES {
        let slug = format!("item-{number}");
        let price = 1_000 + i64::try_from(number % 5).unwrap();
        shop.product(&slug, &[(price, 1)]).await;
        slugs.insert(slug);
        if number % 2 == 0 {
            shop.advance(TimeDelta::milliseconds(1));
        }
    }
    slugs
}

/// Follows the pages to the end; `between` two of them something happens. Answers all slugs.
async fn walk(shop: &Shop, list: &str, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut seen, mut path, mut page) = (Vec::new(), format!("{list}limit={PAGE}"), 0);
    loop {
        let answer = shop.client().get(&path).await.expect(200);
        seen.extend(each(&answer.body["data"], "slug"));
        let Some(cursor) = answer.body["page"]["next_cursor"].as_str() else {
            assert_eq!(answer.body["page"]["has_more"], false);
            assert!(!answer.headers.contains_key("link"));
            return seen;
        };
        assert_eq!(answer.body["page"]["has_more"], true);
        assert_eq!(answer.body["data"].as_array().unwrap().len(), PAGE);
        path = format!("{list}limit={PAGE}&cursor={cursor}");
        assert_eq!(answer.headers["link"], format!("<{path}>; rel=\"next\""));
        between(page).await;
        page += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_products_neither_repeat_nor_skip() {
    let shop = Shop::open().await;
    let all = fill(&shop).await;
    for (round, sort) in ["-created_at", "price", "-price"].into_iter().enumerate() {
        let seen = walk(&shop, &format!("{PRODUCTS}?sort={sort}&"), async |page| {
            shop.advance(TimeDelta::milliseconds(1));
            let slug = format!("new-{round}-{page}");
            shop.product(&slug, &[(1_002, 1)]).await;
        })
        .await;
        let unique: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(unique.len(), seen.len(), "{sort}: something came twice");
        let missing: Vec<_> = all.difference(&unique).collect();
        assert!(missing.is_empty(), "{sort}: {missing:?} were skipped");
        // What is newer than the first page stands before it.
        let is_whole = round > 0 || unique == all;
        assert!(is_whole, "newcomers on later pages: {unique:?}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_brands_neither_repeat_nor_skip() {
    let shop = Shop::open().await;
    let staff = shop.staff("writer", &["catalogue.edit"]).await;
    for number in 10..=30 {
        let body = json!({ "name": { "en": format!("Brand {number}") } });
        staff.post(BRANDS, body).await.expect(201);
    }
    let seen = walk(&shop, "/api/v1/catalogue/brands/?", async |page| {
        let body = json!({ "name": { "en": format!("A brand {page}") } });
        staff.post(BRANDS, body).await.expect(201);
    })
    .await;
    let expected: Vec<String> = (10..=30).map(|number| format!("brand-{number}")).collect();
    assert_eq!(seen, expected);
    shop.close().await;
}

fn cursor(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(cursor: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap()
}

async fn with_cursor(shop: &Shop, sort: &str, cursor: &str) -> Answer {
    let path = format!("{PRODUCTS}?limit=1&sort={sort}&cursor={cursor}");
    shop.client().get(&path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_was_tampered_with_is_refused() {
    let shop = Shop::open().await;
    shop.product("one", &[(100, 1)]).await;
    shop.product("two", &[(100, 1)]).await;
    let first = shop
        .client()
        .get(&format!("{PRODUCTS}?limit=1&sort=price"))
        .await
        .expect(200);
    let good = first.text("/page/next_cursor");
    with_cursor(&shop, "price", &good).await.expect(200);
    let parts = read(&good);
    let changed = |member: &str, value: Value| {
        let mut parts = parts.clone();
        parts[member] = value;
        cursor(&parts)
    };
    for bad in [
        String::new(),
        good[1..].to_owned(),
        format!("{good}="),
        "!!!".to_owned(),
        cursor(&json!(null)),
        cursor(&json!({})),
        changed("id", json!("' or 1=1 --")),
        changed("id", json!(7)),
        changed("price_minor", json!("1")),
        changed("price_minor", json!(9_223_372_036_854_775_808_u64)),
        changed("price_minor", json!(0.5)),
        changed("created_at", json!("yesterday")),
        changed("created_at", json!("+10000-01-01T00:00:00Z")),
        changed("created_at", json!("+262000-01-01T00:00:00Z")),
        changed("created_at", json!("-262000-01-01T00:00:00Z")),
        changed("created_at", json!("-5000-01-01T00:00:00Z")),
        changed("extra", json!(1)),
        URL_SAFE_NO_PAD.encode("[".repeat(300)),
    ] {
        with_cursor(&shop, "price", &bad)
            .await
            .refused(400, "invalid_query");
    }
    // A cursor belongs to the order of the list that it came from.
    with_cursor(&shop, "-price", &good)
        .await
        .refused(400, "invalid_query");
    with_cursor(&shop, "-created_at", &good)
        .await
        .refused(400, "invalid_query");
    let nul = cursor(&json!({ "slug": "a\0" }));
    let path = format!("/api/v1/catalogue/brands/?cursor={nul}");
    shop.client().get(&path).await.refused(400, "invalid_query");
    let brand = cursor(&json!({ "slug": "a" }));
    with_cursor(&shop, "price", &brand)
        .await
        .refused(400, "invalid_query");
    shop.close().await;
}
