//! The feed: every committed event once, none of a change that was rolled back, no gap.

use std::collections::BTreeSet;

use nexus::workers;
use serde_json::json;

use super::{ENDPOINTS, order, told};
use crate::world::{
    Receiver, Shop, place_body,
    race::{Racers, at_once, every_round, rounds},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_rolled_back_is_told_to_nobody() {
    let receiver = Receiver::open().await;
    let (shop, _, _) = told(&receiver, &[]).await;
    let variant = shop.product("coffee", &[(100, 1)]).await[0];
    let (guest, cart) = shop.guest_cart(&[(variant, 1)]).await;
    let (other, second) = shop.guest_cart(&[(variant, 1)]).await;
    guest
        .post("/api/v1/orders/", place_body(&cart))
        .await
        .expect(201);
    other
        .post("/api/v1/orders/", place_body(&second))
        .await
        .refused(409, "insufficient_stock");
    shop.run_jobs().await;
    assert_eq!(receiver.events(), ["order.placed"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_and_two_relays_leave_no_gap() {
    let receiver = Receiver::open().await;
    let (shop, owner, _) = told(&receiver, &["order.placed"]).await;
    let racers = Racers::open(&shop, 6).await;
    let variant = shop.product("coffee", &[(100, 100_000)]).await[0];
    every_round(rounds(5), async |_| {
        let mut actions = Vec::new();
        for n in 0..6 {
            let (cart, guest) = (racers.cart(&shop, &[(variant, 1)]).await, racers.guest(0));
            let relay = workers::relay(&shop.app);
            let body = place_body(&cart);
            actions.push(async move {
                if n > 3 {
                    relay.run_due().await.unwrap();
                }
                guest.post("/api/v1/orders/", body).await
            });
        }
        for answer in at_once(actions).await {
            answer.expect(201);
        }
        Ok(())
    })
    .await;
    shop.run_jobs().await;
    let orders = shop.count("orders").await;
    let gaps = "select max(position) - count(position) from events where position is not null";
    assert_eq!(shop.number(gaps).await, 0);
    assert_eq!(
        shop.number("select count(*) from events where position is null")
            .await,
        0
    );
    let told: BTreeSet<String> = receiver
        .received()
        .iter()
        .map(|one| one.text_of("object_id"))
        .collect();
    assert_eq!(i64::try_from(told.len()).unwrap(), orders);
    assert_eq!(i64::try_from(receiver.received().len()).unwrap(), orders);
    let numbers: BTreeSet<i64> = receiver
        .received()
        .iter()
        .map(|one| one.body["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=orders).collect());
    drop(owner);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_endpoint_hears_of_what_comes_and_not_of_the_past() {
    let receiver = Receiver::open().await;
    let shop = Shop::open().await;
    let owner = shop.superuser().await;
    order(&shop, "before").await;
    shop.advance(chrono::TimeDelta::seconds(1));
    let body = json!({ "url": receiver.url });
    owner.post(ENDPOINTS, body).await.expect(201);
    let placed = order(&shop, "after").await;
    shop.run_jobs().await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body["object_id"], placed["id"]);
    shop.close().await;
}

#[test]
fn every_event_is_in_the_registry() {
    let mut sources = String::new();
    for entry in
        std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
    {
        let events = entry.unwrap().path().join("src/events.rs");
        sources += &std::fs::read_to_string(events).unwrap_or_default();
    }
    let words = sources.split('"').skip(1).step_by(2);
    let is_name = |word: &&str| {
        word.contains('.')
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b"._".contains(&b))
    };
    let written: BTreeSet<&str> = words.filter(is_name).collect();
    let known: BTreeSet<&str> = nexus::events::NAMES.iter().copied().collect();
    assert_eq!(written, known);
}
