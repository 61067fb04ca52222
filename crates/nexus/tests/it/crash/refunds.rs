//! The server or the worker dies while money goes back: it goes once or not at all, and whoever
//! does not know asks.

use std::sync::Arc;

use serde_json::{Value, json};

use super::buyer::{Bought, Buyer, until_jobs_are_done};
use crate::world::{Answer, Client, Deployment, Process, until};

/// Where the server dies, while staff ask for a refund and while they say how one ended.
pub(super) const OF_THE_SERVER: &[&str] = &[
    "before commit of request_refund",
    "after commit of request_refund",
    "before commit of confirm_refund",
    "after commit of confirm_refund",
];

/// Where the worker dies.
pub(super) const OF_THE_WORKER: &[&str] = &[
    "after claim of submit_refund",
    "before commit of submit_refund",
    "after commit of submit_refund",
    "before provider refund",
    "after provider refund",
    "before commit of record_refund",
    "after commit of record_refund",
    "before end of submit_refund",
    "after claim of check_refund",
    "after provider refund check",
    "before end of check_refund",
    "after claim of send_refund_mail",
    "before end of send_refund_mail",
];

const REFUNDS: &str = "/api/v1/admin/payments/refunds/";

/// A shop whose provider moves refunds only when it is told to, and its owner.
pub(crate) async fn open() -> (Deployment, Process, Client) {
    let shop = Deployment::open().await;
    let server = shop.server(None).await;
    let habit = json!({ "refund_progress": "manual" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let (email, password) = ("owner@shop.example", "correct horse battery staple");
    let variables = shop.with(&[("NEXUS_SUPERUSER_PASSWORD", password)]);
    let made = Process::nexus(&["createsuperuser", "--email", email], &variables);
    assert_eq!(made.left().await.0, 0);
    let body = json!({ "email": email, "password": password });
    let path = "/api/v1/admin/auth/jwt/create/";
    let token = shop.client().post(path, body).await.expect(200);
    let owner = shop.client().bearer(&token.text("/access"));
    (shop, server, owner)
}

/// An order that is paid, with nothing left to do for the worker.
pub(super) async fn bought(shop: &Deployment, name: &str, coffee: ids::VariantId) -> Bought {
    let bought = Buyer::before(shop, name, &Arc::default()).buy(coffee).await;
    work(shop).await;
    bought
}

fn wish(bought: &Bought) -> Value {
    let amount = json!({ "amount": 100_000, "currency": "ETB" });
    json!({ "order_id": bought.order_id, "amount": amount, "reason": "a crack" })
}

/// The provider's refunds of a payment.
async fn at_provider(shop: &Deployment, bought: &Bought) -> Vec<Value> {
    let all = shop.provider().get("/__sim/refunds").await.expect(200).body;
    let all = all.as_array().unwrap().iter();
    all.filter(|refund| refund["tx_ref"] == bought.tx_ref)
        .cloned()
        .collect()
}

/// The provider gives the money back, and its message gets lost.
async fn complete(shop: &Deployment, bought: &Bought) {
    let provider = shop.provider();
    let silence = json!({ "drop": true });
    provider.patch("/__sim/webhook", silence).await.expect(200);
    let sent = at_provider(shop, bought).await;
    let path = format!(
        "/__sim/refunds/{}/complete",
        sent[0]["ref_id"].as_str().unwrap()
    );
    provider.post(&path, json!({})).await.expect(200);
    let speech = json!({ "drop": false });
    provider.patch("/__sim/webhook", speech).await.expect(200);
}

/// Minutes pass: a call has ended, a round of asking is due.
async fn let_minutes_pass(shop: &Deployment) {
    shop.execute(
        "update refunds set submitted_at = submitted_at - interval '10 minutes'
             where state in ('submitted', 'processing', 'unknown');
         update jobs set run_at = created_at
             where state = 'ready' and kind in ('submit_refund', 'check_refund')",
    )
    .await;
}

/// All that is due is done by a worker that lives.
pub(crate) async fn work(shop: &Deployment) {
    // What a dead worker had sent off to PostgreSQL may still be at work there.
    let busy = "select count(*) from pg_stat_activity where datname = current_database()
        and state = 'active' and pid <> pg_backend_pid()";
    until("silence", async || {
        (shop.number(busy).await == 0).then_some(())
    })
    .await;
    shop.end_leases().await;
    let mut worker = shop.worker(None);
    until_jobs_are_done(shop).await;
    worker.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_sends_no_refund_twice_and_forgets_none() {
    let (shop, _server, owner) = open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_WORKER.iter().enumerate() {
        let bought = bought(&shop, &format!("refund-{number}"), coffee).await;
        let asked = owner
            .key(&format!("refund-{number}"))
            .post(REFUNDS, wish(&bought))
            .await
            .expect(201);
        let id = asked.text("/id");
        if point.contains("check") {
            work(&shop).await;
            let_minutes_pass(&shop).await;
        }
        if point.contains("mail") {
            work(&shop).await;
            complete(&shop, &bought).await;
            let_minutes_pass(&shop).await;
        }
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        work(&shop).await;
        let_minutes_pass(&shop).await;
        work(&shop).await;
        let sent = at_provider(&shop, &bought).await;
        let refund = owner.get(&format!("{REFUNDS}{id}/")).await.expect(200);
        let state = refund.text("/state");
        if ["after commit of submit_refund", "before provider refund"].contains(point) {
            // It was never sent, and nobody can know that.
            assert_eq!((state.as_str(), sent.len()), ("unknown", 0), "{point}");
        } else {
            let ended = if point.contains("mail") {
                "succeeded"
            } else {
                "processing"
            };
            assert_eq!((state.as_str(), sent.len()), (ended, 1), "{point}");
            assert_eq!(sent[0]["merchant_reference"], refund.body["reference"]);
        }
        shop.assert_audit_clean().await;
        shop.assert_provider_agrees().await;
    }
}

/// Asks until it is answered; the server that dies is started again.
pub(super) async fn insist(
    shop: &Deployment,
    server: &mut Process,
    (who, path, body): (&Client, &str, &Value),
) -> Answer {
    loop {
        let bytes = body.to_string().into_bytes();
        let sent = who.try_raw(http::Method::POST, path, "application/json", Some(bytes));
        match sent.await {
            Ok(answer) if answer.body["code"] == "idempotency_in_flight" => {}
            Ok(answer) => return answer,
            Err(_) => {
                server.crashed(path).await;
                *server = shop.server(None).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_promises_and_ends_a_refund_once() {
    let (shop, mut server, owner) = open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_SERVER.iter().enumerate() {
        let bought = bought(&shop, &format!("server-refund-{number}"), coffee).await;
        let lost = json!({ "call": "refund", "kind": "reset" });
        let provider = shop.provider();
        provider.post("/__sim/faults", lost).await.expect(200);
        let restart = async |server: &mut Process, point| {
            server.kill().await;
            *server = shop.server(point).await;
        };
        let is_request = point.contains("request");
        if is_request {
            restart(&mut server, Some(*point)).await;
        }
        let key = owner.key(&format!("server-{number}"));
        let wish = wish(&bought);
        let asked = insist(&shop, &mut server, (&key, REFUNDS, &wish)).await;
        let id = asked.expect(201).text("/id");
        work(&shop).await;
        if !is_request {
            restart(&mut server, Some(*point)).await;
        }
        let confirm = format!("{REFUNDS}{id}/confirm/");
        let word = json!({ "outcome": "refunded", "note": "seen" });
        let ended = insist(&shop, &mut server, (&key, &confirm, &word)).await;
        assert_eq!(ended.expect(200).text("/state"), "succeeded", "{point}");
        let counted = format!(
            "select count(*) from refunds where order_id = '{}'",
            bought.order_id
        );
        assert_eq!(shop.number(&counted).await, 1, "{point}");
        work(&shop).await;
        shop.assert_audit_clean().await;
        shop.assert_provider_agrees().await;
    }
}
