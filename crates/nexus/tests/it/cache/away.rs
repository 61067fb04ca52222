//! Redis flushed, killed and started again under readers: every answer is right, and while it is
//! away each process keeps for itself.

use std::sync::atomic::{AtomicI64, Ordering};

use super::{Counting, PRODUCTS};
use crate::world::{
    Deployment, OwnRedis,
    race::{Held, equal, every_round, holds, rounds},
    servers, until,
};

/// How often each state of Redis is read in.
const READS: u64 = 40;

/// Every read shows the price as it is, and most of them cost no load.
async fn reads(deployment: &Deployment, server: &Counting, when: &str, price: i64) -> Held {
    deployment
        .execute(&format!("update variants set price_minor = {price}"))
        .await;
    let before = server.loads().await;
    for _ in 0..READS {
        let answer = server.client().get(&format!("{PRODUCTS}lamp/")).await;
        let answer = answer.expect(200);
        equal(
            when,
            &answer.body["variants"][0]["price"]["amount"],
            &price.into(),
        )?;
    }
    let loaded = server.loads().await - before;
    holds(when, (1..READS).contains(&loaded), loaded)
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_may_be_flushed_and_killed_while_answers_are_read() {
    let deployment = Deployment::open().await;
    if servers().redis.is_none() {
        return;
    }
    deployment.product("lamp", 5).await;
    let mut own = OwnRedis::start().await;
    let server = Counting::open(&deployment, &[("REDIS_URL", &own.url())]).await;
    every_round(rounds(1), async |n| {
        let price = 10_000 * (i64::try_from(n).unwrap() + 1);
        reads(&deployment, &server, "with Redis", price + 1).await?;
        equal("kept in Redis", &own.keys().await, &Some(1))?;
        own.ask(&["FLUSHALL"]).await.expect("Redis is there");
        reads(&deployment, &server, "after a flush", price + 2).await?;
        own.kill().await;
        reads(&deployment, &server, "without Redis", price + 3).await?;
        own.start_again().await;
        let newest = AtomicI64::new(price + 4);
        until("the new Redis is used", async || {
            let newer = newest.fetch_add(1, Ordering::SeqCst);
            reads(&deployment, &server, "with a new Redis", newer)
                .await
                .unwrap();
            own.keys().await.filter(|keys| *keys > 0)
        })
        .await;
        Ok(())
    })
    .await;
}
