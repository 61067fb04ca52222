//! The worker dies while it runs jobs; another one takes them up when its lease has ended.

use std::sync::Arc;

use ids::VariantId;
use serde_json::json;

use super::buyer::{Bought, Buyer, assert_bought_once, message_ids, until_jobs_are_done};
use crate::world::{Deployment, Process};

/// What the worker has to do.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// The provider's messages came: confirm the payment, send the receipt.
    Messages,
    /// They got lost: find the payment by the schedule.
    Schedule,
    /// The mailbox refuses the receipt for ever.
    RefusedReceipt,
    /// Nobody paid: let the order go.
    Expiry,
    /// It was paid unnoticed when its time was over.
    LatePayment,
    /// It was paid after it had expired, and its units are still there.
    Return,
}

/// Where the worker dies, and how many mails have gone out in the end.
pub(super) const CASES: &[(Work, &str, usize)] = &[
    (Work::Messages, "after claim of process_payment_webhook", 1),
    (Work::Messages, "after provider verify", 1),
    (Work::Messages, "before commit of settle_payment", 1),
    (Work::Messages, "after commit of settle_payment", 1),
    (Work::Messages, "before commit of record_webhook_outcome", 1),
    (Work::Messages, "after commit of record_webhook_outcome", 1),
    (Work::Messages, "before end of process_payment_webhook", 1),
    (Work::Messages, "after claim of confirm_payment", 1),
    (Work::Messages, "before end of confirm_payment", 1),
    (Work::Messages, "after claim of send_receipt", 1),
    (Work::Messages, "before commit of start_mail", 1),
    (Work::Messages, "after commit of start_mail", 1),
    (Work::Messages, "before receipt is sent", 1),
    // SMTP has no way to ask; the two mails are one by their Message-ID.
    (Work::Messages, "after receipt is sent", 2),
    (Work::Messages, "before commit of finish_mail", 2),
    (Work::Messages, "after commit of finish_mail", 1),
    (Work::Messages, "before end of send_receipt", 1),
    (Work::Schedule, "after claim of check_payment", 1),
    (Work::Schedule, "after provider verify", 1),
    (Work::Schedule, "before commit of settle_payment", 1),
    (Work::Schedule, "after commit of settle_payment", 1),
    (Work::Schedule, "before end of check_payment", 1),
    (Work::RefusedReceipt, "before commit of refuse_mail", 0),
    (Work::RefusedReceipt, "after commit of refuse_mail", 0),
    (Work::Expiry, "after claim of expire_order", 0),
    (Work::Expiry, "after provider verify", 0),
    (Work::Expiry, "before commit of record_provider_call", 0),
    (Work::Expiry, "after commit of record_provider_call", 0),
    (Work::Expiry, "before commit of expire_order", 0),
    (Work::Expiry, "after commit of expire_order", 0),
    (Work::Expiry, "before end of expire_order", 0),
    (Work::LatePayment, "after commit of settle_payment", 1),
    (Work::LatePayment, "before end of expire_order", 1),
    (Work::Return, "after provider verify", 1),
    (Work::Return, "before commit of settle_payment", 1),
    (Work::Return, "after commit of settle_payment", 1),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_any_point_loses_and_doubles_nothing() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    let mut server = shop.server(None).await;
    for (number, (work, point, mails)) in CASES.iter().enumerate() {
        let bought = prepare(&shop, &mut server, coffee, *work, number).await;
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        shop.end_leases().await;
        let mut worker = shop.worker(None);
        until_jobs_are_done(&shop).await;
        worker.kill().await;
        match work {
            Work::Expiry => assert_expired(&shop, &bought).await,
            Work::RefusedReceipt => assert_refused(&shop, &bought).await,
            _ => assert_bought_once(&shop, &bought, *mails..=*mails).await,
        }
        shop.assert_provider_agrees().await;
    }
}

/// An order, and the jobs that wait for the worker.
async fn prepare(
    shop: &Deployment,
    server: &mut Process,
    coffee: VariantId,
    work: Work,
    number: usize,
) -> Bought {
    let mut buyer = Buyer::before(shop, &format!("worker-{number}"), &Arc::default());
    let bought = match work {
        Work::Messages | Work::RefusedReceipt => buyer.buy(coffee).await,
        Work::Schedule | Work::LatePayment | Work::Expiry | Work::Return => {
            buyer.begin(coffee).await
        }
    };
    if matches!(work, Work::Schedule | Work::LatePayment) {
        // What the provider tells a server that is down gets lost.
        server.kill().await;
        bought.pay().await;
        *server = shop.server(None).await;
    }
    match work {
        Work::Messages => {}
        Work::Schedule => check_now(shop).await,
        Work::RefusedReceipt => {
            let body = json!({ "next": 2, "behaviour": "refuse_550" });
            shop.mails().post("/api/faults", body).await.expect(200);
        }
        Work::Expiry | Work::LatePayment => let_time_run_out(shop, &bought).await,
        Work::Return => {
            let_time_run_out(shop, &bought).await;
            let mut worker = shop.worker(None);
            until_jobs_are_done(shop).await;
            worker.kill().await;
            pay_unheard(shop, server, &bought).await;
        }
    }
    bought
}

/// The next round of the checks is due.
async fn check_now(shop: &Deployment) {
    shop.execute(
        "update jobs set run_at = created_at \
         where kind = 'check_payment' and state = 'ready'",
    )
    .await;
}

/// The money comes although the page is closed; what the provider tells a server that is down
/// gets lost.
async fn pay_unheard(shop: &Deployment, server: &mut Process, bought: &Bought) {
    server.kill().await;
    let path = format!("/__sim/transactions/{}/pay", bought.tx_ref);
    shop.provider().post(&path, json!({})).await.expect(200);
    *server = shop.server(None).await;
    check_now(shop).await;
}

/// Two hours pass for one order.
async fn let_time_run_out(shop: &Deployment, bought: &Bought) {
    let id = &bought.order_id;
    shop.execute(&format!(
        "begin;
         update orders set placed_at = placed_at - interval '2 hours',
             expires_at = expires_at - interval '2 hours' where id = '{id}';
         update reservations set created_at = created_at - interval '2 hours',
             expires_at = expires_at - interval '2 hours' where order_id = '{id}';
         update payment_attempts set created_at = created_at - interval '2 hours',
             expires_at = expires_at - interval '2 hours' where order_id = '{id}';
         update jobs set run_at = run_at - interval '2 hours'
             where kind = 'expire_order' and payload->>'order_id' = '{id}';
         commit"
    ))
    .await;
}

/// The order is gone once, its units are back, nothing was charged and no mail was sent.
async fn assert_expired(shop: &Deployment, bought: &Bought) {
    let id = &bought.order_id;
    for (expected, sql) in [
        (
            1,
            format!("select count(*) from orders where id = '{id}' and status = 'expired'"),
        ),
        (
            1,
            format!(
                "select count(*) from events where subject_id = '{id}' and name = 'order.expired'"
            ),
        ),
        (
            1,
            format!(
                "select count(*) from reservations where order_id = '{id}' and state = 'released'"
            ),
        ),
        (
            0,
            format!("select count(*) from captures where order_id = '{id}'"),
        ),
        (
            0,
            format!(
                "select count(*) from jobs where kind = 'send_receipt' and payload->>'order_id' = '{id}'"
            ),
        ),
    ] {
        assert_eq!(shop.number(&sql).await, expected, "{sql}");
    }
    assert_eq!(message_ids(shop, &bought.email).await.len(), 0);
    shop.assert_audit_clean().await;
}

/// The order is paid once; its receipt was refused once and is buried with the reason.
async fn assert_refused(shop: &Deployment, bought: &Bought) {
    let id = &bought.order_id;
    for sql in [
        format!("select count(*) from captures where order_id = '{id}'"),
        format!("select count(*) from mails where subject_id = '{id}' and state = 'refused'"),
        format!(
            "select count(*) from jobs where kind = 'send_receipt' and state = 'dead' \
                 and payload->>'order_id' = '{id}'"
        ),
    ] {
        assert_eq!(shop.number(&sql).await, 1, "{sql}");
    }
    assert_eq!(message_ids(shop, &bought.email).await.len(), 0);
    shop.assert_audit_clean().await;
}
