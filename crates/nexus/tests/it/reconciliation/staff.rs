//! What staff may ask and decide, and how they are told no.

use chrono::TimeDelta;
use serde_json::json;

use super::{BREAKS, RUNS, breaks};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_is_begun_once_per_key_and_one_at_a_time() {
    let shop = Shop::open().await;
    let staff = shop.bookkeeper().await;
    staff
        .post(RUNS, json!({}))
        .await
        .refused(400, "idempotency_key_required");
    let begun = staff.key("a").post(RUNS, json!({})).await.expect(202);
    let again = staff.key("a").post(RUNS, json!({})).await.expect(202);
    assert_eq!(begun.body, again.body);
    let other = staff.key("b").post(RUNS, json!({})).await;
    let other = other.refused(409, "reconciliation_running");
    assert_eq!(other.headers["retry-after"], "30");
    shop.run_jobs().await;
    shop.advance(TimeDelta::seconds(1));
    let later = staff.key("b").post(RUNS, json!({})).await.expect(202);
    shop.run_jobs().await;
    let listed = staff.get(&format!("{RUNS}?limit=1")).await.expect(200);
    assert_eq!(listed.body["data"][0]["id"], later.body["id"]);
    let cursor = listed.text("/page/next_cursor");
    let rest = staff.get(&format!("{RUNS}?cursor={cursor}")).await;
    assert_eq!(rest.expect(200).body["data"][0]["id"], begun.body["id"]);
    let trail = "select string_agg(action, ' ') from staff_audit";
    assert_eq!(
        shop.text(trail)
            .await
            .matches("reconciliation.started")
            .count(),
        2
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_must_be_one() {
    let shop = Shop::open().await;
    let staff = shop.bookkeeper().await;
    let now = shop.now();
    let text = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339();
    let before = shop.state().await;
    for (from, to) in [
        (now, now),
        (now - TimeDelta::days(1), now + TimeDelta::seconds(1)),
        (now, now - TimeDelta::days(1)),
        (now - TimeDelta::days(93), now),
    ] {
        let body = json!({ "from_at": text(from), "to_at": text(to) });
        let refused = staff.key("k").post(RUNS, body).await;
        refused.refused(422, "invalid_body");
    }
    assert_eq!(shop.state().await, before);
    let body = json!({ "from_at": text(now - TimeDelta::days(92)) });
    staff.key("k").post(RUNS, body).await.expect(202);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_listed_by_state_and_class_and_resolved_once() {
    let mut shop = Shop::open().await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    let tx_ref = shop.paid(coffee).await;
    shop.list_says(&tx_ref, json!({ "currency": "USD" })).await;
    shop.foreign_charge("10.00").await;
    let run = shop.reconcile(&staff).await;
    let id = run["id"].as_str().unwrap();
    assert_eq!(breaks(&staff, "&state=open").await.len(), 2);
    assert_eq!(breaks(&staff, "&state=resolved").await.len(), 0);
    assert_eq!(
        breaks(&staff, &format!("&reconciliation_id={id}"))
            .await
            .len(),
        2
    );
    let differs = breaks(&staff, "&class=currency_differs&state=open").await;
    assert_eq!(differs.len(), 1);
    for query in [
        "state=shut",
        "class=odd",
        "limit=0",
        "other=1",
        "reconciliation_id=x",
    ] {
        let path = format!("{BREAKS}?{query}");
        assert_eq!(staff.get(&path).await.status.as_u16() / 100, 4, "{query}");
    }
    let path = format!("{BREAKS}{}/", differs[0]["id"].as_str().unwrap());
    let resolve = format!("{path}resolve/");
    let give_up = json!({ "action": "write_off", "note": "n" });
    staff
        .key("k0")
        .post(&resolve, give_up)
        .await
        .refused(409, "reconciliation_break_has_no_amount");
    for note in ["", "  ", &"x".repeat(1_001)] {
        let body = json!({ "action": "dismiss", "note": note });
        let refused = staff.key("k1").post(&resolve, body).await;
        refused.refused(422, "invalid_body");
    }
    assert_eq!(staff.get(&path).await.expect(200).body, differs[0]);
    let body = json!({ "action": "dismiss", "note": " Shown wrongly. " });
    let done = staff.key("k2").post(&resolve, body).await.expect(200);
    assert_eq!(done.text("/note"), "Shown wrongly.");
    assert_eq!(staff.get(&path).await.expect(200).body, done.body);
    let transfers = "select count(*) from ledger_transfers where fact like 'write-off:%'";
    assert_eq!(shop.number(transfers).await, 0);
    assert_eq!(shop.reconciled(&staff).await, (1, 0), "dismissed as it is");
    shop.list_says(&tx_ref, json!({ "currency": "EUR" })).await;
    assert_eq!(
        shop.reconciled(&staff).await,
        (2, 0),
        "something else differs"
    );
    for (path, code) in [
        (format!("{BREAKS}{id}/"), "reconciliation_break_not_found"),
        (
            format!("{RUNS}{}/", done.text("/id")),
            "reconciliation_not_found",
        ),
    ] {
        staff.get(&path).await.refused(404, code);
    }
    shop.close().await;
}
