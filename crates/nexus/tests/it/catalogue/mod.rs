//! The catalogue: what shoppers read, what staff write.

mod admin;
mod collections;
mod life;
mod lowest;
mod pages;
mod queries;
mod related;
mod search;
mod storefront;

use serde_json::{Value, json};

use crate::world::Client;

pub(super) const PRODUCTS: &str = "/api/v1/catalogue/products/";
pub(super) const CATEGORIES: &str = "/api/v1/admin/catalogue/categories/";
pub(super) const BRANDS: &str = "/api/v1/admin/catalogue/brands/";
pub(super) const ADMIN_PRODUCTS: &str = "/api/v1/admin/catalogue/products/";

/// The members of an array that a list answered, one of each entry.
pub(super) fn each(list: &Value, member: &str) -> Vec<String> {
    let entries = list.as_array().unwrap().iter();
    let texts = entries.map(|entry| entry[member].as_str().unwrap().to_owned());
    texts.collect()
}

/// A category by its English name, below another or at the top; answers its id.
pub(super) async fn category(staff: &Client, name: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": { "en": name }, "parent_id": parent });
    staff.post(CATEGORIES, body).await.expect(201).text("/id")
}

/// The body of a published product with one variant.
pub(super) fn product_body(slug: &str, price_minor: i64) -> Value {
    json!({
        "title": { "en": format!("The {slug}"), "am": format!("ዕቃ {slug}") },
        "slug": slug,
        "status": "published",
        "variants": [{
            "sku": slug.to_ascii_uppercase(),
            "price": { "amount": price_minor, "currency": "ETB" },
            "on_hand": 5,
        }],
    })
}

/// A product as [`product_body`] with some members changed; answers it.
pub(super) async fn product(staff: &Client, slug: &str, price_minor: i64, more: Value) -> Value {
    let mut body = product_body(slug, price_minor);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    staff.post(ADMIN_PRODUCTS, body).await.expect(201).body
}
