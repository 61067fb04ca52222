//! Several merchants at one Chapa, and the two modes of each.

use chapa::{CancelOutcome, Client, Error, Mode, NewRefund, Observed, RefundState, Secret};
use serde_json::{Value, json};

use crate::shop::Shop;
use crate::simulator::{KEY, Simulator, transaction, within};

async fn merchant(simulator: &Simulator, name: &str) -> Value {
    simulator.post("merchants", json!({ "name": name })).await
}

fn client(simulator: &Simulator, merchant: &Value, field: &str) -> Client {
    let key = merchant[field].as_str().unwrap().to_owned();
    simulator.client_with(|config| {
        config.secret_key = Secret::new(key);
        if field == "live_secret_key" {
            config.mode = Mode::Live;
        }
    })
}

#[tokio::test]
async fn a_reference_is_unique_and_known_per_merchant() {
    let simulator = Simulator::start();
    let other = merchant(&simulator, "bookshop").await;
    let theirs = client(&simulator, &other, "secret_key");
    let ours = simulator.client();
    simulator.paid("ord-1").await;
    let seen = within(theirs.verify("ord-1")).await.unwrap();
    assert_eq!(seen.state, Observed::NotFound);
    assert_eq!(
        within(theirs.cancel("ord-1")).await,
        Ok(CancelOutcome::NotFound)
    );
    let reference = within(ours.verify("ord-1"))
        .await
        .unwrap()
        .provider_reference
        .unwrap();
    let refund = NewRefund {
        provider_reference: reference.clone(),
        merchant_reference: Some("r-1".to_owned()),
        ..NewRefund::default()
    };
    let refused = within(theirs.refund(&refund)).await.unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Rejected {
                http_status: 404,
                ..
            }
        ),
        "{refused:?}"
    );
    let missing = within(theirs.timeline(&reference)).await.unwrap_err();
    assert!(
        matches!(
            missing,
            Error::Rejected {
                http_status: 404,
                ..
            }
        ),
        "{missing:?}"
    );
    assert!(
        within(theirs.transactions(1))
            .await
            .unwrap()
            .transactions
            .is_empty()
    );
}

#[tokio::test]
async fn two_merchants_may_use_the_same_references() {
    let simulator = Simulator::start();
    let other = merchant(&simulator, "bookshop").await;
    let theirs = client(&simulator, &other, "secret_key");
    let ours = simulator.client();
    simulator.paid("ord-1").await;
    let reference = within(ours.verify("ord-1"))
        .await
        .unwrap()
        .provider_reference
        .unwrap();
    let refund = NewRefund {
        provider_reference: reference.clone(),
        merchant_reference: Some("r-1".to_owned()),
        ..NewRefund::default()
    };
    within(theirs.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    let again = within(theirs.initialize(&transaction("ord-1"))).await;
    assert_eq!(again, Err(Error::Duplicate));
    let seen = within(theirs.verify("ord-1")).await.unwrap();
    assert_eq!(seen.state, Observed::Pending);
    within(ours.refund(&refund)).await.unwrap();
    let unknown = within(theirs.verify_refund("r-1")).await.unwrap();
    assert_eq!(unknown.state, RefundState::NotFound);
    let listed = within(theirs.transactions(1)).await.unwrap().transactions;
    let their_reference = listed[0].provider_reference.clone().unwrap();
    assert_ne!(their_reference, reference);
    simulator
        .post(&format!("transactions/{their_reference}/pay"), json!({}))
        .await;
    let theirs_refund = NewRefund {
        provider_reference: their_reference,
        ..refund
    };
    within(theirs.refund(&theirs_refund)).await.unwrap();
    let whole = simulator.get("ledger").await;
    let names: Vec<&Value> = whole["balances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|balance| &balance["merchant"])
        .collect();
    assert_eq!(names, ["bookshop", "default"]);
}

#[tokio::test]
async fn the_modes_of_a_merchant_do_not_meet() {
    let simulator = Simulator::start();
    let other = merchant(&simulator, "bookshop").await;
    let test = client(&simulator, &other, "secret_key");
    let live = client(&simulator, &other, "live_secret_key");
    within(live.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    assert_eq!(within(test.verify("ord-1")).await, Err(Error::Auth));
    let body = simulator
        .try_api(
            "transaction/verify/ord-1",
            other["secret_key"].as_str().unwrap(),
        )
        .await;
    let words = "Test secret keys can't be used to verify a live transaction\t";
    assert_eq!(
        body,
        (
            401,
            json!({"message": words, "status": "failed", "data": null})
        )
    );
    within(test.initialize(&transaction("ord-2")))
        .await
        .unwrap();
    let body = simulator
        .try_api(
            "transaction/verify/ord-2",
            other["live_secret_key"].as_str().unwrap(),
        )
        .await;
    assert_eq!(
        body.1["message"],
        "Live secret keys can't be used to verify a test transaction\t"
    );
    simulator.post("transactions/ord-1/pay", json!({})).await;
    let seen = within(live.verify("ord-1")).await.unwrap();
    assert_eq!(seen.mode, Some(Mode::Live));
    assert_eq!(
        within(live.transactions(1))
            .await
            .unwrap()
            .transactions
            .len(),
        1
    );
    let balance = simulator
        .api("balances/ETB", other["secret_key"].as_str().unwrap())
        .await;
    assert_eq!(balance["data"][0]["available_balance"], 0);
    assert_eq!(
        within(test.cancel("ord-1")).await,
        Ok(CancelOutcome::NotFound)
    );
}

#[tokio::test]
async fn each_merchant_has_its_own_webhook_and_keys() {
    let (mut ours, mut theirs) = (Shop::open().await, Shop::open().await);
    let simulator = Simulator::start_with(&["--webhook-url", &ours.url]);
    let other = merchant(&simulator, "bookshop").await;
    assert_eq!(other, simulator.get("merchants").await[1]);
    assert_eq!(simulator.get("merchants").await[0]["secret_key"], KEY);
    for (field, start, length) in [
        ("secret_key", "CHASECK_TEST-", 45),
        ("live_secret_key", "CHASECK-", 40),
        ("public_key", "CHAPUBK_TEST-", 45),
        ("encryption_key", "", 24),
    ] {
        let key = other[field].as_str().unwrap();
        assert!(
            key.starts_with(start) && key.len() == length,
            "{field} {key}"
        );
    }
    let change = json!({"webhook_url": theirs.url, "webhook_headers": "x_only",
        "webhook_secret": "theirs"});
    simulator.patch("merchants/bookshop", change).await;
    let client = client(&simulator, &other, "secret_key");
    within(client.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    simulator.post("transactions/ord-1/pay", json!({})).await;
    let received = theirs.next().await;
    assert!(received.headers.get("chapa-signature").is_none());
    let signature = chapa::webhook::signature(&Secret::new("theirs"), &received.body);
    assert_eq!(received.headers["x-chapa-signature"], signature.as_str());
    assert_eq!(ours.waiting(), 0);
}

#[tokio::test]
async fn merchants_are_made_carefully() {
    let simulator = Simulator::start();
    merchant(&simulator, "bookshop").await;
    for (body, status) in [
        (json!({"name": "bookshop"}), 409),
        (json!({"name": "default"}), 409),
        (json!({"name": "book shop"}), 400),
        (json!({"name": ""}), 400),
        (json!({"name": "a", "secret_key": KEY}), 400),
        (json!({"name": "a", "live_secret_key": "CHASECK-real"}), 400),
        (json!({"name": "a", "colour": "red"}), 400),
    ] {
        let (answered, value) = simulator.try_post("merchants", body.clone()).await;
        assert_eq!(answered, status, "{body}: {value}");
    }
    let (status, _) = simulator.try_patch("merchants/none", json!({})).await;
    assert_eq!(status, 404);
    let (status, _) = simulator
        .try_patch("merchants/bookshop", json!({"name": "b"}))
        .await;
    assert_eq!(status, 400);
    assert_eq!(
        simulator.get("merchants").await.as_array().unwrap().len(),
        2
    );
}
