//! How the server stops, and what it says about its health.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::world::{Client, Deployment, Process, until};

/// As many as the door of carts lets in, so that all of them are under way at once.
const REQUESTS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_answered_before_the_server_ends() {
    let shop = Deployment::open().await;
    let patience = [
        ("NEXUS__DATABASE__LOCK_TIMEOUT_MS", "30000"),
        ("NEXUS__DATABASE__STATEMENT_TIMEOUT_MS", "30000"),
    ];
    let server = Process::nexus(&["serve"], &shop.with(&patience));
    let mut server = server.answering(&shop.url).await;
    // Each request waits for this lock in its transaction.
    let lock = shop.kit.db.begin("test_lock").await.unwrap();
    lock.batch("lock table carts in access exclusive mode")
        .await
        .unwrap();
    let mut requests = JoinSet::new();
    for _ in 0..REQUESTS {
        let client = shop.client();
        requests.spawn(async move { client.post("/api/v1/cart/", Value::Null).await });
    }
    let waiting = "select count(*) from pg_locks \
                   where not granted and relation = 'carts'::regclass";
    until("all wait", async || {
        let row = lock.query_one(waiting, &[]).await.unwrap();
        (row.get::<_, i64>(0) == i64::try_from(REQUESTS).unwrap()).then_some(())
    })
    .await;

    server.signal("TERM");
    // It takes nobody new any more.
    until("the port is closed", async || {
        let asked = shop
            .client()
            .try_raw(http::Method::GET, "/healthz", "", None)
            .await;
        asked.is_err_and(|error| error.is_connect()).then_some(())
    })
    .await;
    server.signal("TERM");
    server.signal("INT");
    assert!(!server.has_ended(), "it did not wait for its requests");
    lock.rollback().await.unwrap();
    for answer in requests.join_all().await {
        answer.expect(201);
    }
    assert!(server.ended().await.success(), "{}", server.complained());
    let carts = shop.number("select count(*) from carts").await;
    assert_eq!(usize::try_from(carts), Ok(REQUESTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_breaks_no_answer() {
    let shop = Deployment::open().await;
    let mut server = shop.server(None).await;
    let mut buyers = JoinSet::new();
    for _ in 0..8 {
        buyers.spawn(create_carts(shop.client()));
    }
    until("load", async || {
        (shop.number("select count(*) from carts").await >= 40).then_some(())
    })
    .await;
    server.signal("TERM");
    assert!(server.ended().await.success(), "{}", server.complained());
    let told: i64 = buyers.join_all().await.into_iter().sum();
    // Whatever was done was also answered.
    assert_eq!(shop.number("select count(*) from carts").await, told);
}

/// Creates carts until the server is gone; answers how many were acknowledged.
async fn create_carts(client: Client) -> i64 {
    let mut told = 0;
    loop {
        let body = Some(json!({}).to_string().into_bytes());
        let asked = client.try_raw(
            http::Method::POST,
            "/api/v1/cart/",
            "application/json",
            body,
        );
        match asked.await {
            Ok(answer) => {
                answer.expect(201);
                told += 1;
            }
            Err(_) => return told,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_finishes_and_ends() {
    let shop = Deployment::open().await;
    let variables = shop.with(&[("NEXUS__LOG__FILTER", "info")]);
    let mut worker = Process::nexus(&["worker"], &variables)
        .having_said("working")
        .await;
    worker.signal("TERM");
    assert!(worker.ended().await.success(), "{}", worker.complained());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_database_lives_and_is_not_ready() {
    let shop = Deployment::open().await;
    let mut server = shop.server(None).await;
    shop.client().get("/readyz").await.expect(200);
    shop.shut_database(true).await;
    shop.client().get("/readyz").await.expect(503);
    shop.client().get("/healthz").await.expect(200);
    shop.client()
        .get("/api/v1/catalogue/products/")
        .await
        .refused(503, "overloaded");
    shop.shut_database(false).await;
    shop.client().get("/readyz").await.expect(200);
    shop.client()
        .get("/api/v1/catalogue/products/")
        .await
        .expect(200);
    server.signal("TERM");
    assert!(server.ended().await.success(), "{}", server.complained());
}
