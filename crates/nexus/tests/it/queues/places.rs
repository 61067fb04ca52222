//! Places: drawn before the start, in the order of arrival after it, exact at every moment.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{SALES, Waiter, queued_sale};
use crate::world::{Shop, Stream, until};

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The numbers of those who came early, in the order of what their lots come to.
async fn numbers_as_drawn(waiters: &[Waiter], early: &[Value]) -> Vec<i64> {
    let mut drawn = Vec::new();
    for (waiter, early) in waiters.iter().zip(early) {
        // A look may be a quarter of a second old, and there was no seed to tell then.
        let place = until("the seed", async || {
            let place = waiter.place().await;
            place["draw"]["seed"].is_string().then_some(place)
        })
        .await;
        let seed = text(&place["draw"]["seed"]);
        assert_eq!(early["draw"]["commitment"], digest(&seed));
        let lot = digest(&format!("{seed}{}", text(&place["place_id"])));
        drawn.push((lot, place["number"].as_i64().unwrap()));
    }
    drawn.sort();
    drawn.into_iter().map(|(_, number)| number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_before_the_start_is_drawn_and_who_came_later_stands_behind() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::seconds(60), 2).await;
    let mut waiters = Vec::new();
    let mut early = Vec::new();
    for _ in 0..5 {
        let waiter = Waiter::new(&shop, &sale, goods[0]).await;
        let place = waiter.join().await.expect(201).body;
        assert_eq!(
            (&place["state"], &place["number"]),
            (&json!("waiting"), &Value::Null)
        );
        assert_eq!(
            (&place["position"], &place["admission"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(place["draw"]["seed"], Value::Null);
        // Who joins again has the place that they have.
        let again = waiter.join().await.expect(200).body;
        assert_eq!(again, place);
        early.push(place);
        waiters.push(waiter);
    }
    assert_eq!(shop.count("sale_queue_places").await, 5);
    shop.advance(TimeDelta::seconds(60));
    for n in 6..=7 {
        let waiter = Waiter::new(&shop, &sale, goods[0]).await;
        let place = waiter.join().await.expect(201).body;
        assert_eq!(place["number"], n);
        waiters.push(waiter);
    }
    let numbers = numbers_as_drawn(&waiters, &early).await;
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    // Two slots: the numbers 1 and 2 are called, in the second of the draw.
    until("two are called", async || {
        let sql = "select count(*) from sale_queue_places where state = 'admitted'";
        drop(waiters[0].place().await);
        (shop.number(sql).await == 2).then_some(())
    })
    .await;
    for waiter in &waiters {
        let place = until("the news", async || {
            let place = waiter.place().await;
            (place["position"] != place["number"]).then_some(place)
        })
        .await;
        let number = place["number"].as_i64().unwrap();
        if number <= 2 {
            assert_eq!(
                (&place["state"], &place["position"]),
                (&json!("admitted"), &Value::Null)
            );
        } else {
            assert_eq!(
                (&place["state"], &place["position"]),
                (&json!("waiting"), &json!(number - 2))
            );
            assert_eq!(place["estimated_wait_seconds"], (number - 2 + 1) / 2);
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_used_frees_its_slot() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 50)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 1).await;
    let mut waiters = Vec::new();
    for n in 1..=3 {
        let waiter = Waiter::new(&shop, &sale, goods[0]).await;
        assert_eq!(waiter.join().await.expect(201).body["number"], n);
        waiters.push(waiter);
    }
    let late = waiters[0].token().await;
    // The token is the same whenever it is asked for.
    assert_eq!(waiters[0].token().await, late);
    shop.advance(TimeDelta::seconds(60));
    waiters[0]
        .buy(&[&late])
        .await
        .refused(409, "queue_required");
    let second = waiters[1].token().await;
    waiters[1].buy(&[&second]).await.expect(201);
    waiters[1].until("used").await;
    let third = waiters[2].token().await;
    waiters[2].buy(&[&third]).await.expect(201);
    // Who let the turn pass joins again, at the end.
    waiters[0].until("expired").await;
    let again = waiters[0].join().await.expect(201).body;
    assert_eq!(again["number"], 4);
    let token = waiters[0].token().await;
    waiters[0].buy(&[&token]).await.expect(201);
    assert_eq!(shop.stock(goods[0]).await, (50, 3));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_to_an_empty_shelf_and_who_waits_is_told_at_once() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 1)]).await;
    let sale = queued_sale(&shop, &goods, TimeDelta::zero(), 10).await;
    let (first, second) = (
        Waiter::new(&shop, &sale, goods[0]).await,
        Waiter::new(&shop, &sale, goods[0]).await,
    );
    first.join().await.expect(201);
    second.join().await.expect(201);
    let token = first.token().await;
    let path = second.path() + "stream/";
    let mut stream = Stream::open(&second.who, &path, None).await;
    let (_, told) = stream.next().await;
    assert_eq!(
        (&told["position"], &told["is_sold_out"]),
        (&json!(1), &json!(false))
    );
    first.buy(&[&token]).await.expect(201);
    let last = loop {
        let (id, told) = stream.next().await;
        if told["is_sold_out"] == true {
            assert_eq!(
                (&told["units_left"], &told["state"]),
                (&json!(0), &json!("waiting"))
            );
            break id;
        }
    };
    // The hold ends, the unit comes back, and it is the next one's turn.
    shop.advance(TimeDelta::minutes(60));
    shop.run_jobs().await;
    let mut again = Stream::open(&second.who, &path, Some(&last)).await;
    let token = loop {
        let (_, told) = again.next().await;
        if told["state"] == "admitted" {
            break text(&told["admission"]["token"]);
        }
    };
    second.buy(&[&token]).await.expect(201);
    loop {
        if again.next().await.1["state"] == "used" {
            break;
        }
    }
    // There is nothing more to tell.
    again.end().await;
    assert_eq!(shop.stock(goods[0]).await, (1, 1));
    shop.close().await;
    stream.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_for_an_open_cart_with_something_of_the_sale() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 5), (100, 5)]).await;
    let sale = queued_sale(&shop, &goods[..1], TimeDelta::zero(), 1).await;
    let (staff, plain) = (
        shop.staff("seller", &["catalogue.edit"]).await,
        json!({
            "name": "Plain", "variant_ids": &goods[1..], "starts_at": shop.now(),
        }),
    );
    let plain = staff.post(SALES, plain).await.expect(201).text("/id");
    let waiter = Waiter::new(&shop, &sale, goods[1]).await;
    let before = shop.state().await;
    waiter.join().await.refused(409, "cart_without_sale");
    waiter
        .who
        .get(&waiter.path())
        .await
        .refused(404, "queue_place_not_found");
    let elsewhere = Waiter {
        sale: plain,
        ..waiter
    };
    elsewhere.join().await.refused(409, "sale_has_no_queue");
    let nowhere = Waiter {
        sale: elsewhere.cart.clone(),
        ..elsewhere
    };
    nowhere.join().await.refused(404, "sale_not_found");
    assert_eq!(shop.state().await, before);
    let (who, cart) = (&nowhere.who, &nowhere.cart);
    who.post("/api/v1/orders/", crate::world::place_body(cart))
        .await
        .expect(201);
    let path = format!("/api/v1/sales/{sale}/queue/");
    let body = json!({ "cart_id": cart });
    who.post(&path, body).await.refused(409, "cart_closed");
    shop.close().await;
}

/// A customer has one place with whichever cart, and keeps it with the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_s_place_goes_with_them() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(100, 9), (100, 9)]).await;
    let sale = queued_sale(&shop, &goods[..1], TimeDelta::seconds(60), 1).await;
    let who = shop.customer("abebe@example.com").await;
    let mut places = Vec::new();
    for _ in 0..2 {
        let cart = who
            .post("/api/v1/cart/", json!({}))
            .await
            .expect(201)
            .text("/id");
        let items = format!("/api/v1/cart/{cart}/items/");
        let line = json!({ "variant_id": goods[0] });
        let filled = who.post(&items, line).await.expect(201);
        let (who, sale) = (who.clone(), sale.clone());
        let waiter = Waiter { who, cart, sale };
        let joined = waiter.join().await;
        places.push(joined.text("/place_id"));
        if places.len() == 1 {
            joined.expect(201);
            // Something else is bought with this cart, and a new one is filled.
            let item = format!("{items}{}/", filled.text("/items/0/id"));
            waiter.who.delete(&item).await.expect(204);
            let line = json!({ "variant_id": goods[1] });
            waiter.who.post(&items, line).await.expect(201);
            waiter.buy(&[]).await.expect(201);
        } else {
            joined.expect(200);
            shop.advance(TimeDelta::seconds(60));
            let token = waiter.token().await;
            waiter.buy(&[&token]).await.expect(201);
        }
    }
    assert_eq!(places[0], places[1]);
    shop.close().await;
}
