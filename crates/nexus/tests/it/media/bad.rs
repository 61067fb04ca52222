//! Files that are not taken: a clear problem, and neither a row nor a file is left behind.

use http::Method;
use image::ImageFormat;
use kit::sabotage::Sabotage;
use serde_json::json;

use super::{drawn, encoded, files_of, images_of, photo, product, send};
use crate::world::Shop;

type BadFile = (&'static str, Vec<u8>, u16, &'static str);

/// What each says that it is, its bytes, and what is answered.
fn bad_files() -> Vec<BadFile> {
    let png = encoded(&drawn(300, 300), ImageFormat::Png);
    let jpeg = photo(300, 300);
    let webp = encoded(&drawn(300, 300), ImageFormat::WebP);
    // A head that says 50,000 by 50,000 pixels, with a wrong checksum too.
    let mut bomb = png.clone();
    for side in [16..20, 20..24] {
        bomb[side].copy_from_slice(&50_000_u32.to_be_bytes());
    }
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;".to_vec();
    let zip = b"PK\x03\x04../../../etc/passwd".to_vec();
    let broken = "invalid_picture";
    vec![
        ("image/svg+xml", svg.to_vec(), 415, "unsupported_picture"),
        ("image/gif", gif.clone(), 415, "unsupported_picture"),
        ("image/avif", jpeg.clone(), 415, "unsupported_picture"),
        ("application/json", jpeg.clone(), 415, "unsupported_picture"),
        (
            "multipart/form-data; boundary=x",
            jpeg.clone(),
            415,
            "unsupported_picture",
        ),
        ("", jpeg.clone(), 415, "unsupported_picture"),
        ("image/jpeg", png.clone(), 422, broken),
        ("image/png", jpeg.clone(), 422, broken),
        ("image/webp", jpeg.clone(), 422, broken),
        ("image/png", svg.to_vec(), 422, broken),
        ("image/png", gif, 422, broken),
        ("image/jpeg", zip, 422, broken),
        ("image/jpeg", Vec::new(), 422, broken),
        ("image/jpeg", vec![0; 1_000], 422, broken),
        ("image/jpeg", b"\xff\xd8\xff".to_vec(), 422, broken),
        ("image/jpeg", jpeg[..jpeg.len() / 2].to_vec(), 422, broken),
        ("image/png", png[..png.len() / 2].to_vec(), 422, broken),
        ("image/png", png[..24].to_vec(), 422, broken),
        ("image/webp", webp[..webp.len() / 2].to_vec(), 422, broken),
        ("image/png", bomb, 422, broken),
        ("image/jpeg", photo(500, 500), 422, "picture_too_large"),
        (
            "image/png",
            encoded(&drawn(1, 100_001), ImageFormat::Png),
            422,
            "picture_too_large",
        ),
        ("image/jpeg", vec![0xff; 200_001], 413, "body_too_large"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_leaves_nothing_behind() {
    let shop = Shop::open_with(Sabotage::none(), |settings| {
        settings.media.pixels_max = 100_000;
        settings.media.bytes_max = 200_000;
    })
    .await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let before = shop.state().await;
    for (media, bytes, status, code) in bad_files() {
        let start = format!("{media} {:?}", &bytes[..bytes.len().min(8)]);
        let answer = send(&staff, &id, media, bytes).await;
        assert_eq!(answer.body["code"], code, "{start}: {}", answer.body);
        answer.refused(status, code);
        assert_eq!(shop.state().await, before, "{start}");
    }
    let large = send(&staff, &id, "image/jpeg", photo(500, 500)).await;
    let facts = json!({
        "width": 500, "height": 500, "pixels_max": 100_000, "side_max": 16_384,
    });
    assert_eq!(large.refused(422, "picture_too_large").body["meta"], facts);
    // Whose product is not there, and what comes without a body.
    let nobody = "019aab00-0000-7000-8000-000000000002";
    let answer = send(&staff, nobody, "image/jpeg", photo(300, 300)).await;
    answer.refused(404, "catalogue_not_found");
    let none = staff.try_raw(Method::POST, &images_of(&id), "", None).await;
    none.unwrap().refused(415, "unsupported_picture");
    assert_eq!(shop.state().await, before);
    assert!(!shop.app.settings.media.folder.exists());
    send(&staff, &id, "image/jpeg", photo(300, 300))
        .await
        .expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_too_many_leaves_nothing_behind() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let many = vec![json!({ "url": "/media/a.svg" }); 50];
    let id = product(&staff, "cup", &many).await;
    let answer = send(&staff, &id, "image/jpeg", photo(200, 100)).await;
    answer.refused(409, "too_many_images");
    assert_eq!(shop.count("pictures").await, 0);
    assert_eq!(shop.count("product_images").await, 50);
    assert!(files_of(&shop).is_empty());
    shop.close().await;
}
