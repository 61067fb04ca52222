//! Facets, filters, orders, pages, suggestions.

use serde_json::{Value, json};

use super::{SEARCH, counts, each, search, slugs, stocked};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_is_counted() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    let found = search(&shop, &[("q", "coffee")]).await.expect(200).body;
    assert_eq!(found["total"], json!({ "count": 3, "is_exact": true }));
    let facets = &found["facets"];
    let pairs = |wanted: &[(&str, i64)]| -> Vec<(String, i64)> {
        wanted
            .iter()
            .map(|(slug, n)| ((*slug).to_owned(), *n))
            .collect()
    };
    assert_eq!(
        counts(&facets["categories"]),
        pairs(&[("coffee", 2), ("food-and-drink", 2), ("kitchen", 1)])
    );
    assert_eq!(
        counts(&facets["brands"]),
        pairs(&[("tena", 2), ("alem-pottery", 1)])
    );
    assert_eq!(facets["available_count"], 2);
    let range = |from: i64, to: i64, count: i64| {
        json!({
            "from": { "amount": from, "currency": "ETB" },
            "to": { "amount": to, "currency": "ETB" }, "count": count,
        })
    };
    assert_eq!(
        facets["prices"],
        json!([range(10_000, 19_999, 1), range(20_000, 49_999, 2)])
    );
    // Of a brand that was asked for, the others are counted beside it; nothing else is.
    let params = [("q", "coffee"), ("brand", "tena"), ("language", "am")];
    let narrowed = search(&shop, &params).await.expect(200).body;
    assert_eq!(narrowed["total"]["count"], 2);
    let facets = &narrowed["facets"];
    assert_eq!(
        counts(&facets["brands"]),
        pairs(&[("tena", 2), ("alem-pottery", 1)])
    );
    assert_eq!(
        counts(&facets["categories"]),
        pairs(&[("coffee", 2), ("food-and-drink", 2)])
    );
    assert_eq!(each(&facets["brands"], "name"), ["ጤና", "ዓለም ሸክላ"]);
    // Without a question everything is counted.
    let all = search(&shop, &[]).await.expect(200).body;
    assert_eq!(all["total"]["count"], 12);
    assert_eq!(all["facets"]["available_count"], 10);
    assert_eq!(
        counts(&all["facets"]["brands"]),
        pairs(&[("shemma", 5), ("tena", 4), ("alem-pottery", 3)])
    );
    let none = search(&shop, &[("q", "nowhere")]).await.expect(200).body;
    let nothing = json!({ "categories": [], "brands": [], "prices": [], "attributes": [],
        "available_count": 0 });
    assert_eq!((&none["data"], &none["facets"]), (&json!([]), &nothing));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_narrowed_and_sorted() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    for (params, expected) in [
        (
            &[("q", "coffee"), ("sort", "price")][..],
            &["coffee-mug", "sidama", "yirgacheffe"][..],
        ),
        (
            &[("q", "coffee"), ("sort", "-price")],
            &["yirgacheffe", "sidama", "coffee-mug"],
        ),
        (
            &[("q", "coffee"), ("sort", "-created_at")],
            &["coffee-mug", "sidama", "yirgacheffe"],
        ),
        (
            &[("q", "coffee"), ("is_available", "true")],
            &["yirgacheffe", "coffee-mug"],
        ),
        (&[("q", "coffee"), ("is_available", "false")], &["sidama"]),
        (
            &[
                ("q", "coffee"),
                ("price_max", "40000"),
                ("price_min", "12001"),
            ],
            &["sidama"],
        ),
        (&[("q", "coffee"), ("category", "kitchen")], &["coffee-mug"]),
        (
            &[("q", "coffee"), ("category", "food-and-drink")],
            &["sidama", "yirgacheffe"],
        ),
        (
            &[("q", "coffee"), ("category", "coffee"), ("brand", "shemma")],
            &[],
        ),
        (&[("category", "spices")], &["teff", "berbere"]),
        (
            &[("brand", "alem-pottery"), ("sort", "price")],
            &["coffee-mug", "jebena", "creme"],
        ),
    ] {
        assert_eq!(slugs(&shop, params).await, expected, "{params:?}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_answers_neither_repeat_nor_skip() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    for sort in ["relevance", "-created_at", "price", "-price", "-sold"] {
        let list = format!("{SEARCH}?q=kitchen&sort={sort}");
        let whole = shop.client().get(&list).await.expect(200).body;
        let whole = each(&whole["data"], "slug");
        assert_eq!(whole.len(), 12, "{sort}");
        let (mut seen, mut path) = (Vec::new(), format!("{list}&limit=5"));
        loop {
            let page = shop.client().get(&path).await.expect(200);
            seen.extend(each(&page.body["data"], "slug"));
            assert_eq!(page.body["total"]["count"], 12);
            let Some(cursor) = page.body["page"]["next_cursor"].as_str() else {
                break;
            };
            path = format!("{list}&limit=5&cursor={cursor}");
            assert_eq!(page.headers["link"], format!("<{path}>; rel=\"next\""));
        }
        assert_eq!(seen, whole, "{sort}");
        let first = shop
            .client()
            .get(&format!("{list}&limit=1"))
            .await
            .expect(200);
        let cursor = first.text("/page/next_cursor");
        let other = format!("{SEARCH}?q=kitchen&sort=x&cursor={cursor}");
        shop.client()
            .get(&other)
            .await
            .refused(400, "invalid_query");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_typed_is_guessed() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    let suggest = async |query: &str| -> Value {
        let path = format!("{SEARCH}suggest/?{query}");
        shop.client().get(&path).await.expect(200).body
    };
    for (query, products, categories, brands) in [
        (
            "q=cof",
            &["sidama", "yirgacheffe", "coffee-mug"][..],
            &["coffee"][..],
            &[][..],
        ),
        ("q=cof&limit=1", &["sidama"], &["coffee"], &[]),
        (
            "q=she",
            &[
                "sun-hat",
                "sneakers",
                "gabi",
                "red-dresses",
                "habesha-dress",
            ],
            &[],
            &["shemma"],
        ),
        (
            "q=ten",
            &["teff", "berbere", "sidama", "yirgacheffe"],
            &[],
            &["tena"],
        ),
        ("q=jeebna", &["jebena"], &[], &[]),
        ("q=-", &[], &[], &[]),
    ] {
        let found = suggest(query).await;
        assert_eq!(each(&found["products"], "slug"), products, "{query}");
        assert_eq!(each(&found["categories"], "slug"), categories, "{query}");
        assert_eq!(each(&found["brands"], "slug"), brands, "{query}");
    }
    let found = suggest("q=cof&language=am").await;
    assert_eq!(found["products"][0]["title"], "የሲዳማ ቡና");
    assert_eq!(found["categories"][0]["name"], "ቡና");
    shop.close().await;
}
