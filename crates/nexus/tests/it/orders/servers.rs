//! Two servers sell one hot item; a lock that somebody holds stops its own item alone.

use futures_util::future::join_all;
use serde_json::json;

use crate::world::{
    Client, Deployment, Process, Shop, free_ports, place_body,
    race::{Racers, statuses},
    until,
};

const BUYERS: usize = 256;
const UNITS: i64 = 200;

/// Guests with carts of the hot item, past the API: it is not what is looked at here.
async fn carts(deployment: &Deployment, variants: &[ids::VariantId]) -> Vec<(String, String)> {
    let now = deployment.kit.clock.now();
    let mut made = Vec::new();
    let mut sql = String::new();
    for _ in 0..BUYERS {
        let token = kit::random::token().unwrap();
        let cart = ids::CartId::generate(now);
        let hash = hex::encode(kit::random::token_hash(&token));
        sql += &format!(
            "insert into carts (id, token_hash, currency, created_at, updated_at)
             values ('{cart}', '\\x{hash}', 'ETB', now(), now());"
        );
        for variant in variants {
            sql += &format!(
                "insert into cart_items (id, cart_id, variant_id, quantity, created_at)
                 values (gen_random_uuid(), '{cart}', '{variant}', 1, now());"
            );
        }
        made.push((token, cart.to_string()));
    }
    deployment.execute(&sql).await;
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_answer_every_order_of_a_hot_pair() {
    let deployment = Deployment::open().await;
    let _first = deployment.server(None).await;
    let url = format!("http://127.0.0.1:{}", free_ports(1));
    let listen = url.trim_start_matches("http://");
    let variables = deployment.with(&[("NEXUS__SERVER__LISTEN", listen)]);
    let _second = Process::nexus(&["serve"], &variables).answering(&url).await;
    let scarce = deployment.product("scarce", UNITS).await;
    let ample = deployment.product("ample", 10_000).await;
    let urls = [deployment.url.clone(), url];
    // A pair, then each alone and together: what one order waits for another one holds.
    let wanted: [&[ids::VariantId]; 3] = [&[scarce, ample], &[ample], &[ample, scarce]];
    let mut buyers = Vec::new();
    for variants in wanted {
        buyers.push(carts(&deployment, variants).await);
    }
    let clients = urls.map(|url| Client::new(&url));
    let mut orders = Vec::new();
    for n in 0..BUYERS {
        for (token, cart) in buyers.iter().map(|carts| &carts[n]) {
            let who = clients[n % 2].guest(token);
            let body = place_body(cart);
            orders.push(async move { who.post("/api/v1/orders/", body).await });
        }
    }
    let answers = join_all(orders).await;
    let sold = usize::try_from(UNITS).unwrap();
    let expected = [(201, BUYERS + sold), (409, 2 * BUYERS - sold)].into();
    assert_eq!(statuses(&answers), expected);
    for answer in answers.into_iter().filter(|answer| answer.status == 409) {
        answer.refused(409, "insufficient_stock");
    }
    let reserved = "select sum(reserved)::bigint from stock_levels";
    let expected = UNITS * 2 + i64::try_from(BUYERS).unwrap();
    assert_eq!(deployment.number(reserved).await, expected);
    deployment.assert_audit_clean().await;
}

/// The lock is held until everybody else was served, however long that takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_stops_its_own_item_and_nothing_else() {
    let shop = Shop::open().await;
    let goods = shop
        .product("goods", &[(100, 500), (200, 500), (300, 500)])
        .await;
    let (payer, order) = shop.guest_order(&[(goods[1], 1)]).await;
    let racers = Racers::open(&shop, 60).await;
    let held = racers
        .carts(&shop, |n| match n % 3 {
            0 => vec![(goods[0], 1)],
            1 => vec![(goods[0], 1), (goods[1], 1)],
            _ => vec![(goods[1], 1), (goods[0], 1), (goods[2], 1)],
        })
        .await;
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    let sql = "select from stock_levels where variant_id = $1 for update";
    lock.query(sql, &[&goods[0]]).await.unwrap();
    let stuck = racers.place(&held);
    let others = async {
        until("the held orders wait", async || {
            (shop.app.placement.waiting() > 0).then_some(())
        })
        .await;
        for n in 0..30 {
            let lines = [(goods[1], 1), (goods[2], 1)];
            let (guest, cart) = shop.guest_cart(&lines[..=n % 2]).await;
            let body = place_body(&cart);
            guest.post("/api/v1/orders/", body).await.expect(201);
            let list = "/api/v1/catalogue/products/";
            shop.client().get(list).await.expect(200);
        }
        let (_, page) = shop.initiate(&payer, &order).await;
        shop.on_page(&page, "pay").await.expect(302);
        let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
        until("it is paid", async || {
            shop.run_jobs().await;
            let order = payer.get(&path).await.expect(200);
            (order.body["status"] == "paid").then_some(())
        })
        .await;
    };
    let (answers, ()) = tokio::join!(stuck, others);
    for answer in answers {
        let busy = answer.refused(503, "resource_busy");
        assert!(busy.headers.contains_key("retry-after"));
        assert_eq!(busy.body["retryable"], json!(true));
    }
    assert_eq!(shop.app.placement.waiting(), 0);
    lock.rollback().await.unwrap();
    for answer in racers.place(&held).await {
        answer.expect(201);
    }
    let stock = [
        shop.stock(goods[0]).await,
        shop.stock(goods[1]).await,
        shop.stock(goods[2]).await,
    ];
    // One of the second is paid for and gone.
    assert_eq!(stock, [(500, 60), (499, 40 + 30), (500, 20 + 15)]);
    shop.close().await;
}
