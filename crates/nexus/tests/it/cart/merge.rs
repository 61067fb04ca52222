//! A guest signs in: two carts become one, and nothing that was wished for gets lost.

use serde_json::{Value, json};

use super::{items, line, lines, path, read};
use crate::world::{Client, Shop, place_body};

const PASSWORD: &str = "correct horse battery staple";

async fn own_cart(customer: &Client) -> String {
    let cart = customer.post("/api/v1/cart/", json!({})).await;
    cart.body["id"].as_str().unwrap().to_owned()
}

/// The customer with the guest's token, as a browser sends both while it signs in.
fn both(customer: &Client, guest: &Client) -> Client {
    let token = guest.header("x-shopper-token").unwrap();
    customer.guest(token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_one_open_cart_on_all_devices() {
    let shop = Shop::open().await;
    let abebe = shop.customer("abebe@example.com").await;
    let made = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
    assert!(made.body.get("shopper_token").is_none());
    let found = abebe.post("/api/v1/cart/", json!({})).await.expect(200);
    assert_eq!(found.body, made.body);
    abebe.delete(&path(&made.text("/id"))).await.expect(204);
    let next = abebe.post("/api/v1/cart/", json!({})).await.expect(201);
    assert_ne!(next.text("/id"), made.text("/id"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_adds_up_and_tells_what_was_capped() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 5), (100, 9), (100, 9)]).await;
    let abebe = shop.customer("abebe@example.com").await;
    let own = own_cart(&abebe).await;
    for (variant, quantity) in [(goods[0], 3), (goods[1], 2)] {
        abebe
            .post(&items(&own), line(variant, quantity))
            .await
            .expect(201);
    }
    let (guest, cart) = shop
        .guest_cart(&[(goods[0], 4), (goods[1], 1), (goods[2], 2)])
        .await;
    let merge = format!("{}merge/", path(&cart));
    let keyed = both(&abebe, &guest).key("merge-1");
    let merged = keyed.post(&merge, json!({})).await.expect(200);
    assert_eq!(merged.body["cart"]["id"], json!(own));
    let expected =
        [("GOODS-0", 5), ("GOODS-1", 3), ("GOODS-2", 2)].map(|(sku, n)| (sku.to_owned(), n));
    assert_eq!(lines(&merged.body["cart"]), expected);
    let capped = json!([{ "variant_id": goods[0], "wanted": 7, "kept": 5, "available": 5 }]);
    assert_eq!(merged.body["capped"], capped);
    assert_eq!(read(&guest, &cart).await.body["state"], "merged");
    // Again, with the key and without: nothing changes.
    let replayed = keyed.post(&merge, json!({})).await.expect(200);
    assert_eq!(replayed.bytes, merged.bytes);
    let again = both(&abebe, &guest)
        .post(&merge, json!({}))
        .await
        .expect(200);
    assert_eq!(
        (lines(&again.body["cart"]), &again.body["capped"]),
        (expected.to_vec(), &json!([]))
    );
    guest
        .post(&items(&cart), line(goods[2], 1))
        .await
        .refused(409, "cart_closed");
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .refused(409, "cart_closed");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_the_guests_cart_along() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    shop.customer("abebe@example.com").await;
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let signing_in = |cart: Value| {
        let mut body = json!({ "email": "abebe@example.com", "password": PASSWORD });
        body["cart_id"] = cart;
        body
    };
    let signed_in = guest
        .post("/auth/jwt/create/", signing_in(json!(cart)))
        .await
        .expect(200);
    assert_eq!(
        lines(&signed_in.body["merge"]["cart"]),
        [("COFFEE-0".to_owned(), 2)]
    );
    let abebe = shop.client().bearer(&signed_in.text("/access"));
    let own = signed_in.text("/merge/cart/id");
    assert_eq!(
        lines(&read(&abebe, &own).await.body),
        [("COFFEE-0".to_owned(), 2)]
    );
    // A wrong password merges nothing.
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let before = shop.state().await;
    let wrong =
        json!({ "email": "abebe@example.com", "password": "wrong password", "cart_id": cart });
    guest
        .post("/auth/jwt/create/", wrong)
        .await
        .refused(401, "invalid_credentials");
    assert_eq!(shop.state().await, before);
    let plain = guest
        .post("/auth/jwt/create/", signing_in(json!(null)))
        .await
        .expect(200);
    assert!(plain.body.get("merge").is_none());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_was_ordered_is_not_merged() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let abebe = shop.customer("abebe@example.com").await;
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    let before = shop.state().await;
    let merge = format!("{}merge/", path(&cart));
    both(&abebe, &guest)
        .post(&merge, json!({}))
        .await
        .refused(409, "cart_closed");
    assert_eq!(shop.state().await, before);
    // One's own cart merged with itself is itself.
    let own = own_cart(&abebe).await;
    let merge = format!("{}merge/", path(&own));
    let same = abebe.post(&merge, json!({})).await.expect(200);
    assert_eq!(
        (&same.body["cart"]["id"], &same.body["capped"]),
        (&json!(own), &json!([]))
    );
    shop.close().await;
}
