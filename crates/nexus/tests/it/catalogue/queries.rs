//! Queries that are not understood: refused by name, never guessed at.

use super::PRODUCTS;
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_not_understood_is_refused_by_name() {
    let shop = Shop::open().await;
    let long = "x".repeat(101);
    for (query, names) in [
        ("color=red", "color"),
        ("currency=USD", "currency"),
        ("country=US", "country"),
        ("Limit=5", "Limit"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e3", "digit"),
        ("limit=99999999999999999999", "number"),
        ("limit=5&limit=6", "limit"),
        ("sort=title", "sort"),
        ("sort=price;drop", "sort"),
        ("language=xx_YY", "language"),
        ("language=e", "language"),
        ("language=en'--", "language"),
        ("is_available=1", "is_available"),
        ("price_min=-1", "price_min"),
        ("price_max=-1", "price_max"),
        ("price_min=0.5", "digit"),
        ("cursor=abc", "cursor"),
        (&*format!("q={long}"), "q"),
        ("q=%00", "U+0000"),
    ] {
        let refused = shop.client().get(&format!("{PRODUCTS}?{query}")).await;
        let refused = refused.refused(400, "invalid_query");
        let detail = refused.text("/detail");
        assert!(detail.contains(names), "{query}: {detail}");
    }
    for (query, code) in [
        ("category=none", "unknown_category"),
        ("brand=none", "unknown_brand"),
    ] {
        let refused = shop.client().get(&format!("{PRODUCTS}?{query}")).await;
        refused.refused(422, code);
    }
    let many = "ids[]=1&".repeat(5_000);
    let refused = shop.client().get(&format!("{PRODUCTS}?{many}")).await;
    refused.refused(400, "invalid_query");
    for path in [
        "/api/v1/catalogue/categories/?limit=1",
        "/api/v1/catalogue/brands/?q=a",
    ] {
        shop.client().get(path).await.refused(400, "invalid_query");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_not_understood_is_refused_by_name() {
    let shop = Shop::open().await;
    for (query, names) in [
        ("color=red", "color"),
        ("limit=0", "limit"),
        ("sort=title", "sort"),
        ("sort=relevance", "relevance"),
        ("q=a&sort=rank", "sort"),
        ("attributes=", "attributes"),
        ("attributes=material", "attributes"),
        ("attributes=material:cotton,", "attributes"),
        ("attributes=a:b%27,c:d", "attributes"),
        ("language=e", "language"),
        ("is_available=1", "is_available"),
        ("price_min=-1", "price_min"),
        ("cursor=abc", "cursor"),
        (&*format!("q={}", "x".repeat(101)), "q"),
        ("q=%00", "U+0000"),
        ("suggest", "q"),
        ("suggest&q=a&limit=11", "limit"),
        ("suggest&q=a&sort=price", "sort"),
    ] {
        let path = match query.strip_prefix("suggest") {
            Some(query) => format!("/api/v1/search/suggest/?{}", query.trim_start_matches('&')),
            None => format!("/api/v1/search/?{query}"),
        };
        let refused = shop.client().get(&path).await.refused(400, "invalid_query");
        let detail = refused.text("/detail");
        assert!(detail.contains(names), "{query}: {detail}");
    }
    for (query, code) in [
        ("category=none", "unknown_category"),
        ("q=a&category=none", "unknown_category"),
        ("q=a&brand=none", "unknown_brand"),
        ("q=a&brand=none&sort=price", "unknown_brand"),
    ] {
        let refused = shop.client().get(&format!("/api/v1/search/?{query}")).await;
        refused.refused(422, code);
    }
    shop.close().await;
}
