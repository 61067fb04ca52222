//! One cart has one place and one token, and no more tokens count than there are slots, however
//! many ask at once and at however many servers.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::FutureExt;
use serde_json::json;

use super::queued_sale;
use crate::world::{
    Client, Second, Shop,
    race::{Held, Racers, at_most, at_once, caught, equal, every_round, patient_shop, rounds},
};

const CLICKS: usize = 20;

/// Everybody joins with one cart at once.
async fn one_cart(shop: &Shop, racers: &Racers, n: usize) -> Held {
    let variant = shop.product(&format!("goods-{n}"), &[(100, 50)]).await[0];
    let sale = queued_sale(shop, &[variant], TimeDelta::zero(), 50).await;
    let cart = racers.cart(shop, &[(variant, 1)]).await;
    let path = format!("/api/v1/sales/{sale}/queue/");
    let joins = racers.tabs().map(|tab| {
        let (path, body) = (path.clone(), json!({ "cart_id": cart }));
        async move { tab.post(&path, body).await }
    });
    let answers = at_once(joins).await;
    let sql = format!("select count(*) from sale_queue_places where sale_id = '{sale}'");
    at_most("places", shop.number(&sql).await, 1)?;
    let places = answers.iter().map(|answer| answer.text("/place_id"));
    equal("places told", &places.collect::<BTreeSet<_>>().len(), &1)?;
    let new = answers.iter().filter(|answer| answer.status == 201).count();
    equal("new places", &new, &1)?;
    let numbers = answers.iter().all(|answer| answer.body["number"] == 1);
    equal("everybody has the number", &numbers, &true)?;
    let tokens = answers
        .iter()
        .filter_map(|answer| answer.body["admission"]["token"].as_str());
    let tokens: BTreeSet<&str> = tokens.collect();
    at_most("tokens", tokens.len(), 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cart_has_one_place() {
    let shop = patient_shop(&[]).await;
    let racers = Racers::open(&shop, CLICKS).await;
    let round = async |n| one_cart(&shop, &racers, n).await;
    every_round(rounds(10), round).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_constraint_one_cart_has_many() {
    let shop = patient_shop(&[]).await;
    let name = "sale_queue_places_cart_key";
    shop.drop_constraint("sale_queue_places", name).await;
    let racers = Racers::open(&shop, CLICKS).await;
    caught("places", 20, async |n| one_cart(&shop, &racers, n).await).await;
    shop.close_broken().await;
}

const SLOTS: i64 = 3;
const WAITING: i64 = 40;

/// Forty wait, and all servers are asked at once.
async fn turns(shop: &Shop, others: &[Second], n: usize) -> Held {
    let variant = shop.product(&format!("goods-{n}"), &[(100, 500)]).await[0];
    let sale = queued_sale(shop, &[variant], TimeDelta::zero(), SLOTS).await;
    let sql = format!(
        "insert into sale_queues (sale_id, seed, drawn_at, drawn_number, last_number, created_at)
         values ('{sale}', 'seed', now(), 0, {WAITING}, now());
         with carts as (
             insert into carts (id, token_hash, currency, created_at, updated_at)
             select gen_random_uuid(), '', 'ETB', now(), now()
             from generate_series(1, {WAITING})
             returning id
         )
         insert into sale_queue_places (id, sale_id, cart_id, number, joined_at)
         select gen_random_uuid(), '{sale}', id, row_number() over (), now() from carts"
    );
    shop.db().await.batch(&sql).await.unwrap();
    let (who, cart) = shop.guest_cart(&[(variant, 1)]).await;
    let path = format!("/api/v1/sales/{sale}/queue/{cart}/");
    let token = who.header("x-shopper-token").unwrap().to_owned();
    let urls = others.iter().map(|other| &other.url).chain([&shop.url]);
    let asks = urls.map(|url| {
        let (who, path) = (Client::new(url).guest(&token), path.clone());
        async move {
            let answer = who.get(&path).await;
            answer.refused(404, "queue_place_not_found");
        }
    });
    at_once(asks).await;
    let called = "select count(*) from sale_queue_places where state = 'admitted' and sale_id = ";
    let called = shop.number(&format!("{called}'{sale}'")).await;
    at_most("tokens", called, SLOTS)?;
    equal("called", &called, &SLOTS)
}

async fn others(shop: &Shop) -> Vec<Second> {
    seconds(shop, 5).await
}

async fn seconds(shop: &Shop, count: usize) -> Vec<Second> {
    let mut others = Vec::new();
    for _ in 0..count {
        others.push(Second::open(shop).await);
    }
    others
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_call_no_more_than_there_are_slots() {
    let shop = patient_shop(&[]).await;
    let others = others(&shop).await;
    every_round(rounds(10), async |n| turns(&shop, &others, n).await).await;
    for other in others {
        other.close().await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_queue_s_lock_they_call_more() {
    let shop = patient_shop(&["queue lock"]).await;
    let others = others(&shop).await;
    caught("tokens", 100, async |n| turns(&shop, &others, n).await).await;
    for other in others {
        other.close().await;
    }
    shop.close_broken().await;
}

async fn who_calls(who: Client, path: String) -> crate::world::Answer {
    who.get(&path).await.expect(200)
}

/// Everybody leaves, and other servers call them at the same moment.
async fn leaving(shop: &Shop, racers: &Racers, others: &[Second], n: usize) -> Held {
    let variant = shop.product(&format!("goods-{n}"), &[(100, 500)]).await[0];
    let sale = queued_sale(shop, &[variant], TimeDelta::zero(), 100).await;
    let carts = racers.carts(shop, |_| vec![(variant, 1)]).await;
    let count = carts.len();
    let sql = format!(
        "insert into sale_queues (sale_id, seed, drawn_at, drawn_number, last_number, created_at)
         values ('{sale}', 'seed', now(), 0, {count}, now());
         insert into sale_queue_places (id, sale_id, cart_id, number, joined_at)
         select gen_random_uuid(), '{sale}', cart_id, number, now()
         from unnest('{{{}}}'::uuid[]) with ordinality as carts (cart_id, number)",
        carts.join(",")
    );
    shop.db().await.batch(&sql).await.unwrap();
    let path = |cart: &str| format!("/api/v1/sales/{sale}/queue/{cart}/");
    let own = racers.guest(0);
    let token = own.header("x-shopper-token").unwrap().to_owned();
    let calls = others
        .iter()
        .map(|other| (Client::new(&other.url).guest(&token), path(&carts[0])));
    let calls = calls.map(|(who, path)| who_calls(who, path).boxed());
    let leaves = (0..count).map(|n| {
        let (who, path) = (racers.guest(n), path(&carts[n]));
        async move {
            // Every other one asks first, and so comes when others are being called, or are.
            if n % 2 == 1 {
                who.get(&path).await.expect(200);
            }
            who.delete(&path).await
        }
        .boxed()
    });
    let answers = at_once(leaves.chain(calls)).await;
    let places = async |what: &str| {
        let sql = "select count(*) from sale_queue_places where sale_id =";
        shop.number(&format!("{sql} '{sale}' and {what}")).await
    };
    let given_up = places("state = 'left' and admitted_at is not null").await;
    equal("turns given up", &given_up, &0)?;
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        equal("code", &answer.body["code"], &json!("queue_turn_has_come"))?;
    }
    let told = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    equal(
        "left",
        &places("state = 'left'").await,
        &i64::try_from(told(204)).unwrap(),
    )?;
    equal(
        "called",
        &places("state = 'admitted'").await,
        &i64::try_from(told(409)).unwrap(),
    )?;
    equal("answers", &(told(204) + told(409)), &count)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_does_not_leave_and_who_has_left_is_not_called() {
    let shop = patient_shop(&[]).await;
    let (racers, others) = (Racers::open(&shop, CLICKS).await, seconds(&shop, 2).await);
    every_round(rounds(10), async |n| {
        leaving(&shop, &racers, &others, n).await
    })
    .await;
    for other in others {
        other.close().await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_leaving_guard_turns_are_given_up() {
    let shop = patient_shop(&["queue leaving guard"]).await;
    let name = "sale_queue_places_admitted_when";
    shop.drop_constraint("sale_queue_places", name).await;
    let (racers, others) = (Racers::open(&shop, CLICKS).await, seconds(&shop, 2).await);
    caught("turns given up", 100, async |n| {
        leaving(&shop, &racers, &others, n).await
    })
    .await;
    for other in others {
        other.close().await;
    }
    shop.close_broken().await;
}
