//! Pictures of products: sent, drawn anew, shown in several widths, put in order, taken away; on
//! disk and in a bucket; and what bad files, broken uploads and dead workers leave behind.

mod bad;
mod buckets;
mod gallery;
mod kills;
mod races;
mod uploads;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
    path::Path,
};

use http::Method;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A picture whose left half is red.
pub(super) fn drawn(width: u32, height: u32) -> DynamicImage {
    let half = |x, _| match x < width / 2 {
        true => Rgb([200, 0, 0]),
        false => Rgb([0, 0, 200]),
    };
    RgbImage::from_fn(width, height, half).into()
}

/// The bytes of a picture.
pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// The bytes of a picture of this size.
pub(super) fn photo(width: u32, height: u32) -> Vec<u8> {
    encoded(&drawn(width, height), ImageFormat::Jpeg)
}

/// A product, with pictures that are elsewhere.
pub(crate) async fn product(staff: &Client, slug: &str, images: &[Value]) -> String {
    let body = json!({
        "title": { "en": slug }, "slug": slug, "status": "published", "images": images,
        "variants": [{ "sku": slug, "price": { "amount": 100, "currency": "ETB" } }],
    });
    let path = "/api/v1/admin/catalogue/products/";
    staff.post(path, body).await.expect(201).text("/id")
}

pub(super) fn images_of(product: &str) -> String {
    format!("/api/v1/admin/catalogue/products/{product}/images/")
}

/// Sends a file.
pub(super) async fn send(staff: &Client, product: &str, media: &str, bytes: Vec<u8>) -> Answer {
    let path = images_of(product);
    let sent = staff.try_raw(Method::POST, &path, media, Some(bytes)).await;
    sent.expect("an answer")
}

/// Sends a picture that is taken; answers its id.
pub(crate) async fn hang(staff: &Client, product: &str, width: u32) -> String {
    let sent = send(staff, product, "image/jpeg", photo(width, 100)).await;
    sent.expect(201).text("/id")
}

/// A product with one picture, whose narrower widths are there.
pub(crate) async fn pictured(shop: &Shop, slug: &str) -> String {
    let staff = shop.staff(&format!("of-{slug}"), &["catalogue.edit"]).await;
    let id = product(&staff, slug, &[]).await;
    hang(&staff, &id, 400).await;
    id
}

/// Every file below a folder, by its path from there; none of a folder that is not there.
pub(super) fn files(folder: &Path) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(inner) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&inner) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                found.insert(name.to_str().unwrap().to_owned());
            }
        }
    }
    found
}

/// Every file of a shop's pictures.
pub(super) fn files_of(shop: &Shop) -> BTreeSet<String> {
    files(&shop.app.settings.media.folder)
}

/// The widths that an answer shows, with their addresses.
pub(super) fn sizes(image: &Value) -> BTreeMap<u32, String> {
    let sizes = image["sizes"].as_object().unwrap();
    let size = |(width, url): (&String, &Value)| {
        (width.parse().unwrap(), url.as_str().unwrap().to_owned())
    };
    sizes.iter().map(size).collect()
}
