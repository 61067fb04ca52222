//! What was given up is seen, tried again or put away, over HTTP and on the command line.

use serde_json::{Value, json};

use crate::world::{Answer, Client, Process, Shop};

const JOBS: &str = "/api/v1/admin/jobs/";

/// A paid order whose receipt was given up, and that job's id.
async fn shop_with_dead_receipt() -> (Shop, String) {
    let shop = Shop::open().await;
    let variant = shop.product("coffee", &[(100, 5)]).await[0];
    let (guest, order) = shop.guest_order(&[(variant, 1)]).await;
    let (_, page) = shop.initiate(&guest, &order).await;
    shop.on_page(&page, "pay").await.expect(302);
    let settled = "select count(*) from jobs where kind = 'send_receipt'";
    let tx_ref = "select tx_ref from payment_attempts";
    let row = shop.db().await.query_one(tx_ref, &[]).await.unwrap();
    let verify = format!("/api/v1/payment/verify/{}/", row.get::<_, String>(0));
    guest.get(&verify).await.expect(200);
    assert_eq!(shop.number(settled).await, 1);
    let bury = "update jobs set state = 'dead', attempts = attempts_max, finished_at = now(),
            last_error = 'the mail server says no'
        where kind = 'send_receipt' returning id::text";
    let row = shop.db().await.query_one(bury, &[]).await.unwrap();
    (shop, row.get(0))
}

async fn dead(who: &Client) -> Vec<Value> {
    let list = who.get(&format!("{JOBS}?state=dead")).await.expect(200);
    list.body["data"].as_array().unwrap().clone()
}

async fn act(who: &Client, id: &str, action: &str) -> Answer {
    who.post(&format!("{JOBS}{id}/{action}/"), Value::Null)
        .await
}

async fn mails(shop: &Shop) -> usize {
    let mails = shop.mails().get("/api/messages").await.expect(200);
    mails.body["messages"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_given_up_is_tried_again() {
    let (shop, id) = shop_with_dead_receipt().await;
    let owner = shop.superuser().await;
    let listed = dead(&owner).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], json!(id));
    assert_eq!(listed[0]["kind"], "send_receipt");
    assert_eq!(listed[0]["last_error"], "the mail server says no");
    assert_eq!(listed[0]["attempts"], listed[0]["attempts_max"]);
    let kinds = owner.get(&format!("{JOBS}kinds/")).await.expect(200);
    let kinds = kinds.body["data"].as_array().unwrap().clone();
    let receipts = kinds.iter().find(|kind| kind["kind"] == "send_receipt");
    let expected = json!({
        "kind": "send_receipt", "queue": "mail", "priority": "normal", "ready": 0, "due": 0,
        "running": 0, "dead": 1, "due_since": null,
    });
    assert_eq!(receipts, Some(&expected));
    assert_eq!(mails(&shop).await, 0);
    let retried = act(&owner, &id, "retry").await.expect(200);
    assert_eq!(
        (&retried.body["state"], &retried.body["attempts"]),
        (&json!("ready"), &json!(0))
    );
    shop.run_jobs().await;
    assert_eq!(mails(&shop).await, 1);
    let done = owner.get(&format!("{JOBS}{id}/")).await.expect(200);
    assert_eq!(
        (&done.body["state"], &done.body["last_error"]),
        (&json!("done"), &Value::Null)
    );
    let refused = act(&owner, &id, "retry")
        .await
        .refused(409, "job_state_conflict");
    assert_eq!(refused.body["meta"], json!({ "state": "done" }));
    let trail = "select count(*) from staff_audit where action = 'job.retried'";
    assert_eq!(shop.number(trail).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_put_away_rests_until_it_is_retried() {
    let (shop, id) = shop_with_dead_receipt().await;
    let owner = shop.superuser().await;
    let discarded = act(&owner, &id, "discard").await.expect(200);
    assert_eq!(discarded.body["state"], "discarded");
    shop.run_jobs().await;
    assert_eq!(mails(&shop).await, 0);
    assert_eq!(dead(&owner).await.len(), 0);
    let before = shop.state().await;
    let refused = act(&owner, &id, "discard").await;
    let refused = refused.refused(409, "job_state_conflict");
    assert_eq!(refused.body["meta"], json!({ "state": "discarded" }));
    let nobody = uuid::Uuid::nil().to_string();
    act(&owner, &nobody, "retry")
        .await
        .refused(404, "job_not_found");
    // What waits for its time is not given up: nobody puts the shop's own rounds away.
    let sql = "select id::text from jobs where state = 'ready' order by id limit 1";
    let waiting: String = shop.db().await.query_one(sql, &[]).await.unwrap().get(0);
    for action in ["retry", "discard"] {
        let refused = act(&owner, &waiting, action).await;
        let refused = refused.refused(409, "job_state_conflict");
        assert_eq!(refused.body["meta"], json!({ "state": "ready" }));
    }
    assert_eq!(shop.state().await, before);
    act(&owner, &id, "retry").await.expect(200);
    shop.run_jobs().await;
    assert_eq!(mails(&shop).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_narrowed_and_refuses_what_nobody_is_called() {
    let (shop, id) = shop_with_dead_receipt().await;
    let owner = shop.superuser().await;
    let ids = async |query: &str| {
        let list = owner.get(&format!("{JOBS}?{query}")).await.expect(200);
        let jobs = list.body["data"].as_array().unwrap().clone();
        jobs.iter()
            .map(|job| job["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids("queue=mail&state=dead").await,
        std::slice::from_ref(&id)
    );
    assert_eq!(
        ids("kind=send_receipt&state=dead").await,
        std::slice::from_ref(&id)
    );
    assert_eq!(ids("kind=send_receipt&state=ready").await, [""; 0]);
    assert!(!ids("queue=orders").await.contains(&id));
    for (query, name) in [
        ("state=lost", "state"),
        ("kind=dance", "kind"),
        ("queue=x", "queue"),
    ] {
        let refused = owner.get(&format!("{JOBS}?{query}")).await;
        let refused = refused.refused(400, "invalid_query");
        assert_eq!(refused.body["errors"][0]["pointer"], format!("?{name}"));
    }
    let mut paged = Vec::new();
    let mut query = "limit=1".to_owned();
    loop {
        let list = owner.get(&format!("{JOBS}?{query}")).await.expect(200);
        paged.push(list.text("/data/0/id"));
        match list.body["page"]["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=1&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(paged, ids("limit=100").await);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_lists_retries_and_puts_away() {
    let (shop, id) = shop_with_dead_receipt().await;
    let variables = [("DATABASE_URL".to_owned(), shop.database_url.clone())];
    let jobs = async |args: &[&str]| {
        let all: Vec<&str> = ["jobs"].iter().chain(args).copied().collect();
        let mut process = Process::nexus(&all, &variables);
        let status = process.ended().await;
        (status.code(), process.said())
    };
    let (code, said) = jobs(&["list", "--state", "dead"]).await;
    assert_eq!(code, Some(0));
    assert!(
        said.starts_with(&id) && said.contains("the mail server says no"),
        "{said}"
    );
    let (_, said) = jobs(&["list", "--json"]).await;
    let depths: Value = serde_json::from_str(&said).unwrap();
    let receipts = depths
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["kind"] == "send_receipt");
    assert_eq!(receipts.unwrap()["dead"], 1);
    let (code, said) = jobs(&["discard", "--dead", "send_receipt"]).await;
    assert_eq!((code, said.trim()), (Some(0), "1 jobs are put away"));
    let (code, said) = jobs(&["retry", &id]).await;
    assert_eq!((code, said.trim()), (Some(0), "1 jobs are tried again"));
    for action in ["retry", "discard"] {
        let (code, _) = jobs(&[action, &id]).await;
        assert_eq!(code, Some(2));
    }
    let state = "select count(*) from jobs where state = 'ready' and kind = 'send_receipt'";
    assert_eq!(shop.number(state).await, 1);
    let trail = "select count(*) from staff_audit where staff_id is null
        and action in ('job.retried', 'job.discarded')";
    assert_eq!(shop.number(trail).await, 2);
    shop.close().await;
}
