//! What changes is found as it is now.

use serde_json::{Value, json};

use super::{ADMIN_PRODUCTS, BRANDS, CATEGORIES, search, slugs, stocked};
use crate::world::{Client, Shop, place_body};

async fn patch(staff: &Client, path: &str, body: Value) {
    let etag = staff.get(path).await.expect(200).etag();
    let staff = staff.with("if-match", &etag);
    staff.patch(path, body).await.expect(200);
}

async fn product(shop: &Shop, slug: &str) -> Value {
    let path = format!("/api/v1/catalogue/products/{slug}/");
    shop.client().get(&path).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_found_at_once() {
    let shop = Shop::open().await;
    let staff = stocked(&shop).await;
    let gabi = product(&shop, "gabi").await;
    let path = format!("{ADMIN_PRODUCTS}{}/", gabi["id"].as_str().unwrap());
    patch(&staff, &path, json!({ "title": { "en": "Wool blanket" } })).await;
    assert_eq!(slugs(&shop, &[("q", "blanket")]).await, ["gabi"]);
    assert_eq!(slugs(&shop, &[("q", "cotton")]).await, [""; 0]);
    let variant = gabi["variants"][0]["id"].as_str().unwrap();
    let variant = format!("/api/v1/admin/catalogue/variants/{variant}/");
    let price = json!({ "price": { "amount": 700, "currency": "ETB" }, "sku": "WOOL-1" });
    let first = staff.with("if-match", "\"v1\"");
    first.patch(&variant, price).await.expect(200);
    assert_eq!(slugs(&shop, &[("price_max", "700")]).await, ["gabi"]);
    assert_eq!(slugs(&shop, &[("q", "wool-1")]).await, ["gabi"]);
    let found = search(&shop, &[("q", "blanket")]).await.expect(200).body;
    assert_eq!(found["facets"]["prices"][0]["from"]["amount"], 500);
    for (change, expected) in [
        (json!({ "brand_id": null }), &["gabi"][..]),
        (json!({ "category_ids": [] }), &["gabi"]),
        (json!({ "status": "archived" }), &[]),
        (json!({ "status": "published" }), &["gabi"]),
    ] {
        patch(&staff, &path, change).await;
        assert_eq!(slugs(&shop, &[("q", "blanket")]).await, expected);
    }
    let found = search(&shop, &[("q", "blanket")]).await.expect(200).body;
    assert_eq!(
        (&found["facets"]["brands"], &found["facets"]["categories"]),
        (&json!([]), &json!([]))
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_found_once_the_workers_have_written_it() {
    let shop = Shop::open().await;
    let staff = stocked(&shop).await;
    let jebena = product(&shop, "jebena").await;
    let brand = format!("{BRANDS}{}/", jebena["brand"]["id"].as_str().unwrap());
    patch(
        &staff,
        &brand,
        json!({ "name": { "en": "Ghion Ceramics" } }),
    )
    .await;
    let category = jebena["categories"][0]["id"].as_str().unwrap();
    let category = format!("{CATEGORIES}{category}/");
    patch(
        &staff,
        &category,
        json!({ "name": { "en": "Hearth", "am": "ምድጃ" } }),
    )
    .await;
    // What has the same name as before plans nothing.
    patch(&staff, &category, json!({ "position": 7 })).await;
    assert_eq!(shop.run_jobs().await, 2);
    let all = ["creme", "coffee-mug", "jebena"];
    for question in ["ghion", "hearth", "ምድጃ", "midija"] {
        assert_eq!(slugs(&shop, &[("q", question)]).await, all, "{question}");
    }
    assert_eq!(slugs(&shop, &[("q", "pottery")]).await, [""; 0]);
    let path = "/api/v1/search/suggest/?q=ghi";
    let guess = shop.client().get(path).await.expect(200).body;
    assert_eq!(guess["brands"][0]["name"], "Ghion Ceramics");
    shop.close().await;
}

/// A shop whose goods are older than its search: workers write what it looks at.
#[tokio::test(flavor = "multi_thread")]
async fn everything_is_written_anew_by_workers() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    let state = shop.state().await;
    let forget = "delete from product_search; delete from search_words;
        update brands set vector = ''; update categories set vector = '';
        insert into jobs (id, kind, version, payload, attempts_max, run_at, created_at)
        values (gen_random_uuid(), 'index_catalogue', 1, '{\"of\": \"everything\", \"after\": null}',
            12, '2020-01-01', '2020-01-01')";
    shop.db().await.batch(forget).await.unwrap();
    assert_eq!(slugs(&shop, &[("q", "coffee")]).await, [""; 0]);
    assert_eq!(shop.run_jobs().await, 1);
    let again = shop.state().await;
    for table in ["product_search", "search_words", "brands", "categories"] {
        assert_eq!(again[table], state[table], "{table}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sells_comes_first_in_its_order() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    for (slug, quantity) in [("jebena", 1), ("gabi", 3), ("teff", 2)] {
        let variant = product(&shop, slug).await["variants"][0]["id"].clone();
        let variant: ids::VariantId = serde_json::from_value(variant).unwrap();
        let (guest, cart) = shop.guest_cart(&[(variant, quantity)]).await;
        let order = guest
            .post("/api/v1/orders/", place_body(&cart))
            .await
            .expect(201);
        let (tx_ref, page) = shop.initiate(&guest, &order.body).await;
        shop.on_page(&page, "pay").await.expect(302);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        guest.get(&verify).await.expect(200);
    }
    let count = async || {
        catalogue::plan(&shop.app.kit.db, shop.now()).await.unwrap();
        shop.run_jobs().await;
        slugs(&shop, &[("sort", "-sold"), ("limit", "4")]).await
    };
    assert_eq!(count().await[..3], ["gabi", "teff", "jebena"]);
    let list = "/api/v1/catalogue/products/?sort=-sold&limit=2";
    let list = shop.client().get(list).await.expect(200).body;
    assert_eq!(super::each(&list["data"], "slug"), ["gabi", "teff"]);
    // What was sold long ago sells no more.
    shop.advance(chrono::TimeDelta::days(91));
    assert_eq!(count().await[..2], ["creme", "sun-hat"]);
    shop.close().await;
}
