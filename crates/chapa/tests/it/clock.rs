//! Simulated time: everything that takes time takes it from this clock, and the same orders leave
//! the same bytes.

use chapa::{NewRefund, Observed};
use serde_json::{Value, json};

use crate::shop::Shop;
use crate::simulator::{Simulator, transaction, within};

const START: &str = "2026-01-05T09:00:00Z";

#[tokio::test]
async fn a_standing_clock_moves_by_order_only() {
    let simulator = Simulator::start_with(&["--start-at", START]);
    let now = async || simulator.get("clock").await["now"].clone();
    assert_eq!(now().await, "2026-01-05T09:00:00.000000Z");
    simulator
        .post("clock", json!({"advance_seconds": 90}))
        .await;
    assert_eq!(now().await, "2026-01-05T09:01:30.000000Z");
    let set = json!({"set": "2026-02-01T00:00:00Z", "advance_seconds": 1});
    simulator.post("clock", set).await;
    assert_eq!(now().await, "2026-02-01T00:00:01.000000Z");
    assert_eq!(simulator.get("clock").await["stands"], true);
    simulator
        .post("clock", json!({"stand": false, "set": START}))
        .await;
    assert_eq!(simulator.get("clock").await["stands"], false);
    assert_ne!(now().await, now().await);
    simulator.post("clock", json!({"stand": true})).await;
    assert_eq!(now().await, now().await);
    for wrong in [
        json!({"advance_seconds": -1}),
        json!({"set": "yesterday"}),
        json!({"seconds": 1}),
    ] {
        assert_eq!(simulator.try_post("clock", wrong).await.0, 422);
    }
}

#[tokio::test]
async fn one_big_step_does_what_many_small_ones_do() {
    let mut shop = Shop::open().await;
    let simulator = Simulator::start_with(&["--start-at", START, "--webhook-url", &shop.url]);
    shop.answer_with(503);
    simulator.paid("ord-1").await;
    simulator.post("transactions/ord-1/refund", json!({})).await;
    // The refund ends after a minute and is announced then; both webhooks are tried ten times.
    let sent = simulator
        .post("clock", json!({"advance_seconds": 86_400}))
        .await;
    assert_eq!(sent["webhooks_sent"], 18);
    assert_eq!(shop.waiting(), 20);
    let webhooks = simulator.get("webhooks").await;
    for (webhook, first) in webhooks
        .as_array()
        .unwrap()
        .iter()
        .zip(["2026-01-05T09:00:00Z", "2026-01-05T09:01:00Z"])
    {
        assert_eq!(webhook["state"], "given_up");
        let deliveries = webhook["deliveries"].as_array().unwrap();
        assert_eq!(deliveries[0]["at"], first);
        let last = first.replace("T09:0", "T10:3");
        assert_eq!(deliveries[9]["at"], last.as_str());
    }
    let refund = &simulator.get("refunds").await[0];
    assert_eq!(refund["updated_at"], "2026-01-05T09:01:00Z");
}

#[tokio::test]
async fn pages_close_and_delays_end_by_the_same_clock() {
    let mut shop = Shop::open().await;
    let simulator = Simulator::start_with(&["--start-at", START, "--webhook-url", &shop.url]);
    let delay = json!({"delay_seconds": 3_000});
    simulator.patch("webhook", delay).await;
    within(simulator.client().initialize(&transaction("ord-1")))
        .await
        .unwrap();
    simulator.post("transactions/ord-1/fail", json!({})).await;
    simulator
        .post("clock", json!({"advance_seconds": 2_999}))
        .await;
    assert_eq!(shop.waiting(), 0);
    simulator.post("clock", json!({"advance_seconds": 1})).await;
    shop.next().await;
    simulator
        .post("clock", json!({"advance_seconds": 599}))
        .await;
    assert_eq!(simulator.get("transactions/ord-1").await["is_open"], true);
    simulator.post("clock", json!({"advance_seconds": 1})).await;
    assert_eq!(simulator.get("transactions/ord-1").await["is_open"], false);
    // Late success is part of real life.
    simulator.post("transactions/ord-1/pay", json!({})).await;
    let seen = within(simulator.client().verify("ord-1")).await.unwrap();
    assert_eq!(seen.state, Observed::Charged);
}

/// A life of everything, and all that is known of it afterwards.
async fn life(shop_url: &str, seed: &str) -> Vec<(&'static str, Value)> {
    let simulator = Simulator::start_with(&[
        "--start-at",
        START,
        "--seed",
        seed,
        "--webhook-url",
        shop_url,
        "--public-url",
        "http://sim.test",
    ]);
    let client = simulator.client_with(|config| {
        config.checkout_hosts = vec!["sim.test".to_owned()];
        config.total_timeout = std::time::Duration::from_secs(5);
    });
    simulator
        .post("merchants", json!({"name": "bookshop"}))
        .await;
    for number in 1..=4 {
        let mut new = transaction(&format!("ord-{number}"));
        new.callback_url = Some(format!("{shop_url}/callback"));
        within(client.initialize(&new)).await.unwrap();
    }
    for (path, body) in [
        ("transactions/ord-1/pay", json!({"method": "telebirr"})),
        ("transactions/ord-2/fail", json!({})),
        ("transactions/ord-3/cancel", json!({})),
        ("clock", json!({"advance_seconds": 4_000})),
        ("transactions/ord-4/pay", json!({})),
        ("faults", json!({"call": "refund", "kind": "lost_answer"})),
        ("transactions", json!({"amount": "12.50"})),
    ] {
        simulator.post(path, body).await;
    }
    let seen = within(client.verify("ord-1")).await.unwrap();
    let refund = NewRefund {
        provider_reference: seen.provider_reference.unwrap(),
        merchant_reference: Some("r-1".to_owned()),
        ..NewRefund::default()
    };
    assert!(within(client.refund(&refund)).await.is_err());
    simulator
        .patch("webhook", json!({"duplicates": 1, "body": "nested"}))
        .await;
    simulator
        .post("clock", json!({"advance_seconds": 60}))
        .await;
    simulator
        .post("transactions/ord-4/reverse", json!({}))
        .await;
    within(client.transactions(1)).await.unwrap();
    let mut known = Vec::new();
    for path in [
        "transactions",
        "refunds",
        "ledger",
        "webhooks",
        "calls",
        "merchants",
        "clock",
    ] {
        let mut value = simulator.get(path).await;
        if path == "clock" {
            // How far it is from the machine's is the machine's business.
            value["offset_seconds"] = json!(null);
        }
        known.push((path, value));
    }
    known
}

#[tokio::test]
async fn the_same_seed_and_orders_leave_the_same_bytes() {
    let shop = Shop::open().await;
    let first = life(&shop.url, "7").await;
    let second = life(&shop.url, "7").await;
    for (one, other) in first.iter().zip(&second) {
        assert_eq!(one.1.to_string(), other.1.to_string(), "{}", one.0);
    }
    let third = life(&shop.url, "8").await;
    assert_ne!(first[0], third[0]);
}
