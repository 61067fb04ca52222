//! What shoppers read: lists, filters, one product, the tree, brands, in two languages.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ADMIN_PRODUCTS, BRANDS, PRODUCTS, category, each, product};
use crate::world::{Client, Shop};

/// Two brands, food › coffee, shoes; three published products and one draft.
async fn stocked(shop: &Shop) -> (Client, Value) {
    let staff = shop
        .staff("writer", &["catalogue.edit", "stock.edit"])
        .await;
    let food = category(&staff, "Food", None).await;
    let coffee = category(&staff, "Coffee", Some(&food)).await;
    let shoes = category(&staff, "Shoes", None).await;
    let mut brands = Vec::new();
    for name in ["Tena", "Sole"] {
        let body = json!({ "name": { "en": name, "am": "ስም" } });
        brands.push(staff.post(BRANDS, body).await.expect(201).text("/id"));
    }
    let options = json!([{
        "name": { "en": "Weight", "am": "ክብደት" },
        "values": [{ "en": "250 g", "am": "250 ግ" }, { "en": "1 kg" }],
    }]);
    let bag = json!({
        "brand_id": brands[0], "category_ids": [coffee], "options": options,
        "images": [{ "url": "/media/bag.svg", "alt": { "en": "A bag" } }],
        "variants": [
            { "sku": "BAG-250", "price": etb(30_000), "option_values": [0], "on_hand": 3,
              "compare_at_price": etb(35_000) },
            { "sku": "BAG-1000", "price": etb(100_000), "option_values": [1], "on_hand": 0 },
        ],
    });
    let bag = product(&staff, "bag", 1, bag).await;
    shop.advance(TimeDelta::seconds(1));
    let more = json!({ "category_ids": [food], "variants": [
        { "sku": "TEA", "price": etb(9_000), "on_hand": 0 }] });
    product(&staff, "tea", 1, more).await;
    shop.advance(TimeDelta::seconds(1));
    let more = json!({ "brand_id": brands[1], "category_ids": [shoes] });
    product(&staff, "sneaker", 250_000, more).await;
    product(
        &staff,
        "secret",
        500,
        json!({ "status": "draft", "category_ids": [food] }),
    )
    .await;
    (staff, bag)
}

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_and_sorted() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    for (query, slugs) in [
        ("", &["sneaker", "tea", "bag"][..]),
        ("?sort=-created_at", &["sneaker", "tea", "bag"]),
        ("?sort=price", &["tea", "bag", "sneaker"]),
        ("?sort=-price", &["sneaker", "bag", "tea"]),
        ("?category=food", &["tea", "bag"]),
        ("?category=coffee", &["bag"]),
        ("?brand=tena", &["bag"]),
        ("?brand=tena&category=shoes", &[]),
        ("?is_available=true", &["sneaker", "bag"]),
        ("?is_available=false", &["tea"]),
        ("?price_min=9000&price_max=30000", &["tea", "bag"]),
        ("?price_min=9001&price_max=29999", &[]),
        ("?q=SNEAK", &["sneaker"]),
        ("?q=%E1%8B%95%E1%89%83%20tea", &["tea"]),
        ("?q=secret", &[]),
        ("?q=%25", &[]),
        ("?q=_", &[]),
    ] {
        let list = shop
            .client()
            .get(&format!("{PRODUCTS}{query}"))
            .await
            .expect(200);
        assert_eq!(each(&list.body["data"], "slug"), slugs, "{query}");
        assert_eq!(
            list.body["page"],
            json!({ "next_cursor": null, "has_more": false })
        );
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_read_by_id_and_slug_in_two_languages() {
    let shop = Shop::open().await;
    let (_, bag) = stocked(&shop).await;
    let id = bag["id"].as_str().unwrap();
    let by_slug = shop
        .client()
        .get(&format!("{PRODUCTS}bag/"))
        .await
        .expect(200);
    let by_id = shop
        .client()
        .get(&format!("{PRODUCTS}{id}/"))
        .await
        .expect(200);
    assert_eq!(by_id.bytes, by_slug.bytes);
    let body = &by_slug.body;
    assert_eq!(body["title"], "The bag");
    assert_eq!(body["brand"]["slug"], "tena");
    assert_eq!(body["categories"][0]["path"], json!(["food", "coffee"]));
    assert_eq!(
        body["images"],
        json!([{ "url": "/media/bag.svg", "alt": "A bag", "sizes": {} }])
    );
    assert_eq!(body["options"][0]["values"][1]["label"], "1 kg");
    assert_eq!(body["price_from"], etb(30_000));
    let small = &body["variants"][0];
    assert_eq!(
        (&small["sku"], &small["available"]),
        (&json!("BAG-250"), &json!(3))
    );
    assert_eq!(small["compare_at_price"], etb(35_000));
    assert_eq!(small["option_values"][0]["label"], "250 g");
    let large = &body["variants"][1];
    assert_eq!(
        (&large["available"], &large["is_available"]),
        (&json!(0), &json!(false))
    );

    let in_am = shop
        .client()
        .get(&format!("{PRODUCTS}bag/?language=am"))
        .await
        .expect(200);
    assert_eq!(in_am.body["title"], "ዕቃ bag");
    assert_eq!(in_am.body["brand"]["name"], "ስም");
    assert_eq!(in_am.body["options"][0]["name"], "ክብደት");
    // What has no Amharic text is read in English.
    assert_eq!(in_am.body["options"][0]["values"][1]["label"], "1 kg");
    let list = shop
        .client()
        .get(&format!("{PRODUCTS}?language=am&q=bag"))
        .await
        .expect(200);
    assert_eq!(list.body["data"][0]["title"], "ዕቃ bag");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_counts_what_is_published_below() {
    let shop = Shop::open().await;
    stocked(&shop).await;
    let tree = shop
        .client()
        .get("/api/v1/catalogue/categories/")
        .await
        .expect(200);
    assert_eq!(each(&tree.body, "slug"), ["food", "shoes"]);
    assert_eq!(tree.body[0]["product_count"], 2);
    assert_eq!(tree.body[0]["children"][0]["slug"], "coffee");
    assert_eq!(tree.body[0]["children"][0]["product_count"], 1);
    assert_eq!(tree.body[0]["children"][0]["children"], json!([]));
    let brands = shop
        .client()
        .get("/api/v1/catalogue/brands/?language=am")
        .await
        .expect(200);
    assert_eq!(each(&brands.body["data"], "slug"), ["sole", "tena"]);
    assert_eq!(each(&brands.body["data"], "name"), ["ስም", "ስም"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_published_is_not_there() {
    let shop = Shop::open().await;
    let (staff, bag) = stocked(&shop).await;
    let id = bag["id"].as_str().unwrap();
    let (guest, cart) = shop.guest_cart(&[]).await;
    for status in ["draft", "archived"] {
        let path = format!("{ADMIN_PRODUCTS}{id}/");
        let etag = staff.get(&path).await.expect(200).etag();
        let staff = staff.with("if-match", &etag);
        staff
            .patch(&path, json!({ "status": status }))
            .await
            .expect(200);
        for hidden in ["bag", id] {
            let path = format!("{PRODUCTS}{hidden}/");
            shop.client()
                .get(&path)
                .await
                .refused(404, "catalogue_not_found");
        }
        let list = shop.client().get(PRODUCTS).await.expect(200);
        assert_eq!(each(&list.body["data"], "slug"), ["sneaker", "tea"]);
        let tree = shop
            .client()
            .get("/api/v1/catalogue/categories/")
            .await
            .expect(200);
        assert_eq!(tree.body[0]["product_count"], 1);
        let line = json!({ "variant_id": bag["variants"][0]["id"], "quantity": 1 });
        let items = format!("/api/v1/cart/{cart}/items/");
        guest.post(&items, line).await.refused(409, "not_for_sale");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_read_is_not_sent_twice() {
    let shop = Shop::open().await;
    let (staff, bag) = stocked(&shop).await;
    for path in [
        PRODUCTS.to_owned(),
        format!("{PRODUCTS}bag/"),
        "/api/v1/catalogue/categories/".to_owned(),
        "/api/v1/catalogue/brands/".to_owned(),
    ] {
        let first = shop.client().get(&path).await.expect(200);
        assert_eq!(
            first.headers["cache-control"], "public, max-age=0, s-maxage=5",
            "{path}"
        );
        for known in [
            first.etag(),
            format!("W/{}", first.etag()),
            "\"a\", *".to_owned(),
        ] {
            let again = shop
                .client()
                .with("if-none-match", &known)
                .get(&path)
                .await
                .expect(304);
            assert!(again.bytes.is_empty(), "{path}");
            assert_eq!(again.etag(), first.etag());
        }
        shop.client()
            .with("if-none-match", "\"other\"")
            .get(&path)
            .await
            .expect(200);
    }
    let path = format!("{PRODUCTS}bag/");
    let etag = shop.client().get(&path).await.expect(200).etag();
    let level = format!(
        "/api/v1/admin/inventory/levels/{}/",
        bag["variants"][0]["id"].as_str().unwrap()
    );
    let staff = staff.with("if-match", "\"v1\"");
    staff.put(&level, json!({ "on_hand": 2 })).await.expect(200);
    let fresh = shop
        .client()
        .with("if-none-match", &etag)
        .get(&path)
        .await
        .expect(200);
    assert_eq!(fresh.body["variants"][0]["available"], 2);
    shop.close().await;
}
