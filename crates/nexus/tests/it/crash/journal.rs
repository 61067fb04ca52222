//! What clients have been told is the journal. In the end each line of it is true, once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    buyer::{Bought, message_ids},
    clerk::Promised,
};
use crate::world::{Deployment, until};

/// What one buyer was told about one order, from its number to the last refund.
pub(super) struct Told {
    pub(super) bought: Bought,
    pub(super) refunds: Vec<Promised>,
}

/// Everything that waits is due and done, again and again, until nothing can come any more: the
/// provider repeats its messages and ends its refunds.
pub(super) async fn come_to_rest(shop: &Deployment) {
    for _ in 0..4 {
        let hours = json!({ "advance_seconds": 7_200 });
        shop.provider()
            .post("/__sim/clock", hours)
            .await
            .expect(200);
        shop.execute(
            "update refunds set submitted_at = submitted_at - interval '10 minutes'
                 where state in ('submitted', 'processing', 'unknown');
             update jobs set run_at = created_at
                 where state = 'running' or state = 'ready' and kind in (
                     'process_payment_webhook', 'confirm_payment', 'check_payment',
                     'submit_refund', 'check_refund', 'send_receipt', 'send_refund_mail')",
        )
        .await;
        let mut worker = shop.worker(None);
        until_jobs_rest(shop).await;
        worker.kill().await;
    }
}

/// Waits until no job is due or in hand. What a worker held that was killed, or that lost its
/// database, is held by nobody, and its claim may arrive after its death: there is one worker, so
/// a lease that is ended under its hands is taken by no other.
async fn until_jobs_rest(shop: &Deployment) {
    let due = "select count(*) from jobs where state = 'running'
        or (state = 'ready' and run_at <= now())";
    until("jobs", async || {
        shop.end_leases().await;
        (shop.number(due).await == 0).then_some(())
    })
    .await;
}

/// Nothing that was acknowledged is lost, nothing has happened twice. Answers what was looked at,
/// in words.
pub(super) async fn assert_kept(shop: &Deployment, journal: &[Told]) -> String {
    assert_orders(shop, journal).await;
    let unsent = assert_refunds(shop, journal).await;
    let mails = assert_mails(shop, journal).await;
    shop.assert_provider_agrees().await;
    shop.assert_audit_clean().await;
    let refunds: usize = journal.iter().map(|told| told.refunds.len()).sum();
    format!(
        "{} orders paid once, {refunds} refunds promised and given once ({unsent} of them never \
         sent, and left to a person), {mails} mails of one Message-ID each, the provider's \
         ledger is ours, the audit is clean",
        journal.len()
    )
}

/// Each order is there and paid by one charge, and no other order and no other charge is.
async fn assert_orders(shop: &Deployment, journal: &[Told]) {
    let told = |text: fn(&Bought) -> &str| -> BTreeSet<String> {
        let lines = journal.iter().map(|told| text(&told.bought).to_owned());
        lines.collect()
    };
    let ids = told(|bought| &bought.order_id);
    assert_eq!(ids.len(), journal.len(), "each buyer has an order");
    for sql in [
        "select id::text from orders",
        "select id::text from orders where status = 'paid'",
        "select order_id::text from captures",
        "select subject_id::text from events where name = 'order.paid'",
        "select subject_id::text from mails where kind = 'receipt' and state = 'sent'",
    ] {
        let found = shop.texts(sql).await;
        assert_eq!(found.len(), ids.len(), "{sql}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), ids, "{sql}");
    }
    let ledger = shop.provider().get("/__sim/ledger").await.expect(200).body;
    let payments = ledger["payments"].as_array().unwrap().iter();
    let charged: Vec<&Value> = payments
        .filter(|payment| payment["charged_minor"] != 0)
        .collect();
    assert_eq!(charged.len(), ids.len());
    let charged = charged.iter().map(|payment| payment["tx_ref"].as_str());
    let charged: BTreeSet<String> = charged.map(|tx_ref| tx_ref.unwrap().to_owned()).collect();
    assert_eq!(charged, told(|bought| &bought.tx_ref));
    let sold = 2 * i64::try_from(ids.len()).unwrap();
    let left = "select 1000000 - on_hand from stock_levels";
    assert_eq!(shop.number(left).await, sold);
    assert_eq!(shop.number("select reserved from stock_levels").await, 0);
}

/// Each promised refund is there with its amount, no other is, and the provider has each once, but
/// for those that died between being written down and being sent: a person must look for them.
/// Answers how many those are.
async fn assert_refunds(shop: &Deployment, journal: &[Told]) -> usize {
    let promised = journal.iter().flat_map(|told| &told.refunds);
    let mut promised: Vec<String> = promised
        .map(|told| format!("{} {} {}", told.id, told.reference, told.amount_minor))
        .collect();
    promised.sort();
    let found = "select concat_ws(' ', id, reference, amount_minor) from refunds order by 1";
    assert_eq!(shop.texts(found).await, promised);
    let ended = "select reference from refunds where state = 'succeeded' order by 1";
    let theirs = shop.provider().get("/__sim/refunds").await.expect(200).body;
    let theirs = theirs.as_array().unwrap().iter();
    let mut theirs: Vec<String> = theirs
        .map(|refund| refund["merchant_reference"].as_str().unwrap().to_owned())
        .collect();
    theirs.sort();
    assert_eq!(
        shop.texts(ended).await,
        theirs,
        "given back, here and there"
    );
    let unsent = "select reference from refunds where state = 'unknown'";
    let unsent = shop.texts(unsent).await.len();
    assert_eq!(theirs.len() + unsent, promised.len(), "each has its end");
    unsent
}

/// What stands in the mailboxes is what was sent: twice at most in copies with one Message-ID.
async fn assert_mails(shop: &Deployment, journal: &[Told]) -> usize {
    let mut received = BTreeSet::new();
    for told in journal {
        let ids = message_ids(shop, &told.bought.email).await;
        received.extend(ids.iter().map(|line| {
            let (_, id) = line.split_once(':').unwrap();
            id.trim().trim_matches(['<', '>']).to_owned()
        }));
    }
    let sent = "select trim(both '<>' from message_id) from mails where state = 'sent'";
    let sent: BTreeSet<String> = shop.texts(sent).await.into_iter().collect();
    assert_eq!(received, sent);
    sent.len()
}
