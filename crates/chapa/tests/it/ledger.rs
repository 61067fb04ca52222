//! The simulator's own ledger: the oracle that a shop's books are held against.

use serde_json::{Value, json};

use crate::shop::Shop;
use crate::simulator::{KEY, Simulator};

/// What Chapa's own `GET /balances/ETB` says: available and ledger balance.
async fn balance(simulator: &Simulator) -> (Value, Value) {
    let body = simulator.api("balances/ETB", KEY).await;
    let row = &body["data"][0];
    assert_eq!(row["currency"], "ETB");
    (
        row["available_balance"].clone(),
        row["ledger_balance"].clone(),
    )
}

async fn asked(simulator: &Simulator, tx_ref: &str, amount: &str) -> String {
    let path = format!("transactions/{tx_ref}/refund");
    let refund = simulator.post(&path, json!({ "amount": amount })).await;
    refund["ref_id"].as_str().unwrap().to_owned()
}

/// 1,000.00 put in, 400.00 charged, of which 100.00 went back, 50.50 did not, 20.00 is on its way.
async fn busy() -> Simulator {
    let simulator = Simulator::start();
    simulator
        .patch("variants", json!({"refund_progress": "manual"}))
        .await;
    let put_in = simulator
        .post("balances", json!({"amount": "1000.00"}))
        .await;
    assert_eq!(put_in["available"], "1000.00");
    simulator.paid("ord-1").await;
    assert_eq!(balance(&simulator).await, (json!(1388), json!(1388)));
    let done = asked(&simulator, "ord-1", "100.00").await;
    let returned = asked(&simulator, "ord-1", "50.50").await;
    let open = asked(&simulator, "ord-1", "20.00").await;
    assert_eq!(balance(&simulator).await, (json!(1217.5), json!(1388)));
    for (ref_id, action) in [(&done, "complete"), (&returned, "fail"), (&open, "process")] {
        simulator
            .post(&format!("refunds/{ref_id}/{action}"), json!({}))
            .await;
    }
    assert_eq!(balance(&simulator).await, (json!(1268), json!(1288)));
    simulator
}

#[tokio::test]
async fn a_payment_tells_what_was_charged_and_given_back() {
    let simulator = busy().await;
    let one = simulator.get("ledger/ord-1").await;
    for (field, minor) in [
        ("amount_minor", 40_000),
        ("charged_minor", 40_000),
        ("fee_minor", 1_200),
        ("refunded_minor", 10_000),
        ("refunding_minor", 2_000),
        ("returned_minor", 5_050),
        ("reversed_minor", 0),
    ] {
        assert_eq!(one[field], minor, "{field}");
    }
    let standings: Vec<&Value> = one["refunds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refund| &refund["standing"])
        .collect();
    assert_eq!(standings, ["done", "reversed", "open"]);
    assert_eq!(one["mode"], "test");
    assert!(one["charged_at"].is_string());
}

#[tokio::test]
async fn every_movement_leaves_a_line() {
    let simulator = busy().await;
    let reversed = simulator
        .post("transactions/ord-1/reverse", json!({}))
        .await;
    assert_eq!(reversed["state"], "reversed");
    assert_eq!(balance(&simulator).await, (json!(988), json!(1008)));
    simulator
        .post("balances", json!({"amount": "-500.00"}))
        .await;
    let whole = simulator.get("ledger").await;
    assert_eq!(whole["is_balanced"], true);
    let kinds: Vec<&str> = whole["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "deposit",
            "charge",
            "fee",
            "refund_taken",
            "refund_taken",
            "refund_taken",
            "refund_paid",
            "refund_returned",
            "reversal",
            "payout"
        ]
    );
    assert_eq!(
        whole["balances"],
        json!([{"merchant": "default", "mode": "test", "currency": "ETB",
            "available_minor": 48_800, "ledger_minor": 50_800,
            "accounts": {"bank": -50_000, "buyers": -2_000, "available": 48_800,
                "refunds": 2_000, "fees": 1_200}}])
    );
    assert_eq!(whole["payments"][0]["reversed_minor"], 28_000);
}

#[tokio::test]
async fn money_moves_once() {
    let mut shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    simulator.paid("ord-1").await;
    for (action, status) in [
        ("pay", 409),
        ("fail", 409),
        ("cancel", 409),
        ("reverse", 200),
    ] {
        let path = format!("transactions/ord-1/{action}");
        let (answered, _) = simulator.try_post(&path, json!({})).await;
        assert_eq!(answered, status, "{action}");
    }
    let again = simulator
        .try_post("transactions/ord-1/reverse", json!({}))
        .await;
    assert_eq!(again.0, 409);
    assert_eq!(shop.waiting(), 2);
    let one = simulator.get("ledger/ord-1").await;
    assert_eq!(one["charged_minor"], 40_000);
    assert_eq!(one["reversed_minor"], 40_000);
    assert_eq!(one["lines"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refund_may_need_money_that_is_there() {
    let simulator = Simulator::start();
    simulator
        .patch("variants", json!({"check_balance": true}))
        .await;
    simulator.paid("ord-1").await;
    let refused = simulator
        .try_post("transactions/ord-1/refund", json!({}))
        .await;
    assert_eq!(refused, (409, json!({"error": "Insufficient balance"})));
    assert_eq!(simulator.get("refunds").await, json!([]));
    simulator.post("balances", json!({"amount": "12"})).await;
    asked(&simulator, "ord-1", "400.00").await;
    assert_eq!(balance(&simulator).await, (json!(0), json!(400)));
}
