//! Every variant of an answer about a payment, played by the simulator and read by the client.

use chapa::{Client, Expected, Mode, Observed, Settlement, settles};
use serde_json::json;

use crate::simulator::{Simulator, transaction, within};

fn expected(tx_ref: &str) -> Expected {
    Expected {
        tx_ref: tx_ref.to_owned(),
        amount_minor: 40_000,
        currency: "ETB".to_owned(),
        mode: Mode::Test,
    }
}

async fn state(client: &Client, tx_ref: &str) -> Observed {
    within(client.verify(tx_ref)).await.unwrap().state
}

#[tokio::test]
async fn a_payment_from_initialize_to_settlement() {
    let simulator = Simulator::start();
    let client = simulator.client();
    let mut new = transaction("ord-1");
    new.first_name = Some("አበበ".to_owned());
    new.title = Some("A title of more than sixteen".to_owned());
    new.description = Some("Order #1, የአበበ".to_owned());
    new.phone = Some("+251 900 123 456".to_owned());
    new.meta = json!({"order": "1"}).as_object().cloned();
    let opened = within(client.initialize(&new)).await.unwrap();
    let page = format!("http://{}/checkout/payment/", simulator.address);
    assert!(opened.checkout_url.starts_with(&page), "{opened:?}");
    assert_eq!(state(&client, "ord-1").await, Observed::Pending);

    simulator
        .post("transactions/ord-1/pay", json!({"method": "telebirr"}))
        .await;
    let seen = within(client.verify("ord-1")).await.unwrap();
    assert_eq!(settles(&expected("ord-1"), &seen), Settlement::Paid);
    assert_eq!(seen.fee_minor, Some(1_200));
    assert_eq!(seen.method.as_deref(), Some("telebirr"));
    assert!(seen.provider_reference.unwrap().starts_with("AP"));

    let kept = simulator.get("transactions/ord-1").await;
    assert_eq!(kept["title"], "A title of more");
    assert_eq!(kept["description"], "Order 1");
    assert_eq!(kept["phone_number"], "0900123456");
    assert_eq!(kept["first_name"], "አበበ");
    assert_eq!(kept["charged_minor"], 40_000);
}

#[tokio::test]
async fn every_way_to_write_a_paid_transaction_is_read() {
    let simulator = Simulator::start();
    simulator.paid("ord-1").await;
    for variant in [
        json!({"amounts": "numbers"}),
        json!({"amounts": "strings"}),
        json!({"meta": "null"}),
        json!({"meta": "text"}),
        json!({"payment_method_field": true}),
        json!({"json_text": "plain"}),
        json!({"trailing_tabs": false}),
    ] {
        simulator.patch("variants", variant.clone()).await;
        let seen = within(simulator.client().verify("ord-1")).await.unwrap();
        assert_eq!(
            settles(&expected("ord-1"), &seen),
            Settlement::Paid,
            "{variant}"
        );
        assert_eq!(seen.method.as_deref(), Some("test"), "{variant}");
    }
    simulator
        .patch("variants", json!({"fee_bearer": "customer"}))
        .await;
    let seen = within(simulator.client().verify("ord-1")).await.unwrap();
    assert_eq!(
        settles(&expected("ord-1"), &seen),
        Settlement::Mismatch(vec![chapa::Mismatch::Amount {
            observed_minor: Some(41_200),
            differs_by_fee: true
        }])
    );
}

#[tokio::test]
async fn every_way_to_write_an_unpaid_transaction_is_read() {
    let simulator = Simulator::start();
    let client = simulator.client();
    within(client.initialize(&transaction("ord-1")))
        .await
        .unwrap();
    for unpaid in ["not_found_null", "not_found_text_null", "pending"] {
        simulator.patch("variants", json!({"unpaid": unpaid})).await;
        assert_eq!(state(&client, "ord-1").await, Observed::Pending, "{unpaid}");
    }
    simulator.post("transactions/ord-1/fail", json!({})).await;
    for (failed, observed) in [
        ("mirrored", Observed::Failed),
        ("success_envelope", Observed::Failed),
        ("failed_cancelled", Observed::Failed),
        ("not_paid", Observed::Pending),
    ] {
        simulator.patch("variants", json!({"failed": failed})).await;
        assert_eq!(state(&client, "ord-1").await, observed, "{failed}");
    }
    simulator.post("transactions/ord-1/cancel", json!({})).await;
    assert_eq!(state(&client, "ord-1").await, Observed::Cancelled);
    simulator
        .patch("variants", json!({"cancelled": "not_found"}))
        .await;
    assert_eq!(state(&client, "ord-1").await, Observed::NotFound);
    assert_eq!(state(&client, "never-seen").await, Observed::NotFound);
    // Late success: the money is there although the page was closed.
    simulator.post("transactions/ord-1/pay", json!({})).await;
    assert_eq!(state(&client, "ord-1").await, Observed::Charged);
    simulator
        .post("transactions/ord-1/reverse", json!({}))
        .await;
    assert_eq!(state(&client, "ord-1").await, Observed::Reversed);
}

#[tokio::test]
async fn wrong_content_of_a_charge_is_never_a_settlement() {
    let simulator = Simulator::start();
    simulator.paid("ord-1").await;
    let body = |from: &str, to: &str| {
        let genuine = json!({"message": "Payment details", "status": "success", "data": {
            "status": "success", "amount": "400.00", "currency": "ETB", "tx_ref": "ord-1",
            "mode": "test", "charge": "12.00"}})
        .to_string();
        assert!(genuine.contains(from));
        genuine.replace(from, to)
    };
    let answers = [
        (body("400.00", "400.00"), true),
        (body("400.00", "399.99"), false),
        (body("400.00", "4.00"), false),
        (body("400.00", "401.00"), false),
        (body("\"ETB\"", "\"USD\""), false),
        (body("ord-1", "ord-2"), false),
        (body("\"test\"", "\"live\""), false),
        (
            body(
                "\"status\":\"success\",\"tx_ref\"",
                "\"status\":\"pending\",\"tx_ref\"",
            ),
            false,
        ),
    ];
    for (body, is_paid) in answers {
        let fault = json!({"call": "verify", "kind": "answer", "status": 200, "body": body});
        simulator.fault(fault).await;
        let seen = within(simulator.client().verify("ord-1")).await.unwrap();
        assert_eq!(
            settles(&expected("ord-1"), &seen) == Settlement::Paid,
            is_paid,
            "{body}"
        );
    }
    assert_eq!(state(&simulator.client(), "ord-1").await, Observed::Charged);
}

#[tokio::test]
async fn what_is_claimed_is_never_a_settlement() {
    let simulator = Simulator::start();
    let client = simulator.client();
    simulator.paid("ord-1").await;
    for (claim, is_paid) in [
        (json!({"amount": "399.99"}), false),
        (json!({"amount": "400.00"}), true),
        (json!({"currency": "USD"}), false),
        (json!({"mode": "live"}), false),
        (json!({"tx_ref": "ord-2"}), false),
        (json!({"status": "pending"}), false),
        (json!({"amount": "four hundred"}), false),
        (json!({"charge": "1.00", "reference": "APother"}), true),
    ] {
        for amounts in ["numbers", "strings"] {
            simulator.delete("claims").await;
            simulator.patch("claims/ord-1", claim.clone()).await;
            simulator
                .patch("variants", json!({"amounts": amounts}))
                .await;
            let seen = within(client.verify("ord-1")).await.unwrap();
            let settlement = settles(&expected("ord-1"), &seen);
            assert_eq!(
                settlement == Settlement::Paid,
                is_paid,
                "{claim} {settlement:?}"
            );
        }
    }
    assert_eq!(simulator.get("claims").await.as_object().unwrap().len(), 1);
    let (status, _) = simulator.try_patch("claims/ord-2", json!({})).await;
    assert_eq!(status, 404);
    let (status, _) = simulator
        .try_patch("claims/ord-1", json!({"colour": "red"}))
        .await;
    assert_eq!(status, 400);
    // A claim needs no payment.
    within(client.initialize(&transaction("ord-3")))
        .await
        .unwrap();
    simulator
        .patch("claims/ord-3", json!({"status": "success"}))
        .await;
    assert_eq!(state(&client, "ord-3").await, Observed::Charged);
    assert_eq!(simulator.get("ledger/ord-3").await["charged_minor"], 0);
}
