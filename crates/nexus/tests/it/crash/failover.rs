//! The primary PostgreSQL is killed in mid-sale and its standby takes over: with synchronous
//! replication nobody's acknowledged order is lost, and the same server goes on selling.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use ids::VariantId;
use serde_json::json;
use tokio::task::JoinSet;

use super::clerk::insist;
use crate::world::{Answer, Deployment, Pair, place_body, race::rounds, until};

const BUYERS: usize = 8;
/// So many orders are acknowledged before the primary dies, and so many after it at the least.
const BEFORE: usize = 30;
const AFTER: usize = 60;

/// What the buyers have been told, and whether they may go home.
#[derive(Default)]
struct Sale {
    acknowledged: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Sale {
    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    async fn until(&self, count: usize) {
        let reached = async || (self.count() >= count).then_some(());
        until("orders", reached).await;
    }

    fn told(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap().iter().cloned().collect()
    }
}

/// A guest's order of one unit. Each request is repeated, with its own key, until it is answered.
async fn order(shop: &Deployment, coffee: VariantId, name: &str) -> Answer {
    let client = shop.client().key(&format!("{name}-cart"));
    let cart = insist(shop, &client, "/api/v1/cart/", &json!({})).await;
    let cart = cart.expect(201);
    let guest = shop.client().guest(&cart.text("/shopper_token"));
    let path = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    let keyed = guest.key(&format!("{name}-line"));
    insist(shop, &keyed, &path, &line).await.expect(201);
    let keyed = guest.key(&format!("{name}-order"));
    let body = place_body(&cart.text("/id"));
    insist(shop, &keyed, "/api/v1/orders/", &body).await
}

async fn buy(shop: Arc<Deployment>, sale: Arc<Sale>, coffee: VariantId, buyer: usize) {
    let mut count = 0;
    while !sale.is_over.load(Ordering::SeqCst) {
        let placed = order(&shop, coffee, &format!("failover-{buyer}-{count}")).await;
        let id = placed.expect(201).text("/id");
        sale.acknowledged.lock().unwrap().push(id);
        count += 1;
    }
}

async fn orders(shop: &Deployment) -> BTreeSet<String> {
    let ids = shop.texts("select id::text from orders").await;
    ids.into_iter().collect()
}

/// The books are right, and each order holds its unit.
async fn assert_whole(shop: &Deployment) {
    let count = shop.number("select count(*) from orders").await;
    let reserved = "select reserved from stock_levels";
    assert_eq!(shop.number(reserved).await, count);
    let drawn = "select last_number - 1000 from order_numbers";
    assert_eq!(shop.number(drawn).await, count);
    shop.assert_audit_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::print_stderr,
    reason = "how long it took is told, and never asserted"
)]
async fn a_standby_takes_over_and_no_acknowledged_order_is_lost() {
    for _ in 0..rounds(1) {
        let pair = Pair::start().await;
        pair.make_synchronous().await;
        let shop = Arc::new(Deployment::open_at(&pair.url).await);
        let coffee = shop.product("coffee", 1_000_000).await;
        let (mut server, mut worker) = (shop.server(None).await, shop.worker(None));
        let sale = Arc::new(Sale::default());
        let mut buyers = JoinSet::new();
        for buyer in 0..BUYERS {
            buyers.spawn(buy(Arc::clone(&shop), Arc::clone(&sale), coffee, buyer));
        }
        sale.until(BEFORE).await;
        pair.kill_primary().await;
        let before = sale.count();
        let killed_at = Instant::now();
        pair.promote();
        let promoted_at = Instant::now();
        sale.until(before + 1).await;
        eprintln!(
            "{before} orders, then the primary was killed; promoted after {:?}, the next order \
             {:?} later",
            promoted_at - killed_at,
            promoted_at.elapsed()
        );
        sale.until(before + AFTER).await;
        sale.is_over.store(true, Ordering::SeqCst);
        buyers.join_all().await;
        assert!(!server.has_ended(), "{}", server.complained());
        assert!(!worker.has_ended(), "{}", worker.complained());
        let told = sale.told();
        assert_eq!(told.len(), sale.count(), "no order was told twice");
        assert_eq!(orders(&shop).await, told);
        assert_whole(&shop).await;
        server.kill().await;
        worker.kill().await;
        shop.kit.db.close();
        pair.remove().await;
    }
}

/// What makes the difference: the standby is behind, and nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn without_synchronous_replication_an_acknowledged_order_is_lost() {
    let pair = Pair::start().await;
    let shop = Deployment::open_at(&pair.url).await;
    let coffee = shop.product("coffee", 1_000_000).await;
    let server = shop.server(None).await;
    let kept = order(&shop, coffee, "kept").await.expect(201).text("/id");
    pair.until_standby_has_followed().await;
    pair.cut_off_standby().await;
    let lost = order(&shop, coffee, "lost").await.expect(201).text("/id");
    pair.kill_primary().await;
    pair.promote();
    let told = BTreeSet::from([kept.clone(), lost.clone()]);
    let found = orders(&shop).await;
    let missing: Vec<&String> = told.difference(&found).collect();
    assert_eq!(missing, [&lost], "the loss is seen");
    assert_eq!(found, BTreeSet::from([kept]));
    assert_whole(&shop).await;
    drop(server);
    shop.kit.db.close();
    pair.remove().await;
}

/// The same with synchronous replication: the order waits, and is placed by the one who takes
/// over.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_standby_lacks_is_not_acknowledged() {
    let pair = Pair::start().await;
    let shop = Arc::new(Deployment::open_at(&pair.url).await);
    let coffee = shop.product("coffee", 1_000_000).await;
    let server = shop.server(None).await;
    pair.make_synchronous().await;
    order(&shop, coffee, "first").await.expect(201);
    let cart = shop.client().key("waits-cart");
    let cart = cart.post("/api/v1/cart/", json!({})).await.expect(201);
    let guest = shop.client().guest(&cart.text("/shopper_token"));
    let path = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    guest.post(&path, line).await.expect(201);
    pair.cut_off_standby().await;
    let mut waiting = JoinSet::new();
    waiting.spawn({
        let (shop, guest) = (Arc::clone(&shop), guest.key("waits"));
        let body = place_body(&cart.text("/id"));
        async move { insist(&shop, &guest, "/api/v1/orders/", &body).await }
    });
    let commits = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'";
    until("a commit that waits", async || {
        (pair.number_on_primary(commits).await == 1).then_some(())
    })
    .await;
    let early = waiting.try_join_next();
    assert!(early.is_none(), "it was acknowledged too early");
    pair.kill_primary().await;
    pair.promote();
    let placed = waiting.join_next().await.unwrap().unwrap();
    let placed = placed.expect(201).text("/id");
    let found = orders(&shop).await;
    assert!(found.contains(&placed) && found.len() == 2, "{found:?}");
    assert_whole(&shop).await;
    drop(server);
    shop.kit.db.close();
    pair.remove().await;
}

/// Of several servers the one that takes writes is used, and a server that meets none says so and
/// goes on when there is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_finds_whoever_takes_writes() {
    let pair = Pair::start().await;
    let shop = Deployment::open_at(&pair.url_with_standby_first()).await;
    let coffee = shop.product("coffee", 1_000_000).await;
    pair.until_standby_has_followed().await;
    let mut server = shop.server(None).await;
    order(&shop, coffee, "primary").await.expect(201);
    server.kill().await;
    // Only the standby, which answers whoever reads.
    let variables = shop.with(&[("DATABASE_URL", &pair.standby_url())]);
    let server = crate::world::Process::nexus(&["serve"], &variables)
        .answering(&shop.url)
        .await;
    let listed = shop.client().get("/api/v1/catalogue/products/").await;
    assert_eq!(listed.expect(200).body["data"].as_array().unwrap().len(), 1);
    let cart = shop.client().post("/api/v1/cart/", json!({})).await;
    let refused = cart.refused(503, "overloaded");
    assert_eq!(refused.headers["retry-after"], "1");
    pair.kill_primary().await;
    pair.promote();
    order(&shop, coffee, "standby").await.expect(201);
    assert_eq!(shop.number("select count(*) from orders").await, 2);
    assert_whole(&shop).await;
    drop(server);
    shop.kit.db.close();
    pair.remove().await;
}
