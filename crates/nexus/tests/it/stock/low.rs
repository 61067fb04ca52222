//! What is low: listed as it is, told once.

use serde_json::{Value, json};

use super::Stocked;

const TOLD: &str = "select count(*) from events where name = 'stock.low'";

impl Stocked {
    async fn look(&self) -> i64 {
        let app = &self.shop.app;
        let now = self.shop.now();
        inventory::look_for_low(&app.kit.db, &app.settings.inventory, now)
            .await
            .unwrap();
        self.shop.number(TOLD).await
    }

    async fn low(&self) -> Vec<Value> {
        let listed = self.clerk.get("/api/v1/admin/stock/low/").await.expect(200);
        listed.body["data"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_low_is_told_once_until_it_has_recovered() {
    let stocked = Stocked::open(4, 3).await;
    assert_eq!((stocked.look().await, stocked.low().await), (0, vec![]));
    stocked.order(2, "Sidama").await;
    let expected = json!({
        "variant_id": stocked.variant, "in_stock": 5, "threshold": 5, "since": null,
    });
    assert_eq!(stocked.low().await, [expected]);
    assert_eq!(stocked.look().await, 1);
    assert_eq!(stocked.low().await[0]["since"], json!(stocked.shop.now()));
    stocked.order(1, "Sidama").await;
    assert_eq!(stocked.look().await, 1);
    stocked
        .record(vec![json!({ "kind": "receipt", "quantity": 5 })])
        .await;
    assert_eq!((stocked.look().await, stocked.low().await), (1, vec![]));
    stocked
        .record(vec![
            json!({ "kind": "adjustment", "quantity": -4, "reason_code": "lost" }),
        ])
        .await;
    assert_eq!(stocked.look().await, 2);
    let row = "select payload from events where name = 'stock.low' order by id desc limit 1";
    let told: Value = stocked
        .shop
        .db()
        .await
        .query_one(row, &[])
        .await
        .unwrap()
        .get(0);
    let expected = json!({ "variant_id": stocked.variant, "in_stock": 5, "threshold": 5 });
    assert_eq!(told, expected);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_has_a_threshold_of_its_own() {
    let stocked = Stocked::open(4, 0).await;
    assert_eq!(stocked.low().await.len(), 1);
    let path = format!("/api/v1/admin/inventory/terms/{}/", stocked.variant);
    let clerk = stocked.clerk.with("if-match", "\"v1\"");
    let terms = json!({ "low_stock_threshold": 3 });
    clerk.patch(&path, terms).await.expect(200);
    assert_eq!((stocked.look().await, stocked.low().await), (0, vec![]));
    stocked.order(1, "Sidama").await;
    assert_eq!(stocked.look().await, 1);
    assert_eq!(stocked.low().await[0]["threshold"], 3);
    stocked.shop.close().await;
}
