//! Refusals, keys, cancellations and lists.

use chapa::{CancelOutcome, Error, Observed};
use serde_json::json;

use crate::simulator::{Simulator, transaction, within};

#[tokio::test]
async fn complaints_are_read_in_every_form() {
    let simulator = Simulator::start();
    let mut new = transaction("ord-1");
    new.email = Some("not an address".to_owned());
    for style in ["rules", "sentences", "text", "list"] {
        simulator
            .patch("variants", json!({"complaints": style}))
            .await;
        let Err(Error::Rejected {
            http_status: 400,
            message,
            fields,
        }) = within(simulator.client().initialize(&new)).await
        else {
            panic!("{style}: not refused");
        };
        assert!(message.contains("email"), "{style}: {message}");
        assert_eq!(
            fields.contains_key("email"),
            matches!(style, "rules" | "sentences")
        );
    }
    assert_eq!(simulator.get("transactions").await, json!([]));
}

#[tokio::test]
async fn refusals_prove_that_nothing_happened() {
    let simulator = Simulator::start();
    let client = simulator.client();
    for (variant, words) in [
        (
            json!({"merchant_blocked": true}),
            "User can't receive payments",
        ),
        (
            json!({"merchant_blocked": false, "api_disabled": true}),
            "Payments through API is disabled",
        ),
    ] {
        simulator.patch("variants", variant).await;
        let error = within(client.initialize(&transaction("ord-1")))
            .await
            .unwrap_err();
        assert!(!error.may_have_happened());
        assert!(error.to_string().contains(words), "{error}");
    }
    simulator
        .patch(
            "variants",
            json!({"api_disabled": false, "usd_enabled": false}),
        )
        .await;
    let mut dollars = transaction("ord-1");
    dollars.currency = "USD".to_owned();
    let error = within(client.initialize(&dollars)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Invalid currency, USD is not supported"),
        "{error}"
    );
    simulator
        .patch(
            "variants",
            json!({"usd_enabled": true, "content_type": "strict"}),
        )
        .await;
    within(client.initialize(&dollars)).await.unwrap();
}

#[tokio::test]
async fn keys_are_checked_and_never_repeated() {
    let simulator = Simulator::start();
    let stranger = simulator
        .client_with(|config| config.secret_key = chapa::Secret::new("CHASECK_TEST-stranger"));
    assert_eq!(within(stranger.verify("ord-1")).await, Err(Error::Auth));
    assert_eq!(
        within(stranger.initialize(&transaction("ord-1"))).await,
        Err(Error::Auth)
    );
    simulator
        .patch("variants", json!({"cross_mode": true}))
        .await;
    assert_eq!(
        within(simulator.client().verify("ord-1")).await,
        Err(Error::Auth)
    );
    simulator
        .fault(json!({"kind": "answer", "status": 400, "body":
            format!(r#"{{"message":"your key is {}"}}"#, crate::simulator::KEY)}))
        .await;
    let error = within(simulator.client().verify("ord-1"))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("your key is [secret key]"),
        "{error}"
    );
}

#[tokio::test]
async fn cancelling_closes_the_page_once() {
    let simulator = Simulator::start();
    let client = simulator.client();
    let opened = within(client.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    assert_eq!(
        within(client.cancel("ord-1")).await,
        Ok(CancelOutcome::Cancelled)
    );
    assert_eq!(
        within(client.cancel("ord-1")).await,
        Ok(CancelOutcome::AlreadyClosed)
    );
    assert_eq!(
        within(client.cancel("ord-2")).await,
        Ok(CancelOutcome::NotFound)
    );
    let page = within(simulator.http.get(opened.checkout_url).send())
        .await
        .unwrap();
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("The checkout was cancelled")
    );
    simulator.paid("ord-3").await;
    assert_eq!(
        within(client.cancel("ord-3")).await,
        Ok(CancelOutcome::AlreadyClosed)
    );
}

#[tokio::test]
async fn lists_are_read() {
    let simulator = Simulator::start();
    let client = simulator.client();
    for number in 1..=11 {
        within(client.initialize(&transaction(&format!("ord-{number}"))))
            .await
            .unwrap();
    }
    simulator
        .post("transactions/ord-11/pay", json!({"method": "cbebirr"}))
        .await;
    let first = within(client.transactions(1)).await.unwrap();
    assert_eq!((first.transactions.len(), first.has_next), (10, true));
    assert_eq!(first.transactions[0].state, Observed::Charged);
    assert_eq!(first.transactions[0].amount_minor, Some(40_000));
    assert_eq!(first.transactions[0].method.as_deref(), Some("cbebirr"));
    assert_eq!(first.transactions[1].state, Observed::Pending);
    let second = within(client.transactions(2)).await.unwrap();
    assert_eq!((second.transactions.len(), second.has_next), (1, false));
    let timeline = within(client.timeline("ord-11")).await.unwrap();
    let words: Vec<&str> = timeline
        .iter()
        .map(|entry| entry.message.as_str())
        .collect();
    assert_eq!(words, ["Checkout page opened", "Paid with cbebirr"]);
    let missing = within(client.timeline("never-seen")).await;
    assert!(
        matches!(
            missing,
            Err(Error::Rejected {
                http_status: 404,
                ..
            })
        ),
        "{missing:?}"
    );
}

#[tokio::test]
async fn splits_and_cancellations_have_their_refusals() {
    let simulator = Simulator::start();
    for (variant, start) in [
        ("unknown", Some("The subaccount id you provided")),
        ("share_too_small", Some("Merchant's share of payment")),
        ("flat_too_small", Some("Merchant fee is greater")),
        ("accepted", None),
    ] {
        simulator
            .patch("variants", json!({"subaccounts": variant}))
            .await;
        let request = simulator
            .http
            .post(format!(
                "http://{}/v1/transaction/initialize",
                simulator.address
            ))
            .bearer_auth(crate::simulator::KEY)
            .json(&json!({"amount": "5", "currency": "ETB", "tx_ref": "ord-1",
                "subaccounts": {"id": "s-1"}}));
        let body: serde_json::Value = within(request.send()).await.unwrap().json().await.unwrap();
        let message = body["message"].as_str().unwrap();
        assert!(
            message.starts_with(start.unwrap_or("Hosted Link")),
            "{body}"
        );
    }
    simulator
        .patch("variants", json!({"cancel_missing": 400}))
        .await;
    let missing = within(simulator.client().cancel("ord-2")).await;
    assert!(
        missing.is_err() || missing == Ok(CancelOutcome::NotFound),
        "{missing:?}"
    );
}
