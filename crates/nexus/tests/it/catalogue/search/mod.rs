//! Search: what is found by which words, what all of it has in common, what is suggested.

mod changes;
mod narrowing;
mod plans;
mod relevance;

use serde_json::{Value, json};

use super::{ADMIN_PRODUCTS, BRANDS, CATEGORIES, each};
use crate::world::{Answer, Client, Shop};

pub(super) const SEARCH: &str = "/api/v1/search/";

/// A question with its parameters, encoded.
pub(super) async fn search(shop: &Shop, params: &[(&str, &str)]) -> Answer {
    let query: Vec<String> = params
        .iter()
        .map(|(name, value)| {
            let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            format!("{name}={value}")
        })
        .collect();
    shop.client()
        .get(&format!("{SEARCH}?{}", query.join("&")))
        .await
}

/// The slugs of a question's answer, best first.
pub(super) async fn slugs(shop: &Shop, params: &[(&str, &str)]) -> Vec<String> {
    each(&search(shop, params).await.expect(200).body["data"], "slug")
}

/// A category in two languages; answers its id.
async fn category(staff: &Client, en: &str, am: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": { "en": en, "am": am }, "parent_id": parent });
    staff.post(CATEGORIES, body).await.expect(201).text("/id")
}

async fn brand(staff: &Client, en: &str, am: &str) -> String {
    let body = json!({ "name": { "en": en, "am": am } });
    staff.post(BRANDS, body).await.expect(201).text("/id")
}

/// (slug, English title, Amharic title, price, units, category, brand)
type Goods = (
    &'static str,
    &'static str,
    &'static str,
    i64,
    i64,
    usize,
    usize,
);

const GOODS: [Goods; 12] = [
    (
        "yirgacheffe",
        "Yirgacheffe washed coffee",
        "የይርጋጨፌ ቡና",
        45_000,
        5,
        1,
        0,
    ),
    (
        "sidama",
        "Sidama natural coffee",
        "የሲዳማ ቡና",
        40_000,
        0,
        1,
        0,
    ),
    ("jebena", "Clay jebena", "የሸክላ ጀበና", 60_000, 5, 2, 1),
    ("coffee-mug", "Mug", "ኩባያ", 12_000, 5, 2, 1),
    (
        "habesha-dress",
        "Habesha kemis, hand woven",
        "የሐበሻ ቀሚስ",
        350_000,
        3,
        3,
        2,
    ),
    (
        "red-dresses",
        "Red summer dresses",
        "ቀይ ቀሚሶች",
        180_000,
        3,
        3,
        2,
    ),
    ("gabi", "Cotton gabi", "ጋቢ", 150_000, 3, 3, 2),
    ("sneakers", "Canvas sneakers", "የሸራ ጫማ", 250_000, 2, 4, 2),
    ("berbere", "Berbere 250g", "በርበሬ", 9_000, 9, 5, 0),
    ("teff", "White teff flour", "ነጭ የጤፍ ዱቄት", 11_000, 9, 5, 0),
    ("sun-hat", "Sun hat", "የፀሐይ ኮፍያ", 30_000, 0, 3, 2),
    ("creme", "Crème brûlée torch", "ችቦ", 70_000, 4, 2, 1),
];

/// A shop of twelve products in five categories of three brands.
pub(super) async fn stocked(shop: &Shop) -> Client {
    let staff = shop
        .staff("writer", &["catalogue.edit", "stock.edit"])
        .await;
    let food = category(&staff, "Food and drink", "ምግብና መጠጥ", None).await;
    let clothes = category(&staff, "Clothing", "ልብስ", None).await;
    let categories = [
        food.clone(),
        category(&staff, "Coffee", "ቡና", Some(&food)).await,
        category(&staff, "Kitchen", "ወጥ ቤት", None).await,
        clothes.clone(),
        category(&staff, "Shoes", "ጫማዎች", Some(&clothes)).await,
        category(&staff, "Spices", "ቅመም", Some(&food)).await,
    ];
    let brands = [
        brand(&staff, "Tena", "ጤና").await,
        brand(&staff, "Alem Pottery", "ዓለም ሸክላ").await,
        brand(&staff, "Shemma", "ሸማ").await,
    ];
    for (slug, en, am, price, units, category, brand) in GOODS {
        let body = json!({
            "title": { "en": en, "am": am },
            "description": { "en": format!("For every kitchen: {slug}.") },
            "slug": slug,
            "status": "published",
            "category_ids": [categories[category]],
            "brand_id": brands[brand],
            "variants": [{
                "sku": format!("SKU-{}", slug.to_ascii_uppercase()),
                "price": { "amount": price, "currency": "ETB" },
                "on_hand": units,
            }],
        });
        staff.post(ADMIN_PRODUCTS, body).await.expect(201);
        shop.advance(chrono::TimeDelta::seconds(1));
    }
    staff
}

/// (id, the rest) of each facet as pairs of slug and count.
pub(super) fn counts(facet: &Value) -> Vec<(String, i64)> {
    let entries = facet.as_array().unwrap().iter();
    let pairs = entries.map(|entry| {
        let slug = entry["slug"].as_str().unwrap().to_owned();
        (slug, entry["count"].as_i64().unwrap())
    });
    pairs.collect()
}
