//! A committed change stays unseen no longer than declared, on whichever server.

use std::time::{Duration, Instant};

use super::{Counting, PRODUCTS};
use crate::world::{
    Deployment,
    race::{Held, caught, every_round, rounds},
};

/// As the default settings declare it.
const BOUND: Duration = Duration::from_millis(1_000);

/// Changes the price past the servers, and has each asked until it shows it. What was asked for
/// later than the bound after the commit shows it; how fast the servers are is not looked at.
async fn round(deployment: &Deployment, servers: &[Counting], price: i64) -> Held {
    for server in servers {
        for path in [format!("{PRODUCTS}lamp/"), PRODUCTS.to_owned()] {
            server.client().get(&path).await.expect(200);
        }
    }
    deployment
        .execute(&format!(
            "update variants set price_minor = {price};
             update products set price_from_minor = {price};
             update product_search set price_from_minor = {price};"
        ))
        .await;
    let committed_at = Instant::now();
    for server in servers {
        let client = server.client();
        for (path, shown) in [
            (format!("{PRODUCTS}lamp/"), "/variants/0/price/amount"),
            (PRODUCTS.to_owned(), "/data/0/price_from/amount"),
        ] {
            loop {
                let asked_at = Instant::now();
                let answer = client.get(&path).await.expect(200);
                if answer.body.pointer(shown).unwrap() == price {
                    break;
                }
                let age = asked_at.duration_since(committed_at);
                if age > BOUND {
                    return Err(format!("stale: {path} after {age:?}"));
                }
            }
        }
    }
    Ok(())
}

async fn two_servers(more: &[(&str, &str)]) -> (Deployment, Vec<Counting>) {
    let deployment = Deployment::open().await;
    deployment.product("lamp", 5).await;
    let bound = ("NEXUS__CACHE__STALE_MS_MAX", "1000");
    let more: Vec<_> = more.iter().copied().chain([bound]).collect();
    let mut servers = Vec::new();
    for _ in 0..2 {
        servers.push(Counting::open(&deployment, &more).await);
    }
    (deployment, servers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_by_every_server_within_the_bound() {
    let (deployment, servers) = two_servers(&[]).await;
    every_round(rounds(5), async |n| {
        let price = 1_000 + i64::try_from(n).unwrap();
        round(&deployment, &servers, price).await
    })
    .await;
    deployment.assert_audit_clean().await;
}

/// The positive control: servers that do not look at what has changed.
#[tokio::test(flavor = "multi_thread")]
async fn control_a_server_that_does_not_look_shows_what_was() {
    let (deployment, servers) = two_servers(&[("NEXUS_WITHOUT", "cache look")]).await;
    caught("stale", 2, async |n| {
        let price = 1_000 + i64::try_from(n).unwrap();
        round(&deployment, &servers, price).await
    })
    .await;
}
