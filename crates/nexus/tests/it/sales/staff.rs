//! What staff can and cannot do with sales.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{SALES, open_sale, sale_body, seller, text};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_made_moved_listed_and_closed() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10), (200, 10)]).await;
    let staff = seller(&shop).await;
    let path = open_sale(&shop, &staff, &goods, TimeDelta::hours(1)).await;
    let second = shop.product("more", &[(100, 10)]).await;
    let newer = open_sale(&shop, &staff, &second, TimeDelta::hours(2)).await;
    let listed = staff.get(&format!("{SALES}?limit=1")).await.expect(200);
    assert!(newer.contains(&listed.text("/data/0/id")));
    let cursor = listed.text("/page/next_cursor");
    let rest = format!("{SALES}?limit=1&cursor={cursor}");
    let rest = staff.get(&rest).await.expect(200);
    assert_eq!(rest.body["page"]["has_more"], false);
    let shown = staff.get(&path).await.expect(200);
    assert_eq!(shown.body, rest.body["data"][0]);
    let public = format!("/api/v1/sales/{}/", shown.text("/id"));
    let seen = shop.client().get(&public).await.expect(200);
    assert_eq!(seen.body["starts_at"], shown.body["starts_at"]);
    assert_eq!(seen.body["variant_ids"], json!(goods));
    assert_eq!(seen.body["now"], text(shop.now()));

    let before = shop.state().await;
    let change = json!({ "name": "Tea week", "starts_at": text(shop.now()) });
    staff
        .patch(&path, change.clone())
        .await
        .refused(428, "precondition_required");
    let stale = staff.with("if-match", "\"v9\"");
    stale
        .patch(&path, change.clone())
        .await
        .refused(412, "precondition_failed");
    assert_eq!(shop.state().await, before);
    let first = staff.with("if-match", "\"v1\"");
    let changed = first.patch(&path, change).await.expect(200);
    assert_eq!(changed.body["starts_at"], text(shop.now()));
    assert_eq!(
        (changed.text("/name"), changed.etag()),
        ("Tea week".to_owned(), "\"v2\"".to_owned())
    );
    let second = staff.with("if-match", "\"v2\"");
    second.delete(&path).await.expect(204);
    let closed = staff.get(&path).await.expect(200);
    assert_eq!(closed.body["variant_ids"], json!([]));
    assert_eq!(closed.body["closed_at"], text(shop.now()));
    shop.client()
        .get(&public)
        .await
        .refused(404, "sale_not_found");
    let third = staff.with("if-match", "\"v3\"");
    third.delete(&path).await.refused(409, "sale_closed");
    let name = json!({ "name": "x" });
    third.patch(&path, name).await.refused(409, "sale_closed");
    let trail = "select count(*) from staff_audit where action like 'sale.%'";
    assert_eq!(shop.number(trail).await, 4);
    // Its variants are free for another one.
    open_sale(&shop, &staff, &goods, TimeDelta::hours(1)).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 10), (200, 10)]).await;
    let staff = seller(&shop).await;
    open_sale(&shop, &staff, &goods[..1], TimeDelta::hours(1)).await;
    let good = sale_body(&shop, &goods[1..], TimeDelta::hours(1));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let before = shop.state().await;
    let many: Vec<_> = (0..101)
        .map(|_| ids::VariantId::generate(shop.now()))
        .collect();
    let at = |days| json!(text(shop.now() + TimeDelta::days(days)));
    for body in [
        with("variant_ids", json!([])),
        with("variant_ids", json!([goods[1], goods[1]])),
        with("variant_ids", json!(many)),
        with("name", json!("x".repeat(121))),
        with("starts_at", at(367)),
        with("starts_at", at(-367)),
        with("starts_at", json!("9999-12-31T23:59:59Z")),
        with("starts_at", json!("+262142-12-31T23:59:59Z")),
        with("ends_at", good["starts_at"].clone()),
        with("ends_at", at(400)),
    ] {
        staff.post(SALES, body).await.refused(422, "invalid_body");
    }
    let unknown = with("variant_ids", json!(many[..1]));
    staff
        .post(SALES, unknown)
        .await
        .refused(404, "unknown_variant");
    let taken = with("variant_ids", json!(goods));
    let taken = staff.post(SALES, taken).await;
    let taken = taken.refused(409, "variants_in_another_sale");
    assert_eq!(
        taken.body["errors"][0]["meta"]["variant_id"],
        json!(goods[0])
    );
    assert_eq!(taken.body["errors"].as_array().unwrap().len(), 1);
    assert_eq!(shop.state().await, before);
    shop.close().await;
}
