//! Adding, changing, removing; stock and prices as they are now.

use serde_json::{Value, json};

use super::{items, line, lines, path, read};
use crate::world::{Shop, place_body};

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_holds_what_was_put_into_it() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(12_500, 10), (40_000, 2)]).await;
    let (guest, cart) = shop.guest_cart(&[(coffee[0], 2)]).await;
    // The same variant again adds up; without a quantity it is one.
    let body = json!({ "variant_id": coffee[0] });
    let added = guest.post(&items(&cart), body).await.expect(201);
    assert_eq!(lines(&added.body), [("COFFEE-0".to_owned(), 3)]);
    let both = guest
        .post(&items(&cart), line(coffee[1], 1))
        .await
        .expect(201);
    assert_eq!(
        lines(&both.body),
        [("COFFEE-0".to_owned(), 3), ("COFFEE-1".to_owned(), 1)]
    );
    assert_eq!(
        (&both.body["item_count"], &both.body["is_orderable"]),
        (&json!(4), &json!(true))
    );
    assert_eq!(
        both.body["total"],
        json!({ "amount": 77_500, "currency": "ETB" })
    );
    assert_eq!(both.body["total"], both.body["subtotal"]);
    let first = both.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["sku"] == "COFFEE-0");
    let first = first.unwrap()["id"].as_str().unwrap();
    let item = format!("{}{first}/", items(&cart));
    let changed = guest
        .patch(&item, json!({ "quantity": 1 }))
        .await
        .expect(200);
    assert_eq!(changed.body["total"]["amount"], 52_500);
    guest.delete(&item).await.expect(204);
    guest
        .delete(&item)
        .await
        .refused(404, "cart_item_not_found");
    guest
        .patch(&item, json!({ "quantity": 1 }))
        .await
        .refused(404, "cart_item_not_found");
    // It is still there for the same token on another connection, and lists the same lines.
    let now = read(&guest, &cart).await;
    assert_eq!(lines(&now.body), [("COFFEE-1".to_owned(), 1)]);
    assert_eq!(
        guest.get(&items(&cart)).await.expect(200).body,
        now.body["items"]
    );
    guest.delete(&path(&cart)).await.expect(204);
    guest.get(&path(&cart)).await.refused(404, "cart_not_found");
    assert_eq!(
        (shop.count("carts").await, shop.count("cart_items").await),
        (0, 0)
    );
    shop.close().await;
}

/// What a refusal says of a line that is short.
fn short(variant: ids::VariantId, wanted: i64, available: i64) -> Value {
    json!({ "variant_id": variant, "available": available, "wanted": wanted })
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_shelf_has_is_refused_with_what_it_has() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 3), (100, 0)]).await;
    let (guest, cart) = shop.guest_cart(&[(coffee[0], 2)]).await;
    let item = read(&guest, &cart).await.text("/items/0/id");
    let item = format!("{}{item}/", items(&cart));
    let before = shop.state().await;
    for (variant, quantity, wanted, available) in [
        (coffee[0], 2, 4, 3),
        (coffee[0], 9_999, 10_001, 3),
        (coffee[1], 1, 1, 0),
    ] {
        let refused = guest.post(&items(&cart), line(variant, quantity)).await;
        let refused = refused.refused(409, "insufficient_stock");
        assert_eq!(
            refused.body["errors"][0]["meta"],
            short(variant, wanted, available)
        );
        assert_eq!(refused.body["resolution"], "requires_buyer_input");
    }
    let refused = guest.patch(&item, json!({ "quantity": 4 })).await;
    let refused = refused.refused(409, "insufficient_stock");
    assert_eq!(refused.body["errors"][0]["meta"], short(coffee[0], 4, 3));
    let unknown = ids::VariantId::generate(shop.now());
    guest
        .post(&items(&cart), line(unknown, 1))
        .await
        .refused(409, "not_for_sale");
    assert_eq!(shop.state().await, before);
    // Somebody else takes two: the line says so, and fewer is always allowed.
    shop.guest_order(&[(coffee[0], 2)]).await;
    let now = read(&guest, &cart).await;
    assert_eq!(
        now.body["items"][0]["problems"][0]["code"],
        "insufficient_stock"
    );
    assert_eq!(
        now.body["items"][0]["problems"][0]["meta"],
        json!({ "available": 1 })
    );
    assert_eq!(now.body["is_orderable"], false);
    let fewer = guest
        .patch(&item, json!({ "quantity": 1 }))
        .await
        .expect(200);
    assert_eq!(fewer.body["is_orderable"], true);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_is_priced_as_of_now() {
    let shop = Shop::open().await;
    let staff = shop
        .staff("writer", &["catalogue.edit"])
        .await
        .with("if-match", "\"v1\"");
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 2)]).await;
    let seen = read(&guest, &cart).await;
    assert_eq!(seen.body["total"]["amount"], 200);
    let price = json!({ "price": { "amount": 150, "currency": "ETB" } });
    let variant = format!("/api/v1/admin/catalogue/variants/{coffee}/");
    staff.patch(&variant, price).await.expect(200);
    // The version is the cart's; the price is not in it, so nothing may answer "not modified".
    let fresh = guest
        .with("if-none-match", &seen.etag())
        .get(&path(&cart))
        .await
        .expect(200);
    assert_eq!(fresh.body["total"]["amount"], 300);
    let staff = shop
        .staff("other", &["catalogue.edit"])
        .await
        .with("if-match", "\"v2\"");
    staff
        .patch(&variant, json!({ "is_active": false }))
        .await
        .expect(200);
    let gone = read(&guest, &cart).await;
    assert_eq!(gone.body["items"][0]["problems"][0]["code"], "unpublished");
    assert_eq!(gone.body["is_orderable"], false);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_has_at_most_five_hundred_lines() {
    let shop = Shop::open().await;
    let variants = shop.product("many", &[(100, 9); 501]).await;
    let (guest, cart) = shop.guest_cart(&[(variants[0], 1)]).await;
    let fill = "insert into cart_items (id, cart_id, variant_id, quantity, created_at)
        select gen_random_uuid(), carts.id, variants.id, 1, carts.created_at
        from carts, variants order by variants.sku limit 500
        on conflict do nothing";
    shop.db().await.execute(fill, &[]).await.unwrap();
    let left = "select id from variants where id not in (select variant_id from cart_items)";
    let left = shop.db().await.query(left, &[]).await.unwrap();
    assert_eq!((shop.count("cart_items").await, left.len()), (500, 1));
    let refused = guest.post(&items(&cart), line(left[0].get(0), 1)).await;
    refused.refused(409, "cart_full");
    assert_eq!(shop.count("cart_items").await, 500);
    // More of what is there is no further line.
    guest
        .post(&items(&cart), line(variants[0], 1))
        .await
        .expect(201);
    let whole = read(&guest, &cart).await;
    assert_eq!(whole.body["items"].as_array().unwrap().len(), 500);
    assert_eq!(whole.body["total"]["amount"], 50_100);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_with_a_key_adds_once() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let (guest, cart) = shop.guest_cart(&[]).await;
    let (other, others_cart) = shop.guest_cart(&[]).await;
    let first = guest
        .key("k")
        .post(&items(&cart), line(coffee, 2))
        .await
        .expect(201);
    let again = guest
        .key("k")
        .post(&items(&cart), line(coffee, 2))
        .await
        .expect(201);
    assert_eq!(
        (&again.bytes, &again.headers["idempotent-replayed"]),
        (&first.bytes, &"true".parse().unwrap())
    );
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let before = shop.state().await;
    let conflict = guest.key("k").post(&items(&cart), line(coffee, 3)).await;
    conflict.refused(422, "idempotency_conflict");
    assert_eq!(shop.state().await, before);
    // The same key of somebody else is another key, and so is the other cart of the same guest.
    other
        .key("k")
        .post(&items(&others_cart), line(coffee, 5))
        .await
        .expect(201);
    let second = guest
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201)
        .text("/id");
    let conflict = guest.key("k").post(&items(&second), line(coffee, 2)).await;
    conflict.refused(422, "idempotency_conflict");
    assert_eq!(
        lines(&read(&guest, &cart).await.body),
        [("COFFEE-0".to_owned(), 2)]
    );
    assert_eq!(
        lines(&read(&other, &others_cart).await.body),
        [("COFFEE-0".to_owned(), 5)]
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_an_order_is_closed() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let item = read(&guest, &cart).await.text("/items/0/id");
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    let before = shop.state().await;
    let item = format!("{}{item}/", items(&cart));
    guest
        .post(&items(&cart), line(coffee, 1))
        .await
        .refused(409, "cart_closed");
    guest
        .patch(&item, json!({ "quantity": 2 }))
        .await
        .refused(409, "cart_closed");
    guest.delete(&item).await.refused(409, "cart_closed");
    guest.delete(&path(&cart)).await.refused(409, "cart_closed");
    assert_eq!(shop.state().await, before);
    assert_eq!(read(&guest, &cart).await.body["state"], "ordered");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_cannot_be_paid_at_once_is_not_ordered() {
    let shop = Shop::open().await;
    let gold = shop.product("gold", &[(999_999_999, 9_999)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(gold, 1)]).await;
    let seen = guest.post(&items(&cart), line(gold, 1)).await.expect(201);
    assert_eq!(seen.body["total"]["amount"], 1_999_999_998_i64);
    let before = shop.state().await;
    let refused = guest.post("/api/v1/orders/", place_body(&cart)).await;
    refused.refused(409, "cart_total_too_large");
    assert_eq!(shop.state().await, before);
    let item = seen.text("/items/0/id");
    let most = guest
        .patch(
            &format!("{}{item}/", items(&cart)),
            json!({ "quantity": 9_999 }),
        )
        .await;
    let most: Value = most.expect(200).body;
    assert_eq!(most["total"]["amount"], 9_998_999_990_001_i64);
    shop.close().await;
}
