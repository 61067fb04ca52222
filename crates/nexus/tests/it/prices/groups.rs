//! Prices of groups of customers, and prices by quantity.

use serde_json::{Value, json};

use super::{GROUPS, LISTS, cart, clerk, etb, group, list, order_of, units};
use crate::world::{Client, Shop};

/// What a product costs somebody: of one unit, crossed out, by quantity.
async fn own(who: &Client, product: &str) -> (Value, Value, Value) {
    let path = format!("/api/v1/catalogue/prices/?product_ids={product}");
    let own = who.get(&path).await.expect(200).body;
    let own = &own["data"][0];
    let member = |name: &str| own[name].clone();
    (
        member("price"),
        member("compare_at_price"),
        member("quantity_prices"),
    )
}

fn steps(steps: &[(i64, i64)]) -> Value {
    let step =
        |(quantity, minor): &(i64, i64)| json!({ "min_quantity": quantity, "price": etb(*minor) });
    steps.iter().map(step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_and_a_quantity_have_prices_of_their_own() {
    let shop = Shop::open().await;
    let cup = shop.product("cup", &[(10_000, 500)]).await[0];
    let staff = clerk(&shop).await;
    let abebe = shop.customer("abebe@example.com").await;
    let sara = shop.customer("sara@example.com").await;
    let cafes = group(&staff, "Cafés", &["Abebe@Example.com"]).await;
    let everybody = list(&[(cup, 5, 8_500), (cup, 50, 8_800)], json!({}));
    staff.post(LISTS, everybody).await.expect(201);
    let prices = [(cup, 1, 9_000), (cup, 10, 7_000)];
    let of_group = json!({ "group_id": cafes, "name": "Cafés" });
    staff.post(LISTS, list(&prices, of_group)).await.expect(201);

    let page = "/api/v1/catalogue/products/cup/";
    let page = shop.client().get(page).await.expect(200);
    let product = page.text("/id");
    let shown = &page.body["variants"][0];
    // More from fifty units on is no offer.
    assert_eq!(shown["quantity_prices"], steps(&[(5, 8_500)]));
    assert_eq!(
        (&shown["price"], &page.body["price_from"]),
        (&etb(10_000), &etb(10_000))
    );
    let of_nobody = (etb(10_000), Value::Null, steps(&[(5, 8_500)]));
    assert_eq!(own(&shop.client(), &product).await, of_nobody);
    assert_eq!(own(&sara, &product).await, of_nobody);
    let of_cafes = (etb(9_000), etb(10_000), steps(&[(5, 8_500), (10, 7_000)]));
    assert_eq!(own(&abebe, &product).await, of_cafes);

    for (who, quantity, unit) in [
        (&sara, 4, 10_000),
        (&abebe, 4, 9_000),
        (&sara, 5, 8_500),
        (&abebe, 5, 8_500),
        (&sara, 60, 8_500),
        (&abebe, 10, 7_000),
    ] {
        let (id, said) = cart(who, &[(cup, quantity)]).await;
        assert_eq!(units(&said), [unit], "{quantity}");
        assert_eq!(said["total"], etb(unit * quantity));
        let order = who.post("/api/v1/orders/", order_of(&id, &said["total"]));
        let order = order.await.expect(201).body;
        assert_eq!(order["lines"][0]["unit_price"], etb(unit));
        assert_eq!(order["total"], etb(unit * quantity));
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_or_leaves_a_group_is_priced_so_at_once() {
    let shop = Shop::open().await;
    let cup = shop.product("cup", &[(10_000, 500)]).await[0];
    let staff = clerk(&shop).await;
    let abebe = shop.customer("abebe@example.com").await;
    let (first, second) = (
        group(&staff, "Cafés", &[]).await,
        group(&staff, "Offices", &[]).await,
    );
    for (id, minor) in [(&first, 9_000), (&second, 8_000)] {
        let prices = list(&[(cup, 1, minor)], json!({ "group_id": id }));
        staff.post(LISTS, prices).await.expect(201);
    }
    let (id, said) = cart(&abebe, &[(cup, 1)]).await;
    assert_eq!(units(&said), [10_000]);
    let path = format!("/api/v1/cart/{id}/");
    let unit = async || units(&abebe.get(&path).await.expect(200).body);
    let join = json!({ "email": "abebe@example.com" });
    let members = |group: &str| format!("{GROUPS}{group}/members/");
    let joined = staff.post(&members(&first), join.clone()).await.expect(200);
    assert_eq!(unit().await, [9_000]);
    staff
        .post(&members(&second), join.clone())
        .await
        .expect(200);
    assert_eq!(unit().await, [8_000]);
    let left = staff.get(&members(&first)).await.expect(200).body;
    assert_eq!(left["data"], json!([]));
    let now = staff.get(&members(&second)).await.expect(200).body;
    assert_eq!(now["data"], json!([joined.body]));
    let customer = joined.text("/customer_id");
    let of_first = format!("{}{customer}/", members(&first));
    staff
        .delete(&of_first)
        .await
        .refused(404, "customer_not_found");
    assert_eq!(unit().await, [8_000]);
    let of_second = format!("{}{customer}/", members(&second));
    staff.delete(&of_second).await.expect(204);
    assert_eq!(unit().await, [10_000]);
    // A guest who signs in is priced as who they are.
    staff.post(&members(&first), join).await.expect(200);
    let (guest, cart) = shop.guest_cart(&[(cup, 2)]).await;
    let both = guest.bearer(
        abebe
            .header("authorization")
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap(),
    );
    let merge = format!("/api/v1/cart/{cart}/merge/");
    let merged = both.post(&merge, json!({})).await.expect(200).body;
    assert_eq!(units(&merged["cart"]), [9_000]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_named_and_taken_away() {
    let shop = Shop::open().await;
    let staff = clerk(&shop).await;
    shop.customer("abebe@example.com").await;
    let cafes = group(&staff, "Cafés", &["abebe@example.com"]).await;
    let one = format!("{GROUPS}{cafes}/");
    let before = shop.state().await;
    for (name, status, code) in [
        ("CAFÉS", 409, "customer_group_name_taken"),
        ("", 422, "invalid_body"),
        ("  ", 422, "invalid_body"),
        ("a\nb", 422, "invalid_body"),
    ] {
        let body = json!({ "name": name });
        staff.post(GROUPS, body).await.refused(status, code);
    }
    let stale = staff.with("if-match", "\"v7\"");
    let renamed = json!({ "name": "Bars" });
    let refused = stale.put(&one, renamed.clone()).await;
    refused.refused(412, "precondition_failed");
    let unknown = json!({ "email": "nobody@example.com" });
    let members = format!("{one}members/");
    let refused = staff.post(&members, unknown).await;
    refused.refused(404, "customer_not_found");
    let first = staff.with("if-match", "\"v1\"");
    let used = first.delete(&one).await;
    used.refused(409, "customer_group_in_use");
    assert_eq!(shop.state().await, before);
    let named = first.put(&one, renamed).await.expect(200);
    assert_eq!(
        (named.etag(), named.text("/name")),
        ("\"v2\"".into(), "Bars".into())
    );
    let all = staff.get(GROUPS).await.expect(200).body;
    assert_eq!(all["data"], json!([named.body]));
    let member = staff.get(&members).await.expect(200);
    let member = format!("{members}{}/", member.text("/data/0/customer_id"));
    staff.delete(&member).await.expect(204);
    // It is still what a list is for.
    let prices = list(&[], json!({ "group_id": cafes }));
    let prices = staff.post(LISTS, prices).await.expect(201).text("/id");
    let second = staff.with("if-match", "\"v2\"");
    let used = second.delete(&one).await;
    used.refused(409, "customer_group_in_use");
    first.delete(&format!("{LISTS}{prices}/")).await.expect(204);
    second.delete(&one).await.expect(204);
    let gone = staff.get(&one).await;
    gone.refused(404, "customer_group_not_found");
    shop.close().await;
}
