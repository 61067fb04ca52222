//! Sales: from their hour on, to their hour, and the same price wherever it stands.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{LISTS, at, between, cart, clerk, etb, list, order_of, units};
use crate::world::{Client, Shop};

const PAGE: &str = "/api/v1/catalogue/products/cup/";
const ORDERS: &str = "/api/v1/orders/";

/// What a cup costs, which must be the same in the list, in the search, narrowed and sorted, on its
/// page and in a new cart.
async fn everywhere(shop: &Shop, variant: ids::VariantId) -> (i64, Value) {
    shop.run_jobs().await;
    let client = shop.client();
    let page = client.get(PAGE).await.expect(200).body;
    let price = page["variants"][0]["price"]["amount"].as_i64().unwrap();
    assert_eq!(page["price_from"], etb(price));
    for path in [
        "/api/v1/catalogue/products/".to_owned(),
        "/api/v1/catalogue/products/?sort=price".to_owned(),
        format!("/api/v1/catalogue/products/?price_min={price}&price_max={price}"),
        "/api/v1/search/?q=cup".to_owned(),
        format!("/api/v1/search/?q=cup&price_min={price}&price_max={price}"),
    ] {
        let found = client.get(&path).await.expect(200).body;
        assert_eq!(found["data"][0]["price_from"], etb(price), "{path}");
    }
    let id = page["id"].as_str().unwrap();
    let own = format!("/api/v1/catalogue/prices/?product_ids={id}");
    let own = client.get(&own).await.expect(200);
    assert_eq!(own.headers["cache-control"], "no-store");
    let own = &own.body["data"][0];
    assert_eq!(own["price"], etb(price));
    assert_eq!(
        own["compare_at_price"],
        page["variants"][0]["compare_at_price"]
    );
    let (guest, id) = shop.guest_cart(&[(variant, 2)]).await;
    let path = format!("/api/v1/cart/{id}/");
    let said = guest.get(&path).await.expect(200).body;
    assert_eq!(
        (units(&said), &said["total"]),
        (vec![price], &etb(2 * price))
    );
    (price, page["variants"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_counts_from_its_hour_to_its_hour() {
    let shop = Shop::open().await;
    let variant = shop.product("cup", &[(10_000, 50)]).await[0];
    let staff = clerk(&shop).await;
    let start = shop.now();
    let times = between(start + TimeDelta::hours(1), start + TimeDelta::hours(3));
    let sale = list(&[(variant, 1, 8_000)], times);
    let made = staff.post(LISTS, sale).await.expect(201);
    assert_eq!(made.body["is_running"], false);
    let (guest, before) = shop.guest_cart(&[(variant, 2)]).await;
    shop.advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    let (price, shown) = everywhere(&shop, variant).await;
    assert_eq!((price, &shown["compare_at_price"]), (10_000, &Value::Null));
    shop.advance(TimeDelta::seconds(1));
    let (price, shown) = everywhere(&shop, variant).await;
    assert_eq!((price, &shown["compare_at_price"]), (8_000, &etb(10_000)));
    assert_eq!(shown["lowest_price_30_days"], etb(8_000));
    // Whoever saw the other price is told, and nothing happens.
    let state = shop.state().await;
    let stale = order_of(&before, &etb(20_000));
    let refused = guest.post(ORDERS, stale).await.refused(409, "cart_changed");
    let told = json!({ "expected_total": etb(20_000), "total": etb(16_000) });
    assert_eq!(refused.body["meta"], told);
    assert_eq!(shop.state().await, state);
    let fresh = order_of(&before, &etb(16_000));
    let order = guest.post(ORDERS, fresh).await.expect(201).body;
    assert_eq!(order["lines"][0]["unit_price"], etb(8_000));
    let (guest, during) = shop.guest_cart(&[(variant, 1)]).await;
    shop.advance(TimeDelta::hours(2) - TimeDelta::seconds(1));
    assert_eq!(everywhere(&shop, variant).await.0, 8_000);
    shop.advance(TimeDelta::seconds(1));
    let (price, shown) = everywhere(&shop, variant).await;
    assert_eq!((price, &shown["compare_at_price"]), (10_000, &Value::Null));
    assert_eq!(shown["lowest_price_30_days"], etb(8_000));
    let stale = order_of(&during, &etb(8_000));
    guest.post(ORDERS, stale).await.refused(409, "cart_changed");
    past(&shop, variant).await;
    shop.close().await;
}

/// Sales are a part of what is kept of prices; nobody of the staff did it at the hour.
async fn past(shop: &Shop, variant: ids::VariantId) {
    let staff = clerk(shop).await;
    let path = format!("/api/v1/admin/catalogue/variants/{variant}/prices/");
    let past = staff.get(&path).await.expect(200).body;
    let past = past["data"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = past
        .iter()
        .map(|then| (&then["price"]["amount"], &then["compare_at_price"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!(10_000), &Value::Null),
            (&json!(8_000), &etb(10_000)),
            (&json!(10_000), &Value::Null)
        ]
    );
    assert!(past.iter().all(|then| then["staff_id"].is_null()));
}

/// Staff change what a cup costs by itself; answers what the answer says.
async fn change(staff: &Client, variant: ids::VariantId, version: i64, change: Value) -> Value {
    let path = format!("/api/v1/admin/catalogue/variants/{variant}/");
    let changed = at(staff, version).patch(&path, change).await;
    changed.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_say_during_a_sale_counts_after_it() {
    let shop = Shop::open().await;
    let variant = shop.product("cup", &[(10_000, 50)]).await[0];
    let staff = clerk(&shop).await;
    let sale = list(&[(variant, 1, 8_000)], json!({}));
    let made = staff.post(LISTS, sale.clone()).await.expect(201);
    assert_eq!(made.body["is_running"], true);
    let one = format!("{LISTS}{}/", made.text("/id"));
    // Staff see and change what it costs by itself.
    let changed = json!({ "price": etb(9_000), "compare_at_price": etb(9_500) });
    let seen = change(&staff, variant, 2, changed).await;
    assert_eq!((&seen["price"], &seen["version"]), (&etb(9_000), &json!(3)));
    let product = shop.client().get(PAGE).await.expect(200).text("/id");
    let path = format!("/api/v1/admin/catalogue/products/{product}/");
    let read = staff.get(&path).await.expect(200).body;
    assert_eq!(read["variants"][0], seen);
    let (price, shown) = everywhere(&shop, variant).await;
    assert_eq!((price, &shown["compare_at_price"]), (8_000, &etb(9_500)));
    // Cheaper than the sale, it costs that.
    let changed = json!({ "price": etb(7_000), "compare_at_price": null });
    change(&staff, variant, 3, changed).await;
    let (price, shown) = everywhere(&shop, variant).await;
    assert_eq!((price, &shown["compare_at_price"]), (7_000, &Value::Null));
    change(&staff, variant, 4, json!({ "price": etb(9_000) })).await;
    assert_eq!(everywhere(&shop, variant).await.0, 8_000);
    // Two at once: the lower one. Then changed, stopped, and taken away.
    let other = list(&[(variant, 1, 6_000)], json!({ "name": "Day" }));
    let other = staff.post(LISTS, other).await.expect(201);
    assert_eq!(everywhere(&shop, variant).await.0, 6_000);
    let gone = format!("{LISTS}{}/", other.text("/id"));
    at(&staff, 1).delete(&gone).await.expect(204);
    staff.get(&gone).await.refused(404, "catalogue_not_found");
    assert_eq!(everywhere(&shop, variant).await.0, 8_000);
    let dearer = list(&[(variant, 1, 8_500)], json!({}));
    let changed = at(&staff, 1).put(&one, dearer.clone()).await.expect(200);
    assert_eq!(changed.etag(), "\"v2\"");
    assert_eq!(everywhere(&shop, variant).await.0, 8_500);
    // Who has seen the list before is shown what it is.
    let stale = at(&staff, 1).put(&one, sale).await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], changed.body);
    let mut off = dearer;
    off["is_enabled"] = json!(false);
    at(&staff, 2).put(&one, off).await.expect(200);
    assert_eq!(everywhere(&shop, variant).await.0, 9_000);
    let listed = staff.get(LISTS).await.expect(200).body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["is_enabled"], false);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_a_customer_follows_the_sale() {
    let shop = Shop::open().await;
    let goods = shop.product("cup", &[(10_000, 50), (5_000, 50)]).await;
    let staff = clerk(&shop).await;
    let abebe = shop.customer("abebe@example.com").await;
    let (id, said) = cart(&abebe, &[(goods[0], 1), (goods[1], 3)]).await;
    assert_eq!(units(&said), [10_000, 5_000]);
    let sale = list(&[(goods[1], 1, 4_000)], json!({}));
    staff.post(LISTS, sale).await.expect(201);
    let path = format!("/api/v1/cart/{id}/");
    let said = abebe.get(&path).await.expect(200).body;
    assert_eq!(units(&said), [10_000, 4_000]);
    let quote = format!("{path}quote/");
    let quote = abebe.post(&quote, json!({})).await.expect(200).body;
    assert_eq!(quote["lines"][1]["unit_price"], etb(4_000));
    assert_eq!(
        (&quote["total"], &said["total"]),
        (&etb(22_000), &etb(22_000))
    );
    let order = abebe.post(ORDERS, order_of(&id, &said["total"])).await;
    assert_eq!(order.expect(201).body["total"], etb(22_000));
    shop.close().await;
}
