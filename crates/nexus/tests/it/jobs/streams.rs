//! Jobs that are told through Redis: each to one hand, whatever becomes of Redis.

use std::{sync::Arc, time::Duration};

use kit::{
    Error, Kit,
    jobs::{self, Job, JobRun, NewJob, Outcome, Registry, Streams, Worker},
    tasks::Tasks,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::world::{
    OwnRedis, Shop,
    race::{Held, equal, every_round, rounds},
    servers, until,
};

/// Leaves its number and who did it.
#[derive(Serialize, Deserialize)]
struct Told {
    number: i32,
}

impl Job for Told {
    const KIND: &'static str = "told_for_test";
    const QUEUE: &'static str = "told";

    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// The same in another queue.
#[derive(Serialize, Deserialize)]
struct Other {
    number: i32,
}

impl Job for Other {
    const KIND: &'static str = "other_for_test";
    const QUEUE: &'static str = "other";

    fn unique_key(&self) -> Option<String> {
        None
    }
}

async fn leave(number: i32, name: &'static str, run: JobRun) -> Result<Outcome, Error> {
    let tx = run.db.begin("told_for_test").await?;
    let sql = "insert into effects (number, worker) values ($1, $2)";
    tx.execute(sql, &[&number, &name]).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

fn told(name: &'static str) -> Registry {
    Registry::default().with(move |job: Told, run| leave(job.number, name, run))
}

fn other(name: &'static str) -> Registry {
    Registry::default().with(move |job: Other, run| leave(job.number, name, run))
}

/// The hands of a machine; they stop with it.
struct Machine(Tasks);

impl Machine {
    fn start(shop: &Shop, redis: &OwnRedis, registry: Registry) -> Self {
        let tasks = Tasks::default();
        let client = redis::Client::open(redis.url()).unwrap();
        let queues = [(Told::KIND, Told::QUEUE), (Other::KIND, Other::QUEUE)];
        let streams = Streams::new(client, "machines", queues);
        let Kit { db, clock } = shop.app.kit.clone();
        let worker = Worker::new(db, clock, registry).told_through(Some(streams));
        drop(tasks.spawn(worker.run(tasks.clone(), 2)));
        Self(tasks)
    }

    async fn stop(self) {
        assert!(
            self.0.stop(Duration::from_secs(30)).await,
            "a machine stops in time"
        );
    }
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    let table = "create table effects (number integer, worker text)";
    shop.db().await.batch(table).await.unwrap();
    shop
}

/// Jobs of both queues, in transactions of their own, and as many that are rolled back.
async fn plan(shop: &Shop, numbers: std::ops::Range<i32>) {
    for number in numbers {
        for is_kept in [true, false] {
            let tx = shop.app.kit.db.begin("plan_test").await.unwrap();
            let jobs = [
                NewJob::now(&Told { number }).unwrap(),
                NewJob::now(&Other { number: -number }).unwrap(),
            ];
            jobs::insert_all(&tx, &jobs, shop.now()).await.unwrap();
            if is_kept {
                tx.commit().await.unwrap();
            } else {
                tx.rollback().await.unwrap();
            }
        }
    }
}

async fn until_done(shop: &Shop, count: i64) {
    until("every job is done", async || {
        let done = shop
            .number("select count(*) from jobs where state = 'done'")
            .await;
        (done == count).then_some(())
    })
    .await;
}

/// Each number once.
async fn effects(shop: &Shop, count: i64) -> Held {
    let counted = "select count(*) * 1000000 + count(distinct number) from effects";
    let found = shop.number(counted).await;
    equal("effects and numbers", &found, &(count * 1_000_001))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_job_is_told_to_one_hand_of_its_queue() {
    let shop = shop().await;
    if servers().redis.is_none() {
        return shop.close().await;
    }
    let redis = OwnRedis::start().await;
    let machines = [
        Machine::start(&shop, &redis, told("first")),
        Machine::start(&shop, &redis, told("second")),
        Machine::start(&shop, &redis, other("third")),
    ];
    plan(&shop, 1..101).await;
    until_done(&shop, 200).await;
    effects(&shop, 200).await.unwrap();
    let strayed = "select count(*) from effects where (number < 0) <> (worker = 'third')";
    assert_eq!(shop.number(strayed).await, 0);
    for queue in ["told", "other"] {
        let stream = format!("machines:jobs:{queue}");
        let groups = redis.ask(&["XINFO", "GROUPS", &stream]).await;
        let groups = format!("{:?}", groups.expect("the stream has a group"));
        assert!(groups.contains("workers"), "{groups}");
        let length = redis.ask(&["XLEN", &stream]).await;
        assert!(matches!(length, Some(redis::Value::Int(1..))), "{length:?}");
    }
    for machine in machines {
        machine.stop().await;
    }
    shop.close().await;
}

/// A job comes while Redis is flushed, killed and started again; and one machine goes and another
/// comes.
#[tokio::test(flavor = "multi_thread")]
async fn every_job_is_done_whatever_becomes_of_redis() {
    let shop = shop().await;
    if servers().redis.is_none() {
        return shop.close().await;
    }
    let mut redis = OwnRedis::start().await;
    let mut machines = vec![
        Machine::start(&shop, &redis, told("first")),
        Machine::start(&shop, &redis, other("second")),
    ];
    every_round(rounds(2), async |n| {
        let first = i32::try_from(n).unwrap() * 40 + 1;
        plan(&shop, first..first + 10).await;
        redis.ask(&["FLUSHALL"]).await.expect("Redis is there");
        plan(&shop, first + 10..first + 20).await;
        redis.kill().await;
        plan(&shop, first + 20..first + 30).await;
        let early = Machine::start(&shop, &redis, told("late"));
        machines.remove(0).stop().await;
        machines.insert(0, early);
        redis.start_again().await;
        plan(&shop, first + 30..first + 40).await;
        let count = 80 * (i64::try_from(n).unwrap() + 1);
        until_done(&shop, count).await;
        effects(&shop, count).await
    })
    .await;
    for machine in machines {
        machine.stop().await;
    }
    shop.close().await;
}

/// A hint is no right: a job that is told while somebody has it in hand is left alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_claimed_in_the_database() {
    let shop = shop().await;
    if servers().redis.is_none() {
        return shop.close().await;
    }
    let redis = OwnRedis::start().await;
    let (taken, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (signal, wait) = (Arc::clone(&taken), Arc::clone(&go_on));
    let slow = Registry::default().with(move |job: Told, run| {
        let (signal, wait) = (Arc::clone(&signal), Arc::clone(&wait));
        async move {
            if job.number == 1 {
                signal.notify_one();
                wait.notified().await;
            }
            leave(job.number, "slow", run).await
        }
    });
    let machine = Machine::start(&shop, &redis, slow);
    plan(&shop, 1..2).await;
    taken.notified().await;
    let rival = [
        Machine::start(&shop, &redis, told("rival")),
        Machine::start(&shop, &redis, other("other")),
    ];
    for _ in 0..20 {
        let entry = [
            "XADD",
            "machines:jobs:told",
            "*",
            "job",
            "made up",
            "kind",
            "told_for_test",
        ];
        redis.ask(&entry).await.expect("Redis is there");
    }
    plan(&shop, 2..3).await;
    until_done(&shop, 3).await;
    go_on.notify_one();
    until_done(&shop, 4).await;
    effects(&shop, 4).await.unwrap();
    let slow = "select count(*) from effects where worker = 'slow' and number = 1";
    assert_eq!(shop.number(slow).await, 1);
    machine.stop().await;
    for machine in rival {
        machine.stop().await;
    }
    shop.close().await;
}
