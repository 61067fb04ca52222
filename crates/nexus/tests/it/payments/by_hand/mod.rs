//! Cash at the door and transfers: what the buyer is told, and what staff say came.

mod decisions;

use chrono::{DateTime, TimeDelta, Utc};
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

/// A payment that waits for money which staff will see.
pub(super) struct Waiting {
    pub(super) guest: Client,
    pub(super) order_id: String,
    pub(super) attempt: String,
    pub(super) told: Answer,
}

pub(super) fn etb(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "ETB" })
}

fn report(minor: i64, reference: &str) -> Value {
    json!({ "amount": etb(minor), "reference": reference })
}

impl Shop {
    /// Starts a payment with a provider that is named.
    pub(super) async fn initiate_with(
        &self,
        who: &Client,
        order_id: &str,
        provider: &str,
    ) -> Answer {
        let path = format!("/api/v1/payment/initiate/{order_id}/");
        who.post(&path, json!({ "provider": provider })).await
    }

    /// A guest's order of one unit that is to be paid by hand.
    pub(super) async fn waiting(&self, variant: VariantId, provider: &str) -> Waiting {
        let (guest, order) = self.guest_order(&[(variant, 1)]).await;
        self.waiting_for(guest, &order, provider).await
    }

    pub(super) async fn waiting_for(
        &self,
        guest: Client,
        order: &Value,
        provider: &str,
    ) -> Waiting {
        let order_id = order["id"].as_str().unwrap().to_owned();
        let told = self.initiate_with(&guest, &order_id, provider).await;
        let told = told.expect(200);
        let tx_ref = told.text("/tx_ref");
        let sql = format!("select id::text from payment_attempts where tx_ref = '{tx_ref}'");
        Waiting {
            guest,
            order_id,
            attempt: self.text(&sql).await,
            told,
        }
    }

    async fn expires_at(&self, table: &str, order: &str) -> DateTime<Utc> {
        let column = if table == "orders" { "id" } else { "order_id" };
        let sql = format!("select max(expires_at) from {table} where {column} = '{order}'");
        self.db().await.query_one(&sql, &[]).await.unwrap().get(0)
    }
}

pub(super) async fn confirm(staff: &Client, key: &str, attempt: &str, body: Value) -> Answer {
    let path = format!("/api/v1/admin/payments/attempts/{attempt}/confirm/");
    staff.key(key).post(&path, body).await
}

async fn reject(staff: &Client, key: &str, attempt: &str, reason: &str) -> Answer {
    let path = format!("/api/v1/admin/payments/attempts/{attempt}/reject/");
    staff
        .key(key)
        .post(&path, json!({ "reason": reason }))
        .await
}

pub(super) async fn cashier(shop: &Shop) -> Client {
    shop.staff("cashier", &["payments.manage"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_told_in_the_language_of_the_order() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let (guest, order) = shop
        .order_with(coffee, |body| body["language"] = json!("am"))
        .await;
    let number = order["number"].as_i64().unwrap();
    let wait = shop.waiting_for(guest, &order, "bank_transfer").await;
    let deadline = shop.now() + TimeDelta::hours(72);
    let reference = wait.told.text("/instructions/reference");
    assert!(
        reference.starts_with(&format!("NX-{number}-1")),
        "{reference}"
    );
    assert_eq!(wait.told.body["provider"], "bank_transfer");
    assert_eq!(wait.told.body["payment_url"], Value::Null);
    let told = &wait.told.body["instructions"];
    assert_eq!(
        (&told["kind"], &told["language"]),
        (&json!("bank_transfer"), &json!("am"))
    );
    assert_eq!(told["amount"], etb(125_000));
    let text = told["text"].as_str().unwrap();
    for part in [
        "እባክዎ",
        "1250.00 ETB",
        "Test Bank",
        "1000123456789",
        reference.as_str(),
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let lines: Vec<(&str, &str)> = told["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["name"].as_str().unwrap(),
                line["value"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("bank", "Test Bank"),
        ("account_holder", "Test Shop"),
        ("account_number", "1000123456789"),
        ("amount", "1250.00 ETB"),
        ("reference", reference.as_str()),
    ];
    assert_eq!(lines, expected);
    assert_eq!(told["lines"][2]["label"], "የሒሳብ ቁጥር");
    for table in ["orders", "reservations", "payment_attempts"] {
        assert_eq!(
            shop.expires_at(table, &wait.order_id).await,
            deadline,
            "{table}"
        );
    }
    assert_eq!(shop.calls("initialize").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_confirmed_once_and_the_proof_names_who_did() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let wait = shop.waiting(coffee, "bank_transfer").await;
    let staff = cashier(&shop).await;
    let body = json!({
        "amount": etb(125_000), "reference": "FT26326BLC41", "note": "page 2",
    });
    let first = confirm(&staff, "one", &wait.attempt, body.clone())
        .await
        .expect(200);
    assert_eq!(
        (&first.body["state"], &first.body["status"]),
        (&json!("charged"), &json!("paid"))
    );
    assert_eq!(first.body["provider_reference"], "FT26326BLC41");
    let again = confirm(&staff, "one", &wait.attempt, body.clone())
        .await
        .expect(200);
    assert_eq!(again.bytes, first.bytes);
    let other_key = confirm(&staff, "two", &wait.attempt, body)
        .await
        .expect(200);
    assert_eq!(other_key.bytes, first.bytes);
    assert_eq!(shop.order_status(&wait.order_id).await, "paid");
    assert_eq!(shop.stock(coffee).await, (9, 0));
    assert_eq!(shop.told(&wait.told.text("/tx_ref")).await, "paid");
    let proof = "select concat_ws(' ', evidence->>'operation', evidence->>'status',
            evidence->>'amount_minor', evidence->>'staff_id' = confirmed_by::text)
        from captures
        join payment_attempts on payment_attempts.id = attempt_id";
    assert_eq!(shop.text(proof).await, "confirm success 125000 t");
    let noted = "select count(*) from staff_audit where action = 'payment.confirm'
        and after->'confirmed'->>'note' = 'page 2'";
    assert_eq!(shop.number(noted).await, 2);
    let booked = "select string_agg(debit_account || ' ' || credit_account || ' ' || amount_minor,
            '; ' order by leg) from ledger_transfers";
    assert_eq!(shop.text(booked).await, "held:bank_transfer orders 125000");
    shop.run_jobs().await;
    let mails = shop.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"].as_array().unwrap().len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_is_waited_for_thirty_days_and_not_a_moment_longer() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let wait = shop.waiting(coffee, "cash_on_delivery").await;
    let text = wait.told.text("/instructions/text");
    assert!(text.starts_with("Please pay 1250.00 ETB in cash"), "{text}");
    assert_eq!(
        wait.told.body["instructions"]["lines"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // The first end of its time comes and goes.
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&wait.order_id).await, "pending_payment");
    shop.advance(TimeDelta::days(30) - TimeDelta::minutes(60) - TimeDelta::seconds(1));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&wait.order_id).await, "pending_payment");
    assert_eq!(shop.stock(coffee).await, (10, 1));
    let again = shop
        .initiate_with(&wait.guest, &wait.order_id, "cash_on_delivery")
        .await;
    assert_eq!(again.expect(200).bytes, wait.told.bytes);
    shop.advance(TimeDelta::seconds(1));
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&wait.order_id).await, "expired");
    assert_eq!(shop.told(&wait.told.text("/tx_ref")).await, "expired");
    assert_eq!(shop.stock(coffee).await, (10, 0));
    assert_eq!(shop.calls("verify").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_again_and_again_holds_nothing_longer() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let wait = shop.waiting(coffee, "bank_transfer").await;
    let end = shop.expires_at("orders", &wait.order_id).await;
    for n in 0..3_i32 {
        shop.advance(TimeDelta::hours(20));
        let staff = shop
            .staff(&format!("cashier-{n}"), &["payments.manage"])
            .await;
        let live = "select id::text from payment_attempts where state = 'pending'";
        let attempt = shop.text(live).await;
        let key = format!("{n}");
        reject(&staff, &key, &attempt, "not on the statement")
            .await
            .expect(200);
        let told = shop
            .initiate_with(&wait.guest, &wait.order_id, "bank_transfer")
            .await
            .expect(200);
        let reference = told.text("/instructions/reference");
        assert!(reference.contains(&format!("-{}", n + 2)), "{reference}");
    }
    assert_eq!(shop.expires_at("orders", &wait.order_id).await, end);
    assert_eq!(shop.expires_at("reservations", &wait.order_id).await, end);
    shop.close().await;
}
