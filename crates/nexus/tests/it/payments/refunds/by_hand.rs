//! Cash and transfers: staff take the money, staff hand it back, and no provider is asked.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    super::receipts::mails_to,
    staff::{Paid, TOTAL, etb},
};
use crate::world::Shop;

/// A shop that takes cash and transfers.
async fn shop() -> Shop {
    let none = kit::sabotage::Sabotage::none();
    Shop::open_with(none, |settings| {
        settings.payments.cash_on_delivery.is_enabled = true;
        let bank = &mut settings.payments.bank_transfer;
        bank.is_enabled = true;
        bank.bank_name = "Commercial Bank of Ethiopia".to_owned();
        bank.account_holder = "Nexus Shop PLC".to_owned();
        bank.account_number = "1000123456789".to_owned();
    })
    .await
}

/// An order whose money staff have seen.
async fn confirmed(provider: &str) -> Paid {
    let shop = shop().await;
    let variants = shop.product("cup", &[(10_000, 10), (5_000, 10)]).await;
    let owner = shop.superuser().await;
    let (guest, order) = shop
        .guest_order(&[(variants[0], 3), (variants[1], 2)])
        .await;
    let order = order["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/payment/initiate/{order}/");
    let body = json!({ "provider": provider });
    let started = guest.post(&path, body).await.expect(200);
    assert_eq!(started.body["payment_url"], Value::Null);
    assert_eq!(started.text("/instructions/kind"), provider);
    let tx_ref = started.text("/tx_ref");
    let attempts = "/api/v1/admin/payments/attempts/";
    let list = owner.get(&format!("{attempts}?order_id={order}")).await;
    let id = list.expect(200).text("/data/0/id");
    let body = json!({ "amount": etb(TOTAL), "reference": "FT26326BLC41" });
    let confirm = format!("{attempts}{id}/confirm/");
    let seen = owner.key("seen").post(&confirm, body).await.expect(200);
    assert_eq!(seen.text("/state"), "charged");
    let keys = std::cell::Cell::new(0);
    let paid = Paid {
        shop,
        owner,
        guest,
        order,
        tx_ref,
        variants,
        keys,
    };
    assert_eq!(paid.books().await, (0, 0, 0, "paid".to_owned()));
    step(&paid).await;
    paid
}

/// What is due is done, and a second passes, so that the books are in order of time.
async fn step(paid: &Paid) {
    paid.run().await;
    paid.shop.advance(TimeDelta::seconds(1));
}

/// Promised, and in the hands of staff.
async fn promised(paid: &Paid, body: Value) -> String {
    let id = paid.ask(body).await.expect(201).text("/id");
    let early = paid.confirm(&id, "refunded").await;
    early.refused(409, "refund_not_confirmable");
    step(paid).await;
    assert_eq!(paid.state(&id).await, "processing");
    assert_eq!(paid.check(&id).await, "processing");
    id
}

async fn give_back_by_hand(provider: &str) {
    let paid = confirmed(provider).await;
    let part = promised(&paid, json!({ "amount": etb(10_000) })).await;
    assert_eq!(paid.books().await, (10_000, 0, 0, "paid".to_owned()));
    // Who may confirm that money came may not say that it went.
    let payer = paid.shop.staff("payer", &["payments.manage"]).await;
    let path = format!("/api/v1/admin/payments/refunds/{part}/confirm/");
    let word = json!({ "outcome": "refunded", "note": "handed over" });
    let refused = payer.key("a").post(&path, word).await;
    refused.refused(403, "permission_denied");
    paid.confirm(&part, "refunded").await.expect(200);
    let partly = (0, 10_000, 10_000, "partially_refunded".to_owned());
    assert_eq!(paid.books().await, partly);
    step(&paid).await;

    let not_given = promised(&paid, json!({})).await;
    let ended = paid.confirm(&not_given, "not_refunded").await.expect(200);
    assert_eq!(ended.text("/state"), "failed");
    assert_eq!(paid.books().await, partly);
    step(&paid).await;

    let rest = promised(&paid, json!({})).await;
    paid.confirm(&rest, "refunded").await.expect(200);
    step(&paid).await;
    assert_eq!(paid.books().await, (0, TOTAL, TOTAL, "refunded".to_owned()));
    let again = paid.ask(json!({})).await;
    again.refused(409, "refund_exceeds_captured");
    let said = paid.confirm(&rest, "not_refunded").await;
    said.refused(409, "refund_not_confirmable");
    // Nobody is asked about it by itself, and no person is called.
    paid.wait(TimeDelta::days(11)).await;
    assert_eq!(paid.reviews().await, "");
    let calls = "select count(*) from payment_calls where refund_id is not null";
    assert_eq!(paid.shop.number(calls).await, 0);
    assert_eq!(paid.shop.calls("refund").await, 0);
    assert_booked(&paid, &format!("held:{provider}")).await;
    assert_mailed(&paid).await;
    paid.shop.close().await;
}

async fn assert_booked(paid: &Paid, held: &str) {
    let sql = format!(
        "select string_agg(debit_account || ' ' || credit_account || ' ' || amount_minor, '; '
            order by posted_at, id)
        from ledger_transfers where order_id = '{}'",
        paid.order
    );
    let expected = [
        format!("{held} orders 40000"),
        "orders refunds_payable 10000".to_owned(),
        format!("refunds_payable {held} 10000"),
        "orders refunds_payable 30000".to_owned(),
        "refunds_payable orders 30000".to_owned(),
        "orders refunds_payable 30000".to_owned(),
        format!("refunds_payable {held} 30000"),
    ];
    assert_eq!(paid.shop.text(&sql).await, expected.join("; "));
}

/// A receipt, and each refund that was given; none that was only promised, or not given.
async fn assert_mailed(paid: &Paid) {
    let mails = mails_to(&paid.shop, "abebe@example.com").await;
    let about = |words: &str| {
        let mails = mails.iter();
        mails
            .filter(|mail| mail["subject"].as_str().unwrap().contains(words))
            .map(|mail| mail["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(about("receipt").len(), 1);
    let given = about("has been given back");
    assert_eq!((given.len(), mails.len()), (2, 3));
    for amount in ["100.00", "300.00"] {
        let told = given.iter().filter(|text| text.contains(amount));
        assert_eq!(told.count(), 1, "{amount}: {given:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_goes_back_by_the_hands_of_staff() {
    give_back_by_hand("cash_on_delivery").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_goes_back_by_the_hands_of_staff() {
    give_back_by_hand("bank_transfer").await;
}
