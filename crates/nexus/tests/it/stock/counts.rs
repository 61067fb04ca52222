//! Stock counts: differences are moved, not numbers written, so that what is sold meanwhile stands.

use serde_json::{Value, json};

use super::Stocked;

impl Stocked {
    /// Opens a count at the depot; answers its address.
    async fn count(&self) -> String {
        let all = "/api/v1/admin/inventory/counts/";
        let body = json!({ "location_id": self.depot, "note": "shelf 4" });
        let made = self.clerk.post(all, body).await.expect(201);
        format!("{all}{}/", made.text("/id"))
    }

    async fn enter(&self, count: &str, counted: i64) -> Value {
        let lines = json!({ "lines": [{ "variant_id": self.variant, "counted": counted }] });
        let entered = self.clerk.put(&format!("{count}lines/"), lines).await;
        entered.expect(200).body["lines"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sold_since_it_was_counted_stays_sold() {
    let stocked = Stocked::open(0, 10).await;
    let count = stocked.count().await;
    // Eight where ten are expected: two are missing.
    let lines = stocked.enter(&count, 8).await;
    let line = &lines[0];
    assert_eq!(
        (&line["expected"], &line["difference"]),
        (&json!(10), &json!(-2))
    );
    let (guest, order) = stocked.order(3, "Sidama").await;
    let (_, page) = stocked.shop.initiate(&guest, &order).await;
    stocked.shop.on_page(&page, "pay").await.expect(302);
    stocked.shop.run_jobs().await;
    assert_eq!(stocked.levels().await, [(0, 0), (7, 0)]);
    let apply = format!("{count}apply/");
    let applied = stocked.clerk.post(&apply, json!({})).await.expect(200);
    assert_eq!(applied.body["state"], "applied");
    assert_eq!(stocked.levels().await, [(0, 0), (5, 0)]);
    let before = stocked.shop.state().await;
    for rest in ["apply/", "cancel/"] {
        let path = format!("{count}{rest}");
        let again = stocked.clerk.post(&path, json!({})).await;
        again.refused(409, "stock_count_closed");
    }
    let lines = json!({ "lines": [{ "variant_id": stocked.variant, "counted": 1 }] });
    let late = stocked.clerk.put(&format!("{count}lines/"), lines).await;
    late.refused(409, "stock_count_closed");
    assert_eq!(stocked.shop.state().await, before);
    let expected = [
        ("customers", 3),
        ("depot", 5),
        ("differences", 2),
        ("suppliers", -10),
    ];
    let expected = expected.map(|(name, units)| (name.to_owned(), units));
    assert_eq!(stocked.balances("").await, expected);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_again_replaces_and_a_cancelled_count_moves_nothing() {
    let stocked = Stocked::open(5, 4).await;
    let count = stocked.count().await;
    stocked.enter(&count, 9).await;
    stocked.enter(&count, 4).await;
    let apply = format!("{count}apply/");
    let applied = stocked.clerk.post(&apply, json!({})).await.expect(200);
    assert_eq!(applied.body["lines"][0]["difference"], 0);
    assert_eq!(stocked.levels().await, [(5, 0), (4, 0)]);
    stocked.shop.advance(chrono::TimeDelta::seconds(1));
    let other = stocked.count().await;
    stocked.enter(&other, 0).await;
    let cancel = format!("{other}cancel/");
    stocked.clerk.post(&cancel, json!({})).await.expect(200);
    assert_eq!(stocked.levels().await, [(5, 0), (4, 0)]);
    let all = "/api/v1/admin/inventory/counts/";
    let listed = stocked.clerk.get(&format!("{all}?limit=1")).await;
    let listed = listed.expect(200);
    assert_eq!(listed.body["data"][0]["state"], "cancelled");
    let cursor = listed.text("/page/next_cursor");
    let next = format!("{all}?limit=1&cursor={cursor}");
    let next = stocked.clerk.get(&next).await.expect(200);
    assert_eq!(next.body["data"][0]["state"], "applied");
    assert_eq!(next.body["page"]["has_more"], false);
    stocked.shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_below_what_orders_hold_is_refused_whole() {
    let stocked = Stocked::open(0, 10).await;
    let count = stocked.count().await;
    stocked.enter(&count, 2).await;
    stocked.order(3, "Sidama").await;
    let before = stocked.shop.state().await;
    let apply = format!("{count}apply/");
    let refused = stocked.clerk.post(&apply, json!({})).await;
    refused.refused(409, "stock_below_reserved");
    let nobody = ids::VariantId::generate(stocked.shop.now());
    let twice = json!({ "variant_id": stocked.variant, "counted": 1 });
    for (lines, status, code) in [
        (json!([]), 422, "invalid_body"),
        (
            json!([{ "variant_id": nobody, "counted": 1 }]),
            404,
            "unknown_variant",
        ),
        (
            json!([{ "variant_id": stocked.variant, "counted": -1 }]),
            422,
            "invalid_body",
        ),
        (json!([twice, twice]), 422, "invalid_body"),
    ] {
        let body = json!({ "lines": lines });
        let entered = stocked.clerk.put(&format!("{count}lines/"), body).await;
        entered.refused(status, code);
    }
    let nowhere = json!({ "location_id": ids::LocationId::generate(stocked.shop.now()) });
    let all = "/api/v1/admin/inventory/counts/";
    let opened = stocked.clerk.post(all, nowhere).await;
    opened.refused(404, "unknown_location");
    let unknown = ids::StockCountId::generate(stocked.shop.now());
    let read = stocked.clerk.get(&format!("{all}{unknown}/")).await;
    read.refused(404, "unknown_stock_count");
    assert_eq!(stocked.shop.state().await, before);
    stocked.shop.close().await;
}
