//! Bundles leave, are called off and come back as a whole; their parts with them.

use serde_json::{Value, json};

use super::Set;

#[tokio::test(flavor = "multi_thread")]
async fn two_bundles_leave_in_two_parcels() {
    let set = Set::open().await;
    let (buyer, order) = set
        .shop
        .paid_order(&[(set.bundle, 2), (set.parts[0], 1)])
        .await;
    let order = order["id"].as_str().unwrap();
    assert_eq!(set.stock().await, [(2, 0), (2, 0)]);
    let picks = set.clerk.get("/api/v1/admin/pick-list/").await.expect(200);
    let picks = picks.body["data"].as_array().unwrap().clone();
    let mut rows: Vec<(&Value, i64)> = picks
        .iter()
        .map(|pick| (&pick["variant_id"], pick["quantity"].as_i64().unwrap()))
        .collect();
    rows.sort_by_key(|row| row.1);
    let named = [json!(set.parts[1]), json!(set.parts[0])];
    assert_eq!(rows, [(&named[0], 2), (&named[1], 5)]);
    assert!(picks.iter().all(|pick| pick["sku"].is_string()));
    let path = format!("/api/v1/admin/orders/{order}/fulfilment/");
    let far = set.clerk.get(&path).await.expect(200);
    let main = inventory::MAIN_LOCATION;
    let line = &far.body["lines"][0];
    assert_eq!(
        line["open"],
        json!([{ "location_id": main, "quantity": 2 }])
    );
    let part = |n: usize, quantity: i64| json!({ "variant_id": set.parts[n], "location_id": main, "quantity": quantity });
    assert_eq!(line["parts"], json!([part(0, 4), part(1, 2)]));

    let one = json!({ "lines": set.units(set.bundle, 1) });
    let parcel = set.act(order, "fulfilments", "a", one.clone()).await;
    let parcel = parcel.expect(201);
    assert_eq!(parcel.body["items"], set.units(set.bundle, 1));
    let far = (
        vec![[2, 0, 1, 0, 0], [1, 0, 0, 0, 0]],
        "partially_shipped".into(),
    );
    assert_eq!(set.far(order).await, far);
    let before = set.shop.state().await;
    let three = json!({ "lines": set.units(set.bundle, 2) });
    let refused = set.act(order, "fulfilments", "b", three).await;
    let refused = refused.refused(409, "exceeds_open_quantity");
    assert_eq!(refused.body["errors"][0]["meta"], json!({ "open": 1 }));
    let part = json!({ "lines": set.units(set.parts[1], 1) });
    let refused = set.act(order, "fulfilments", "c", part).await;
    refused.refused(422, "order_line_not_found");
    assert_eq!(set.shop.state().await, before);
    set.act(order, "fulfilments", "d", json!({}))
        .await
        .expect(201);
    let arrived = format!("/api/v1/admin/fulfilments/{}/deliver/", parcel.text("/id"));
    set.clerk.post(&arrived, json!({})).await.expect(200);
    let far = (
        vec![[2, 0, 2, 1, 0], [1, 0, 1, 0, 0]],
        "partially_delivered".into(),
    );
    assert_eq!(set.far(order).await, far);
    let picks = set.clerk.get("/api/v1/admin/pick-list/").await.expect(200);
    assert_eq!(picks.body["data"], json!([]));
    let parcels = format!("/api/v1/orders/{order}/parcels/");
    let seen = buyer.get(&parcels).await.expect(200);
    assert_eq!(seen.body["parcels"].as_array().unwrap().len(), 2);
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_leaves_from_where_not_all_its_parts_stand() {
    let set = Set::open().await;
    let depot = set.shop.location("depot", &[]).await;
    let truck = json!({
        "from_location_id": inventory::MAIN_LOCATION, "to_location_id": depot,
        "lines": set.units(set.parts[1], 4),
    });
    let path = "/api/v1/admin/inventory/transfers/";
    set.clerk.post(path, truck).await.expect(201);
    let (_, order) = set.shop.paid_order(&[(set.bundle, 1)]).await;
    let order = order["id"].as_str().unwrap();
    set.act(order, "fulfilments", "a", json!({}))
        .await
        .refused(422, "location_needed");
    let here = json!({ "location_id": inventory::MAIN_LOCATION });
    // The second part stands in the depot, and has to be at hand where the parcel leaves.
    let refused = set.act(order, "fulfilments", "b", here.clone()).await;
    refused.refused(409, "insufficient_stock");
    set.receive(set.parts[1], 1).await;
    set.act(order, "fulfilments", "c", here).await.expect(201);
    assert_eq!(
        set.far(order).await,
        (vec![[1, 0, 1, 0, 0]], "shipped".into())
    );
    assert_eq!(set.stock().await, [(5, 0), (4, 0)]);
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_is_called_off_is_parts_on_the_shelf_again() {
    let set = Set::open().await;
    let (buyer, order) = set
        .shop
        .paid_order(&[(set.bundle, 3), (set.parts[0], 1)])
        .await;
    let order = order["id"].as_str().unwrap();
    assert_eq!(set.stock().await, [(0, 0), (1, 0)]);
    let body = json!({ "lines": set.units(set.bundle, 1), "reason": "one box is dented" });
    let called = set.act(order, "cancel", "a", body).await.expect(201);
    assert_eq!(called.body["items"], set.units(set.bundle, 1));
    assert_eq!(set.stock().await, [(2, 0), (2, 0)]);
    let far = (vec![[3, 1, 0, 0, 0], [1, 0, 0, 0, 0]], "unfulfilled".into());
    assert_eq!(set.far(order).await, far);
    set.act(order, "cancel", "b", json!({ "reason": "the buyer asked" }))
        .await
        .expect(201);
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    let refunds = format!("/api/v1/payment/refunds/?order_id={order}");
    let refunds = buyer.get(&refunds).await.expect(200);
    let amounts: Vec<&Value> = refunds.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refund| &refund["amount"]["amount"])
        .collect();
    assert_eq!(amounts, [&json!(600), &json!(250)]);
    let path = format!("/api/v1/orders/{order}/");
    assert_eq!(
        buyer.get(&path).await.expect(200).body["status"],
        "cancelled"
    );
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_order_of_a_bundle_is_called_off_by_its_buyer() {
    let set = Set::open().await;
    let lines = [(set.bundle, 2), (set.parts[1], 1)];
    let (buyer, order) = set.shop.guest_order(&lines).await;
    assert_eq!(set.stock().await, [(7, 4), (4, 3)]);
    let order = order["id"].as_str().unwrap();
    let path = format!("/api/v1/orders/{order}/cancel/");
    let gone = buyer.post(&path, json!({})).await.expect(200);
    assert_eq!(gone.body["status"], "cancelled");
    assert_eq!(set.stock().await, [(7, 0), (4, 0)]);
    let far = (vec![[2, 2, 0, 0, 0], [1, 1, 0, 0, 0]], "cancelled".into());
    assert_eq!(set.far(order).await, far);
    set.shop.run_jobs().await;
    set.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_comes_back_for_money_and_for_another() {
    let set = Set::open().await;
    let (_, order) = set
        .shop
        .paid_order(&[(set.bundle, 2), (set.parts[1], 1)])
        .await;
    let order = order["id"].as_str().unwrap();
    set.act(order, "fulfilments", "a", json!({}))
        .await
        .expect(201);
    assert_eq!(set.stock().await, [(3, 0), (1, 0)]);
    let back = json!([
        { "variant_id": set.bundle, "quantity": 2, "reason": "damaged", "resolution": "refund" },
        { "variant_id": set.parts[1], "quantity": 1, "reason": "damaged", "resolution": "refund" },
    ]);
    let path = format!("/api/v1/admin/orders/{order}/returns/");
    let opened = set.clerk.post(&path, json!({ "lines": back })).await;
    let id = opened.expect(201).text("/id");
    let act = async |verb: &str, body: Value| {
        let path = format!("/api/v1/admin/returns/{id}/{verb}/");
        set.clerk.key(verb).post(&path, body).await
    };
    let came = json!({ "lines": [
        { "variant_id": set.bundle, "restocked": 1, "written_off": 1 },
        { "variant_id": set.parts[1], "restocked": 1, "written_off": 0 },
    ] });
    act("receive", came).await.expect(200);
    assert_eq!(set.stock().await, [(5, 0), (3, 0)]);
    let one = json!({ "lines": set.units(set.bundle, 1) });
    let paid = act("refund", one.clone()).await.expect(200);
    let refund = format!(
        "/api/v1/admin/payments/refunds/{}/",
        paid.text("/refund_ids/0")
    );
    let refund = set.clerk.get(&refund).await.expect(200);
    assert_eq!(refund.body["amount"]["amount"], 250);
    act("exchange", one).await.expect(200);
    assert_eq!(set.stock().await, [(3, 0), (2, 0)]);
    set.shop.run_jobs().await;
    set.shop.close().await;
}
