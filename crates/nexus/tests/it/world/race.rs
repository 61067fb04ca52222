//! Races: clients on connections that are open already, released together at a barrier, many
//! rounds, exact sums. Nothing is measured in time and nothing sleeps.

use std::{collections::BTreeMap, fmt::Debug, future::Future, sync::Arc};

use chrono::TimeDelta;
use ids::{CartId, VariantId};
use kit::{random, sabotage::Sabotage};
use serde_json::json;
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    client::{Answer, Client},
    servers::servers,
    shop::Shop,
    steps::place_body,
    wait::until,
};

/// A shop, without the named guards, whose own time-outs are so long that a busy machine does not
/// make it shed load: in a race every request is answered for what it asked.
pub(crate) async fn patient_shop(guards: &[&str]) -> Shop {
    patient_shop_that(guards, |_| {}).await
}

/// The same with other settings.
pub(crate) async fn patient_shop_that(
    guards: &[&str],
    change: impl FnOnce(&mut nexus::config::Settings),
) -> Shop {
    const PATIENCE_MS: u64 = 120_000;
    Shop::open_with(Sabotage::of(guards), |settings| {
        settings.database.wait_timeout_ms = PATIENCE_MS;
        settings.database.statement_timeout_ms = PATIENCE_MS;
        settings.database.lock_timeout_ms = PATIENCE_MS;
        settings.database.idle_in_transaction_timeout_ms = PATIENCE_MS;
        settings.payments.total_timeout_ms = PATIENCE_MS;
        settings.overload.queues.at_once = 20;
        if !guards.is_empty() {
            // Placed in one batch, orders would not meet at all: each by itself, all at once.
            settings.checkout.batch_max = 1;
            settings.checkout.committers = 20;
        }
        change(settings);
    })
    .await
}

/// What a round found: nothing amiss, or what was violated.
pub(crate) type Held = Result<(), String>;

/// Rounds of a test, times `NEXUS_ROUNDS` for the run at full length.
pub(crate) fn rounds(base: usize) -> usize {
    let factor = std::env::var("NEXUS_ROUNDS").map_or(1, |text| text.parse().unwrap());
    base * factor
}

/// A violation when both are not equal.
pub(crate) fn equal<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Held {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?} instead of {expected:?}"))
}

/// A violation when there is more than may be.
pub(crate) fn at_most<T: PartialOrd + Debug>(what: &str, found: T, most: T) -> Held {
    holds(
        what,
        found <= most,
        format_args!("{found:?}, at most {most:?}"),
    )
}

/// A violation when it is not so.
pub(crate) fn holds(what: &str, is_so: bool, found: impl Debug) -> Held {
    if is_so {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}"))
    }
}

/// Every round must hold.
pub(crate) async fn every_round(rounds: usize, mut round: impl AsyncFnMut(usize) -> Held) {
    for n in 0..rounds {
        if let Err(violation) = round(n).await {
            panic!("round {n} of {rounds}: {violation}");
        }
    }
}

/// The positive control: without its guard the same round is caught, at this very point.
pub(crate) async fn caught(at: &str, rounds: usize, mut round: impl AsyncFnMut(usize) -> Held) {
    for n in 0..rounds {
        match round(n).await {
            Ok(()) => {}
            Err(violation) if violation.starts_with(at) => return,
            Err(violation) => panic!("round {n} of {rounds} failed elsewhere: {violation}"),
        }
    }
    panic!("{rounds} rounds without the guard, and none was caught at {at:?}");
}

/// Runs everything at the same moment; answers in the order of `work`.
pub(crate) async fn at_once<F>(work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let work: Vec<F> = work.into_iter().collect();
    let line = Arc::new(Barrier::new(work.len()));
    let mut running = JoinSet::new();
    for (place, runner) in work.into_iter().enumerate() {
        let line = Arc::clone(&line);
        running.spawn(async move {
            line.wait().await;
            (place, runner.await)
        });
    }
    let mut finished = running.join_all().await;
    finished.sort_by_key(|(place, _)| *place);
    finished.into_iter().map(|(_, output)| output).collect()
}

/// Lets the others go ahead by so many turns of the scheduler.
pub(crate) async fn after_turns<F: Future>(turns: usize, work: F) -> F::Output {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    work.await
}

/// How often each status was answered.
pub(crate) fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status.as_u16()).or_insert(0) += 1;
    }
    counts
}

/// How many were answered with a 2xx.
pub(crate) fn successes(answers: &[Answer]) -> usize {
    let succeeded = answers.iter().filter(|answer| answer.status.is_success());
    succeeded.count()
}

/// Guests at the line: each has a token and a connection that has carried a request.
pub(crate) struct Racers(Vec<Racer>);

struct Racer {
    line: Client,
    token: String,
}

impl Racers {
    pub(crate) async fn open(shop: &Shop, count: usize) -> Self {
        Self::open_at(&shop.url, count).await
    }

    /// At the line of another server.
    pub(crate) async fn open_at(url: &str, count: usize) -> Self {
        let racer = || async {
            let line = Client::new(url);
            line.get("/healthz").await.expect(200);
            let token = random::token().unwrap();
            Racer { line, token }
        };
        Self(futures_util::future::join_all((0..count).map(|_| racer())).await)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The n-th guest on their own connection.
    pub(crate) fn guest(&self, n: usize) -> Client {
        self.0[n].line.guest(&self.0[n].token)
    }

    /// The first guest on every connection: one buyer in many tabs.
    pub(crate) fn tabs(&self) -> impl Iterator<Item = Client> + '_ {
        let token = &self.0[0].token;
        self.0.iter().map(|racer| racer.line.guest(token))
    }

    /// The connections, on which nobody has said who they are.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Client> + '_ {
        self.0.iter().map(|racer| racer.line.clone())
    }

    /// The connections, each with its guest, who is signed in with this token too.
    pub(crate) fn signed_in(&self, access: &str) -> impl Iterator<Item = Client> + '_ {
        let access = access.to_owned();
        (0..self.count()).map(move |n| self.guest(n).bearer(&access))
    }

    /// A new cart for each guest, its lines in the order given.
    pub(crate) async fn carts(
        &self,
        shop: &Shop,
        lines: impl Fn(usize) -> Vec<(VariantId, i64)>,
    ) -> Vec<String> {
        let wanted: Vec<_> = (0..self.count()).map(|n| (n, lines(n))).collect();
        self.insert_carts(shop, &wanted).await
    }

    /// A new cart for the first guest.
    pub(crate) async fn cart(&self, shop: &Shop, lines: &[(VariantId, i64)]) -> String {
        let carts = self.insert_carts(shop, &[(0, lines.to_vec())]).await;
        carts.into_iter().next().unwrap()
    }

    async fn insert_carts(
        &self,
        shop: &Shop,
        wanted: &[(usize, Vec<(VariantId, i64)>)],
    ) -> Vec<String> {
        let now = shop.now();
        let (mut carts, mut tokens) = (Vec::new(), Vec::new());
        let mut items = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (guest, lines) in wanted {
            let cart = CartId::generate(now);
            carts.push(cart);
            tokens.push(random::token_hash(&self.0[*guest].token));
            for (at, (variant, quantity)) in (0..).zip(lines) {
                items.0.push(cart);
                items.1.push(*variant);
                items.2.push(*quantity);
                items.3.push(now + TimeDelta::microseconds(at));
            }
        }
        let db = shop.db().await;
        db.execute(INSERT_CARTS, &[&carts, &tokens, &now])
            .await
            .unwrap();
        db.execute(INSERT_ITEMS, &[&items.0, &items.1, &items.2, &items.3])
            .await
            .unwrap();
        carts.iter().map(ToString::to_string).collect()
    }

    /// Every guest places their cart at the same moment.
    pub(crate) async fn place(&self, carts: &[String]) -> Vec<Answer> {
        let requests = carts.iter().enumerate().map(|(n, cart)| {
            let (guest, body) = (self.guest(n), place_body(cart));
            async move { guest.post("/api/v1/orders/", body).await }
        });
        at_once(requests).await
    }
}

const INSERT_CARTS: &str = "
    insert into carts (id, token_hash, currency, created_at, updated_at)
    select id, token_hash, 'ETB', $3, $3
    from unnest($1::uuid[], $2::bytea[]) as carts (id, token_hash)";

const INSERT_ITEMS: &str = "
    insert into cart_items (id, cart_id, variant_id, quantity, created_at)
    select gen_random_uuid(), cart_id, variant_id, quantity, created_at
    from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
        as items (cart_id, variant_id, quantity, created_at)";

impl Shop {
    /// Takes away what stands behind a guard in this shop's own database.
    pub(crate) async fn drop_constraint(&self, table: &str, name: &str) {
        let sql = format!("alter table {table} drop constraint {name}");
        self.db().await.batch(&sql).await.unwrap();
    }

    /// Opens an account and signs in: the pair of tokens.
    pub(crate) async fn sign_up(&self, email: &str) -> Answer {
        let body = json!({ "email": email, "password": "correct horse battery staple" });
        let client = self.client();
        client.post("/auth/users/", body.clone()).await.expect(201);
        client.post("/auth/jwt/create/", body).await.expect(200)
    }

    /// As [`Shop::drop_constraint`], for a unique index that is no constraint.
    pub(crate) async fn drop_index(&self, name: &str) {
        let sql = format!("drop index {name}");
        self.db().await.batch(&sql).await.unwrap();
    }
}

/// Deadlocks that PostgreSQL has counted in a database. A session hands its counts over at its
/// end, so this is asked after the shop has closed.
pub(crate) async fn deadlocks(database_url: &str) -> i64 {
    let config: tokio_postgres::Config = database_url.parse().unwrap();
    let name = config.get_dbname().unwrap().to_owned();
    let admin = kit::db::connect_once(&servers().cluster.url("postgres"))
        .await
        .unwrap();
    let sessions = "select count(*) from pg_stat_activity where datname = $1";
    until("all sessions have ended", || async {
        let row = admin.query_one(sessions, &[&name]).await.unwrap();
        (row.get::<_, i64>(0) == 0).then_some(())
    })
    .await;
    let counted = "select deadlocks from pg_stat_database where datname = $1";
    admin.query_one(counted, &[&name]).await.unwrap().get(0)
}
