//! An order leaves in parcels, never more of it than was bought.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_leaves_in_two_parcels_and_arrives() {
    let floor = Floor::open().await;
    let (buyer, order) = floor.order().await;
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (7, 0));
    let body = json!({
        "lines": floor.lines(&[(0, 2)]), "carrier": "EthioPost", "tracking_number": "EP1",
        "tracking_url": "https://ethiopost.et/EP1",
    });
    let first = floor.ship("first", &order, body.clone()).await.expect(201);
    assert_eq!(first.body["number"], 1);
    assert_eq!(first.body["state"], "shipped");
    assert_eq!(first.body["items"], floor.lines(&[(0, 2)]));
    let location = inventory::MAIN_LOCATION.to_string();
    assert_eq!(first.text("/location_id"), location);
    let shipped = (vec![[3, 0, 2, 0], [1, 0, 0, 0]], "partially_shipped".into());
    assert_eq!(floor.far(&order).await, shipped);
    // The same wish again is the same parcel.
    let again = floor.ship("first", &order, body).await.expect(201);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(floor.far(&order).await, shipped);

    let second = floor.ship("second", &order, json!({})).await.expect(201);
    assert_eq!(second.body["number"], 2);
    assert_eq!(second.body["items"], floor.lines(&[(0, 1), (1, 1)]));
    let far = (vec![[3, 0, 3, 0], [1, 0, 1, 0]], "shipped".into());
    assert_eq!(floor.far(&order).await, far);
    // What was sold had left the shelf when it was paid.
    assert_eq!(floor.shop.stock(floor.goods[0]).await, (7, 0));

    for (parcel, status) in [(&first, "partially_delivered"), (&second, "delivered")] {
        let parcel = parcel.text("/id");
        let told = floor.deliver(&parcel).await.expect(200);
        assert_eq!(told.body["state"], "delivered");
        let twice = floor.deliver(&parcel).await.expect(200);
        assert_eq!(twice.body, told.body);
        assert_eq!(floor.far(&order).await.1, status);
    }
    let path = format!("/api/v1/orders/{order}/");
    let shown = buyer.get(&path).await.expect(200);
    assert_eq!(shown.body["fulfilment_status"], "delivered");
    floor
        .ship("third", &order, json!({}))
        .await
        .refused(409, "nothing_to_ship");
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_leave_stays() {
    let floor = Floor::open().await;
    let (_, order) = floor.order().await;
    let (_, unpaid) = floor.shop.guest_order(&[(floor.goods[0], 1)]).await;
    let unpaid = unpaid["id"].as_str().unwrap();
    let strange = floor.shop.product("strange", &[(100, 5)]).await[0];
    let stranger = json!([{ "variant_id": strange, "quantity": 1 }]);
    let before = floor.shop.state().await;
    let refused = floor
        .ship(
            "a",
            &order,
            json!({ "lines": floor.lines(&[(1, 1), (0, 4)]) }),
        )
        .await
        .refused(409, "exceeds_open_quantity");
    assert_eq!(refused.body["errors"][0]["pointer"], "/lines/1/quantity");
    assert_eq!(refused.body["errors"][0]["meta"], json!({ "open": 3 }));
    floor
        .ship("b", &order, json!({ "lines": stranger }))
        .await
        .refused(422, "order_line_not_found");
    floor
        .ship(
            "c",
            &order,
            json!({ "lines": floor.lines(&[(0, 1), (0, 1)]) }),
        )
        .await
        .refused(422, "invalid_body");
    floor
        .ship("d", unpaid, json!({}))
        .await
        .refused(409, "order_not_shippable");
    let nowhere = ids::OrderId::generate(floor.shop.now()).to_string();
    floor
        .ship("e", &nowhere, json!({}))
        .await
        .refused(404, "order_not_found");
    floor
        .ship("f", &order, json!({ "location_id": nowhere }))
        .await
        .refused(404, "unknown_location");
    for url in [
        "javascript:alert(1)",
        "ethiopost.et",
        "https://",
        "file:///etc/passwd",
    ] {
        floor
            .ship("g", &order, json!({ "tracking_url": url }))
            .await
            .refused(422, "invalid_body");
    }
    let path = format!("/api/v1/admin/orders/{order}/fulfilments/");
    floor
        .packer
        .post(&path, json!({}))
        .await
        .refused(400, "idempotency_key_required");
    assert_eq!(floor.shop.state().await, before);
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_that_leaves_elsewhere_moves_its_units_on_paper() {
    let floor = Floor::open().await;
    let depot = floor.shop.location("depot", &[]).await;
    let clerk = floor.shop.staff("clerk", &["stock.edit"]).await;
    let (_, order) = floor.order().await;
    let body = json!({ "lines": floor.lines(&[(0, 2)]), "location_id": depot });
    let before = floor.shop.state().await;
    floor
        .ship("early", &order, body.clone())
        .await
        .refused(409, "insufficient_stock");
    assert_eq!(floor.shop.state().await, before);
    let movement = json!({
        "kind": "receipt", "variant_id": floor.goods[0], "location_id": depot, "quantity": 5,
    });
    let path = "/api/v1/admin/inventory/movements/";
    let moved = json!({ "movements": [movement] });
    clerk.post(path, moved).await.expect(200);
    floor.ship("now", &order, body).await.expect(201);
    let levels = async |code: &str| {
        let sql = format!(
            "select on_hand from stock_levels
             join stock_locations on stock_locations.id = location_id
             where code = '{code}' and variant_id = '{}'",
            floor.goods[0]
        );
        floor.shop.number(&sql).await
    };
    // Two have left the depot; two of the order's still stand at the main location.
    assert_eq!((levels("depot").await, levels("main").await), (3, 9));
    let far = (vec![[3, 0, 2, 0], [1, 0, 0, 0]], "partially_shipped".into());
    assert_eq!(floor.far(&order).await, far);
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_parcel_is_followed_changes_by_its_version() {
    let floor = Floor::open().await;
    let (_, order) = floor.order().await;
    let parcel = floor.ship("a", &order, json!({})).await.expect(201);
    let path = format!("/api/v1/admin/fulfilments/{}/", parcel.text("/id"));
    let read = floor.packer.get(&path).await.expect(200);
    assert_eq!((read.etag().as_str(), &read.body), ("\"v1\"", &parcel.body));
    let change = json!({ "carrier": "Zemen", "tracking_url": "https://zemen.example/7" });
    floor
        .packer
        .patch(&path, change.clone())
        .await
        .refused(428, "precondition_required");
    let first = floor.packer.with("if-match", "\"v1\"");
    let changed = first.patch(&path, change.clone()).await.expect(200);
    assert_eq!(changed.etag(), "\"v2\"");
    assert_eq!(changed.body["carrier"], "Zemen");
    assert_eq!(changed.body["tracking_number"], "");
    let before = floor.shop.state().await;
    let stale = first.patch(&path, change).await;
    let stale = stale.refused(412, "precondition_failed");
    assert_eq!(stale.body["meta"]["current"], changed.body);
    assert_eq!(floor.shop.state().await, before);
    let cleared = floor
        .packer
        .with("if-match", "\"v2\"")
        .patch(&path, json!({ "tracking_url": null }))
        .await
        .expect(200);
    assert_eq!(cleared.body["tracking_url"], json!(null));
    let listed = format!("/api/v1/admin/fulfilments/?order_id={order}&state=shipped");
    let listed = floor.packer.get(&listed).await.expect(200);
    assert_eq!(listed.body["data"], json!([cleared.body]));
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}
