//! Lists of orders: whose they are, newest first, page by page.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ORDERS, place};
use crate::world::{Client, Shop};

fn numbers(list: &Value) -> Vec<i64> {
    let orders = list["data"].as_array().unwrap().iter();
    orders
        .map(|order| order["number"].as_i64().unwrap())
        .collect()
}

/// Orders one unit; the clock stands still for two orders in a row.
async fn order(shop: &Shop, who: &Client, variant: ids::VariantId, number: usize) {
    let cart = who.post("/api/v1/cart/", json!({})).await;
    let cart = cart.body["id"].as_str().unwrap().to_owned();
    let line = json!({ "variant_id": variant });
    who.post(&format!("/api/v1/cart/{cart}/items/"), line)
        .await
        .expect(201);
    place(who, &cart).await.expect(201);
    if number.is_multiple_of(2) {
        shop.advance(TimeDelta::milliseconds(1));
    }
}

async fn walk(shop: &Shop, who: &Client, mut between: impl AsyncFnMut()) -> Vec<i64> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    assert_eq!(shop.count("carts").await, shop.count("orders").await);
    loop {
        let page = who
            .get(&format!("{ORDERS}?limit=2{cursor}"))
            .await
            .expect(200);
        seen.extend(numbers(&page.body));
        let Some(next) = page.body["page"]["next_cursor"].as_str() else {
            return seen;
        };
        cursor = format!("&cursor={next}");
        between().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_pages_through_their_own() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 99)]).await[0];
    let abebe = shop.customer("abebe@example.com").await;
    let token = shop
        .client()
        .post("/api/v1/cart/", json!({}))
        .await
        .expect(201);
    let guest = shop.client().guest(&token.text("/shopper_token"));
    guest
        .delete(&format!("/api/v1/cart/{}/", token.text("/id")))
        .await
        .expect(204);
    for number in 0..5 {
        order(&shop, &abebe, coffee, number).await;
        order(&shop, &guest, coffee, number).await;
    }
    let sorted = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        numbers
    };
    for (who, own) in [
        (&abebe, [1001, 1003, 1005, 1007, 1009]),
        (&guest, [1002, 1004, 1006, 1008, 1010]),
    ] {
        let seen = walk(&shop, who, async || ()).await;
        assert_eq!(sorted(seen), own);
    }
    let staff = shop.staff("reader", &["orders.read"]).await;
    let seen = walk(&shop, &staff, async || {
        order(&shop, &abebe, coffee, 0).await
    })
    .await;
    assert_eq!(
        sorted(seen),
        (1001..=1010).collect::<Vec<i64>>(),
        "newcomers stand before the first page"
    );
    shop.client()
        .get(ORDERS)
        .await
        .refused(401, "authentication_required");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_status() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 99)]).await[0];
    let (guest, first) = shop.guest_order(&[(coffee, 1)]).await;
    order(&shop, &guest, coffee, 0).await;
    let (_, page) = shop.initiate(&guest, &first).await;
    shop.on_page(&page, "pay").await.expect(302);
    shop.run_jobs().await;
    let reader = shop.staff("reader", &["orders.read"]).await;
    for who in [&guest, &reader] {
        for (status, expected) in [
            ("paid", vec![1001]),
            ("pending_payment", vec![1002]),
            ("expired", vec![]),
        ] {
            let list = who
                .get(&format!("{ORDERS}?status={status}"))
                .await
                .expect(200);
            assert_eq!(numbers(&list.body), expected, "{status}");
        }
        for query in [
            "status=PAID",
            "status=",
            "limit=0",
            "limit=101",
            "cursor=x",
            "customer_id=1",
            "q=a",
        ] {
            who.get(&format!("{ORDERS}?{query}"))
                .await
                .refused(400, "invalid_query");
        }
    }
    shop.close().await;
}
