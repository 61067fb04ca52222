//! The buyer pays at the moment when the hold ends: the order is paid and has its units, whether
//! the money came first or brought it back. Once, with one capture and one sale.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::FutureExt;
use http::StatusCode;
use ids::VariantId;
use serde_json::json;

use crate::world::{
    Client, Shop, place_body,
    race::{Racers, after_turns, at_once, caught, equal, every_round, holds, patient_shop, rounds},
};

/// What became of an order: its status, captures applied and surplus, open reviews, what its
/// units are, sales, how often it expired.
type Books = (String, i64, i64, i64, String, i64, i64);

const BOOKS: &str = "
    select status,
        (select count(*) from captures
            where order_id = orders.id and disposition = 'applied'),
        (select count(*) from captures
            where order_id = orders.id and disposition = 'surplus'),
        (select count(*) from payment_reviews
            join payment_attempts on payment_attempts.id = attempt_id
            where order_id = orders.id and resolved_at is null),
        (select string_agg(state, ' and ') from reservations where order_id = orders.id),
        (select count(*) from stock_movements where order_id = orders.id),
        (select count(*) from order_history
            where order_id = orders.id and to_status = 'expired')
    from orders
    where id = $1::text::uuid";

async fn books(shop: &Shop, order: &str) -> Books {
    let row = shop.db().await.query_one(BOOKS, &[&order]).await.unwrap();
    (
        row.get(0),
        row.get(1),
        row.get(2),
        row.get(3),
        row.get(4),
        row.get(5),
        row.get(6),
    )
}

/// An order whose hold ends now, with a payment page that is open.
async fn at_its_end(shop: &Shop, buyer: &Client, cart: &str) -> (String, String) {
    let order = buyer
        .post("/api/v1/orders/", place_body(cart))
        .await
        .expect(201);
    let (tx_ref, _) = shop.initiate(buyer, &order.body).await;
    shop.advance(TimeDelta::minutes(60));
    (order.text("/id"), tx_ref)
}

/// Asks until the worker has closed the payment page: then it is about to let the order go.
async fn page_is_closed(provider: &Client, tx_ref: &str) {
    let path = format!("/__sim/transactions/{tx_ref}");
    for _ in 0..100_000 {
        let page = provider.get(&path).await.expect(200);
        if page.body["is_open"] == false {
            return;
        }
    }
    panic!("the worker does not close the page");
}

/// Paying and the worker: in the first round one after the other, in the second in the other
/// order, then at once. The worker asks, closes the page and lets the order go, which takes it
/// longer than paying takes: so the buyer is late, by ever more turns of the scheduler or by
/// waiting for the page to close.
async fn release_both(shop: &Shop, line: Client, tx_ref: &str, n: usize) -> Vec<StatusCode> {
    let (provider, worker) = (shop.provider(), nexus::workers::worker(&shop.app));
    let (tx_ref, waits_for_page) = (tx_ref.to_owned(), n > 1 && n.is_multiple_of(2));
    let pay = async move {
        if waits_for_page {
            page_is_closed(&provider, &tx_ref).await;
        }
        let pay = format!("/__sim/transactions/{tx_ref}/pay");
        provider.post(&pay, json!({})).await.expect(200);
        let verify = format!("/api/v1/payment/verify/{tx_ref}/");
        line.get(&verify).await.status
    }
    .boxed();
    let expire = async move {
        worker.run_due().await.unwrap();
        StatusCode::OK
    }
    .boxed();
    match n {
        0 => vec![pay.await, expire.await],
        1 => vec![expire.await, pay.await],
        _ if waits_for_page => at_once([pay, expire]).await,
        _ => at_once([after_turns(n * n * 16, pay).boxed(), expire]).await,
    }
}

/// Answers whether the order had expired before it was paid.
async fn settle(
    shop: &Shop,
    racers: &Racers,
    variant: VariantId,
    n: usize,
) -> Result<bool, String> {
    let (on_hand, reserved) = shop.stock(variant).await;
    let cart = racers.cart(shop, &[(variant, 2)]).await;
    let (order, tx_ref) = at_its_end(shop, &racers.guest(0), &cart).await;
    let answers = release_both(shop, racers.guest(0), &tx_ref, n).await;
    shop.run_jobs().await;
    let found = books(shop, &order).await;
    let paid = |expiries| -> Books {
        (
            "paid".to_owned(),
            1,
            0,
            0,
            "claimed".to_owned(),
            1,
            expiries,
        )
    };
    holds("books", found == paid(0) || found == paid(1), &found)?;
    equal(
        "stock",
        &shop.stock(variant).await,
        &(on_hand - 2, reserved),
    )?;
    equal("answers", &answers, &vec![StatusCode::OK; 2])?;
    Ok(found == paid(1))
}

const ROUNDS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_paid_at_its_end_is_paid_before_or_after_it() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, 1).await;
    let variant = shop.product("end", &[(10_000, 100_000)]).await[0];
    let mut outcomes = BTreeMap::new();
    every_round(rounds(ROUNDS), async |n| {
        let was_late = settle(&shop, &racers, variant, n % ROUNDS).await?;
        *outcomes.entry(was_late).or_insert(0) += 1;
        Ok(())
    })
    .await;
    assert_eq!(outcomes.len(), 2, "both ends were seen");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_an_expired_order_is_paid() {
    let shop = patient_shop(&["capture once"]).await;
    let racers = Racers::open(&shop, 1).await;
    let variant = shop.product("end", &[(10_000, 100_000)]).await[0];
    caught("books", 50, async |n| {
        settle(&shop, &racers, variant, n).await.map(drop)
    })
    .await;
    shop.close_broken().await;
}
