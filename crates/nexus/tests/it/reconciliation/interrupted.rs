//! The provider is away, or two work at the same comparison.

use chrono::TimeDelta;
use futures_util::FutureExt;
use serde_json::json;

use super::{RUNS, breaks};
use crate::world::{
    Shop,
    race::{Held, at_once, caught, equal, every_round, patient_shop, rounds},
};

const STATE: &str = "select state || ' ' || calls_failed from reconciliations order by id desc
    limit 1";

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_waited_for() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    shop.paid(coffee).await;
    shop.lose_all_messages().await;
    let pending = shop.pending(coffee).await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.forget_to_ask().await;
    shop.play(json!({ "call": "transactions", "kind": "server_error", "times": 3 }))
        .await;
    shop.play(json!({ "call": "verify", "kind": "server_error", "times": 2 }))
        .await;
    assert_eq!(shop.reconcile(&staff).await["state"], "running");
    let told = [
        (1, "running 2"),
        (2, "running 3"),
        (4, "running 1"),
        (1, "running 2"),
        (2, "done 0"),
    ];
    for (minutes, state) in told {
        shop.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        let before = shop.text(STATE).await;
        shop.run_jobs().await;
        assert_eq!(shop.text(STATE).await, before, "not before its time");
        shop.advance(TimeDelta::seconds(1));
        shop.run_jobs().await;
        assert_eq!(shop.text(STATE).await, state);
    }
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    let staff = shop.bookkeeper().await;
    assert_eq!(breaks(&staff, "").await.len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_answers_is_told_as_a_failure() {
    let shop = Shop::open().await;
    let staff = shop.bookkeeper().await;
    shop.play(json!({ "call": "transactions", "kind": "server_error", "times": 12 }))
        .await;
    let run = shop.reconcile(&staff).await;
    for _ in 0..11 {
        shop.advance(TimeDelta::minutes(60));
        shop.run_jobs().await;
    }
    let path = format!("{RUNS}{}/", run["id"].as_str().unwrap());
    let run = shop.bookkeeper().await.get(&path).await.expect(200);
    assert_eq!(run.text("/state"), "failed");
    assert_eq!(
        run.text("/failure"),
        "the provider gave no answer 12 times: unknown"
    );
    assert_eq!(shop.reconciled(&shop.bookkeeper().await).await, (0, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_through_after_a_day_has_failed() {
    let shop = Shop::open().await;
    let staff = shop.bookkeeper().await;
    shop.play(json!({ "call": "transactions", "kind": "server_error", "times": 99 }))
        .await;
    shop.reconcile(&staff).await;
    let sql = "delete from jobs where kind = 'reconcile_provider'";
    shop.db().await.batch(sql).await.unwrap();
    shop.advance(TimeDelta::hours(24));
    let (db, now) = (&shop.app.kit.db, shop.now());
    payments::plan_watch(db, now).await.unwrap();
    workers_once(&shop).await;
    let failed = "select failure from reconciliations where state = 'failed'";
    assert_eq!(shop.text(failed).await, "it was not through after a day");
    shop.mend().await;
    shop.close().await;
}

/// Everything that is due, once around.
async fn workers_once(shop: &Shop) {
    assert!(shop.run_jobs().await > 0);
}

/// Two make every step of the same comparison at the same moment.
async fn both(shop: &Shop, staff: &crate::world::Client, rows: i64) -> Held {
    let key = kit::random::token().unwrap();
    let begun = staff.key(&key).post(RUNS, json!({})).await.expect(202);
    let id: ids::ReconciliationId = begun.text("/id").parse().unwrap();
    loop {
        let steps = (0..2).map(|_| {
            let (kit, gateway) = (shop.app.kit.clone(), shop.app.gateway.clone());
            async move { payments::make_step(&kit, &gateway, id).await.unwrap() }.boxed()
        });
        if at_once(steps).await.iter().all(Option::is_none) {
            break;
        }
    }
    let path = format!("{RUNS}{id}/");
    let run = staff.get(&path).await.expect(200).body;
    equal("steps: rows", &run["rows_read"], &json!(rows))?;
    equal("steps: state", &run["state"], &json!("done"))?;
    let sql = format!("select count(*) from reconciliation_breaks where last_seen = '{id}'");
    equal("steps: breaks", &shop.number(&sql).await, &1)
}

async fn open(guards: &[&str]) -> (Shop, crate::world::Client) {
    let mut shop = patient_shop(guards).await;
    shop.provider_lies = true;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    let staff = shop.bookkeeper().await;
    for _ in 0..3 {
        shop.paid(coffee).await;
    }
    shop.foreign_charge("99.00").await;
    shop.vary(json!({ "page_size": 2 })).await;
    (shop, staff)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_make_each_step_once() {
    let (shop, staff) = open(&[]).await;
    every_round(rounds(10), async |_| both(&shop, &staff, 4).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_a_step_is_made_twice() {
    let (shop, staff) = open(&["reconciliation step"]).await;
    caught("steps", 50, async |_| both(&shop, &staff, 4).await).await;
    shop.close_broken().await;
}

/// Many ask for a comparison at the same moment: one is begun.
async fn begin(shop: &Shop, staff: &crate::world::Client) -> Held {
    let asked = (0..8).map(|n| {
        let who = staff.key(&format!("{}-{n}", kit::random::token().unwrap()));
        async move { who.post(RUNS, json!({})).await.status.as_u16() }
    });
    let mut statuses = at_once(asked).await;
    statuses.sort_unstable();
    let running = "select count(*) from reconciliations where state = 'running'";
    equal("running", &shop.number(running).await, &1)?;
    equal("answers", &statuses, &[&[202][..], &[409; 7]].concat())?;
    shop.run_jobs().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comparison_goes_on_at_a_time() {
    let (shop, staff) = open(&[]).await;
    every_round(rounds(10), async |_| begin(&shop, &staff).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_index_several_go_on() {
    let (shop, staff) = open(&[]).await;
    shop.drop_index("reconciliations_running_key").await;
    caught("running", 50, async |_| begin(&shop, &staff).await).await;
    shop.close_broken().await;
}
