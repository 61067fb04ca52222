//! The pictures of a product: their order, their words, their end.

use serde_json::{Value, json};

use super::{files_of, hang, images_of, pictured, product};
use crate::world::{Answer, Client, Shop};

fn order(answer: &Answer) -> Vec<String> {
    let images = answer.body["images"].as_array().unwrap();
    let id = |image: &Value| image["id"].as_str().unwrap().to_owned();
    images.iter().map(id).collect()
}

fn at(staff: &Client, version: i64) -> Client {
    staff.with("if-match", &format!("\"v{version}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_put_in_order_all_at_once() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[json!({ "url": "/media/a.svg" })]).await;
    for width in [200, 210, 220] {
        hang(&staff, &id, width).await;
    }
    let list = images_of(&id);
    let path = format!("{list}order/");
    let read = staff.get(&list).await.expect(200);
    let before = order(&read);
    assert_eq!(read.etag(), "\"v4\"");
    let mut wanted = before.clone();
    wanted.reverse();
    let body = json!({ "image_ids": wanted });
    staff
        .put(&path, body.clone())
        .await
        .refused(428, "precondition_required");
    let stale = at(&staff, 3).put(&path, body.clone()).await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], read.body);
    let one = &before[0];
    for bad in [
        json!([]),
        json!(before[1..]),
        json!([one, one, before[2], before[3]]),
        json!([
            one,
            before[1],
            before[2],
            "019aab00-0000-7000-8000-000000000002"
        ]),
    ] {
        let refused = at(&staff, 4).put(&path, json!({ "image_ids": bad })).await;
        refused.refused(422, "invalid_order");
    }
    assert_eq!(staff.get(&list).await.expect(200).body, read.body);

    let changed = at(&staff, 4).put(&path, body).await.expect(200);
    assert_eq!(
        (changed.etag(), order(&changed)),
        ("\"v5\"".to_owned(), wanted)
    );
    let shown = shop
        .client()
        .get("/api/v1/catalogue/products/cup/")
        .await
        .expect(200);
    let url = |place: usize| &changed.body["images"][place]["url"];
    for place in 0..4 {
        assert_eq!(shown.body["images"][place]["url"], *url(place));
    }
    let products = shop.client().get("/api/v1/catalogue/products/").await;
    assert_eq!(
        products.expect(200).body["data"][0]["image"]["url"],
        *url(0)
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_says_what_it_shows_in_every_language() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let image = hang(&staff, &id, 200).await;
    let path = format!("{}{image}/", images_of(&id));
    let words = json!({ "alt": { "en": "From the side", "am": "ከጎን" } });
    at(&staff, 2).patch(&path, words).await.expect(200);
    for (language, alt) in [
        ("en", "From the side"),
        ("am", "ከጎን"),
        ("om", "From the side"),
    ] {
        let path = format!("/api/v1/catalogue/products/cup/?language={language}");
        let shown = shop.client().get(&path).await.expect(200);
        assert_eq!(shown.body["images"][0]["alt"], alt);
    }
    for bad in [
        json!({ "en": "x".repeat(201) }),
        json!({ "not a tag": "x" }),
    ] {
        let refused = at(&staff, 3).patch(&path, json!({ "alt": bad })).await;
        refused.refused(422, "invalid_body");
    }
    let other = pictured(&shop, "pot").await;
    let others = format!("{}{image}/", images_of(&other));
    let refused = at(&staff, 2).patch(&others, json!({ "alt": {} })).await;
    refused.refused(404, "catalogue_not_found");
    let cleared = at(&staff, 3).patch(&path, json!({ "alt": {} })).await;
    assert_eq!(cleared.expect(200).body["images"][0]["alt"], json!({}));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_taken_away_takes_its_files_along() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[json!({ "url": "/media/a.svg" })]).await;
    let (gone, stays) = (hang(&staff, &id, 400).await, hang(&staff, &id, 300).await);
    shop.run_jobs().await;
    assert_eq!(files_of(&shop).len(), 3 + 2);
    let list = images_of(&id);
    let path = |image: &str| format!("{list}{image}/");
    let url = staff.get(&list).await.expect(200).text("/images/1/url");
    at(&staff, 2)
        .delete(&path(&gone))
        .await
        .refused(412, "precondition_failed");
    // What a process that died has written of a file.
    let file = url.trim_start_matches("/media/");
    let part = shop.app.settings.media.folder.join(format!("{file}#1"));
    std::fs::write(part, "half").unwrap();
    let left = at(&staff, 3).delete(&path(&gone)).await.expect(200);
    assert_eq!(order(&left)[1], stays);
    shop.run_jobs().await;
    assert_eq!(files_of(&shop).len(), 2);
    assert_eq!(shop.count("pictures").await, 1);
    shop.client().get(&url).await.refused(404, "not_found");
    at(&staff, 4)
        .delete(&path(&gone))
        .await
        .refused(404, "catalogue_not_found");
    // What is elsewhere has no files here.
    let elsewhere = order(&left)[0].clone();
    at(&staff, 4).delete(&path(&elsewhere)).await.expect(200);
    // Before its narrower widths were drawn, too.
    let early = hang(&staff, &id, 900).await;
    at(&staff, 6).delete(&path(&early)).await.expect(200);
    shop.run_jobs().await;
    assert_eq!(files_of(&shop).len(), 2);
    let manager = shop.staff("manager", &["staff.manage"]).await;
    let entries = manager.get("/api/v1/admin/audit/").await;
    let entries = entries.expect(200).body["data"].to_string();
    for action in ["add", "delete"] {
        assert!(entries.contains(&format!("product.image.{action}")));
    }
    shop.close().await;
}
