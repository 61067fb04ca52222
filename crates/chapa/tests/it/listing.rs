//! The list of transactions, true and false: what a reconciliation has to find.

use chapa::{ListedTransaction, Observed};
use serde_json::json;

use crate::simulator::{KEY, Simulator, transaction, within};

async fn all(simulator: &Simulator) -> Vec<ListedTransaction> {
    let client = simulator.client();
    let mut rows = Vec::new();
    for page in 1.. {
        let read = within(client.transactions(page)).await.unwrap();
        rows.extend(read.transactions);
        if !read.has_next {
            break;
        }
    }
    rows
}

async fn reference(simulator: &Simulator, tx_ref: &str) -> String {
    let kept = simulator.get(&format!("transactions/{tx_ref}")).await;
    kept["reference"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_state_has_its_word() {
    let simulator = Simulator::start();
    simulator
        .patch("variants", json!({"refund_progress": "instant"}))
        .await;
    for (tx_ref, action) in [
        ("ord-fail", Some("fail")),
        ("ord-cancel", Some("cancel")),
        ("ord-open", None),
    ] {
        within(simulator.client().initialize(&transaction(tx_ref)))
            .await
            .unwrap();
        if let Some(action) = action {
            simulator
                .post(&format!("transactions/{tx_ref}/{action}"), json!({}))
                .await;
        }
    }
    for (tx_ref, action) in [
        ("ord-paid", None),
        ("ord-refund", Some("refund")),
        ("ord-reverse", Some("reverse")),
    ] {
        simulator.paid(tx_ref).await;
        if let Some(action) = action {
            simulator
                .post(&format!("transactions/{tx_ref}/{action}"), json!({}))
                .await;
        }
    }
    let states: Vec<Observed> = all(&simulator)
        .await
        .into_iter()
        .map(|row| row.state)
        .collect();
    assert_eq!(
        states,
        [
            Observed::Reversed,
            Observed::Refunded,
            Observed::Charged,
            Observed::Pending,
            Observed::Cancelled,
            Observed::Failed
        ]
    );
    let body = simulator.api("transactions?page=1", KEY).await;
    assert_eq!(body["data"]["transactions"][5]["status"], "failed");
    let words = json!({"failed": "failed_cancelled", "refunded": "success"});
    simulator.patch("variants", words).await;
    let body = simulator.api("transactions?page=1", KEY).await;
    let rows = &body["data"]["transactions"];
    assert_eq!(rows[5]["status"], "failed/cancelled");
    assert_eq!(rows[1]["status"], "success");
}

#[tokio::test]
async fn pages_have_addresses_and_a_size() {
    let simulator = Simulator::start();
    for number in 1..=5 {
        simulator.paid(&format!("ord-{number}")).await;
    }
    simulator.patch("variants", json!({"page_size": 2})).await;
    let body = simulator.api("transactions?page=2", KEY).await;
    let address = |page: u32| format!("http://{}/v1/transactions?page={page}", simulator.address);
    assert_eq!(
        body["data"]["pagination"],
        json!({"per_page": 2, "current_page": 2, "first_page_url": address(1),
            "next_page_url": address(3), "prev_page_url": address(1)})
    );
    let first = simulator.api("transactions", KEY).await;
    assert_eq!(first["data"]["pagination"]["prev_page_url"], json!(null));
    let last = simulator.api("transactions?page=3", KEY).await;
    assert_eq!(last["data"]["pagination"]["next_page_url"], json!(null));
    let row = &last["data"]["transactions"][0];
    assert_eq!(row["ref_id"], reference(&simulator, "ord-1").await);
    assert_eq!(
        (&row["amount"], &row["charge"]),
        (&json!("400.00"), &json!("12.00"))
    );
    assert_eq!(all(&simulator).await.len(), 5);
}

#[tokio::test]
async fn the_list_lies_when_told_to() {
    let simulator = Simulator::start();
    for tx_ref in ["ord-1", "ord-2", "ord-3"] {
        simulator.paid(tx_ref).await;
    }
    let truth = all(&simulator).await;
    let ledger = simulator.get("ledger").await;
    simulator
        .patch("listing/ord-1", json!({"hidden": true}))
        .await;
    let second = reference(&simulator, "ord-2").await;
    simulator
        .patch(
            &format!("listing/{second}"),
            json!({"amount": "399.99", "charge": "13.00", "currency": "USD", "status": "failed"}),
        )
        .await;
    simulator
        .patch("listing/ord-3", json!({"duplicates": 1}))
        .await;
    let rows = all(&simulator).await;
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0], truth[0]);
    assert_eq!(rows[1], truth[0]);
    let changed = &rows[2];
    assert_eq!(changed.provider_reference, Some(second));
    assert_eq!(changed.amount_minor, Some(39_999));
    assert_eq!(changed.fee_minor, Some(1_300));
    assert_eq!(changed.currency.as_deref(), Some("USD"));
    assert_eq!(changed.state, Observed::Failed);
    // Only the list lies.
    assert_eq!(simulator.get("ledger").await, ledger);
    let seen = within(simulator.client().verify("ord-2")).await.unwrap();
    assert_eq!(seen.state, Observed::Charged);
    simulator.delete("listing").await;
    assert_eq!(all(&simulator).await, truth);
    let (status, _) = simulator.try_patch("listing/ord-4", json!({})).await;
    assert_eq!(status, 404);
    let (status, _) = simulator
        .try_patch("listing/ord-1", json!({"colour": "red"}))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn foreign_charges_stand_beside_ours() {
    let simulator = Simulator::start();
    simulator.paid("ord-1").await;
    let foreign = simulator
        .post(
            "transactions",
            json!({"amount": "250.00", "first_name": "Sara"}),
        )
        .await;
    assert_eq!(foreign["state"], "charged");
    let tx_ref = foreign["tx_ref"].as_str().unwrap();
    assert!(tx_ref.starts_with("PL-"), "{tx_ref}");
    let body = simulator.api("transactions", KEY).await;
    let row = &body["data"]["transactions"][0];
    assert_eq!(row["type"], "Payment Link");
    assert_eq!(row["ref_id"], foreign["reference"]);
    assert_eq!(row["customer"]["first_name"], "Sara");
    let one = simulator.get(&format!("ledger/{tx_ref}")).await;
    assert_eq!(
        (&one["charged_minor"], &one["fee_minor"]),
        (&json!(25_000), &json!(750))
    );
    for body in [
        json!({}),
        json!({"amount": "0"}),
        json!({"amount": "5", "tx_ref": "ord-1"}),
        json!({"amount": "5", "currency": "EUR"}),
    ] {
        assert_eq!(simulator.try_post("transactions", body).await.0, 400);
    }
}

#[tokio::test]
async fn rows_arrive_between_two_pages() {
    let simulator = Simulator::start();
    for number in 1..=4 {
        simulator.paid(&format!("ord-{number}")).await;
    }
    simulator.patch("variants", json!({"page_size": 2})).await;
    simulator
        .post("listing/arrivals", json!({"after_page": 1, "count": 1}))
        .await;
    let rows = all(&simulator).await;
    // The last row of the first page was pushed onto the second.
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[1], rows[2]);
    assert_eq!(all(&simulator).await.len(), 5);
    let whole = simulator.get("ledger").await;
    assert_eq!(whole["payments"][0]["amount_minor"], 1_000);
}
