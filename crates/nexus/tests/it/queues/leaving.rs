//! Whoever waits may leave, and those behind move up.

use chrono::TimeDelta;
use serde_json::json;

use super::{SALES, Waiter, queued_sale};
use crate::world::{Shop, Stream, until};

/// So many who wait, in the order of their numbers.
async fn line(shop: &Shop, sale: &str, variant: ids::VariantId, count: usize) -> Vec<Waiter> {
    let mut waiters = Vec::new();
    for n in 1..=count {
        let waiter = Waiter::new(shop, sale, variant).await;
        assert_eq!(waiter.join().await.expect(201).body["number"], n);
        waiters.push(waiter);
    }
    waiters
}

#[tokio::test(flavor = "multi_thread")]
async fn those_behind_move_up_and_who_comes_back_stands_at_the_end() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 1).await;
    let waiters = line(&shop, &sale, goods[0], 5).await;
    let token = waiters[0].token().await;
    assert_eq!(waiters[4].place().await["position"], 4);
    let path = waiters[2].path() + "stream/";
    let mut stream = Stream::open(&waiters[2].who, &path, None).await;
    assert_eq!(stream.next().await.1["position"], 2);
    waiters[2].leave().await.expect(204);
    // Once more changes nothing.
    waiters[2].leave().await.expect(204);
    while stream.next().await.1["state"] != "left" {}
    stream.end().await;
    let left = waiters[2].place().await;
    assert_eq!(
        (&left["state"], &left["position"], &left["admission"]),
        (&json!("left"), &json!(null), &json!(null))
    );
    until("the last moves up", async || {
        let place = waiters[4].place().await;
        (place["position"] == 3).then_some(())
    })
    .await;
    assert_eq!(waiters[1].place().await["position"], 1);
    let again = waiters[2].join().await.expect(201).body;
    assert_eq!(
        (&again["state"], &again["number"]),
        (&json!("waiting"), &json!(6))
    );
    // One after the other has the one slot: 2, 4, 5, and 6, who was 3.
    waiters[0].buy(&[&token]).await.expect(201);
    for n in [1, 3, 4, 2] {
        let token = waiters[n].token().await;
        waiters[n].buy(&[&token]).await.expect(201);
    }
    assert_eq!(shop.stock(goods[0]).await, (50, 5));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_s_turn_it_is_cannot_leave_and_who_let_it_pass_need_not() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 2).await;
    let waiters = line(&shop, &sale, goods[0], 2).await;
    let token = waiters[0].token().await;
    waiters[1].token().await;
    waiters[0].buy(&[&token]).await.expect(201);
    let before = shop.state().await;
    for waiter in &waiters {
        waiter.leave().await.refused(409, "queue_turn_has_come");
    }
    assert_eq!(shop.state().await, before);
    shop.advance(TimeDelta::seconds(60));
    waiters[1].leave().await.expect(204);
    waiters[1].until("expired").await;
    let nobody = Waiter::new(&shop, &sale, goods[0]).await;
    nobody.leave().await.refused(404, "queue_place_not_found");
    shop.close().await;
}

/// Who leaves before the draw has no part in it.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_before_the_start_has_no_number() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::seconds(60), 1).await;
    let mut waiters = Vec::new();
    for _ in 0..4 {
        let waiter = Waiter::new(&shop, &sale, goods[0]).await;
        waiter.join().await.expect(201);
        waiters.push(waiter);
    }
    waiters[0].leave().await.expect(204);
    waiters[1].leave().await.expect(204);
    // Who thinks better of it in time is drawn with the others.
    waiters[1].join().await.expect(201);
    shop.advance(TimeDelta::seconds(60));
    let mut numbers = Vec::new();
    for waiter in &waiters[1..] {
        let number = until("the draw", async || waiter.place().await["number"].as_i64()).await;
        numbers.push(number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(waiters[0].place().await["number"], json!(null));
    assert_eq!(waiters[0].join().await.expect(201).body["number"], 4);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_see_how_a_queue_goes() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 2).await;
    let waiters = line(&shop, &sale, goods[0], 6).await;
    let token = waiters[0].token().await;
    waiters[0].buy(&[&token]).await.expect(201);
    waiters[5].leave().await.expect(204);
    let staff = shop.staff("seller", &["catalogue.edit"]).await;
    let path = format!("{SALES}{sale}/queue/");
    let seen = until("the second is called", async || {
        let seen = staff.get(&path).await.expect(200).body;
        (seen["called_number"] == 3).then_some(seen)
    })
    .await;
    let expected = json!({
        "sale_id": sale, "starts_at": seen["starts_at"], "ends_at": null, "slots": 2,
        "token_seconds": 60, "drawn_at": seen["drawn_at"], "waiting": 2, "admitted": 2,
        "used": 1, "expired": 0, "left": 1, "last_number": 6, "called_number": 3,
        "units_left": 49, "calls": 3, "calls_seconds": 1,
    });
    assert_eq!(seen, expected);
    // Tokens whose time is over have expired, whether anybody has looked or not.
    shop.advance(TimeDelta::seconds(60));
    let sql = "select count(*) from sale_queue_places where state = 'admitted'";
    until("others are called", async || {
        let seen = staff.get(&path).await.expect(200).body;
        (seen["expired"] == 2 && seen["called_number"] == 5).then_some(())
    })
    .await;
    assert_eq!(shop.number(sql).await, 2);
    let plain = shop.product("plain", &[(100, 5)]).await;
    let plain = json!({ "name": "Plain", "variant_ids": plain, "starts_at": shop.now() });
    let plain = staff.post(SALES, plain).await.expect(201).text("/id");
    let before = shop.state().await;
    staff
        .get(&format!("{SALES}{plain}/queue/"))
        .await
        .refused(409, "sale_has_no_queue");
    staff
        .get(&format!("{SALES}{}/queue/", waiters[0].cart))
        .await
        .refused(404, "sale_not_found");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

/// Whoever follows a place is told when there is nothing more to wait for.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_sale_is_told_to_who_waits() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50), (100, 50)]).await;
    let staff = shop.staff("seller", &["catalogue.edit"]).await;
    let mut waiters = Vec::new();
    for (variant, ends_in) in [(goods[0], 60), (goods[1], 3_600)] {
        let body = json!({
            "name": "Rare", "variant_ids": [variant], "starts_at": shop.now(),
            "ends_at": shop.now() + TimeDelta::seconds(ends_in),
            "queue": { "slots": 1, "token_seconds": 60 },
        });
        let sale = staff.post(SALES, body).await.expect(201).text("/id");
        let line = line(&shop, &sale, variant, 2).await;
        line[0].token().await;
        waiters.push(line.into_iter().nth(1).unwrap());
    }
    let mut streams = Vec::new();
    for waiter in &waiters {
        let path = waiter.path() + "stream/";
        let mut stream = Stream::open(&waiter.who, &path, None).await;
        assert_eq!(stream.next().await.1["is_over"], false);
        streams.push(stream);
    }
    let [mut ending, mut closing] = <[Stream; 2]>::try_from(streams).ok().unwrap();
    let path = format!("{SALES}{}/", waiters[1].sale);
    let version = staff.with("if-match", "\"v1\"");
    version.delete(&path).await.expect(204);
    closing.end().await;
    shop.advance(TimeDelta::seconds(60));
    while ending.next().await.1["is_over"] != true {}
    ending.end().await;
    let place = waiters[0].place().await;
    assert_eq!(
        (&place["state"], &place["is_over"]),
        (&json!("waiting"), &json!(true))
    );
    shop.close().await;
}
