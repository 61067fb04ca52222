//! What is sent is kept, shown and served.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::json;

use super::{drawn, encoded, files_of, images_of, photo, product, send, sizes};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shown_in_several_widths() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "sneakers", &[]).await;
    let sent = send(&staff, &id, "image/jpeg", photo(1_500, 300)).await;
    let sent = sent.expect(201);
    assert_eq!(sent.body["images_version"], 2);
    let own = sent.text("/url");
    assert_eq!(sizes(&sent.body), [(1_500, own.clone())].into());
    assert_eq!(files_of(&shop).len(), 1);

    shop.run_jobs().await;
    let shown = shop
        .client()
        .get("/api/v1/catalogue/products/sneakers/")
        .await
        .expect(200);
    let image = &shown.body["images"][0];
    assert_eq!(image["url"], own);
    let there = sizes(image);
    let widths: Vec<u32> = there.keys().copied().collect();
    assert_eq!(widths, [160, 320, 640, 1280, 1500]);
    assert_eq!(files_of(&shop).len(), 5);
    for list in ["/api/v1/catalogue/products/", "/api/v1/search/?q=sneakers"] {
        let list = shop.client().get(list).await.expect(200);
        assert_eq!(list.body["data"][0]["image"], *image);
    }

    for (width, url) in there {
        let served = shop.client().get(&url).await.expect(200);
        let header = |name| served.headers[name].to_str().unwrap();
        assert_eq!(header("content-type"), "image/jpeg");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let forever = "public, max-age=31536000, immutable";
        assert_eq!(header("cache-control"), forever);
        assert_eq!(header("content-length"), served.bytes.len().to_string());
        let read = image::load_from_memory_with_format(&served.bytes, ImageFormat::Jpeg);
        let read = read.unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (width, width / 5));
        assert!(read.get_pixel(2, 2)[0] > 150 && read.get_pixel(width - 3, 2)[2] > 150);
        let again = shop.client().with("if-none-match", header("etag"));
        let again = again.get(&url).await.expect(304);
        assert_eq!(again.bytes.len(), 0);
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_drawn_anew() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let clear: DynamicImage = RgbaImage::from_pixel(90, 30, Rgba([9, 200, 9, 90])).into();
    for (picture, format, end) in [
        (drawn(90, 30), ImageFormat::Jpeg, "/90.jpg"),
        (drawn(90, 30), ImageFormat::Png, "/90.jpg"),
        (drawn(90, 30), ImageFormat::WebP, "/90.jpg"),
        (clear.clone(), ImageFormat::Png, "/90.png"),
        (clear, ImageFormat::WebP, "/90.png"),
    ] {
        let mut bytes = encoded(&picture, format);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let sent = send(&staff, &id, format.to_mime_type(), bytes).await;
        let url = sent.expect(201).text("/url");
        assert!(url.ends_with(end), "{format:?}: {url}");
        let served = shop.client().get(&url).await.expect(200);
        let media = served.headers["content-type"].to_str().unwrap();
        assert_eq!(media.ends_with("png"), end.ends_with("png"));
        assert!(!served.bytes.windows(7).any(|part| part == b"<script"));
    }
    let all = staff.get(&images_of(&id)).await.expect(200);
    assert_eq!(all.etag(), "\"v6\"");
    assert_eq!(all.body["images"].as_array().unwrap().len(), 5);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_adds_one_picture() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let keyed = staff.key("the-front");
    let first = send(&keyed, &id, "image/jpeg", photo(200, 100)).await;
    let first = first.expect(201);
    let again = send(&keyed, &id, "image/jpeg", photo(200, 100)).await;
    let again = again.expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = send(&keyed, &id, "image/jpeg", photo(300, 100)).await;
    other.refused(422, "idempotency_conflict");
    assert_eq!(shop.count("pictures").await, 1);
    assert_eq!(shop.count("product_images").await, 1);
    assert_eq!(files_of(&shop).len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_served() {
    let shop = Shop::open().await;
    let name = "0123456789abcdef0123456789abcdef";
    for path in [
        &*format!("/media/pictures/{name}/160.jpg"),
        &format!("/media/pictures/{name}/160.svg"),
        &format!("/media/pictures/{name}/..%2f..%2fsecrets.toml"),
        &format!("/media/pictures/..%2f{name}/160.jpg"),
        "/media/pictures/x/160.jpg",
        "/media/pictures/%2e%2e/%2e%2e",
    ] {
        shop.client().get(path).await.refused(404, "not_found");
    }
    // Nobody has sent anything: no folder was made either.
    assert!(!shop.app.settings.media.folder.exists());
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let elsewhere = json!({ "url": "https://cdn.example/a.jpg", "alt": { "en": "A" } });
    product(&staff, "cup", &[elsewhere]).await;
    let shown = shop
        .client()
        .get("/api/v1/catalogue/products/cup/")
        .await
        .expect(200);
    let expected = json!({ "url": "https://cdn.example/a.jpg", "alt": "A", "sizes": {} });
    assert_eq!(shown.body["images"][0], expected);
    shop.close().await;
}
