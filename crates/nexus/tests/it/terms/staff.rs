//! What staff set, read back, changed under its version, ended.

use serde_json::json;

use super::{Clerk, etb, taxes, tenth, zones};
use crate::world::Shop;

const PROMOTIONS: &str = "/api/v1/admin/promotions/";

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_changed_as_a_whole_and_under_their_version() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let path = "/api/v1/admin/taxes/";
    let set = clerk.set("taxes", taxes(true)).await;
    // The VAT of Ethiopia is the usual one.
    assert_eq!(set["rates"][0]["percentage"], "15");
    let read = clerk.0.get(path).await.expect(200);
    assert_eq!((&read.body, read.etag()), (&set, "\"v2\"".to_owned()));
    let before = shop.state().await;
    let unversioned = clerk.0.put(path, taxes(false)).await;
    unversioned.refused(428, "precondition_required");
    let stale = clerk.0.with("if-match", "\"v1\"");
    let stale = stale.put(path, taxes(false)).await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], set);
    assert_eq!(shop.state().await, before);
    let first = clerk.set("shipping", zones()).await;
    let id = first.pointer("/zones/0/methods/0/id").unwrap();
    let second = clerk.set("shipping", first.clone()).await;
    assert_eq!(second.pointer("/zones/0/methods/0/id"), Some(id));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_where_it_stands() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let who = clerk.0.with("if-match", "\"v1\"");
    let before = shop.state().await;
    let mut twice = taxes(true);
    twice["rates"] = json!([twice["rates"][0], twice["rates"][0]]);
    let mut word = taxes(true);
    word["rates"][0]["class"] = json!("Books!");
    let mut rate = taxes(true);
    rate["rates"][0]["percentage"] = json!("100.1");
    for (document, at) in [
        (twice, "/rates/1/class"),
        (word, "/rates/0/class"),
        (rate, "/rates/0/percentage"),
    ] {
        let refused = who.put("/api/v1/admin/taxes/", document).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    for (pointer, value, at) in [
        (
            "/zones/0/methods/0/price",
            json!(null),
            "/zones/0/methods/0/price",
        ),
        ("/zones/0/country", json!("et"), "/zones/0/country"),
        ("/zones/0/country", json!(null), "/zones/0/regions"),
        (
            "/zones/1/methods/0/steps/1/up_to_grams",
            json!(1_000),
            "/zones/1/methods/0/steps/1/up_to_grams",
        ),
    ] {
        let mut document = zones();
        *document.pointer_mut(pointer).unwrap() = value;
        let refused = who.put("/api/v1/admin/shipping/", document).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    for (member, value, at) in [
        ("percentage", json!(null), "/percentage"),
        ("amount", etb(5), "/amount"),
        ("buy_quantity", json!(1), "/buy_quantity"),
        ("code", json!("a b"), "/code"),
        ("customer_limit", json!(0), "/customer_limit"),
    ] {
        let mut body = tenth();
        body[member] = value;
        let refused = clerk.0.post(PROMOTIONS, body).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_in_the_money_of_carts() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let who = clerk.0.with("if-match", "\"v1\"");
    let before = shop.state().await;
    let by_total = json!({ "name": "Van", "kind": "by_total",
        "steps": [{ "from": etb(1), "price": etb(1) }] });
    for (method, amount) in [
        ("/zones/0/methods/0", "price"),
        ("/zones/0/methods/0", "free_above"),
        ("/zones/1/methods/0/steps/0", "price"),
        ("/zones/0/methods/1/steps/0", "from"),
    ] {
        let mut document = zones();
        document["zones"][0]["methods"][1] = by_total.clone();
        let at = format!("{method}/{amount}/currency");
        *document.pointer_mut(&at).unwrap() = json!("USD");
        let refused = who.put("/api/v1/admin/shipping/", document).await;
        let refused = refused.refused(422, "invalid_body");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    for member in ["amount", "minimum_subtotal"] {
        let mut body = json!({ "name": "Off", "kind": "amount_off", "amount": etb(5) });
        body[member] = json!({ "amount": 5, "currency": "USD" });
        let refused = clerk.0.post(PROMOTIONS, body).await;
        let refused = refused.refused(422, "invalid_body");
        let at = format!("/{member}/currency");
        assert_eq!(refused.body["errors"][0]["pointer"], at);
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_that_nobody_can_keep_is_refused() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let id = clerk.promote(tenth()).await;
    let before = shop.state().await;
    for member in ["starts_at", "ends_at"] {
        for at in [
            "-9999-01-01T00:00:00Z",
            "0000-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
            "+262142-12-31T23:59:59Z",
        ] {
            let mut body = tenth();
            body["code"] = json!("YEARS");
            body[member] = json!(at);
            let refused = clerk.0.post(PROMOTIONS, body.clone()).await;
            let refused = refused.refused(422, "invalid_body");
            let pointer = format!("/{member}");
            assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{at}");
            let who = clerk.0.with("if-match", "\"v1\"");
            let refused = who.put(&format!("{PROMOTIONS}{id}/"), body).await;
            refused.refused(422, "invalid_body");
        }
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_names_one_promotion_until_it_has_ended() {
    let shop = Shop::open().await;
    let clerk = Clerk::of(&shop).await;
    let id = clerk.promote(tenth()).await;
    let second = clerk.0.post(PROMOTIONS, tenth()).await;
    second.refused(409, "coupon_code_taken");
    let path = format!("{PROMOTIONS}{id}/");
    let mut changed = tenth();
    changed["percentage"] = json!("12.5");
    let who = clerk.0.with("if-match", "\"v1\"");
    let changed = who.put(&path, changed).await.expect(200);
    assert_eq!(changed.body["percentage"], "12.5");
    let who = clerk.0.with("if-match", &changed.etag());
    who.delete(&path).await.expect(204);
    let ended = clerk.0.with("if-match", "\"v3\"");
    let ended = ended.put(&path, tenth()).await;
    ended.refused(409, "promotion_closed");
    clerk.promote(tenth()).await;
    let list = clerk.0.get(PROMOTIONS).await.expect(200);
    assert_eq!(list.body["data"].as_array().unwrap().len(), 2);
    shop.close().await;
}
