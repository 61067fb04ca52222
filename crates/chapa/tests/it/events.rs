//! Any event at any time: orders that no real life would give are played too.

use chapa::Secret;
use chapa::webhook::{Authenticity, authenticate, parse};
use serde_json::{Value, json};

use crate::shop::Shop;
use crate::simulator::{Simulator, WEBHOOK_SECRET, transaction, within};

const EVENTS: [&str; 5] = [
    "charge.success",
    "charge.failed/cancelled",
    "charge.refunded",
    "charge.reversed",
    "refund.reversed",
];

/// Every order of `0..n`.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(n - 1) {
        for place in 0..n {
            let mut longer = shorter.clone();
            longer.insert(place, n - 1);
            all.push(longer);
        }
    }
    all
}

async fn send(simulator: &Simulator, body: Value) -> Value {
    simulator.post("transactions/ord-1/send", body).await
}

async fn open() -> (Simulator, Shop) {
    let shop = Shop::open().await;
    let simulator = Simulator::start_with(&["--webhook-url", &shop.url]);
    simulator.patch("webhook", json!({"drop": true})).await;
    simulator.paid("ord-1").await;
    (simulator, shop)
}

#[tokio::test]
async fn five_events_are_sent_in_every_order_with_duplicates() {
    let (simulator, mut shop) = open().await;
    simulator
        .post("transactions/ord-1/refund", json!({"reference": "r-1"}))
        .await;
    let secrets = [Secret::new(WEBHOOK_SECRET)];
    for order in permutations(EVENTS.len()) {
        for (place, index) in order.iter().enumerate() {
            let times = 1 + usize::from(place == 0);
            let event = EVENTS[*index];
            let mut body = json!({"event": event, "times": times.to_string()});
            if event.contains("refund") {
                body["refund"] = "r-1".into();
            }
            let sent = send(&simulator, body).await;
            assert_eq!(sent["sent"].as_array().unwrap().len(), times);
            assert_eq!(sent["sent"][0]["statuses"], json!([200]));
            for _ in 0..times {
                let received = shop.next().await;
                let judged = authenticate(&secrets, &received.headers, &received.body);
                assert_eq!(judged, Authenticity::Signed);
                let notice = parse(&received.body).unwrap();
                assert_eq!(notice.event, event);
                assert_eq!(notice.tx_ref.as_deref(), Some("ord-1"));
                let own = notice.merchant_reference.as_deref();
                assert_eq!(own, event.contains("refund").then_some("r-1"));
            }
        }
    }
    assert_eq!(shop.waiting(), 0);
    // Words only: nothing happened.
    let one = simulator.get("ledger/ord-1").await;
    assert_eq!(one["reversed_minor"], 0);
    assert_eq!(one["refunding_minor"], 40_000);
}

#[tokio::test]
async fn an_event_claims_what_it_is_told_to() {
    let (simulator, mut shop) = open().await;
    let body = json!({"event": "charge.success", "amount": "399.99", "currency": "USD",
        "mode": "live", "tx_ref": "ord-2", "reference": "APother", "status": "failed"});
    send(&simulator, body).await;
    let notice = parse(&shop.next().await.body).unwrap();
    assert_eq!(notice.claimed_amount_minor, Some(39_999));
    assert_eq!(notice.claimed_currency.as_deref(), Some("USD"));
    assert_eq!(notice.claimed_mode, Some(chapa::Mode::Live));
    assert_eq!(notice.tx_ref.as_deref(), Some("ord-2"));
    assert_eq!(notice.provider_reference.as_deref(), Some("APother"));
    assert_eq!(notice.claimed_status.as_deref(), Some("failed"));
    for (event, status) in [
        ("charge.failed/cancelled", "failed/cancelled"),
        ("charge.refunded", "refunded"),
        ("refund.success", "refunded"),
        ("refund.failed", "failed"),
        ("earthquake", "earthquake"),
    ] {
        send(&simulator, json!({ "event": event })).await;
        let notice = parse(&shop.next().await.body).unwrap();
        assert_eq!(notice.claimed_status.as_deref(), Some(status));
    }
    for (wrong, status) in [
        (json!({}), 400),
        (json!({"event": "a", "times": 0}), 400),
        (json!({"event": "a", "times": 101}), 400),
        (json!({"event": "a", "refund": "none"}), 404),
    ] {
        let answered = simulator
            .try_post("transactions/ord-1/send", wrong.clone())
            .await;
        assert_eq!(answered.0, status, "{wrong}");
    }
    simulator.patch("webhook", json!({"url": null})).await;
    let nowhere = simulator
        .try_post("transactions/ord-1/send", json!({"event": "a"}))
        .await;
    assert_eq!(nowhere.0, 409);
}

#[tokio::test]
async fn webhooks_overtake_each_other() {
    let mut shop = Shop::open().await;
    let simulator = Simulator::start_with(&["--webhook-url", &shop.url]);
    simulator.patch("webhook", json!({"reorder": 3})).await;
    within(simulator.client().initialize(&transaction("ord-1")))
        .await
        .unwrap();
    for action in ["fail", "pay"] {
        simulator
            .post(&format!("transactions/ord-1/{action}"), json!({}))
            .await;
        assert_eq!(shop.waiting(), 0);
    }
    simulator
        .post("transactions/ord-1/reverse", json!({}))
        .await;
    for event in [
        "charge.reversed",
        "charge.success",
        "charge.failed/cancelled",
    ] {
        assert_eq!(parse(&shop.next().await.body).unwrap().event, event);
    }
    assert_eq!(shop.waiting(), 0);
}

#[tokio::test]
async fn the_mode_may_be_wrong_and_the_secret_another() {
    let (simulator, mut shop) = open().await;
    let change = json!({"body": "wrong_mode", "secret": "rotated"});
    simulator.patch("webhook", change).await;
    send(&simulator, json!({"event": "charge.success"})).await;
    let received = shop.next().await;
    let notice = parse(&received.body).unwrap();
    assert_eq!(notice.claimed_mode, Some(chapa::Mode::Live));
    let judge =
        |secret: &str| authenticate(&[Secret::new(secret)], &received.headers, &received.body);
    assert_eq!(judge("rotated"), Authenticity::Signed);
    assert_eq!(judge(WEBHOOK_SECRET), Authenticity::Invalid);
}
