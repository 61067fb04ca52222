//! From a cart to what was agreed; what stands in the way changes nothing.

use serde_json::{Value, json};

use super::{ORDERS, body_with, etb, place};
use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_says_what_was_agreed() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(12_500, 10), (40_000, 5)]).await;
    let (guest, cart) = shop.guest_cart(&[(coffee[0], 3), (coffee[1], 1)]).await;
    let more = json!({ "note": "Ring twice", "language": "am", "expected_total": etb(77_500) });
    let order = guest
        .post(ORDERS, body_with(&cart, &more))
        .await
        .expect(201);
    let body = &order.body;
    for (member, value) in [
        ("number", json!(1001)),
        ("status", json!("pending_payment")),
        ("email", json!("abebe@example.com")),
        ("phone", json!("+251911223344")),
        ("note", json!("Ring twice")),
        ("language", json!("am")),
        ("subtotal", etb(77_500)),
        ("discount", etb(0)),
        ("shipping", etb(0)),
        ("tax", etb(0)),
        ("total", etb(77_500)),
        ("paid_at", json!(null)),
    ] {
        assert_eq!(body[member], value, "{member}");
    }
    assert_eq!(body["shipping_address"]["landmark"], "behind Edna Mall");
    let line = body["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["sku"] == "COFFEE-0")
        .unwrap();
    assert_eq!(
        (&line["unit_price"], &line["quantity"], &line["total"]),
        (&etb(12_500), &json!(3), &etb(37_500))
    );
    assert_eq!(
        line["title"],
        json!({ "en": "The coffee", "am": "ዕቃ coffee" })
    );
    assert_eq!(
        (shop.stock(coffee[0]).await, shop.stock(coffee[1]).await),
        ((10, 3), (5, 1))
    );
    let read = guest
        .get(&format!("{ORDERS}{}/", order.text("/id")))
        .await
        .expect(200);
    assert_eq!(read.body, *body);
    shop.close().await;
}

fn to(name: &str, country: &str, city: &str) -> Value {
    let region = "Addis Ababa";
    let address = json!({ "name": name, "country": country, "region": region, "city": city });
    json!({ "shipping_address": address })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_changes_nothing() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 5), (200, 5)]).await;
    let (guest, cart) = shop.guest_cart(&[(goods[0], 2), (goods[1], 1)]).await;
    let (empty_guest, empty) = shop.guest_cart(&[]).await;
    let before = shop.state().await;
    place(&empty_guest, &empty).await.refused(409, "cart_empty");
    for expected in [
        etb(399),
        etb(401),
        etb(0),
        json!({ "amount": 400, "currency": "USD" }),
    ] {
        let more = json!({ "expected_total": expected });
        let refused = guest
            .post(ORDERS, body_with(&cart, &more))
            .await
            .refused(409, "cart_changed");
        assert_eq!(
            refused.body["meta"],
            json!({ "expected_total": expected, "total": etb(400) })
        );
        assert_eq!(refused.body["resolution"], "requires_buyer_input");
    }
    for (more, at) in [
        (json!({ "email": "abebe" }), "/email"),
        (json!({ "phone": "12" }), "/phone"),
        (json!({ "language": "de" }), "/language"),
        (json!({ "note": "x".repeat(1_001) }), "/note"),
        (to("", "ET", "b"), "/shipping_address/name"),
        (to("a", "et", "b"), "/shipping_address/country"),
        (to("a", "ETH", "b"), "/shipping_address/country"),
        (to("a", "ET", " "), "/shipping_address/city"),
        (to("a", "ET", &"b".repeat(121)), "/shipping_address/city"),
    ] {
        let refused = guest
            .post(ORDERS, body_with(&cart, &more))
            .await
            .refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_short_or_gone_stops_the_whole_order() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 3), (200, 3), (300, 3)]).await;
    let (guest, cart) = shop
        .guest_cart(&[(goods[0], 1), (goods[1], 2), (goods[2], 2)])
        .await;
    shop.guest_order(&[(goods[1], 2), (goods[2], 2)]).await;
    let before = shop.state().await;
    let refused = place(&guest, &cart)
        .await
        .refused(409, "insufficient_stock");
    let short: Vec<&Value> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| &part["meta"])
        .collect();
    for (variant, available) in [(goods[1], 1), (goods[2], 1)] {
        let expected = json!({ "variant_id": variant, "available": available, "wanted": 2 });
        assert!(short.contains(&&expected), "{short:?}");
    }
    assert_eq!((short.len(), shop.state().await), (2, before));
    let staff = shop
        .staff("writer", &["catalogue.edit"])
        .await
        .with("if-match", "\"v1\"");
    let off = format!("/api/v1/admin/catalogue/variants/{}/", goods[0]);
    staff
        .patch(&off, json!({ "is_active": false }))
        .await
        .expect(200);
    let before = shop.state().await;
    let refused = place(&guest, &cart)
        .await
        .refused(409, "cart_not_orderable");
    assert_eq!(refused.body["errors"][0]["code"], "unpublished");
    assert_eq!(
        refused.body["errors"][0]["meta"]["variant_id"],
        json!(goods[0])
    );
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_rose_is_shown_before_it_is_paid() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let seen = guest
        .get(&format!("/api/v1/cart/{cart}/"))
        .await
        .expect(200)
        .body["total"]
        .clone();
    let staff = shop
        .staff("writer", &["catalogue.edit"])
        .await
        .with("if-match", "\"v1\"");
    let price = json!({ "price": etb(150) });
    staff
        .patch(
            &format!("/api/v1/admin/catalogue/variants/{coffee}/"),
            price,
        )
        .await
        .expect(200);
    let before = shop.state().await;
    let stale = body_with(&cart, &json!({ "expected_total": seen }));
    let refused = guest.post(ORDERS, stale).await.refused(409, "cart_changed");
    assert_eq!(shop.state().await, before);
    let now = refused.body["meta"]["total"].clone();
    assert_eq!(now, etb(300));
    let fresh = body_with(&cart, &json!({ "expected_total": now }));
    let order = guest.post(ORDERS, fresh).await.expect(201);
    let (tx_ref, _) = shop.initiate(&guest, &order.body).await;
    let asked = guest
        .get(&format!("/api/v1/payment/verify/{tx_ref}/"))
        .await
        .expect(200);
    assert_eq!(
        (&order.body["total"], &asked.body["amount"]),
        (&etb(300), &etb(300))
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_outlives_what_it_was_made_of() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(coffee, 2)]).await;
    let staff = shop
        .staff("writer", &["catalogue.edit"])
        .await
        .with("if-match", "\"v1\"");
    let change = json!({ "price": etb(900), "sku": "OTHER", "is_active": false });
    staff
        .patch(
            &format!("/api/v1/admin/catalogue/variants/{coffee}/"),
            change,
        )
        .await
        .expect(200);
    let product = order["lines"][0]["product_id"].as_str().unwrap();
    let change = json!({ "title": { "en": "Tea" }, "slug": "tea", "status": "archived" });
    let product = format!("/api/v1/admin/catalogue/products/{product}/");
    let version = staff.get(&product).await.expect(200).etag();
    let staff = shop
        .staff("second", &["catalogue.edit"])
        .await
        .with("if-match", &version);
    staff.patch(&product, change).await.expect(200);
    let read = guest
        .get(&format!("{ORDERS}{}/", order["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(read.body, order);
    // And it can still be paid, at the price that was agreed.
    let (_, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_also_after_refusals() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 9)]).await[0];
    let mut numbers = Vec::new();
    for _ in 0..4 {
        let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
        let (late, too_many) = shop.guest_cart(&[(coffee, 2)]).await;
        numbers.push(
            place(&guest, &cart).await.expect(201).body["number"]
                .as_i64()
                .unwrap(),
        );
        let more = json!({ "expected_total": etb(1) });
        late.post(ORDERS, body_with(&too_many, &more))
            .await
            .refused(409, "cart_changed");
        late.post(ORDERS, place_body(&cart))
            .await
            .refused(404, "cart_not_found");
    }
    assert_eq!(numbers, [1001, 1002, 1003, 1004]);
    assert_eq!(shop.stock(coffee).await, (9, 8));
    shop.close().await;
}
