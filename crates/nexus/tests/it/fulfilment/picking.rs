//! What waits to be packed, where it stands.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_what_is_paid_and_has_not_left() {
    let floor = Floor::open().await;
    let (_, first) = floor.order().await;
    let (_, second) = floor.order().await;
    floor.shop.guest_order(&[(floor.goods[0], 1)]).await;
    let body = json!({ "lines": floor.lines(&[(0, 2)]) });
    floor.ship("a", &first, body).await.expect(201);
    let called = json!({ "lines": floor.lines(&[(1, 1)]), "reason": "x", "is_refunded": false });
    floor.cancel("b", &second, called).await.expect(201);
    let list = async |query: &str| {
        let path = format!("/api/v1/admin/pick-list/?{query}");
        floor.packer.get(&path).await.expect(200).body
    };
    let all = list("").await;
    let row = |pick: &serde_json::Value| {
        let text = |member: &str| pick[member].as_str().unwrap().to_owned();
        let quantity = pick["quantity"].as_i64().unwrap();
        (text("order_id"), text("variant_id"), quantity)
    };
    let variant = |n: usize| floor.goods[n].to_string();
    let mut rows: Vec<_> = all["data"].as_array().unwrap().iter().map(row).collect();
    rows[..2].sort_by_key(|row| row.2 * 10 + i64::from(row.1 == variant(1)));
    let expected = [
        (first.clone(), variant(0), 1),
        (first, variant(1), 1),
        (second.clone(), variant(0), 3),
    ];
    assert_eq!(rows, expected);
    let page = list("limit=2").await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let rest = list(&format!("limit=2&cursor={cursor}")).await;
    assert_eq!(rest["data"], json!([all["data"][2]]));
    let depot = floor.shop.location("depot", &[]).await;
    let elsewhere = list(&format!("location_id={depot}")).await;
    assert_eq!(elsewhere["data"], json!([]));
    floor.ship("c", &second, json!({})).await.expect(201);
    assert_eq!(list("").await["data"].as_array().unwrap().len(), 2);
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}
