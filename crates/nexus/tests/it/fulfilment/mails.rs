//! The buyer is told of each parcel: once that it left, once that it arrived.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn each_parcel_is_told_twice() {
    let floor = Floor::open().await;
    let (_, order) = floor.order().await;
    let body = json!({
        "lines": floor.lines(&[(0, 1)]), "carrier": "<b>Ethio</b>\nPost", "tracking_number": "EP1",
        "tracking_url": "https://ethiopost.et/EP1?a=1&b=2",
    });
    let parcel = floor.ship("a", &order, body).await.expect(201);
    floor.shop.run_jobs().await;
    let parcel = parcel.text("/id");
    for _ in 0..2 {
        floor.deliver(&parcel).await.expect(200);
        floor.shop.run_jobs().await;
    }
    let mails = floor.shop.mails().get("/api/messages").await.expect(200);
    let mails = mails.body["messages"].as_array().unwrap().clone();
    let of = |words: &str| {
        let is_it = |mail: &&serde_json::Value| mail["subject"].as_str().unwrap().contains(words);
        let found: Vec<_> = mails.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{words}: {mails:#?}");
        found[0]["to"].clone()
    };
    let buyer = json!(["abebe@example.com"]);
    assert_eq!(of("A parcel of order 1001 is on its way"), buyer);
    assert_eq!(of("A parcel of order 1001 has been delivered"), buyer);
    floor.shop.close().await;
}
