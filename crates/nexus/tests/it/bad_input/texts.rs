//! Texts: what cannot be stored is refused, everything else is given back as it was.

use serde_json::{Value, json};

use super::{PASSWORD, pointers, writes};
use crate::world::{Shop, place_body};

/// Quotes, a backslash, a comment, a placeholder, markup, a wildcard.
const CANARY: &str = "x'\"\\;-- $1 %s <b>&amp;_%";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_nul_is_refused_wherever_it_stands() {
    let shop = Shop::open().await;
    let mut count = 0;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for pointer in pointers(&write.body, Value::is_string) {
            count += 1;
            for raw in ["\"\\u0000\"", "\"a\\u0000b\"", "\"\\\\\\u0000\""] {
                let answer = write.with(&pointer, raw).await;
                answer.refused(422, "invalid_body");
            }
            // A raw control character is no JSON, half of a surrogate pair is no text.
            write
                .with(&pointer, "\"a\0b\"")
                .await
                .refused(400, "malformed_body");
            write
                .with(&pointer, "\"\\ud800\"")
                .await
                .refused(400, "malformed_body");
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    assert!(count > 50, "only {count} texts were tried");
    for path in [
        "/api/v1/catalogue/products/a%00b/",
        "/api/v1/catalogue/products/%00/",
        "/api/v1/cart/%00/",
        "/api/v1/orders/%00/",
        "/api/v1/payment/verify/%00/",
        "/api/v1/catalogue/products/%ff/",
        "/api/v1/payment/verify/%c3%28/",
    ] {
        shop.client().get(path).await.expect(404);
    }
    for query in [
        "q=%00",
        "q=a%00",
        "brand=%00",
        "category=%00",
        "cursor=%00",
        "language=%00",
    ] {
        let path = format!("/api/v1/catalogue/products/?{query}");
        shop.client().get(&path).await.refused(400, "invalid_query");
    }
    shop.client()
        .get("/api/v1/payment/callback/?trx_ref=%00")
        .await
        .expect(200);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_in_every_text_is_given_back_as_it_is() {
    let shop = Shop::open().await;
    let staff = shop.staff("writer", &staff::PERMISSIONS).await;
    let texts = json!({ "en": CANARY, "am": CANARY });
    let named = |slug: &str| json!({ "name": texts, "slug": slug });
    let brand = staff
        .post("/api/v1/admin/catalogue/brands/", named("b"))
        .await
        .expect(201);
    let category = staff
        .post("/api/v1/admin/catalogue/categories/", named("c"))
        .await
        .expect(201);
    assert_eq!(
        (&brand.body["name"], &category.body["name"]),
        (&texts, &texts)
    );
    let product = json!({
        "title": texts, "description": texts, "slug": "p", "status": "published",
        "brand_id": brand.body["id"], "category_ids": [category.body["id"]],
        "images": [{ "url": "/a.svg", "alt": texts }],
        "options": [{ "name": texts, "values": [texts] }],
        "variants": [{
            "sku": "P", "price": { "amount": 100, "currency": "ETB" }, "option_values": [0],
            "on_hand": 5,
        }],
    });
    let product = staff
        .post("/api/v1/admin/catalogue/products/", product)
        .await
        .expect(201);
    for language in ["en", "am"] {
        let path = format!("/api/v1/catalogue/products/p/?language={language}");
        let shown = shop.client().get(&path).await.expect(200).body;
        for pointer in [
            "/title",
            "/description",
            "/brand/name",
            "/categories/0/name",
            "/images/0/alt",
            "/options/0/name",
            "/options/0/values/0/label",
            "/variants/0/option_values/0/label",
        ] {
            assert_eq!(shown.pointer(pointer), Some(&json!(CANARY)), "{pointer}");
        }
    }
    let variant: ids::VariantId = product.text("/variants/0/id").parse().unwrap();
    let order = ordered(&shop, variant).await;
    assert_eq!(order["lines"][0]["title"], texts);
    assert_eq!(order["lines"][0]["options"][0]["label"], texts);
    // Also where stored texts are read again: reports, lists, searches, the trail.
    let q = "/api/v1/catalogue/products/?q=x%27%22%5C%3B--%20%241%20%25s";
    let found = shop.client().get(q).await.expect(200);
    assert_eq!(found.body["data"][0]["slug"], "p");
    let trail = staff.get("/api/v1/admin/audit/").await.expect(200);
    assert!(trail.body.to_string().contains(&json!(CANARY).to_string()));
    shop.close().await;
}

/// An order by a customer who writes the canary wherever there is room for it.
async fn ordered(shop: &Shop, variant: ids::VariantId) -> Value {
    let abebe = shop.customer("o'brien--$1@example.com").await;
    let names = json!({ "first_name": CANARY, "last_name": CANARY });
    let me = abebe.patch("/auth/users/me/", names).await.expect(200);
    assert_eq!(
        (me.text("/first_name"), me.text("/last_name")),
        (CANARY.to_owned(), CANARY.to_owned())
    );
    let cart = abebe
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201)
        .text("/id");
    let keyed = abebe.key("x'\"\\;--$1");
    keyed
        .post(
            &format!("/api/v1/cart/{cart}/items/"),
            json!({ "variant_id": variant }),
        )
        .await
        .expect(201);
    let mut body = place_body(&cart);
    body["note"] = json!(CANARY);
    body["email"] = json!("o'brien--$1@example.com");
    for field in [
        "name", "region", "city", "woreda", "kebele", "line", "landmark",
    ] {
        body["shipping_address"][field] = json!(CANARY);
    }
    let sent = body.clone();
    let order = keyed.post("/api/v1/orders/", body).await.expect(201).body;
    for member in ["note", "email", "shipping_address"] {
        assert_eq!(order[member], sent[member], "{member}");
    }
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_in_an_address_or_a_query_is_only_text() {
    let shop = Shop::open().await;
    shop.product("coffee", &[(100, 5)]).await;
    let before = shop.state().await;
    for text in [
        "' or '1'='1",
        "1; drop table orders --",
        "x' union select password_hash from staff --",
        "$1",
        "%27",
        "\\",
        "../../etc/passwd",
    ] {
        let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for (path, status) in [
            (format!("/api/v1/catalogue/products/{text}/"), 404),
            (format!("/api/v1/payment/verify/{text}/"), 404),
            (format!("/api/v1/cart/{text}/"), 404),
            (format!("/api/v1/orders/{text}/"), 404),
            (format!("/media/{text}"), 404),
            (format!("/api/v1/catalogue/products/?sort={text}"), 400),
            (format!("/api/v1/catalogue/products/?cursor={text}"), 400),
            (format!("/api/v1/catalogue/products/?language={text}"), 400),
            (format!("/api/v1/catalogue/products/?category={text}"), 422),
            (format!("/api/v1/catalogue/products/?brand={text}"), 422),
            (format!("/api/v1/catalogue/products/?{text}=1"), 400),
        ] {
            shop.client().get(&path).await.expect(status);
        }
        let found = shop
            .client()
            .get(&format!("/api/v1/catalogue/products/?q={text}"))
            .await
            .expect(200);
        assert_eq!(found.body["data"], json!([]));
    }
    let unchanged = json!({ "email": "abebe@example.com' or 1=1 --", "password": PASSWORD });
    shop.client()
        .post("/auth/jwt/create/", unchanged)
        .await
        .refused(401, "invalid_credentials");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backslash_before_u0000_is_only_a_backslash() {
    let shop = Shop::open().await;
    let staff = shop.staff("writer", &["catalogue.edit"]).await;
    let name = "C:\\u0000";
    let body = json!({ "name": { "en": name }, "slug": "c" });
    let made = staff
        .post("/api/v1/admin/catalogue/brands/", body)
        .await
        .expect(201);
    assert_eq!(made.body["name"]["en"], name);
    shop.close().await;
}
