//! Writes of the catalogue, as they would be taken.

use http::Method;
use serde_json::{Value, json};

use super::{Write, writes::etb};
use crate::world::{Client, Shop};

/// Every write of the catalogue that takes a JSON body.
pub(super) async fn writes(shop: &Shop, staff: &Client) -> Vec<Write> {
    let (brand, category) = (
        shelf(staff, "brands/").await,
        shelf(staff, "categories/").await,
    );
    let mut all = of_shelves(staff, &brand, &category);
    all.extend(of_goods(staff, &brand, &category).await);
    all.extend(of_collections(staff, &brand, &category).await);
    all.extend(of_prices(shop, staff).await);
    all
}

/// Of price lists, and of the groups that they are for.
async fn of_prices(shop: &Shop, staff: &Client) -> Vec<Write> {
    let groups = "/api/v1/admin/customer-groups/";
    let named = |name: &str| json!({ "name": name });
    let made = staff.post(groups, named("Cafés")).await.expect(201);
    let group = made.text("/id");
    let one_group = format!("{groups}{group}/");
    let members = format!("{one_group}members/");
    shop.customer("member@example.com").await;
    let listed = shop.product("listed", &[(100, 5)]).await[0];
    let prices = json!([{ "variant_id": listed, "min_quantity": 2, "price": etb(90) }]);
    let list = json!({
        "name": "Week", "group_id": group, "currency": "ETB", "is_enabled": true,
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z", "prices": prices,
    });
    let lists = catalogue("price-lists/");
    let made = staff.post(&lists, list.clone()).await.expect(201);
    let one_list = format!("{lists}{}/", made.text("/id"));
    let post = |name, path: &str, body| Write::new(name, staff, Method::POST, path, body);
    let put = |name, path: &str, body| Write::new(name, staff, Method::PUT, path, body);
    vec![
        post("createCustomerGroup", groups, named("Offices")),
        put("renameCustomerGroup", &one_group, named("Bars")),
        post(
            "addCustomerGroupMember",
            &members,
            json!({ "email": "member@example.com" }),
        ),
        post("createPriceList", &lists, list.clone()),
        put("replacePriceList", &one_list, list),
    ]
}

/// Of collections, and of what is related.
async fn of_collections(staff: &Client, brand: &str, category: &str) -> Vec<Write> {
    let all = catalogue("collections/");
    let ruled = |slug: &str| {
        json!({
            "title": { "en": "Rain", "am": "ዝናብ" }, "description": { "en": "For June." },
            "slug": slug, "is_published": false,
            "rule": {
                "category_ids": [category], "brand_ids": [brand], "tags": ["waterproof"],
                "price_min": 1, "price_max": 2, "attributes": ["material:cotton"],
            },
        })
    };
    let made = staff
        .post(&all, ruled("rain"))
        .await
        .expect(201)
        .text("/id");
    let chosen = json!({ "title": { "en": "Chosen" } });
    let by_hand = staff.post(&all, chosen).await.expect(201).text("/id");
    let product = crate::media::product(staff, "going-together", &[]).await;
    let other = crate::media::product(staff, "another", &[]).await;
    let order = json!({ "product_ids": [other] });
    let one = format!("{all}{made}/");
    let products = format!("{all}{by_hand}/products/");
    let related = catalogue(&format!("products/{product}/related/"));
    let life = |rest: &str| catalogue(&format!("products/{product}/{rest}"));
    let seo = json!({ "title": { "en": "A cup" }, "description": { "en": "Of clay." } });
    let planned = json!({
        "publish_at": "2099-01-01T00:00:00Z", "unpublish_at": "2099-02-01T00:00:00Z",
    });
    vec![
        Write::new("createCollection", staff, Method::POST, &all, ruled("sun")),
        Write::new("updateCollection", staff, Method::PATCH, &one, ruled("b")),
        Write::new(
            "setCollectionProducts",
            staff,
            Method::PUT,
            &products,
            order.clone(),
        ),
        Write::new("setRelatedProducts", staff, Method::PUT, &related, order),
        Write::new("setProductSeo", staff, Method::PUT, &life("seo/"), seo),
        Write::new(
            "setProductSchedule",
            staff,
            Method::PUT,
            &life("schedule/"),
            planned,
        ),
    ]
}

fn catalogue(rest: &str) -> String {
    format!("/api/v1/admin/catalogue/{rest}")
}

/// A brand or a category; answers its id.
async fn shelf(staff: &Client, noun: &str) -> String {
    let body = json!({ "name": { "en": "Old", "am": "ስም" }, "slug": "old" });
    staff
        .post(&catalogue(noun), body)
        .await
        .expect(201)
        .text("/id")
}

fn below(parent: &Value) -> Value {
    json!({ "name": { "en": "New" }, "slug": "new", "parent_id": parent, "position": 1 })
}

fn of_shelves(staff: &Client, brand: &str, category: &str) -> Vec<Write> {
    let named = json!({ "name": { "en": "New" }, "slug": "new" });
    let create =
        |name, path: &str, body| Write::new(name, staff, Method::POST, &catalogue(path), body);
    let change =
        |name, path: &str, body| Write::new(name, staff, Method::PATCH, &catalogue(path), body);
    vec![
        create("createBrand", "brands/", named.clone()),
        change("updateBrand", &format!("brands/{brand}/"), named),
        create("createCategory", "categories/", below(&json!(category))),
        change(
            "updateCategory",
            &format!("categories/{category}/"),
            below(&Value::Null),
        ),
    ]
}

fn kind(slug: &str) -> Value {
    json!({
        "name": { "en": "New" }, "slug": slug,
        "attributes": [{
            "code": "material", "name": { "en": "Material" }, "kind": "choice",
            "choices": [{ "code": "cotton", "name": { "en": "Cotton" } }],
            "is_required": false, "is_facet": true,
        }],
    })
}

async fn of_goods(staff: &Client, brand: &str, category: &str) -> Vec<Write> {
    let kinds = catalogue("product-types/");
    let made = staff.post(&kinds, kind("old")).await.expect(201);
    let type_id = made.text("/id");
    let said = json!([{ "code": "material", "choice": "cotton" }]);
    let mut new = json!({
        "type_id": type_id, "attributes": said,
        "title": { "en": "New", "am": "አዲስ" }, "description": { "en": "Good." }, "slug": "new-0",
        "status": "draft", "brand_id": brand, "category_ids": [category],
        "tags": ["new-in"], "images": [{ "url": "/media/a.svg", "alt": { "en": "A" } }],
        "options": [{ "name": { "en": "Size" }, "values": [{ "en": "S" }, { "en": "M" }] }],
        "variants": [{
            "sku": "NEW-0", "price": etb(100), "compare_at_price": etb(200),
            "option_values": [1], "on_hand": 3,
        }],
    });
    let made = staff
        .post(&catalogue("products/"), new.clone())
        .await
        .expect(201);
    let (id, variant) = (made.text("/id"), made.text("/variants/0/id"));
    new["slug"] = json!("new-1");
    new["variants"][0]["sku"] = json!("NEW-1");
    let change_of = json!({
        "title": { "en": "B" }, "description": { "en": "C" }, "slug": "b", "status": "draft",
        "brand_id": brand, "category_ids": [category], "type_id": type_id, "attributes": said,
        "tags": ["new-in"],
    });
    let priced = json!({
        "sku": "B", "price": etb(100), "compare_at_price": etb(200), "is_active": true,
    });
    let (product, one) = (format!("products/{id}/"), format!("variants/{variant}/"));
    let level = format!("/api/v1/admin/inventory/levels/{variant}/");
    let counted = json!({
        "on_hand": 1, "reason": "shelf 4", "reason_code": "found", "safety_stock": 0,
    });
    let this = format!("{kinds}{type_id}/");
    let gallery = catalogue(&format!("{product}images/"));
    let image = staff.get(&gallery).await.expect(200).text("/images/0/id");
    let (order, image_path) = (format!("{gallery}order/"), format!("{gallery}{image}/"));
    let ordered = json!({ "image_ids": [image] });
    let alt = json!({ "alt": { "en": "From the side", "am": "ከጎን" } });
    let create = |name, path: &str, body| Write::new(name, staff, Method::POST, path, body);
    let change = |name, path: &str, body| Write::new(name, staff, Method::PATCH, path, body);
    let put = |name, path: &str, body| Write::new(name, staff, Method::PUT, path, body);
    vec![
        create("createProductType", &kinds, kind("new")),
        change("updateProductType", &this, kind("b")),
        create("createProduct", &catalogue("products/"), new),
        change("updateProduct", &catalogue(&product), change_of),
        change("updateVariant", &catalogue(&one), priced),
        put("setStockLevel", &level, counted),
        put("orderProductImages", &order, ordered),
        change("updateProductImage", &image_path, alt),
    ]
}
