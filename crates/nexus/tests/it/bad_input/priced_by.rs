//! Writes of what carts are priced by, as they would be taken.

use http::Method;
use serde_json::{Value, json};

use super::Write;
use crate::world::{Client, Shop};

fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

fn methods() -> Value {
    json!([
        { "id": null, "name": "Courier", "kind": "flat", "price": etb(100), "steps": [],
          "free_above": etb(1_000) },
        { "id": null, "name": "Post", "kind": "by_weight", "price": null, "free_above": null,
          "steps": [{ "up_to_grams": 500, "from": null, "price": etb(50) }] },
        { "id": null, "name": "Truck", "kind": "by_total", "price": null, "free_above": null,
          "steps": [{ "up_to_grams": null, "from": etb(10), "price": etb(50) }] },
    ])
}

/// One that is created, one that is changed.
fn promotions() -> (Value, Value) {
    let deal = json!({
        "name": "Two for one", "code": "PAIR", "kind": "buy_get", "percentage": "50",
        "amount": null, "buy_quantity": 1, "get_quantity": 1, "applications_max": 3,
        "variant_ids": [], "product_ids": [], "get_variant_ids": [], "get_product_ids": [],
        "priority": 1, "is_exclusive": false, "minimum_subtotal": etb(100),
        "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z",
        "usage_limit": 10, "customer_limit": 2,
    });
    let mut off = deal.clone();
    for (member, value) in [
        ("name", json!("Off")),
        ("code", json!("OFF-10")),
        ("kind", json!("amount_off")),
        ("amount", etb(10)),
        ("percentage", json!(null)),
        ("buy_quantity", json!(null)),
        ("get_quantity", json!(null)),
        ("applications_max", json!(null)),
    ] {
        off[member] = value;
    }
    (deal, off)
}

/// Of staff, and of a shopper's cart.
pub(super) async fn of_terms(shop: &Shop, staff: &Client) -> Vec<Write> {
    let rate = json!({
        "name": "VAT", "class": "standard", "country": "ET", "region": "Sidama",
        "percentage": "15",
    });
    let home = json!({ "country": "ET", "region": "Addis Ababa" });
    let taxes = json!({
        "prices_include_tax": true, "shipping_class": "standard", "home": home, "rates": [rate],
    });
    let zone = json!({
        "name": "South", "country": "ET", "regions": ["Sidama"], "methods": methods(),
    });
    let goods = json!({ "tax_class": "standard", "weight_grams": 100 });
    let (deal, off) = promotions();
    let weighed = shop.product("weighed", &[(100, 5)]).await[0];
    let of_goods = format!("/api/v1/admin/terms/variants/{weighed}/");
    let first = staff.with("if-match", "\"v0\"");
    first.put(&of_goods, goods.clone()).await.expect(200);
    let all = "/api/v1/admin/promotions/";
    let made = staff.post(all, off.clone()).await.expect(201);
    let one = format!("{all}{}/", made.text("/id"));
    let (guest, cart) = shop.guest_cart(&[]).await;
    let of_cart = |rest: &str| format!("/api/v1/cart/{cart}/{rest}/");
    let address = json!({
        "name": "Abebe Bikila", "phone": "0911223344", "country": "ET", "region": "Sidama",
        "city": "Hawassa", "woreda": "03", "kebele": "04", "line": "Street 5",
        "landmark": "by the lake", "postcode": "1000",
    });
    let method = ids::ShippingMethodId::generate(shop.now());
    let delivery = json!({ "shipping_address": address, "shipping_method_id": method });
    let mut asked = delivery.clone();
    asked["coupons"] = json!(["ABC"]);
    let put = |name, path: &str, body| Write::new(name, staff, Method::PUT, path, body);
    let code = json!({ "code": "OFF-10" });
    vec![
        put("replaceTaxes", "/api/v1/admin/taxes/", taxes),
        put(
            "replaceShipping",
            "/api/v1/admin/shipping/",
            json!({ "zones": [zone] }),
        ),
        put("replaceVariantTerms", &of_goods, goods),
        Write::new("createPromotion", staff, Method::POST, all, deal),
        put("replacePromotion", &one, off),
        Write::new(
            "addCartCoupon",
            &guest,
            Method::POST,
            &of_cart("coupons"),
            code,
        ),
        Write::new(
            "setCartDelivery",
            &guest,
            Method::PUT,
            &of_cart("delivery"),
            delivery,
        ),
        Write::new("quoteCart", &guest, Method::POST, &of_cart("quote"), asked),
    ]
}
