//! The provider's list while it moves, and a long one.

use serde_json::json;

use super::{breaks, told};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_move_between_pages_are_neither_lost_nor_doubled() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.vary(json!({ "page_size": 3 })).await;
    for _ in 0..12 {
        shop.paid(coffee).await;
    }
    for (after_page, count) in [(1, 1), (2, 3), (3, 7)] {
        let arriving = json!({ "after_page": after_page, "count": count, "amount": "10.00" });
        let sent = shop
            .provider()
            .post("/__sim/listing/arrivals", arriving)
            .await;
        assert!(sent.status.is_success(), "{}", sent.body);
    }
    shop.reconciled(&staff).await;
    // What arrived meanwhile is known by the next one at the latest; nothing else differs.
    assert_eq!(shop.reconciled(&staff).await, (11, 0));
    assert_eq!(
        told(&breaks(&staff, "").await),
        vec!["missing_here open"; 11]
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stands_twice_is_found_wherever_the_pages_are_cut() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let mut refs = Vec::new();
    for _ in 0..7 {
        refs.push(shop.paid(coffee).await);
    }
    shop.list_says(&refs[4], json!({ "duplicates": 1 })).await;
    for page_size in 1..=5 {
        shop.vary(json!({ "page_size": page_size })).await;
        let arriving = json!({ "after_page": 1, "count": 1, "amount": "10.00" });
        shop.provider()
            .post("/__sim/listing/arrivals", arriving)
            .await;
        shop.reconciled(&staff).await;
        let twice = breaks(&staff, "&class=duplicate_there").await;
        assert_eq!(twice.len(), 1, "{page_size} rows on a page: {twice:?}");
        assert_eq!(
            twice[0]["provider_reference"],
            shop.reference(&refs[4]).await
        );
        assert_eq!(twice[0]["theirs"]["copies"], 2);
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_two_thousand_rows_is_read_to_its_end() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.paid(coffee).await;
    for _ in 0..2 {
        let arriving = json!({ "after_page": 1, "count": 1_000, "amount": "10.00" });
        let arrivals = "/__sim/listing/arrivals";
        let sent = shop.provider().post(arrivals, arriving).await;
        assert!(sent.status.is_success(), "{}", sent.body);
    }
    assert_eq!(shop.reconciled(&staff).await, (0, 0));
    let run = shop.reconcile(&staff).await;
    assert_eq!(
        (&run["rows_read"], &run["pages_read"]),
        (&json!(2_001), &json!(201))
    );
    assert_eq!(run["breaks_open"], 2_000);
    assert_eq!(shop.count("reconciliation_breaks").await, 2_000);
    assert_eq!(shop.count("reconciliation_rows").await, 0);
    shop.close().await;
}
