//! Staff confirm at the same moment, and at the moment when the order's time is over; a buyer pays
//! in two ways in two tabs. One capture, one live payment, never both ends.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::FutureExt;
use http::StatusCode;
use ids::VariantId;
use serde_json::{Value, json};

use crate::world::{
    Answer, Client, Shop, place_body,
    race::{
        Held, Racers, after_turns, at_most, at_once, caught, equal, every_round, holds,
        patient_shop, rounds, statuses,
    },
};

const ROUNDS: usize = 100;

/// An order that waits for a transfer: its id and its attempt's.
async fn waiting(shop: &Shop, racers: &Racers, variant: VariantId) -> (String, String) {
    let buyer = racers.guest(0);
    let cart = racers.cart(shop, &[(variant, 2)]).await;
    let order = buyer
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    let id = order.text("/id");
    initiate(buyer, id.clone(), "bank_transfer")
        .await
        .expect(200);
    let sql = "select id::text from payment_attempts where order_id = $1::text::uuid";
    let row = shop.db().await.query_one(sql, &[&id]).await.unwrap();
    (id, row.get(0))
}

async fn initiate(buyer: Client, order: String, provider: &str) -> Answer {
    let path = format!("/api/v1/payment/initiate/{order}/");
    buyer.post(&path, json!({ "provider": provider })).await
}

fn report(attempt: &str) -> Value {
    let amount = json!({ "amount": 20_000, "currency": "ETB" });
    json!({ "amount": amount, "reference": format!("FT-{attempt}") })
}

async fn confirm(staff: Client, key: String, attempt: String) -> Answer {
    let path = format!("/api/v1/admin/payments/attempts/{attempt}/confirm/");
    staff.key(&key).post(&path, report(&attempt)).await
}

async fn twice(shop: &Shop, racers: &Racers, token: &str, variant: VariantId) -> Held {
    let (on_hand, reserved) = shop.stock(variant).await;
    let (order, attempt) = waiting(shop, racers, variant).await;
    let requests = racers.lines().enumerate().map(|(n, line)| {
        let key = format!("{attempt}-{n}");
        confirm(line.bearer(token), key, attempt.clone())
    });
    let answers = at_once(requests).await;
    let count = async |what: String| shop.number(&format!("select count(*) from {what}")).await;
    let captures = count(format!("captures where order_id = '{order}'")).await;
    at_most("captures", captures, 1)?;
    equal(
        "answers",
        &statuses(&answers),
        &BTreeMap::from([(200, racers.count())]),
    )?;
    let is_same = answers
        .iter()
        .all(|answer| answer.bytes == answers[0].bytes);
    holds("bytes", is_same, "answers differ")?;
    equal("captures", &captures, &1)?;
    let paid = format!("events where name = 'order.paid' and subject_id = '{order}'");
    equal("events", &count(paid).await, &1)?;
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand - 2, reserved),
    )
}

async fn open(guards: &[&str]) -> (Shop, Racers, String, VariantId) {
    let shop = patient_shop(guards).await;
    let racers = Racers::open(&shop, 2).await;
    let token = shop.staff_token("cashier", &["payments.manage"]).await;
    let variant = shop.product("hand", &[(10_000, 100_000)]).await[0];
    (shop, racers, token, variant)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_two_confirm_is_captured_once() {
    let (shop, racers, token, variant) = open(&[]).await;
    every_round(rounds(ROUNDS), async |_| {
        twice(&shop, &racers, &token, variant).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_a_transfer_is_captured_twice() {
    let (shop, racers, token, variant) = open(&["capture once"]).await;
    for name in ["captures_attempt_key", "captures_provider_reference_key"] {
        shop.drop_constraint("captures", name).await;
    }
    shop.drop_index("captures_applied_key").await;
    caught("captures", 100, async |_| {
        twice(&shop, &racers, &token, variant).await
    })
    .await;
    shop.close_broken().await;
}

/// Two orders wait for transfers, and each is confirmed by the same line of the statement.
async fn one_reference(shop: &Shop, racers: &Racers, token: &str, variant: VariantId) -> Held {
    let (on_hand, reserved) = shop.stock(variant).await;
    let mut waits = Vec::new();
    for _ in 0..racers.count() {
        waits.push(waiting(shop, racers, variant).await);
    }
    let shared = report(&waits[0].1);
    let reference = shared["reference"].as_str().unwrap().to_owned();
    let requests = racers
        .lines()
        .zip(waits.clone())
        .map(|(line, (_, attempt))| {
            let (staff, body) = (line.bearer(token).key(&attempt), shared.clone());
            let path = format!("/api/v1/admin/payments/attempts/{attempt}/confirm/");
            async move { staff.post(&path, body).await }
        });
    let answers = at_once(requests).await;
    let captures = format!("captures where provider_reference = '{reference}'");
    let captures = shop
        .number(&format!("select count(*) from {captures}"))
        .await;
    at_most("captures", captures, 1)?;
    let expected = BTreeMap::from([(200, 1), (409, 1)]);
    equal("answers", &statuses(&answers), &expected)?;
    for (answer, (order, attempt)) in answers.iter().zip(&waits) {
        let is_paid = answer.status == StatusCode::OK;
        if !is_paid {
            equal(
                "code",
                &answer.text("/code"),
                &"payment_reference_taken".to_owned(),
            )?;
        }
        let sql = format!(
            "select status || ' ' || state from orders join payment_attempts on order_id = orders.id
            where orders.id = '{order}' and payment_attempts.id = '{attempt}'"
        );
        let due = if is_paid {
            "paid charged"
        } else {
            "pending_payment pending"
        };
        equal("order", &shop.text(&sql).await, &due.to_owned())?;
    }
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand - 2, reserved + 2),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transfer_that_is_to_pay_two_orders_pays_one() {
    let (shop, racers, token, variant) = open(&[]).await;
    every_round(rounds(ROUNDS), async |_| {
        one_reference(&shop, &racers, &token, variant).await
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_one_transfer_pays_two_orders() {
    let (shop, racers, token, variant) = open(&[]).await;
    let key = "captures_provider_reference_key";
    shop.drop_constraint("captures", key).await;
    caught("captures", 100, async |_| {
        one_reference(&shop, &racers, &token, variant).await
    })
    .await;
    shop.close_broken().await;
}

/// The order's time is over; staff confirm and the worker lets it go. Answers which was first.
async fn at_the_end(
    shop: &Shop,
    racers: &Racers,
    variant: VariantId,
    n: usize,
) -> Result<String, String> {
    let (on_hand, reserved) = shop.stock(variant).await;
    let (order, attempt) = waiting(shop, racers, variant).await;
    shop.advance(TimeDelta::hours(72));
    // Signed in now: nobody's token is good for three days.
    let name = format!("cashier-{attempt}");
    let token = shop.staff_token(&name, &["payments.manage"]).await;
    let worker = nexus::workers::worker(&shop.app);
    let line = racers.guest(1).bearer(&token);
    let said = confirm(line, attempt.clone(), attempt.clone());
    let say = async move { said.await.status }.boxed();
    let expire = async move {
        worker.run_due().await.unwrap();
        StatusCode::OK
    }
    .boxed();
    let answers = match n {
        0 => vec![say.await, expire.await],
        1 => vec![expire.await, say.await],
        _ => at_once([after_turns(n * 8, say).boxed(), expire]).await,
    };
    equal("answers", &answers, &vec![StatusCode::OK; 2])?;
    let sql = "
        select payment_attempts.state || ' ' || status || ' ' || disposition || ' ' ||
            (select string_agg(state, ' and ' order by state) from reservations
                where order_id = orders.id and state <> 'released')
        from orders
        join payment_attempts on payment_attempts.order_id = orders.id
        join captures on captures.attempt_id = payment_attempts.id
        where orders.id = $1::text::uuid";
    let found = shop.db().await.query(sql, &[&order]).await.unwrap();
    equal("captures", &found.len(), &1)?;
    let found: String = found[0].get(0);
    let in_time = found == "charged paid applied claimed";
    // Too late by a moment: the units are still there, so the order comes back.
    let late = found == "charged_late paid applied claimed";
    holds("books", in_time || late, &found)?;
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand - 2, reserved),
    )?;
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_at_the_end_of_the_hold_has_one_outcome() {
    let (shop, racers, _, variant) = open(&[]).await;
    let mut outcomes = BTreeMap::new();
    every_round(rounds(ROUNDS), async |n| {
        let found = at_the_end(&shop, &racers, variant, n % ROUNDS).await?;
        *outcomes.entry(found).or_insert(0) += 1;
        Ok(())
    })
    .await;
    assert_eq!(outcomes.len(), 2, "both ends were seen: {outcomes:?}");
    shop.close().await;
}

async fn two_tabs(shop: &Shop, racers: &Racers, variant: VariantId) -> Held {
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let order = racers
        .guest(0)
        .post("/api/v1/orders/", place_body(&cart))
        .await;
    let id = order.expect(201).text("/id");
    let ways = ["chapa", "bank_transfer"];
    let requests = racers
        .tabs()
        .zip(ways)
        .map(|(tab, way)| initiate(tab, id.clone(), way));
    let answers = at_once(requests).await;
    let answered = statuses(&answers);
    let is_known = answered.keys().all(|status| [200, 409].contains(status));
    holds("answers", is_known, &answered)?;
    let live = format!(
        "select count(*) from payment_attempts
        where order_id = '{id}' and state in ('created', 'unknown', 'pending')"
    );
    equal("live", &shop.number(&live).await, &1)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_with_two_ways_to_pay_leave_one() {
    let (shop, racers, _, variant) = open(&[]).await;
    every_round(rounds(30), async |_| {
        two_tabs(&shop, &racers, variant).await
    })
    .await;
    shop.close().await;
}
