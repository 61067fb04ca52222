//! Five genuine messages about one payment, in every order and each sent twice: they are reasons
//! to ask, and what the provider answers decides alone.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::provider::Pending;
use crate::world::{Shop, race::patient_shop};

const EVENTS: [(&str, &str); 5] = [
    ("charge.success", "success"),
    ("charge.failed/cancelled", "failed/cancelled"),
    ("charge.refunded", "refunded"),
    ("charge.reversed", "reversed"),
    ("charge.something_new", "success"),
];

/// Orders, all of which are at the same step at once.
const SIDE_BY_SIDE: usize = 8;

fn permutations(places: usize) -> Vec<Vec<usize>> {
    let Some(last) = places.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let with_last = |shorter: Vec<usize>| {
        (0..places).map(move |at| {
            let mut longer = shorter.clone();
            longer.insert(at, last);
            longer
        })
    };
    permutations(last).into_iter().flat_map(with_last).collect()
}

fn message(tx_ref: &str, reference: &str, n: usize) -> Vec<u8> {
    let (event, status) = EVENTS[n];
    let message = json!({
        "event": event, "status": status, "tx_ref": tx_ref, "reference": reference,
        "amount": "1250.00", "currency": "ETB", "charge": "37.50", "mode": "test", "type": "API",
    });
    message.to_string().into_bytes()
}

/// A payment that the provider knows as charged, and its reference there.
async fn charged(shop: &Shop, variant: ids::VariantId) -> (Pending, String) {
    let pending = shop.pending(variant).await;
    let paid: Value = shop.at_provider(&pending.tx_ref, "pay").await;
    let reference = paid["reference"].as_str().unwrap().to_owned();
    (pending, reference)
}

async fn payments(shop: &Shop, count: usize) -> Vec<(Pending, String)> {
    let coffee = shop.product("coffee", &[(125_000, 1_000)]).await[0];
    let mut payments = Vec::new();
    while payments.len() < count {
        let some = (0..SIDE_BY_SIDE).map(|_| charged(shop, coffee));
        payments.extend(join_all(some).await);
    }
    payments
}

/// Sends every payment its messages in its own order, each twice, and looks at each at once.
async fn tell_all(shop: &Shop, payments: &[(Pending, String)], orders: &[Vec<usize>]) {
    for step in 0..EVENTS.len() {
        let told: Vec<_> = payments.iter().zip(orders).collect();
        for some in told.chunks(SIDE_BY_SIDE) {
            let sends = some.iter().map(|((pending, reference), order)| async move {
                let message = message(&pending.tx_ref, reference, order[step]);
                for _ in 0..2 {
                    shop.post_signed(&message).await.expect(200);
                }
            });
            join_all(sends).await;
        }
        shop.run_jobs().await;
    }
}

/// How often the messages of each event ended in which way.
async fn outcomes(shop: &Shop) -> BTreeMap<String, i64> {
    let sql = "
        select event || ': ' || coalesce(outcome, 'none'), count(*)
        from webhooks_received
        group by 1";
    let rows = shop.db().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn counts(expected: &[(&str, i64)]) -> BTreeMap<String, i64> {
    let expected = expected.iter();
    expected.map(|(what, n)| ((*what).to_owned(), *n)).collect()
}

/// Every order is paid once, whatever was said about it.
async fn assert_paid_once(shop: &Shop, count: i64) {
    let sums = [
        ("select count(*) from orders where status = 'paid'", count),
        (
            "select count(*) from captures where disposition = 'applied'",
            count,
        ),
        ("select count(distinct order_id) from captures", count),
        ("select count(*) from captures", count),
        (
            "select count(*) from events where name = 'order.paid'",
            count,
        ),
        (
            "select count(*) from mails where kind = 'receipt' and state = 'sent'",
            count,
        ),
        (
            "select count(*) from order_history where to_status = 'paid'",
            count,
        ),
        (
            "select count(*) from stock_movements where kind = 'sale'",
            count,
        ),
        ("select count(*) from webhooks_received", count * 5),
        (
            "select sum(received_count)::bigint from webhooks_received",
            count * 10,
        ),
        ("select count(*) from refunds", 0),
    ];
    for (sql, expected) in sums {
        assert_eq!(shop.number(sql).await, expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_one_payment_in_every_order_of_its_messages() {
    let shop = patient_shop(&[]).await;
    shop.lose_all_messages().await;
    let orders = permutations(EVENTS.len());
    assert_eq!(orders.len(), 120);
    let payments = payments(&shop, orders.len()).await;
    tell_all(&shop, &payments, &orders).await;
    assert_paid_once(&shop, 120).await;
    let reviews = "select count(*) from payment_reviews";
    assert_eq!(shop.number(reviews).await, 0);
    // Whichever message comes first brings the money; of the others none knows more.
    let expected = counts(&[
        ("charge.success: settled", 24),
        ("charge.success: no_news", 96),
        ("charge.failed/cancelled: settled", 24),
        ("charge.failed/cancelled: no_news", 96),
        ("charge.refunded: settled", 24),
        ("charge.refunded: refund_checked", 96),
        ("charge.reversed: settled", 24),
        ("charge.reversed: refund_checked", 96),
        ("charge.something_new: settled", 24),
        ("charge.something_new: no_news", 96),
    ]);
    assert_eq!(outcomes(&shop).await, expected);
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_is_looked_at_once_in_every_order_of_its_messages() {
    let shop = patient_shop(&[]).await;
    shop.lose_all_messages().await;
    let orders = permutations(EVENTS.len());
    let payments = payments(&shop, orders.len()).await;
    for some in payments.chunks(SIDE_BY_SIDE) {
        let turns = some.iter().map(|(pending, _)| async {
            assert_eq!(shop.told(&pending.tx_ref).await, "paid");
            shop.at_provider(&pending.tx_ref, "reverse").await;
        });
        join_all(turns).await;
    }
    tell_all(&shop, &payments, &orders).await;
    assert_paid_once(&shop, 120).await;
    let reviews = "select count(*) from payment_reviews where kind = 'reversal'
        and resolved_at is null";
    assert_eq!(shop.number(reviews).await, 120);
    assert_eq!(
        shop.number("select count(*) from payment_reviews").await,
        120
    );
    let taken_back = "select sum(reversed_minor)::bigint from captures";
    assert_eq!(shop.number(taken_back).await, 120 * 125_000);
    let booked = "select count(*) from ledger_transfers where fact like 'reversal:%'";
    assert_eq!(shop.number(booked).await, 120);
    let expected = counts(&[
        ("charge.success: no_news", 120),
        ("charge.failed/cancelled: no_news", 120),
        ("charge.refunded: refund_checked", 120),
        ("charge.reversed: refund_checked", 120),
        ("charge.something_new: no_news", 120),
    ]);
    assert_eq!(outcomes(&shop).await, expected);
    shop.settle_and_close().await;
}
