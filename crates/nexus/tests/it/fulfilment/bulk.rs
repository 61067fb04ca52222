//! Many at once, each with its own result.

use serde_json::json;

use super::Floor;

#[tokio::test(flavor = "multi_thread")]
async fn many_orders_leave_each_by_itself() {
    let floor = Floor::open().await;
    let (_, first) = floor.order().await;
    let (_, unpaid) = floor.shop.guest_order(&[(floor.goods[0], 1)]).await;
    let (_, last) = floor.order().await;
    let body = json!({ "orders": [
        { "order_id": first, "carrier": "EthioPost" },
        { "order_id": unpaid["id"] },
        { "order_id": last, "tracking_number": "EP2" },
    ] });
    let path = "/api/v1/admin/fulfilments/bulk/";
    let many = floor.packer.key("many");
    let told = many.post(path, body.clone()).await.expect(200).body;
    let done = |n: usize| told["results"][n]["is_done"].as_bool().unwrap();
    assert_eq!([done(0), done(1), done(2)], [true, false, true]);
    assert_eq!(told["results"][1]["refusal"]["code"], "order_not_shippable");
    assert_eq!(told["results"][2]["fulfilment"]["tracking_number"], "EP2");
    for order in [&first, &last] {
        assert_eq!(floor.far(order).await.1, "shipped");
    }
    let before = floor.shop.count("fulfilments").await;
    let again = many.post(path, body).await.expect(200).body;
    assert_eq!(again, told, "what was done is not done twice");
    assert_eq!(floor.shop.count("fulfilments").await, before);
    let other = json!({ "orders": [{ "order_id": last }] });
    let conflict = many.post(path, other).await.expect(200).body;
    let refusal = &conflict["results"][0]["refusal"]["code"];
    assert_eq!(refusal, "idempotency_conflict");

    let parcel = |n: usize| told["results"][n]["fulfilment"]["id"].clone();
    let nobody = ids::FulfilmentId::generate(floor.shop.now());
    let body = json!({ "fulfilment_ids": [parcel(0), nobody, parcel(2), parcel(0)] });
    let path = "/api/v1/admin/fulfilments/deliver/";
    let told = floor.packer.post(path, body).await.expect(200).body;
    let states: Vec<_> = (0..4)
        .map(|n| &told["results"][n]["fulfilment"]["state"])
        .collect();
    let delivered = json!("delivered");
    assert_eq!(states, [&delivered, &json!(null), &delivered, &delivered]);
    let refusal = &told["results"][1]["refusal"]["code"];
    assert_eq!(refusal, "fulfilment_not_found");
    for order in [&first, &last] {
        assert_eq!(floor.far(order).await.1, "delivered");
    }
    for (path, body) in [
        ("bulk/", json!({ "orders": [] })),
        ("deliver/", json!({ "fulfilment_ids": [] })),
    ] {
        let path = format!("/api/v1/admin/fulfilments/{path}");
        many.post(&path, body).await.refused(422, "invalid_body");
    }
    floor.shop.run_jobs().await;
    floor.shop.close().await;
}
