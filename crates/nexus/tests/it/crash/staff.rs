//! The server dies while staff decide about cash: whoever repeats what was not answered finds it
//! decided once.

use http::Method;
use kit::{
    email::EmailAddress,
    sessions::{self, Lifetimes},
    tokens::Tokens,
};
use serde_json::{Value, json};
use staff::{Actor, NewStaff, Rights};

use super::buyer::until_jobs_are_done;
use crate::world::{Answer, Client, Deployment, Process, place_body};

/// Where the server dies.
pub(super) const CASES: [&str; 4] = [
    "before commit of confirm_payment_by_hand",
    "after commit of confirm_payment_by_hand",
    "before commit of reject_payment_by_hand",
    "after commit of reject_payment_by_hand",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_cash_is_made_once_wherever_the_server_dies() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    let staff = cashier(&shop).await;
    let mut decided = Vec::new();
    for (number, point) in CASES.iter().enumerate() {
        let mut server = shop.server(Some(point)).await;
        let (order, tx_ref) = waiting(&shop, coffee).await;
        let sql = "select id::text from payment_attempts where tx_ref = $1";
        let row = shop.kit.db.read().await.unwrap();
        let attempt: String = row.query_one(sql, &[&tx_ref]).await.unwrap().get(0);
        let is_confirmed = point.contains("confirm");
        let (verb, body) = if is_confirmed {
            let amount = json!({ "amount": 125_000, "currency": "ETB" });
            (
                "confirm",
                json!({ "amount": amount, "reference": format!("R-{number}") }),
            )
        } else {
            ("reject", json!({ "reason": "nobody at home" }))
        };
        let path = format!("/api/v1/admin/payments/attempts/{attempt}/{verb}/");
        let staff = staff.key(&format!("decision-{number}"));
        decide(&shop, &mut server, point, &staff, &path, &body)
            .await
            .expect(200);
        server.kill().await;
        decided.push((order, is_confirmed));
    }
    let mut worker = shop.worker(None);
    until_jobs_are_done(&shop).await;
    worker.kill().await;
    for (order, is_confirmed) in decided {
        let found = format!(
            "select count(*) from orders
            where id = '{order}' and status = '{}' and {} = (
                select count(*) from captures where order_id = orders.id)",
            if is_confirmed {
                "paid"
            } else {
                "pending_payment"
            },
            i32::from(is_confirmed),
        );
        assert_eq!(shop.number(&found).await, 1, "{order}");
    }
    let noted = "select count(*) from staff_audit where action like 'payment.%'";
    assert_eq!(shop.number(noted).await, 4);
    shop.assert_audit_clean().await;
}

/// Sends it, finds the server dead, starts another one, and sends it again with the same key.
async fn decide(
    shop: &Deployment,
    server: &mut Process,
    point: &str,
    staff: &Client,
    path: &str,
    body: &Value,
) -> Answer {
    let send = || {
        let bytes = body.to_string().into_bytes();
        staff.try_raw(Method::POST, path, "application/json", Some(bytes))
    };
    assert!(send().await.is_err(), "{point}: the server did not die");
    server.crashed(point).await;
    *server = shop.server(None).await;
    loop {
        match send().await {
            // PostgreSQL has not noticed yet that the first server is gone.
            Ok(answer) if answer.body["code"] == "idempotency_in_flight" => {}
            Ok(answer) => return answer,
            Err(error) => panic!("{point}: {error:?}"),
        }
    }
}

/// A guest's order of one unit that is to be paid at the door: its id and its payment's.
async fn waiting(shop: &Deployment, variant: ids::VariantId) -> (String, String) {
    let cart = shop
        .client()
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201);
    let guest = shop.client().guest(&cart.text("/shopper_token"));
    let items = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let line = json!({ "variant_id": variant, "quantity": 1 });
    guest.post(&items, line).await.expect(201);
    let body = place_body(&cart.text("/id"));
    let order = guest
        .post("/api/v1/orders/", body)
        .await
        .expect(201)
        .text("/id");
    let path = format!("/api/v1/payment/initiate/{order}/");
    let way = json!({ "provider": "cash_on_delivery" });
    let told = guest.post(&path, way).await.expect(200);
    (order, told.text("/tx_ref"))
}

/// Somebody with the right to confirm payments, signed in.
async fn cashier(shop: &Deployment) -> Client {
    let (now, lifetime) = (shop.kit.clock.now(), chrono::TimeDelta::hours(1));
    let new = NewStaff {
        email: EmailAddress::parse("cashier@shop.example").unwrap(),
        name: "Cashier".to_owned(),
        password_hash: "$argon2id$nobody".to_owned(),
    };
    let rights = Rights::of(&["payments.manage"]);
    let tx = shop.kit.db.begin("test_staff").await.unwrap();
    let id = staff::create(&tx, &Actor::command_line(), &new, &rights, now)
        .await
        .unwrap();
    let lifetimes = Lifetimes {
        absolute: lifetime,
        idle: lifetime,
    };
    let opened = sessions::open(&tx, staff::AUDIENCE, id.uuid(), lifetimes, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let tokens = Tokens::new("6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6", "nexus");
    let (who, session) = (opened.principal_id, opened.session_id);
    let token = tokens.issue(staff::AUDIENCE, who, session, now).unwrap();
    shop.client().bearer(&token)
}
