//! Whoever compares the books dies at any point; another one goes on, finds everything once and
//! repairs it once.

use ids::VariantId;
use kit::{Kit, passwords::Passwords};
use serde_json::{Value, json};

use super::buyer::{Bought, Buyer, until_jobs_are_done};
use crate::world::{Client, Deployment, Process};

/// What is under way when somebody dies.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// The daily comparison, from the watch that begins it to its verdict.
    Daily,
    /// The same, while the provider does not answer the first call.
    Silence,
    /// A comparison that is overdue.
    Overdue,
    /// A payment whose check got lost, without any comparison.
    LostCheck,
}

pub(super) const OF_THE_WORKER: &[(Work, &str)] = &[
    (Work::Daily, "before commit of plan_payment_watch"),
    (Work::Daily, "after commit of plan_payment_watch"),
    (Work::Daily, "after claim of watch_payments"),
    (Work::Daily, "before commit of start_daily_reconciliation"),
    (Work::Daily, "after commit of start_daily_reconciliation"),
    (Work::Daily, "before end of watch_payments"),
    (Work::Daily, "after claim of reconcile_provider"),
    (Work::Daily, "after provider list"),
    (Work::Daily, "before commit of record_list_page"),
    (Work::Daily, "after commit of record_list_page"),
    (Work::Daily, "before commit of turn_reconciliation"),
    (Work::Daily, "after commit of turn_reconciliation"),
    (Work::Daily, "after provider verify"),
    (Work::Daily, "before commit of settle_payment"),
    (Work::Daily, "after commit of settle_payment"),
    (Work::Daily, "before commit of record_reconciliation_answer"),
    (Work::Daily, "after commit of record_reconciliation_answer"),
    (Work::Daily, "before commit of correct_provider_fee"),
    (Work::Daily, "after commit of correct_provider_fee"),
    (Work::Daily, "after provider balances"),
    (Work::Daily, "before commit of judge_reconciliation"),
    (Work::Daily, "after commit of judge_reconciliation"),
    (Work::Daily, "before end of reconcile_provider"),
    (Work::Silence, "before commit of note_provider_silence"),
    (Work::Silence, "after commit of note_provider_silence"),
    (Work::Overdue, "before commit of fail_reconciliation"),
    (Work::Overdue, "after commit of fail_reconciliation"),
    (Work::LostCheck, "before commit of ask_about_lost_attempt"),
    (Work::LostCheck, "after commit of ask_about_lost_attempt"),
];

pub(super) const OF_THE_SERVER: &[&str] = &[
    "before commit of start_reconciliation",
    "after commit of start_reconciliation",
    "before commit of resolve_reconciliation_break",
    "after commit of resolve_reconciliation_break",
];

pub(super) const OF_THE_COMMAND: &[&str] = &[
    "before commit of start_reconciliation_by_hand",
    "after commit of start_reconciliation_by_hand",
];

/// A worker that compares the books daily, or never.
fn worker(shop: &Deployment, is_daily: bool, crash_at: &str) -> Process {
    let at = if is_daily { "00:00" } else { "" };
    let changes = [
        ("NEXUS_CRASH_AT", crash_at),
        ("NEXUS__PAYMENTS__RECONCILE_AT", at),
    ];
    Process::nexus(&["worker"], &shop.with(&changes))
}

/// One worker dies, the lease of what it held ends, another one does what is left.
async fn die_and_go_on(shop: &Deployment, is_daily: bool, point: &str) {
    worker(shop, is_daily, point).crashed(point).await;
    shop.end_leases().await;
    let mut next = worker(shop, is_daily, "");
    next = next.having_planned(shop).await;
    until_jobs_are_done(shop).await;
    next.kill().await;
}

impl Process {
    /// Waits until the watch of payments is there, whoever planned it.
    async fn having_planned(self, shop: &Deployment) -> Self {
        let sql = "select count(*) from jobs where kind = 'watch_payments'";
        crate::world::until("the watch", async || {
            (shop.number(sql).await == 1).then_some(())
        })
        .await;
        self
    }
}

/// As if nobody had watched or compared for two days.
async fn forget_the_last(shop: &Deployment) {
    shop.execute(
        "update reconciliations set started_at = started_at - interval '2 days';
         delete from jobs where kind = 'watch_payments'",
    )
    .await;
}

/// An order that was paid without anybody here hearing of it, and no job that would ask.
async fn unheard(shop: &Deployment, coffee: VariantId, name: &str) -> Bought {
    let mut server = shop.server(None).await;
    let mut buyer = Buyer::before(shop, name, &std::sync::Arc::default());
    let bought = buyer.begin(coffee).await;
    server.kill().await;
    bought.pay().await;
    shop.execute("delete from jobs where kind in ('check_payment', 'confirm_payment')")
        .await;
    bought
}

/// Of this order: captures, repaired differences of both kinds, corrections of its fee.
async fn found(shop: &Deployment, bought: &Bought) -> [i64; 4] {
    let id = &bought.order_id;
    let breaks = |class: &str| {
        format!(
            "reconciliation_breaks where order_id = '{id}' and class = '{class}'
             and state = 'repaired'"
        )
    };
    let mut found = [0; 4];
    for (count, what) in found.iter_mut().zip([
        format!("captures where order_id = '{id}' and disposition = 'applied'"),
        breaks("missing_here"),
        breaks("fee_differs"),
        format!("ledger_transfers where order_id = '{id}' and fact like 'fee-correction:%'"),
    ]) {
        *count = shop.number(&format!("select count(*) from {what}")).await;
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_it_compares_finds_and_repairs_everything_once() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, (work, point)) in OF_THE_WORKER.iter().enumerate() {
        forget_the_last(&shop).await;
        let bought = unheard(&shop, coffee, &format!("reconciliation-{number}")).await;
        match work {
            Work::Daily => daily(&shop, &bought, point).await,
            Work::Silence => silence(&shop, &bought, point).await,
            Work::Overdue => overdue(&shop, point).await,
            Work::LostCheck => lost_check(&shop, &bought, point).await,
        }
        let running = "select count(*) from reconciliations where state = 'running'";
        assert_eq!(shop.number(running).await, 0, "{point}");
        shop.assert_audit_clean().await;
    }
}

async fn daily(shop: &Deployment, bought: &Bought, point: &str) {
    let path = format!("/__sim/listing/{}", bought.tx_ref);
    let lie = json!({ "charge": "12.34" });
    shop.provider().patch(&path, lie).await.expect(200);
    die_and_go_on(shop, true, point).await;
    assert_eq!(found(shop, bought).await, [1, 1, 1, 1], "{point}");
}

async fn silence(shop: &Deployment, bought: &Bought, point: &str) {
    let silent = json!({ "call": "transactions", "kind": "server_error", "times": 2 });
    shop.provider()
        .post("/__sim/faults", silent)
        .await
        .expect(200);
    worker(shop, true, point).crashed(point).await;
    shop.end_leases().await;
    for _ in 0..3 {
        let mut next = worker(shop, true, "").having_planned(shop).await;
        until_jobs_are_done(shop).await;
        next.kill().await;
        shop.execute(
            "update jobs set run_at = now() where kind = 'reconcile_provider' and state = 'ready'",
        )
        .await;
    }
    let mut last = worker(shop, true, "");
    until_jobs_are_done(shop).await;
    last.kill().await;
    assert_eq!(found(shop, bought).await, [1, 1, 0, 0], "{point}");
}

async fn overdue(shop: &Deployment, point: &str) {
    shop.execute(
        "insert into reconciliations (id, provider, mode, from_at, to_at, state, phase,
             started_at, deadline_at)
         values (gen_random_uuid(), 'chapa', 'test', now() - interval '5 days',
             now() - interval '2 days', 'running', 'listing', now() - interval '2 days',
             now() - interval '1 day')",
    )
    .await;
    die_and_go_on(shop, false, point).await;
    let failed = "select count(*) from reconciliations
        where failure = 'it was not through after a day'";
    assert!(shop.number(failed).await > 0, "{point}");
}

async fn lost_check(shop: &Deployment, bought: &Bought, point: &str) {
    shop.execute(&format!(
        "update payment_attempts set created_at = created_at - interval '20 minutes'
         where order_id = '{}'",
        bought.order_id
    ))
    .await;
    die_and_go_on(shop, false, point).await;
    assert_eq!(found(shop, bought).await, [1, 0, 0, 0], "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_dies_is_gone_on_with_by_a_worker() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    for (number, point) in OF_THE_COMMAND.iter().enumerate() {
        let bought = unheard(&shop, coffee, &format!("command-{number}")).await;
        let changes = [("NEXUS_CRASH_AT", *point)];
        let mut command = Process::nexus(&["pay", "reconcile"], &shop.with(&changes));
        command.crashed(point).await;
        let mut worker = worker(&shop, false, "").having_planned(&shop).await;
        until_jobs_are_done(&shop).await;
        worker.kill().await;
        let again = Process::nexus(&["pay", "reconcile"], &shop.with(&[]));
        assert_eq!(again.left().await.0, 0, "{point}");
        assert_eq!(found(&shop, &bought).await, [1, 1, 0, 0], "{point}");
        shop.assert_audit_clean().await;
    }
}

/// A member of the staff who has signed in at the server that runs.
async fn signed_in(shop: &Deployment, name: &str) -> Client {
    let password = "correct horse battery staple";
    let email = format!("{name}@shop.example");
    let password_hash = Passwords::new(1, 1).hash(password).await.unwrap();
    let new = staff::NewStaff {
        email: customers::EmailAddress::parse(&email).unwrap(),
        name: name.to_owned(),
        password_hash,
    };
    let Kit { db, clock } = &shop.kit;
    let tx = db.begin("test_superuser").await.unwrap();
    staff::create_superuser(&tx, &new, clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let body = json!({ "email": email, "password": password });
    let path = "/api/v1/admin/auth/jwt/create/";
    let signed_in = shop.client().post(path, body).await.expect(200);
    shop.client().bearer(&signed_in.text("/access"))
}

/// Sends a write with its key; where the server dies, again to the next one.
async fn insist(shop: &Deployment, who: &Client, path: &str, body: Value, point: &str) -> Value {
    let mut server = shop.server(Some(point)).await;
    let bytes = body.to_string().into_bytes();
    let who = who.key(point.replace(' ', "-").as_str());
    let sent = who
        .try_raw(
            http::Method::POST,
            path,
            "application/json",
            Some(bytes.clone()),
        )
        .await;
    assert!(sent.is_err(), "{point}: {sent:?}");
    server.crashed(point).await;
    let mut server = shop.server(None).await;
    let answer = loop {
        let bytes = Some(bytes.clone());
        let sent = who.try_raw(http::Method::POST, path, "application/json", bytes);
        let answer = sent.await.unwrap();
        // PostgreSQL has not noticed yet that the first server is gone.
        if answer.body["code"] != "idempotency_in_flight" {
            break answer;
        }
    };
    assert!(answer.status.is_success(), "{point}: {}", answer.body);
    server.kill().await;
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_ask_for_is_done_once_although_the_server_dies() {
    let shop = Deployment::open().await;
    let mut server = shop.server(None).await;
    let staff = signed_in(&shop, "bookkeeper").await;
    server.kill().await;
    let charge = json!({ "amount": "250.00", "currency": "ETB" });
    for (number, points) in OF_THE_SERVER.chunks(2).enumerate() {
        for point in points {
            let open = "select count(*) from reconciliation_breaks where state = 'open'";
            if number == 0 {
                shop.provider()
                    .post("/__sim/transactions", charge.clone())
                    .await;
                let path = "/api/v1/admin/payments/reconciliations/";
                insist(&shop, &staff, path, json!({}), point).await;
                let mut worker = worker(&shop, false, "").having_planned(&shop).await;
                until_jobs_are_done(&shop).await;
                worker.kill().await;
                continue;
            }
            let before = shop.number(open).await;
            let conn = shop.kit.db.read().await.unwrap();
            let sql = "select id::text from reconciliation_breaks where state = 'open' limit 1";
            let id: String = conn.query_one(sql, &[]).await.unwrap().get(0);
            let path = format!("/api/v1/admin/payments/reconciliation-breaks/{id}/resolve/");
            let body = json!({ "action": "write_off", "note": "Nobody knows" });
            let done = insist(&shop, &staff, &path, body, point).await;
            assert_eq!(done["resolution"], "written_off");
            assert_eq!(shop.number(open).await, before - 1, "{point}");
        }
    }
    let started = "select count(*) from reconciliations";
    assert_eq!(shop.number(started).await, 2);
    let booked = "select count(*) from ledger_transfers where fact like 'write-off:%'";
    assert_eq!(shop.number(booked).await, 2);
    shop.assert_audit_clean().await;
}
