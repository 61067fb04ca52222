//! The worker dies while a sale starts, and while a product is published: it is done once, and
//! whole.

use serde_json::json;

use super::{LISTS, list};
use crate::crash::{opened, work};

/// Where the worker dies.
const POINTS: [&str; 8] = [
    "after claim of follow_price_list",
    "before commit of follow_price_list",
    "after commit of follow_price_list",
    "before end of follow_price_list",
    "after claim of change_publication",
    "before commit of change_publication",
    "after commit of change_publication",
    "before end of change_publication",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_happens_once_whenever_the_worker_dies() {
    let (shop, _server, owner) = opened().await;
    for (number, point) in POINTS.into_iter().enumerate() {
        let slug = format!("cup-{number}");
        let variant = shop.product(&slug, 5).await;
        let page = format!("/api/v1/catalogue/products/{slug}/");
        let shown = shop.client().get(&page).await.expect(200);
        let own = shown.body["price_from"]["amount"].as_i64().unwrap();
        let id = shown.text("/id");
        let later = shop.kit.clock.now() + chrono::TimeDelta::hours(1);
        let times = json!({ "starts_at": later });
        let sale = list(&[(variant, 1, own - 1)], times);
        owner.post(LISTS, sale).await.expect(201);
        let path = format!("/api/v1/admin/catalogue/products/{id}/schedule/");
        let plan = json!({ "unpublish_at": later });
        let seen = owner
            .get(&path.replace("schedule", "life"))
            .await
            .expect(200);
        let at = owner.with("if-match", &seen.etag());
        at.put(&path, plan).await.expect(200);
        // The hour comes.
        shop.execute(
            "update price_lists set starts_at = now() - interval '1 second' where not is_running;
             update products set unpublish_at = now() - interval '1 second'
             where unpublish_at is not null;
             update jobs set run_at = now() - interval '1 second'
             where kind in ('follow_price_list', 'change_publication') and state = 'ready'",
        )
        .await;
        shop.worker(Some(point)).crashed(point).await;
        work(&shop).await;
        let count = async |what: &str| {
            let sql = format!("select count(*) from {what} '{variant}'");
            shop.number(&sql).await
        };
        let changes = count("variant_prices where variant_id =").await;
        assert_eq!(changes, 2, "{point}");
        let reduced = "variants where regular_minor = price_minor + 1 and id =";
        assert_eq!(count(reduced).await, 1, "{point}");
        let seen = format!(
            "select count(*) from product_publications where product_id = '{id}'
             and status = 'archived'"
        );
        assert_eq!(shop.number(&seen).await, 1, "{point}");
        let dead = "select count(*) from jobs where state = 'dead'";
        assert_eq!(shop.number(dead).await, 0, "{point}");
        shop.assert_audit_clean().await;
    }
}
