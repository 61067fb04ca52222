//! What buyers see of their parcels.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn buyers_see_their_parcels_and_not_where_they_left() {
    let floor = Floor::open().await;
    let (buyer, order) = floor.order().await;
    let path = format!("/api/v1/orders/{order}/parcels/");
    let none = buyer.get(&path).await.expect(200);
    assert_eq!(none.body, json!({ "status": "unfulfilled", "parcels": [] }));
    let body = json!({ "lines": floor.lines(&[(0, 1)]), "carrier": "EthioPost" });
    let parcel = floor.ship("a", &order, body).await.expect(201);
    let seen = buyer.get(&path).await.expect(200);
    assert_eq!(
        seen.body,
        json!({ "status": "partially_shipped", "parcels": [{
            "id": parcel.text("/id"), "number": 1, "state": "shipped", "carrier": "EthioPost",
            "tracking_number": "", "tracking_url": null, "items": floor.lines(&[(0, 1)]),
            "shipped_at": parcel.text("/shipped_at"), "delivered_at": null,
        }] })
    );
    let (stranger, _) = floor.shop.guest_cart(&[]).await;
    stranger.get(&path).await.refused(404, "order_not_found");
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}
