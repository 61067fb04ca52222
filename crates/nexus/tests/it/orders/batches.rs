//! Orders that wait are placed together: in the order of their arrival, each with its own answer,
//! and none spoils another.

use kit::sabotage::Sabotage;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{ORDERS, body_with, etb};
use crate::world::{Answer, Client, Shop, place_body, race::patient_shop, until};

/// Holds the counter of order numbers, so that whoever has come first stands at it and everybody
/// after them waits.
struct Plug {
    lock: kit::Tx,
    first: JoinHandle<Answer>,
}

impl Plug {
    async fn put(shop: &Shop, guest: Client, cart: &str) -> Self {
        let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
        lock.query("select from order_numbers for update", &[])
            .await
            .unwrap();
        let body = place_body(cart);
        let first = shop
            .app
            .tasks
            .spawn(async move { guest.post(ORDERS, body).await });
        let waiting = "select count(*) from pg_stat_activity \
                       where datname = current_database() and wait_event_type = 'Lock'";
        until("the first stands at the counter", async || {
            (shop.number(waiting).await == 1 && shop.app.placement.waiting() == 0).then_some(())
        })
        .await;
        Self { lock, first }
    }

    async fn pull(self) -> Answer {
        self.lock.rollback().await.unwrap();
        self.first.await.unwrap()
    }
}

/// Everybody arrives after the one before them; answers in the order of arrival.
async fn queue(shop: &Shop, wishes: Vec<(Client, Value)>) -> Vec<JoinHandle<Answer>> {
    let mut asked = Vec::new();
    for (client, body) in wishes {
        asked.push(
            shop.app
                .tasks
                .spawn(async move { client.post(ORDERS, body).await }),
        );
        let count = asked.len();
        until("it waits", async || {
            (shop.app.placement.waiting() == count).then_some(())
        })
        .await;
    }
    asked
}

pub(super) async fn all(asked: Vec<JoinHandle<Answer>>) -> Vec<Answer> {
    let answers = futures_util::future::join_all(asked).await;
    answers.into_iter().map(Result::unwrap).collect()
}

fn number(answer: &Answer) -> i64 {
    answer.body["number"].as_i64().unwrap()
}

const TRANSACTIONS: &str = "select count(distinct xmin::text) from orders";

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_wait_are_placed_together_in_the_order_of_their_arrival() {
    let shop = patient_shop(&[]).await;
    let coffee = shop.product("coffee", &[(100, 50), (200, 50)]).await;
    let (guest, cart) = shop.guest_cart(&[(coffee[0], 1)]).await;
    let mut wishes = Vec::new();
    for n in 0..12 {
        let lines = [(coffee[n % 2], 2), (coffee[(n + 1) % 2], 1)];
        let (guest, cart) = shop.guest_cart(&lines[..=n % 2]).await;
        wishes.push((guest, place_body(&cart)));
    }
    let plug = Plug::put(&shop, guest, &cart).await;
    let asked = queue(&shop, wishes.clone()).await;
    assert_eq!(number(&plug.pull().await.expect(201)), 1001);
    let answers = all(asked).await;
    for (n, (answer, (guest, _))) in (1002..).zip(answers.into_iter().zip(&wishes)) {
        let answer = answer.expect(201);
        assert_eq!(number(&answer), n);
        // What was answered without being read back is what is read.
        let path = format!("{ORDERS}{}/", answer.text("/id"));
        assert_eq!(guest.get(&path).await.expect(200).body, answer.body);
    }
    assert_eq!(shop.number(TRANSACTIONS).await, 2);
    assert_eq!(
        (shop.stock(coffee[0]).await, shop.stock(coffee[1]).await),
        ((50, 19), (50, 12))
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_order_spoils_nobody_s() {
    let shop = patient_shop(&[]).await;
    let goods = shop.product("goods", &[(100, 5), (200, 50)]).await;
    let (plugging, plug_cart) = shop.guest_cart(&[(goods[1], 1)]).await;
    let (abebe, few) = shop.guest_cart(&[(goods[0], 3), (goods[1], 1)]).await;
    let (sara, many) = shop.guest_cart(&[(goods[0], 3)]).await;
    let (lula, two) = shop.guest_cart(&[(goods[0], 2)]).await;
    let (hana, dear) = shop.guest_cart(&[(goods[1], 2)]).await;
    let (tola, empty) = shop.guest_cart(&[]).await;
    let wrong = body_with(&dear, &json!({ "expected_total": etb(399) }));
    let right = body_with(&dear, &json!({ "expected_total": etb(400) }));
    let other = body_with(&few, &json!({ "note": "another body" }));
    let plug = Plug::put(&shop, plugging.clone(), &plug_cart).await;
    let asked = queue(
        &shop,
        vec![
            (abebe.key("a"), place_body(&few)),
            (sara.clone(), place_body(&many)),
            (lula.clone(), place_body(&two)),
            (hana.key("h"), wrong),
            (hana.key("h"), right),
            (tola, place_body(&empty)),
            (lula.clone(), place_body(&few)),
            (abebe.key("a"), place_body(&few)),
            (abebe.key("a"), other),
            (abebe.clone(), place_body(&few)),
            (plugging, place_body(&plug_cart)),
        ],
    )
    .await;
    let first = plug.pull().await.expect(201);
    let mut answers = all(asked).await.into_iter();
    let mut next = || answers.next().unwrap();
    let placed = next().expect(201);
    let short = next().refused(409, "insufficient_stock");
    let meta = json!({ "variant_id": goods[0], "available": 2, "wanted": 3 });
    assert_eq!(short.body["errors"][0]["meta"], meta);
    let last_two = next().expect(201);
    next().refused(409, "cart_changed");
    let corrected = next().expect(201);
    next().refused(409, "cart_empty");
    next().refused(404, "cart_not_found");
    let again = next().expect(201);
    assert_eq!(
        (&again.bytes, &placed.headers.get("idempotent-replayed")),
        (&placed.bytes, &None)
    );
    assert_eq!(again.headers["idempotent-replayed"], "true");
    next().refused(422, "idempotency_conflict");
    assert_eq!(next().expect(200).bytes, placed.bytes);
    assert_eq!(next().expect(200).bytes, first.bytes);
    let numbers = [&first, &placed, &last_two, &corrected].map(number);
    assert_eq!(numbers, [1001, 1002, 1003, 1004]);
    assert_eq!(shop.number(TRANSACTIONS).await, 2);
    assert_eq!(
        (shop.stock(goods[0]).await, shop.stock(goods[1]).await),
        ((5, 5), (50, 4))
    );
    assert_eq!(shop.count("idempotency_keys").await, 2);
    shop.close().await;
}

/// Runs on each new order, before it is written.
async fn on_order(shop: &Shop, statements: &str) {
    let sql = format!(
        "create sequence tries;
         create function disturb() returns trigger language plpgsql as $$
         begin {statements} return new; end $$;
         create trigger disturb before insert on orders for each row execute function disturb()"
    );
    shop.db().await.batch(&sql).await.unwrap();
}

/// Eight orders in one batch, after the one that holds them up.
async fn eight(shop: &Shop, email_of_fourth: &str) -> Vec<Answer> {
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let mut wishes = Vec::new();
    for n in 0..8 {
        let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
        let email = if n == 3 {
            email_of_fourth
        } else {
            "abebe@example.com"
        };
        let body = body_with(&cart, &json!({ "email": email }));
        wishes.push((guest.key(&format!("key-{n}")), body));
    }
    let plug = Plug::put(shop, guest, &cart).await;
    let asked = queue(shop, wishes).await;
    plug.pull().await.expect(201);
    all(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_breaks_the_transaction_fails_alone() {
    let shop = patient_shop(&[]).await;
    let poison = "if new.email = 'poison@example.com' then raise exception 'poison'; end if;";
    on_order(&shop, poison).await;
    let answers = eight(&shop, "poison@example.com").await;
    let mut numbers = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        if n == 3 {
            answer.refused(500, "internal_error");
        } else {
            numbers.push(number(&answer.expect(201)));
        }
    }
    assert_eq!(numbers, [1002, 1003, 1004, 1005, 1006, 1007, 1008]);
    assert_eq!(shop.count("idempotency_keys").await, 7);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_postgresql_gave_up_is_placed_again() {
    for trouble in [
        "raise exception 'given up' using errcode = 'deadlock_detected'",
        "raise exception 'given up' using errcode = 'serialization_failure'",
        "perform pg_terminate_backend(pg_backend_pid())",
    ] {
        let shop = patient_shop(&[]).await;
        // The first goes through; the batch behind it breaks three times.
        let statements = format!("if nextval('tries') between 2 and 4 then {trouble}; end if;");
        on_order(&shop, &statements).await;
        let answers = eight(&shop, "abebe@example.com").await;
        let numbers: Vec<i64> = answers
            .into_iter()
            .map(|answer| number(&answer.expect(201)))
            .collect();
        assert_eq!(numbers, [1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009]);
        assert_eq!(shop.number(TRANSACTIONS).await, 2, "{trouble}");
        shop.close().await;
    }
}

/// The commit stands and nobody knows: each order is found by its cart or key, and none is placed
/// twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_got_lost_is_found() {
    let sabotage = Sabotage::of(&["answer to commit of place_order"]);
    let shop = Shop::open_with(sabotage, |settings| {
        settings.database.lock_timeout_ms = 120_000;
        settings.database.statement_timeout_ms = 120_000;
    })
    .await;
    let answers = eight(&shop, "abebe@example.com").await;
    let mut numbers: Vec<i64> = answers
        .into_iter()
        .map(|answer| number(&answer.expect(201)))
        .collect();
    numbers.dedup();
    assert_eq!(numbers, [1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009]);
    let (guest, cart) = shop.guest_cart(&[]).await;
    let coffee = shop.product("tea", &[(100, 5)]).await[0];
    let line = json!({ "variant_id": coffee });
    guest
        .post(&format!("/api/v1/cart/{cart}/items/"), line)
        .await
        .expect(201);
    // Without a key the order is known by its id: it is this request that has placed it.
    let placed = guest.post(ORDERS, place_body(&cart)).await.expect(201);
    let again = guest.post(ORDERS, place_body(&cart)).await.expect(200);
    assert_eq!(placed.body, again.body);
    assert_eq!(shop.count("orders").await, 10);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so_at_once() {
    let shop = Shop::open_with(Sabotage::none(), |settings| {
        settings.checkout.waiting_max = 3;
        settings.database.lock_timeout_ms = 120_000;
        settings.database.statement_timeout_ms = 120_000;
    })
    .await;
    let coffee = shop.product("coffee", &[(100, 50)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let mut wishes = Vec::new();
    for _ in 0..3 {
        let (guest, cart) = shop.guest_cart(&[(coffee, 1)]).await;
        wishes.push((guest, place_body(&cart)));
    }
    let (late, late_cart) = shop.guest_cart(&[(coffee, 1)]).await;
    let plug = Plug::put(&shop, guest, &cart).await;
    let asked = queue(&shop, wishes).await;
    for _ in 0..5 {
        let full = late.post(ORDERS, place_body(&late_cart)).await;
        let full = full.refused(503, "overloaded");
        assert!(full.headers.contains_key("retry-after"));
        assert_eq!(full.body["retryable"], true);
    }
    plug.pull().await.expect(201);
    for answer in all(asked).await {
        answer.expect(201);
    }
    late.post(ORDERS, place_body(&late_cart)).await.expect(201);
    assert_eq!(shop.stock(coffee).await, (50, 5));
    shop.close().await;
}
