//! The book of addresses: its owner's and nobody else's, Ethiopian addresses first, and what
//! becomes of an address in an order.

use serde_json::{Value, json};

use crate::world::{
    Shop, place_body,
    race::{Held, Racers, at_once, equal, every_round, patient_shop, rounds},
};

const BOOK: &str = "/auth/users/me/addresses/";

fn hawassa() -> Value {
    json!({
        "name": "Sara Tesfaye", "phone": "0711 22 33 44", "country": "ET", "region": "ሲዳማ",
        "city": "Hawassa", "woreda": "03", "kebele": "04", "landmark": "by the lake",
    })
}

fn kept(label: &str, is_default: bool) -> Value {
    json!({ "label": label, "address": hawassa(), "is_default": is_default })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_address_is_the_default_until_another_one_is() {
    let shop = Shop::open().await;
    let sara = shop.customer("sara@example.com").await;
    let home = sara.post(BOOK, kept("home", false)).await.expect(201);
    assert_eq!(home.body["is_default"], true);
    let mut stored = hawassa();
    stored["phone"] = json!("+251711223344");
    stored["region"] = json!("Sidama");
    stored["line"] = json!("");
    assert_eq!(home.body["address"], stored);
    let office = sara.post(BOOK, kept("office", true)).await.expect(201);
    let list = sara.get(BOOK).await.expect(200);
    let labels = |list: &Value| -> Vec<String> {
        let entries = list["data"].as_array().unwrap().iter();
        entries
            .map(|entry| format!("{} {}", entry["label"], entry["is_default"]))
            .collect()
    };
    assert_eq!(labels(&list.body), ["\"office\" true", "\"home\" false"]);
    let home = format!("{BOOK}{}/", home.text("/id"));
    let office = format!("{BOOK}{}/", office.text("/id"));
    let before = sara.get(&home).await.expect(200);
    let stale = sara.with("if-match", "\"v1\"");
    let stale = stale.put(&home, kept("home", true)).await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], before.body);
    let fresh = sara.with("if-match", &before.etag());
    fresh.put(&home, kept("house", true)).await.expect(200);
    let list = sara.get(BOOK).await.expect(200);
    assert_eq!(labels(&list.body), ["\"house\" true", "\"office\" false"]);
    sara.delete(&office).await.expect(204);
    sara.delete(&office).await.refused(404, "address_not_found");
    assert_eq!(
        sara.get(BOOK).await.expect(200).body["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_address_is_not_there() {
    let shop = Shop::open().await;
    let sara = shop.customer("sara@example.com").await;
    let abebe = shop.customer("abebe@example.com").await;
    let home = sara.post(BOOK, kept("home", true)).await.expect(201);
    let home = format!("{BOOK}{}/", home.text("/id"));
    let before = shop.state().await;
    abebe.get(&home).await.refused(404, "address_not_found");
    let changed = abebe.put(&home, kept("mine", true)).await;
    changed.refused(404, "address_not_found");
    abebe.delete(&home).await.refused(404, "address_not_found");
    assert_eq!(
        abebe.get(BOOK).await.expect(200).body,
        json!({ "data": [] })
    );
    for (path, method) in [
        (BOOK, "GET"),
        (BOOK, "POST"),
        (&home, "PUT"),
        (&home, "DELETE"),
    ] {
        let body = (method.starts_with('P')).then(|| kept("home", true));
        let nobody = shop.client();
        let answer = nobody.send(method.parse().unwrap(), path, body).await;
        answer.refused(401, "authentication_required");
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_driver_finds_is_not_kept() {
    let shop = Shop::open().await;
    let sara = shop.customer("sara@example.com").await;
    let before = shop.state().await;
    for (member, value, at) in [
        ("phone", json!(null), "/address/phone"),
        ("phone", json!("12"), "/address/phone"),
        ("landmark", json!(" "), "/address/landmark"),
        ("region", json!("Shewa"), "/address/region"),
        ("country", json!("Et"), "/address/country"),
        ("city", json!(""), "/address/city"),
        ("postcode", json!("1".repeat(21)), "/address/postcode"),
    ] {
        let mut body = kept("home", false);
        body["address"][member] = value;
        let refused = sara.post(BOOK, body).await.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    assert_eq!(shop.state().await, before);
    let nairobi = json!({
        "name": "Sara", "country": "KE", "region": "Nairobi", "city": "Nairobi",
        "line": "Moi Avenue 4", "postcode": "00100",
    });
    let abroad = json!({ "address": nairobi });
    sara.post(BOOK, abroad).await.expect(201);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_keeps_the_address_that_it_was_placed_with() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let sara = shop.customer("sara@example.com").await;
    let home = sara.post(BOOK, kept("home", true)).await.expect(201);
    let cart = sara.post("/api/v1/cart/", json!({})).await.expect(201);
    let items = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let line = json!({ "variant_id": coffee });
    sara.post(&items, line).await.expect(201);
    let mut body = place_body(&cart.text("/id"));
    body["shipping_address"] = home.body["address"].clone();
    body.as_object_mut().unwrap().remove("phone");
    let order = sara.post("/api/v1/orders/", body).await.expect(201);
    assert_eq!(order.body["phone"], "+251711223344");
    let path = format!("{BOOK}{}/", home.text("/id"));
    let mut moved = kept("home", true);
    moved["address"]["city"] = json!("Dilla");
    sara.put(&path, moved).await.expect(200);
    let path = format!("/api/v1/orders/{}/", order.text("/id"));
    let read = sara.get(&path).await.expect(200);
    assert_eq!(read.body["shipping_address"], home.body["address"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_ethiopia_an_order_needs_a_telephone() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let mut body = place_body(&cart);
    body.as_object_mut().unwrap().remove("phone");
    let before = shop.state().await;
    let refused = guest.post("/api/v1/orders/", body.clone()).await;
    let refused = refused.refused(422, "invalid_body");
    assert_eq!(refused.body["errors"][0]["pointer"], "/phone");
    assert_eq!(shop.state().await, before);
    body["shipping_address"]["country"] = json!("DJ");
    guest.post("/api/v1/orders/", body).await.expect(201);
    let regions = shop.client().get("/api/v1/regions/").await.expect(200);
    assert_eq!(regions.body["regions"].as_array().unwrap().len(), 14);
    shop.close().await;
}

/// Many tabs make another address the default at the same moment.
async fn one_default(shop: &Shop, racers: &Racers, access: &str) -> Held {
    let tabs = racers.signed_in(access).map(|tab| async move {
        tab.without("x-shopper-token")
            .post(BOOK, kept("new", true))
            .await
    });
    for answer in at_once(tabs).await {
        equal("answer", &answer.status.as_u16(), &201)?;
    }
    let defaults = "select count(*) from customer_addresses where is_default";
    equal("defaults", &shop.number(defaults).await, &1)?;
    let clean = "delete from customer_addresses where not is_default";
    shop.db().await.batch(clean).await.unwrap();
    Ok(())
}

// The guard is the unique index; without it the row lock of the account alone would do.
#[tokio::test(flavor = "multi_thread")]
async fn a_book_has_one_default_whoever_writes_it() {
    let shop = patient_shop(&[]).await;
    let access = shop.sign_up("sara@example.com").await.text("/access");
    let racers = Racers::open(&shop, 10).await;
    every_round(rounds(5), async |_| {
        one_default(&shop, &racers, &access).await
    })
    .await;
    shop.close().await;
}
