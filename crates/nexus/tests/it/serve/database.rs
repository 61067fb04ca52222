//! The time-outs of every session: nothing runs away, nothing is held for ever.

use kit::{Db, db::DatabaseSettings, outbox::Subscriptions};
use tokio_postgres::error::SqlState;

use crate::world::{new_database, until};

const POOL_SIZE: usize = 6;

async fn impatient() -> Db {
    let settings = DatabaseSettings {
        url: new_database().await,
        pool_size: POOL_SIZE,
        wait_timeout_ms: 2_000,
        statement_timeout_ms: 400,
        lock_timeout_ms: 200,
        idle_in_transaction_timeout_ms: 300,
    };
    Db::open(&settings, Subscriptions::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_session_of_the_pool_has_its_time_outs() {
    let db = impatient().await;
    let mut sessions = Vec::new();
    for _ in 0..POOL_SIZE {
        sessions.push(db.read().await.unwrap());
    }
    let sql = "select current_setting('statement_timeout'), current_setting('lock_timeout'), \
               current_setting('idle_in_transaction_session_timeout'), \
               current_setting('timezone'), current_setting('application_name')";
    for session in &sessions {
        let row = session.query_one(sql, &[]).await.unwrap();
        let settings: Vec<String> = (0..5).map(|column| row.get(column)).collect();
        assert_eq!(settings, ["400ms", "200ms", "300ms", "UTC", "nexus"]);
    }
    assert_eq!(db.usage(), (POOL_SIZE, POOL_SIZE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runaway_statement_is_cut_and_its_session_goes_on() {
    let db = impatient().await;
    let session = db.read().await.unwrap();
    let error = session.batch("select pg_sleep(60)").await.unwrap_err();
    assert_eq!(error.sql_state(), Some(&SqlState::QUERY_CANCELED));
    session.batch("select 1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_lock_without_end() {
    let db = impatient().await;
    let holder = kit::db::connect_once(&db_url(&db).await).await.unwrap();
    holder
        .batch_execute("begin; lock table carts in access exclusive mode")
        .await
        .unwrap();
    let tx = db.begin("test_wait").await.unwrap();
    let error = tx.batch("select count(*) from carts").await.unwrap_err();
    assert_eq!(error.sql_state(), Some(&SqlState::LOCK_NOT_AVAILABLE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_idle_is_ended_and_its_locks_are_free() {
    let db = impatient().await;
    let forgotten = db.begin("test_forgotten").await.unwrap();
    forgotten
        .batch("lock table carts in access exclusive mode")
        .await
        .unwrap();
    // Each try waits as long as a session may wait for a lock.
    until("the lock is free", async || {
        let conn = db.read().await.unwrap();
        conn.batch("select count(*) from carts").await.ok()
    })
    .await;
    assert!(forgotten.commit().await.is_err(), "it was not ended");
    until("the pool is idle", async || {
        (db.usage().0 == 0).then_some(())
    })
    .await;
    db.read().await.unwrap().batch("select 1").await.unwrap();
}

async fn db_url(db: &Db) -> String {
    let name: String = db
        .read()
        .await
        .unwrap()
        .query_one("select current_database()::text", &[])
        .await
        .unwrap()
        .get(0);
    crate::world::servers().cluster.url(&name)
}
