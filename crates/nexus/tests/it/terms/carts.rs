//! Carts: what is entered and chosen, what it comes to, and what stands in the way.

use serde_json::{Value, json};

use super::{Clerk, address, etb, taxes, tenth, zones};
use crate::world::{Shop, place_body};

fn amounts(body: &Value) -> Vec<i64> {
    let members = [
        "subtotal",
        "discount",
        "shipping",
        "tax",
        "tax_included",
        "total",
    ];
    let amount = |member: &&str| body[*member]["amount"].as_i64().unwrap();
    members.iter().map(amount).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_terms_prices_as_it_did() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(9_999, 5)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 3)]).await;
    let path = format!("/api/v1/cart/{cart}/explain/");
    let found = guest.get(&path).await.expect(200).body;
    assert_eq!(amounts(&found), [29_997, 0, 0, 0, 0, 29_997]);
    let nothing = json!({ "delivery": null, "discounts": [], "taxes": [] });
    assert_eq!(found["explanation"], nothing);
    assert_eq!(found["is_orderable"], true);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cent_of_a_cart_is_explained() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("taxes", taxes(true)).await;
    let shipping = clerk.set("shipping", zones()).await;
    let promotion = clerk.promote(tenth()).await;
    let goods = shop.product("goods", &[(23_000, 9), (4_600, 9)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 1), (goods[1], 5)]).await;
    let path = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": " Selam10 " });
    let coupon = guest.post(&path, code.clone()).await.expect(200).body;
    assert_eq!(
        coupon["coupons"],
        json!([{ "code": "SELAM10", "problem": null }])
    );
    assert_eq!(guest.post(&path, code).await.expect(200).body, coupon);
    let path = format!("/api/v1/cart/{cart}/explain/");
    let found = guest.get(&path).await.expect(200).body;
    // 41,400 and the courier's 11,500; of both 15/115 is tax.
    assert_eq!(amounts(&found), [46_000, 4_600, 11_500, 0, 6_900, 52_900]);
    let line = |n: usize, minor: i64| json!({ "variant_id": goods[n], "amount": etb(minor) });
    let method = &shipping["zones"][0]["methods"][0]["id"];
    let explanation = json!({
        "delivery": {
            "method_id": method, "name": "Courier", "is_pick_up": false, "price": etb(11_500),
        },
        "discounts": [{
            "promotion_id": promotion, "name": "A tenth", "code": "SELAM10",
            "amount": etb(4_600), "lines": [line(0, 2_300), line(1, 2_300)], "shipping": etb(0),
        }],
        "taxes": [
            {
                "name": "VAT", "percentage": "15", "is_included": true, "base": etb(41_400),
                "amount": etb(5_400), "lines": [line(0, 2_700), line(1, 2_700)],
                "is_of_shipping": false,
            },
            {
                "name": "VAT", "percentage": "15", "is_included": true, "base": etb(11_500),
                "amount": etb(1_500), "lines": [], "is_of_shipping": true,
            },
        ],
    });
    assert_eq!(found["explanation"], explanation);
    assert_eq!(found["is_place_known"], false);
    let path = format!("/api/v1/cart/{cart}/coupons/selam10/");
    guest.delete(&path).await.expect(204);
    guest.delete(&path).await.refused(404, "coupon_not_found");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_is_asked_for_and_nothing_is_kept() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("taxes", taxes(false)).await;
    let shipping = clerk.set("shipping", zones()).await;
    clerk.promote(tenth()).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    clerk.weigh(coffee, 600).await;
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let before = shop.state().await;
    let path = format!("/api/v1/cart/{cart}/quote/");
    let elsewhere = json!({ "shipping_address": address("Sidama"), "coupons": ["selam10"] });
    let quote = guest.post(&path, elsewhere).await.expect(200).body;
    // 18,000, post for 1,200 grams 50,000, and 15 % of each on top.
    assert_eq!(amounts(&quote), [20_000, 2_000, 50_000, 10_200, 0, 78_200]);
    assert_eq!(quote["shipping_methods"].as_array().unwrap().len(), 1);
    let shop_itself = &shipping["zones"][0]["methods"][1]["id"];
    let at_the_shop = json!({ "shipping_method_id": shop_itself });
    let quote = guest.post(&path, at_the_shop).await.expect(200).body;
    assert_eq!(amounts(&quote), [20_000, 0, 0, 3_000, 0, 23_000]);
    let abroad = json!({ "shipping_address": {
        "name": "A", "country": "KE", "region": "Nairobi", "city": "Nairobi",
    } });
    let quote = guest.post(&path, abroad).await.expect(200).body;
    assert_eq!(quote["delivery_problem"], "not_deliverable");
    assert_eq!(quote["is_orderable"], false);
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_for_another_address_is_what_an_order_to_it_would_be() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let shipping = clerk.set("shipping", zones()).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let path = format!("/api/v1/cart/{cart}/delivery/");
    let courier = &shipping["zones"][0]["methods"][0]["id"];
    guest
        .put(&path, json!({ "shipping_method_id": courier }))
        .await
        .expect(200);
    let path = format!("/api/v1/cart/{cart}/quote/");
    let home = json!({ "shipping_address": address("Addis Ababa") });
    let quote = guest.post(&path, home).await.expect(200).body;
    assert_eq!(quote["total"], etb(21_500));
    // The courier that was chosen does not go there; the post does.
    let before = shop.state().await;
    let afar = json!({ "shipping_address": address("Afar") });
    let quote = guest.post(&path, afar.clone()).await.expect(200).body;
    assert_eq!(quote["delivery_problem"], "shipping_method_not_available");
    assert_eq!(quote["is_orderable"], false);
    let post = &quote["shipping_methods"][0];
    assert_eq!(post["name"], "Post");
    let mut order = place_body(&cart);
    order["shipping_address"] = address("Afar");
    let refused = guest.post("/api/v1/orders/", order).await;
    refused.refused(409, "shipping_method_not_available");
    assert_eq!(shop.state().await, before);
    let mut by_post = afar;
    by_post["shipping_method_id"] = post["id"].clone();
    let quote = guest.post(&path, by_post).await.expect(200).body;
    assert_eq!(quote["total"], etb(30_000));
    shop.close().await;
}

/// Staff and buyers write the regions of Ethiopia as they like.
#[tokio::test(flavor = "multi_thread")]
async fn a_region_is_the_same_however_it_is_written() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let mut tax = taxes(false);
    tax["home"]["region"] = json!("addis abeba");
    tax["rates"][0]["region"] = json!("ሲዳማ");
    let mut where_to = zones();
    where_to["zones"][0]["regions"] = json!(["SIDAMA", "አዲስ አበባ"]);
    let tax = clerk.set("taxes", tax).await;
    assert_eq!(tax["rates"][0]["region"], "Sidama");
    // Nobody knows this one.
    assert_eq!(tax["home"]["region"], "addis abeba");
    let shipping = clerk.set("shipping", where_to).await;
    let named = json!(["Sidama", "Addis Ababa"]);
    assert_eq!(shipping["zones"][0]["regions"], named);
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let path = format!("/api/v1/cart/{cart}/quote/");
    for (region, paid) in [
        ("Sidama", [10_000, 0, 11_500, 3_225, 0, 24_725]),
        ("ሲዳማ", [10_000, 0, 11_500, 3_225, 0, 24_725]),
        ("addis-ababa", [10_000, 0, 11_500, 0, 0, 21_500]),
    ] {
        let there = json!({ "shipping_address": address(region) });
        let quote = guest.post(&path, there).await.expect(200).body;
        assert_eq!(amounts(&quote), paid, "{region}");
    }
    let mut twice = taxes(false);
    let mut other = twice["rates"][0].clone();
    twice["rates"][0]["region"] = json!("Sidama");
    other["region"] = json!("ሲዳማ");
    twice["rates"] = json!([twice["rates"][0], other]);
    let who = clerk.0.with("if-match", "\"v2\"");
    let refused = who.put("/api/v1/admin/taxes/", twice).await;
    let refused = refused.refused(422, "invalid_body");
    assert_eq!(refused.body["errors"][0]["pointer"], "/rates/1/class");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let shipping = clerk.set("shipping", zones()).await;
    let mut dear = tenth();
    dear["minimum_subtotal"] = etb(50_000);
    clerk.promote(dear).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    clerk.weigh(coffee, 3_000).await;
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let before = shop.state().await;
    let coupons = format!("/api/v1/cart/{cart}/coupons/");
    for (code, problem) in [
        ("nobody", "coupon_unknown"),
        ("selam10", "coupon_minimum_not_met"),
    ] {
        let refused = guest.post(&coupons, json!({ "code": code })).await;
        let refused = refused.refused(409, "coupon_not_applicable");
        assert_eq!(refused.body["errors"][0]["code"], problem);
    }
    let delivery = format!("/api/v1/cart/{cart}/delivery/");
    let of_addis = &shipping["zones"][0]["methods"][0]["id"];
    let wrong = json!({ "shipping_address": address("Afar"), "shipping_method_id": of_addis });
    let refused = guest.put(&delivery, wrong).await;
    refused.refused(409, "shipping_method_not_available");
    // Six kilogrammes are too heavy for the post.
    let heavy = json!({ "shipping_address": address("Afar") });
    let refused = guest.put(&delivery, heavy).await;
    refused.refused(409, "not_deliverable");
    let mut order = place_body(&cart);
    order["shipping_address"] = address("Afar");
    let refused = guest.post("/api/v1/orders/", order).await;
    refused.refused(409, "not_deliverable");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_finds_what_the_guest_entered() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    clerk.set("shipping", zones()).await;
    clerk.promote(tenth()).await;
    let coffee = shop.product("coffee", &[(10_000, 9)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let path = format!("/api/v1/cart/{cart}/coupons/");
    let code = json!({ "code": "selam10" });
    guest.post(&path, code).await.expect(200);
    let path = format!("/api/v1/cart/{cart}/delivery/");
    let home = json!({ "shipping_address": address("Sidama") });
    let of_guest = guest.put(&path, home).await.expect(200).body;
    let access = shop.sign_up("sara@example.com").await.text("/access");
    let path = format!("/api/v1/cart/{cart}/merge/");
    let merged = guest.bearer(&access).post(&path, json!({})).await;
    let merged = merged.expect(200).body["cart"].clone();
    for member in ["coupons", "shipping_address", "total", "discount"] {
        assert_eq!(merged[member], of_guest[member], "{member}");
    }
    assert_eq!(merged["total"], etb(38_000));
    shop.close().await;
}
