//! Categories and brands: a tree that stays one, slugs that name one thing.

use serde_json::{Value, json};

use super::{
    super::{ADMIN_PRODUCTS, BRANDS, CATEGORIES, category, each, product, product_body},
    delete, patch, writer,
};
use crate::world::Shop;

async fn tree(shop: &Shop) -> Value {
    let tree = shop.client().get("/api/v1/catalogue/categories/").await;
    tree.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_moves_with_everything_below_it() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let food = category(&staff, "Food", None).await;
    let drinks = category(&staff, "Drinks", None).await;
    let coffee = category(&staff, "Coffee", Some(&food)).await;
    category(&staff, "Beans", Some(&coffee)).await;
    let path = format!("{CATEGORIES}{coffee}/");
    let moved = patch(&staff, &path, json!({ "parent_id": drinks, "position": 3 }))
        .await
        .expect(200);
    assert_eq!(moved.body["parent_id"], json!(drinks));
    assert_eq!(
        (moved.etag(), moved.body["position"].clone()),
        ("\"v2\"".to_owned(), json!(3))
    );
    let now = tree(&shop).await;
    assert_eq!(each(&now, "slug"), ["drinks", "food"]);
    assert_eq!(now[0]["children"][0]["children"][0]["slug"], "beans");
    assert_eq!(now[1]["children"], json!([]));
    // What is absent stays; null moves it to the top.
    let top = patch(&staff, &path, json!({ "parent_id": null }))
        .await
        .expect(200);
    assert_eq!(
        (&top.body["parent_id"], &top.body["position"]),
        (&json!(null), &json!(3))
    );
    assert_eq!(
        each(&tree(&shop).await, "slug"),
        ["drinks", "food", "coffee"]
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_stays_a_tree_at_most_ten_deep() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let mut ids = vec![category(&staff, "Level 1", None).await];
    for level in 2..=10 {
        ids.push(
            category(
                &staff,
                &format!("Level {level}"),
                ids.last().map(String::as_str),
            )
            .await,
        );
    }
    let other = category(&staff, "Other", None).await;
    let before = shop.state().await;
    for under in [&ids[0], &ids[1], &ids[9]] {
        let path = format!("{CATEGORIES}{}/", ids[0]);
        let refused = patch(&staff, &path, json!({ "parent_id": under })).await;
        refused.refused(409, "category_cycle");
    }
    let path = format!("{CATEGORIES}{}/", ids[0]);
    let refused = patch(&staff, &path, json!({ "parent_id": other })).await;
    refused.refused(409, "category_too_deep");
    let body = json!({ "name": { "en": "Level 11" }, "parent_id": ids[9] });
    staff
        .post(CATEGORIES, body)
        .await
        .refused(409, "category_too_deep");
    let body =
        json!({ "name": { "en": "Orphan" }, "parent_id": ids::CategoryId::generate(shop.now()) });
    staff
        .post(CATEGORIES, body)
        .await
        .refused(422, "unknown_category");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_use_is_not_deleted() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let (food, empty) = (
        category(&staff, "Food", None).await,
        category(&staff, "Empty", None).await,
    );
    let coffee = category(&staff, "Coffee", Some(&food)).await;
    let brand = staff
        .post(BRANDS, json!({ "name": { "en": "Tena" } }))
        .await
        .expect(201)
        .text("/id");
    let more = json!({ "brand_id": brand, "category_ids": [coffee] });
    let bag = product(&staff, "bag", 100, more).await;
    let before = shop.state().await;
    for used in [
        format!("{CATEGORIES}{food}/"),
        format!("{CATEGORIES}{coffee}/"),
        format!("{BRANDS}{brand}/"),
    ] {
        delete(&staff, &used).await.refused(409, "in_use");
    }
    assert_eq!(shop.state().await, before);
    let path = format!("{CATEGORIES}{empty}/");
    delete(&staff, &path).await.expect(204);
    staff.get(&path).await.refused(404, "catalogue_not_found");
    let freed = json!({ "brand_id": null, "category_ids": [] });
    patch(
        &staff,
        &format!("{ADMIN_PRODUCTS}{}/", bag["id"].as_str().unwrap()),
        freed,
    )
    .await
    .expect(200);
    for path in [
        format!("{CATEGORIES}{coffee}/"),
        format!("{CATEGORIES}{food}/"),
        format!("{BRANDS}{brand}/"),
    ] {
        delete(&staff, &path).await.expect(204);
    }
    assert_eq!(tree(&shop).await, json!([]));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_and_a_sku_name_one_thing() {
    let shop = Shop::open().await;
    let staff = writer(&shop).await;
    let body = json!({ "name": { "en": "Ethiopian  Coffee & Tea!" } });
    let made = staff.post(BRANDS, body.clone()).await.expect(201);
    assert_eq!(made.body["slug"], "ethiopian-coffee-tea");
    product(&staff, "bag", 100, json!({})).await;
    let before = shop.state().await;
    staff.post(BRANDS, body).await.refused(409, "slug_taken");
    staff
        .post(ADMIN_PRODUCTS, product_body("bag", 1))
        .await
        .refused(409, "slug_taken");
    let mut same_sku = product_body("other", 1);
    same_sku["variants"][0]["sku"] = json!("BAG");
    staff
        .post(ADMIN_PRODUCTS, same_sku)
        .await
        .refused(409, "sku_taken");
    for slug in [
        "",
        "A",
        "a b",
        "-a",
        "a--b",
        "ቡና",
        "a/b",
        "'; drop--",
        &"a".repeat(121),
    ] {
        let body = json!({ "name": { "en": "X" }, "slug": slug });
        staff.post(BRANDS, body).await.refused(422, "invalid_slug");
    }
    // A name without a Latin letter gives no slug.
    let body = json!({ "name": { "en": "ቡና" } });
    staff
        .post(CATEGORIES, body)
        .await
        .refused(422, "invalid_slug");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
