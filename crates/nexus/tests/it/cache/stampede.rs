//! Five hundred ask at once for what nobody has any more.

use super::{Counting, PRODUCTS, loads};
use crate::world::{
    Deployment,
    race::{Held, at_most, at_once, caught, equal, every_round, rounds},
};

const CLIENTS: usize = 500;

/// Enough to see that each loads, without more than servers take.
const FEW: usize = 40;

/// Two servers whose hot page has just become another one.
async fn round(
    (deployment, servers): (&Deployment, &[Counting]),
    clients: usize,
    price: i64,
) -> Held {
    let path = format!("{PRODUCTS}lamp/");
    let mut lines = Vec::new();
    for n in 0..clients {
        let line = servers[n % servers.len()].client();
        line.get("/healthz").await.expect(200);
        lines.push(line);
    }
    deployment
        .execute(&format!("update variants set price_minor = {price}"))
        .await;
    let before = loads(servers).await;
    let asked = lines.into_iter().map(|line| {
        let path = path.clone();
        async move { line.get(&path).await }
    });
    let answers = at_once(asked).await;
    let loaded = loads(servers).await - before;
    at_most("one at least was loaded", 1, loaded)?;
    at_most("loads", loaded, 2)?;
    let shown = answers
        .iter()
        .filter(|answer| answer.body["variants"][0]["price"]["amount"] == price);
    equal("answers that show the change", &shown.count(), &clients)
}

async fn two_servers(more: &[(&str, &str)]) -> (Deployment, Vec<Counting>) {
    let deployment = Deployment::open().await;
    deployment.product("lamp", 5).await;
    let patient = ("NEXUS__DATABASE__WAIT_TIMEOUT_MS", "120000");
    let more: Vec<_> = more.iter().copied().chain([patient]).collect();
    let mut servers = Vec::new();
    for _ in 0..2 {
        servers.push(Counting::open(&deployment, &more).await);
    }
    (deployment, servers)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_clients_cost_two_loads_at_the_most() {
    let (deployment, servers) = two_servers(&[]).await;
    every_round(rounds(3), async |n| {
        let price = 2_000 + i64::try_from(n).unwrap();
        round((&deployment, &servers), CLIENTS, price).await
    })
    .await;
}

/// The positive control: everybody loads what they do not find.
#[tokio::test(flavor = "multi_thread")]
async fn control_without_one_flight_each_loads() {
    let (deployment, servers) = two_servers(&[("NEXUS_WITHOUT", "single flight")]).await;
    caught("loads", 5, async |n| {
        let price = 2_000 + i64::try_from(n).unwrap();
        round((&deployment, &servers), FEW, price).await
    })
    .await;
}
