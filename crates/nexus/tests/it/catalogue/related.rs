//! What goes with a product: named by staff, in order; and its tags.

use serde_json::{Value, json};

use crate::{
    media::product,
    world::{Client, Shop},
};

fn at(staff: &Client, version: i64) -> Client {
    staff.with("if-match", &format!("\"v{version}\""))
}

async fn related(shop: &Shop, slug: &str) -> Vec<String> {
    let path = format!("/api/v1/catalogue/products/{slug}/related/");
    let shown = shop.client().get(&path).await.expect(200);
    let data = shown.body["data"].as_array().unwrap();
    let slug = |entry: &Value| entry["slug"].as_str().unwrap().to_owned();
    data.iter().map(slug).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn related_products_are_shown_in_their_order() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let mut ids = Vec::new();
    for slug in ["pot", "cup", "spoon", "tray"] {
        ids.push(product(&staff, slug, &[]).await);
    }
    let path = format!("/api/v1/admin/catalogue/products/{}/related/", ids[0]);
    let order = |places: &[usize]| {
        let wanted: Vec<&String> = places.iter().map(|place| &ids[*place]).collect();
        json!({ "product_ids": wanted })
    };
    assert_eq!(related(&shop, "pot").await, Vec::<String>::new());
    at(&staff, 1)
        .put(&path, order(&[3, 1, 2]))
        .await
        .expect(200);
    assert_eq!(related(&shop, "pot").await, ["tray", "cup", "spoon"]);
    assert_eq!(related(&shop, &ids[0]).await, ["tray", "cup", "spoon"]);
    assert_eq!(related(&shop, "cup").await, Vec::<String>::new());
    for (body, code) in [
        (order(&[1, 1]), "invalid_order"),
        (order(&[0]), "invalid_order"),
        (json!({ "product_ids": vec![&ids[1]; 21] }), "invalid_order"),
        (
            json!({ "product_ids": ["019aab00-0000-7000-8000-000000000002"] }),
            "unknown_product",
        ),
    ] {
        at(&staff, 2).put(&path, body).await.refused(422, code);
    }
    at(&staff, 1)
        .put(&path, order(&[]))
        .await
        .refused(412, "precondition_failed");
    assert_eq!(staff.get(&path).await.expect(200).body, order(&[3, 1, 2]));
    let hidden = format!("/api/v1/admin/catalogue/products/{}/", ids[1]);
    let hide = json!({ "status": "draft" });
    at(&staff, 1).patch(&hidden, hide).await.expect(200);
    assert_eq!(related(&shop, "pot").await, ["tray", "spoon"]);
    for path in ["cup", "none"] {
        let path = format!("/api/v1/catalogue/products/{path}/related/");
        shop.client()
            .get(&path)
            .await
            .refused(404, "catalogue_not_found");
    }
    at(&staff, 2).put(&path, order(&[2])).await.expect(200);
    assert_eq!(related(&shop, "pot").await, ["spoon"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_written_like_a_slug() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "pot", &[]).await;
    let path = format!("/api/v1/admin/catalogue/products/{id}/");
    let before = shop.state().await;
    let many: Vec<String> = (0..51).map(|n| format!("t{n}")).collect();
    for tags in [
        json!([""]),
        json!(["Wool"]),
        json!(["two words"]),
        json!(["-a"]),
        json!(["ጥጥ"]),
        json!(["x".repeat(61)]),
        json!(many),
    ] {
        let refused = at(&staff, 1).patch(&path, json!({ "tags": tags })).await;
        refused.refused(422, "invalid_tag");
    }
    assert_eq!(shop.state().await, before);
    let tagged = at(&staff, 1)
        .patch(&path, json!({ "tags": ["wool", "new-in"] }))
        .await;
    tagged.expect(200);
    let shown = shop.client().get("/api/v1/catalogue/products/pot/").await;
    assert_eq!(shown.expect(200).body["tags"], json!(["new-in", "wool"]));
    at(&staff, 2)
        .patch(&path, json!({ "tags": [] }))
        .await
        .expect(200);
    let shown = shop.client().get("/api/v1/catalogue/products/pot/").await;
    assert_eq!(shown.expect(200).body["tags"], json!([]));
    shop.close().await;
}
