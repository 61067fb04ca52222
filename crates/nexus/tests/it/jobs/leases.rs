//! A worker that sleeps past its lease and wakes up: what it still does is not kept.

use std::sync::Arc;

use chrono::TimeDelta;
use kit::{
    Error,
    jobs::{Job, JobRun, Outcome, Registry},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::{plan, worker};
use crate::world::{
    Shop,
    race::{Held, caught, equal, every_round, patient_shop, rounds},
};

/// Has an effect that nothing but its lease makes one.
#[derive(Serialize, Deserialize)]
struct Count {
    round: i32,
}

impl Job for Count {
    const KIND: &'static str = "count_for_test";

    fn unique_key(&self) -> Option<String> {
        Some(self.round.to_string())
    }
}

/// The kind, in the hands of a worker who stops before the effect until it is woken, or does not.
fn hands(name: &'static str, sleep: Option<(Arc<Notify>, Arc<Notify>)>) -> Registry {
    Registry::default().with(move |job: Count, run: JobRun| {
        let sleep = sleep.clone();
        async move {
            if let Some((asleep, woken)) = sleep {
                asleep.notify_one();
                woken.notified().await;
            }
            let tx = run.db.begin("count_for_test").await?;
            let sql = "insert into effects (round, worker) values ($1, $2)";
            tx.execute(sql, &[&job.round, &name]).await?;
            tx.commit().await?;
            Ok::<_, Error>(Outcome::Done)
        }
    })
}

async fn shop(guards: &[&str]) -> Shop {
    let shop = patient_shop(guards).await;
    let table = "create table effects (round integer, worker text)";
    shop.db().await.batch(table).await.unwrap();
    shop
}

/// One stops with the job in hand, its lease ends, another does it, the first goes on.
async fn oversleep(shop: &Shop, n: usize) -> Held {
    let round = i32::try_from(n).unwrap();
    plan(shop, &Count { round }, shop.now()).await.unwrap();
    let (asleep, woken) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let sleep = (Arc::clone(&asleep), Arc::clone(&woken));
    let sleeper = worker(shop, hands("sleeper", Some(sleep)));
    let sleeper = shop.app.tasks.spawn(async move { sleeper.run_due().await });
    asleep.notified().await;
    let early = worker(shop, hands("early", None)).run_due().await.unwrap();
    equal("nobody takes what is leased", &early, &0)?;
    shop.advance(TimeDelta::minutes(2));
    let taken = worker(shop, hands("second", None)).run_due().await.unwrap();
    equal("taken over", &taken, &1)?;
    woken.notify_one();
    sleeper.await.unwrap().unwrap();
    let sql = "select worker from effects where round = $1 order by worker";
    let rows = shop.db().await.query(sql, &[&round]).await.unwrap();
    let workers: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    equal("effects", &workers, &vec!["second".to_owned()])?;
    let sql = "select state, attempts, lease_version, last_error from jobs
        where kind = 'count_for_test' and unique_key = $1";
    let key = round.to_string();
    let row = shop.db().await.query_one(sql, &[&key]).await.unwrap();
    let end: (String, i16, i32, Option<String>) = (row.get(0), row.get(1), row.get(2), row.get(3));
    equal("job", &end, &("done".to_owned(), 2, 2, None))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_overslept_its_lease_commits_nothing() {
    let shop = shop(&[]).await;
    every_round(rounds(10), async |n| oversleep(&shop, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lease_it_does_it_again() {
    let shop = shop(&["job lease"]).await;
    caught("effects", 1, async |n| oversleep(&shop, n).await).await;
    shop.close_broken().await;
}
